from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
KILLS = 50
"""On each kind of database, at other moments each time; a run kills each of its workers."""

WORKERS = {"sqlite": 1, "postgres": 2}


def test_killed_workers_lose_nothing_and_repeat_only_under_the_same_id(
    database_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each run kills its workers upon 1,000 pending deliveries; all that the runs told is then looked at together."""
    seed = random.randrange(2**32)  # noqa: S311  # another one each time, told where it fails
    workers = WORKERS["sqlite" if database_url.startswith("sqlite") else "postgres"]
    program = [
        sys.executable,
        TESTS / "helpers" / "delivery_crashes.py",
        database_url,
        str(KILLS // workers),
        str(workers),
    ]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [TESTS, *sys.path]))}
    done = subprocess.run(
        [*program, str(seed)], capture_output=True, text=True, timeout=400, check=False, env=environment
    )
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}{done.stderr}"
    assert done.stdout.startswith(f"{KILLS} kills, ")
    assert re.search(r" \d+ of \d+ messages repeated under the same id \(", done.stdout)
    with capsys.disabled():
        sys.stdout.write(f"\n{database_url.partition(':')[0]}: {done.stdout}")
