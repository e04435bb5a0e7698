from __future__ import annotations

import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpers.postgres import Cluster
from helpers.stores import RULES, Store, job_of, plan_of
from waypost.formats.observations import Series
from waypost.formats.status import ComponentStatus, Observation
from waypost.monitor.rules.schedule import CheckOutcome

TESTS = Path(__file__).parents[2]
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, [TESTS, *sys.path]))}
START = datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_no_line_is_claimed_twice_and_what_the_dead_held_is_taken_over(database_url: str) -> None:
    program = [sys.executable, TESTS / "helpers" / "store_rivals.py", database_url]
    done = subprocess.run(program, capture_output=True, text=True, timeout=120, check=False, env=ENVIRONMENT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("480 runs by 3 at once, ")


def test_pollers_that_start_together_plan_and_write_beside_each_other(postgres: Cluster) -> None:
    """Lines, days, plans, batches that overlap in other orders, gaps, all from three threads."""
    url = postgres.new_url()
    together = threading.Barrier(3)
    lines = [Series(f"c{number}", "http-1") for number in range(60)]

    def poller(number: int) -> int:
        with closing(Store(url)) as store:
            recorded = 0
            for day in range(4):
                now = START + timedelta(days=day)
                together.wait(30)
                store.plan([plan_of(series) for series in lines[:: 1 if number else -1]], now, [""])
                store.uplink_down("", now)
                later = now + timedelta(minutes=1)
                while claims := store.claim(now, str(number), [""], 7):
                    answers = [
                        Observation(*claim.series[:2], now, ComponentStatus.OPERATIONAL, timedelta(0))
                        for claim in claims
                    ]
                    done = store.record(
                        [
                            CheckOutcome(
                                claim, job_of(claim.series, RULES, timedelta(days=2)), later, later, answer
                            )
                            for claim, answer in zip(claims, answers, strict=True)
                        ]
                    )
                    recorded += sum(not item.refused for item in done)
                store.uplink_up("", now + timedelta(minutes=2))
                store.roll_up(now)
                together.wait(30)
            return recorded

    with ThreadPoolExecutor(3) as pool:
        assert sum(pool.map(poller, range(3))) == 4 * len(lines)
    with closing(Store(url)) as store:
        # Of two that sum up at once, the one that saw less may write last; the next look mends it.
        store.roll_up(START + timedelta(days=3))
        rows = store.latency(START - timedelta(days=1), START + timedelta(days=9), "day")
        assert [sum(row.counts.values()) for row in rows] == [1] * 4 * len(lines)
        history = store.history()
        assert len(history.changes) == len(lines)
        assert all(gap.end for gap in history.uplink)
