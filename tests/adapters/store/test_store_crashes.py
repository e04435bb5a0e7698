from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

HELPERS = Path(__file__).parents[2] / "helpers"
RUNS = 100
"""Kills on each kind of database."""


def test_a_killed_poller_leaves_a_database_that_tells_the_truth(database_url: str) -> None:
    seed = random.randrange(2**32)  # noqa: S311  # another one each time, told where it fails
    program = [sys.executable, HELPERS / "store_crashes.py", database_url, str(RUNS), str(seed)]
    done = subprocess.run(program, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"seed {seed}\n{done.stdout}{done.stderr}"
    assert done.stdout.startswith(f"{RUNS} kills, ")
