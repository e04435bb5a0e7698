from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [TESTS, *sys.path]))}
RUNS = 50
"""Kills on each kind of database, at other moments each time."""


def test_a_killed_poller_leaves_a_database_that_tells_the_truth(database_url: str) -> None:
    seed = random.randrange(2**32)  # noqa: S311  # another one each time, told where it fails
    program = [sys.executable, TESTS / "helpers" / "store_crashes.py", database_url, str(RUNS), str(seed)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=300, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}{done.stderr}"
    assert done.stdout.startswith(f"{RUNS} kills, ")
