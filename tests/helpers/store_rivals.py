"""Several processes claim and record at the same time; one of them dies each round with claims in its hands.

A program of its own, because it forks: python store_rivals.py DATABASE. It ends with 1 where a line was claimed
twice, where one was left out, or where an outcome counted that came from a claim that was lost.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta

from helpers.stores import Store, job_of
from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import Claim, Plan, Series
from waypost.formats.status import ComponentStatus, Observation
from waypost.monitor.rules.schedule import CheckOutcome

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
EVERY, LEASE = timedelta(minutes=1), timedelta(seconds=12)
RULES = Rules(3, 2, EVERY, Flapping())
LINES = [Series(f"c{number}", "http-1") for number in range(120)]
ROUNDS = 4
WORKERS = 3
DIES_AFTER = 1
"""Batches that the last of the workers records before it dies with the next one."""


def outcomes(claims: Sequence[Claim], now: datetime) -> list[CheckOutcome]:
    status, latency = ComponentStatus.OPERATIONAL, timedelta(milliseconds=90)
    return [
        CheckOutcome(
            claim,
            job_of(claim.series, RULES, 3 * EVERY),
            due,
            due,
            Observation(*claim.series[:2], now, status, latency),
        )
        for claim, due in ((claim, claim.due_at + EVERY) for claim in claims)
    ]


def work(url: str, now: datetime, number: int, report: int, go: int) -> None:
    """Claim and record until nothing is due, from the moment that everybody is ready."""
    with closing(Store(url)) as store:
        batches = 0
        store.next_due(now, [""])
        os.read(go, 1)
        while claims := store.claim(now, f"worker {number}", [""], 5):
            is_last = number == WORKERS - 1 and batches == DIES_AFTER
            recorded = [[*claim.series, claim.epoch, is_last] for claim in claims]
            os.write(report, json.dumps(recorded).encode() + b"\n")
            if is_last:
                os._exit(0)
            assert not any(item.refused for item in store.record(outcomes(claims, now)))
            batches += 1


def at_once(url: str, now: datetime) -> list[tuple[Series, int, bool]]:
    """Let all workers go over what is due; return what they claimed, and whether they died with it."""
    reader, writer = os.pipe()
    go, gate = os.pipe()
    children = []
    for number in range(WORKERS):
        child = os.fork()
        if child == 0:
            try:
                work(url, now, number, writer, go)
                os._exit(0)
            finally:
                os._exit(1)
        children.append(child)
    os.close(writer)
    os.write(gate, b"." * WORKERS)
    os.close(gate)
    with os.fdopen(reader, encoding="utf-8") as lines:
        recorded = [row for line in lines for row in json.loads(line)]
    os.close(go)
    for child in children:
        assert os.waitpid(child, 0)[1] == 0, "a worker failed"
    return [(Series(*row[:3]), row[3], row[4]) for row in recorded]


def main(url: str) -> None:
    lost = 0
    with closing(Store(url)) as store:
        store.plan([Plan(series, EVERY, 0, LEASE) for series in LINES], START, [""])
    for number in range(ROUNDS):
        now = START + number * EVERY
        claimed = at_once(url, now)
        assert Counter(series for series, *_ in claimed) == Counter(LINES), "each line once, none left out"
        dead = [Claim(series, now, epoch) for series, epoch, died in claimed if died]
        lost += len(dead)
        with closing(Store(url)) as store:
            later = now + LEASE
            taken = store.claim(later, "heir", [""], 1000)
            assert {claim.series for claim in taken} == {claim.series for claim in dead}, (
                "what the dead one held"
            )
            late = store.record(outcomes(dead, now + LEASE / 2))
            assert all(item.refused for item in late), "it was taken over"
            assert not any(item.refused for item in store.record(outcomes(taken, later)))
    with closing(Store(url)) as store:
        store.roll_up(START + ROUNDS * EVERY)
        (day,) = {
            row.at for row in store.latency(START - timedelta(days=1), START + timedelta(days=1), "day")
        }
        rows = store.latency(day, day + timedelta(days=1), "day")
        assert {row.series: sum(row.counts.values()) for row in rows} == dict.fromkeys(LINES, ROUNDS)
        assert len(store.history().changes) == len(LINES)
    assert lost, "somebody died with claims"
    sys.stdout.write(f"{ROUNDS * len(LINES)} runs by {WORKERS} at once, {lost} taken over\n")


if __name__ == "__main__":
    main(sys.argv[1])
