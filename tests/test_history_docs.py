"""What docs/history.md shows is what is written and what the proof is."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from waypost.base.files.resources import scaffold_folder
from waypost.reading.rules.history_text import CHANGES, COVERAGE, DAILY, DIGESTS, UPLINK, RowKind

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs/history.md").read_text(encoding="utf-8")
EXPORT = ROOT / "tests/cases/history/export"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["changes", "coverage", "daily"])
def test_the_tables_on_the_page_are_those_of_an_export(name: str) -> None:
    assert ("text", (EXPORT / "2026-10" / f"{name}.tsv").read_text(encoding="utf-8")) in BLOCKS


@pytest.mark.parametrize("kind", [CHANGES, COVERAGE, UPLINK, DAILY, DIGESTS], ids=lambda kind: kind.name)
def test_every_table_and_column_is_named(kind: RowKind) -> None:
    assert f"{kind.name}.tsv`" in PAGE
    columns = set(re.findall(r"[a-z_0-9]+", PAGE))
    assert set(kind.columns) <= columns


def test_the_line_for_git_is_the_one_that_a_new_site_has() -> None:
    made = (scaffold_folder() / "site/dot-gitattributes").read_text(encoding="utf-8")
    [line] = [line for line in made.splitlines() if not line.startswith("#")]
    assert ("text", f"{line}\n") in BLOCKS
    assert line in (ROOT / ".gitattributes").read_text(encoding="utf-8")


def test_a_shell_proves_a_day_as_the_page_says(tmp_path: Path) -> None:
    [script] = [text for language, text in BLOCKS if language == "sh" and "sha256sum" in text]
    shutil.copytree(EXPORT, tmp_path / "status/history")
    done = subprocess.run(["sh"], input=script, cwd=tmp_path, capture_output=True, text=True, check=True)
    digests = (EXPORT / "digests.tsv").read_text(encoding="utf-8")
    assert f"2026-10-31\t{done.stdout.split()[0]}\n" in digests
    assert all(kind.name in script for kind in (CHANGES, COVERAGE, UPLINK))
