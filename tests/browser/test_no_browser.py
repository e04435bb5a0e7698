from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.browser_sites import REPOSITORY

pytestmark = pytest.mark.browser

ONE = "tests/browser/test_keyboard.py::test_what_has_the_focus_is_outlined"


@pytest.mark.parametrize(
    ("ci", "code", "line"),
    [
        (
            "",
            0,
            rf"SKIPPED \[1\] \S+: {re.escape('no browser is installed: none of chromium-headless-shell,')}",
        ),
        ("true", 1, rf"ERROR {ONE} - Failed: no browser is installed: .* and CI must not skip these tests"),
    ],
)
def test_without_a_browser_tests_are_skipped_and_in_ci_they_fail(
    tmp_path: Path, ci: str, code: int, line: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-v", "-p", "no:cacheprovider", ONE],
        cwd=REPOSITORY,
        env={**os.environ, "PATH": str(tmp_path), "CI": ci, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stdout
    assert re.search(line, done.stdout), done.stdout
    assert f"{ONE} {'ERROR' if ci else 'SKIPPED'}" in done.stdout
