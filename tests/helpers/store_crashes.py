"""Kill a poller at random moments, again and again, and look whether its database still tells the truth.

A program of its own, because it forks: python store_crashes.py DATABASE RUNS SEED. It prints what is wrong,
with the number of the run, and ends with 1; the seed makes the same kills and answers again.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from helpers.sketches import sketch_of
from helpers.stores import Store, job_of
from waypost.base.database.engine import Database
from waypost.base.database.schema import observation as raw
from waypost.base.database.schema import state_change
from waypost.base.database.values import from_ms, to_ms
from waypost.base.sketch import Sketch
from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import Plan, Series, SeriesState
from waypost.formats.status import MEASURED, Observation
from waypost.monitor.rules.schedule import CheckOutcome
from waypost.monitor.rules.states import advance
from waypost.monitor.store.codec import STATUSES
from waypost.monitor.store.opening import writer_lock
from waypost.monitor.store.series import names

EPOCH = datetime(2026, 11, 20, 10, tzinfo=UTC)
STEP = timedelta(minutes=7)
EVERY = timedelta(minutes=5)
LINES = [Series("web", f"http-{number}", region) for number in range(2) for region in ("", "eu")]
REGIONS = ["", "eu"]
RULES = Rules(2, 2, EVERY, Flapping())
ROUNDS = 6
"""Rounds that a poller may finish before it is killed."""

DELAY = 0.03
"""Seconds that it may then go on at most: some rounds more, or the way to the first one."""

PATIENCE = 60.0
"""Seconds within which a poller must get somewhere."""


def poll(url: str, now: datetime, chance: random.Random, report: int) -> None:
    """Poll and roll up until killed; tell of each batch after it was recorded."""
    with writer_lock(url):
        store = Store(url)
        store.plan([Plan(series, EVERY, 0, timedelta(minutes=1)) for series in LINES], now, REGIONS)
        while True:
            now += STEP
            claims = store.claim(now, f"poller {os.getpid()}", REGIONS, 10)
            outcomes = []
            for claim in claims:
                series, status = claim.series, chance.choice(MEASURED)
                latency = timedelta(milliseconds=chance.randrange(2000))
                stored = Observation(
                    series.component, series.check, now, status, latency, status.value, series.region
                )
                outcomes.append(
                    CheckOutcome(claim, job_of(series, RULES, 3 * EVERY), now + EVERY, now + EVERY, stored)
                )
            recorded = [
                [*item.series, to_ms(now), item.change and to_ms(item.change.confirmed_at)]
                for item in store.record(outcomes)
                if not item.refused
            ]
            os.write(report, json.dumps(recorded).encode() + b"\n")
            if chance.random() < 0.4:
                store.roll_up(now)
                store.prune(now)


def killed(url: str, now: datetime, chance: random.Random) -> list[list[Any]]:
    """Start a poller, kill it at a random moment, and return what it reported."""
    rounds, delay = chance.randrange(ROUNDS), chance.uniform(0, DELAY)
    answers = random.Random(chance.random())  # noqa: S311  # the same each time, by its seed
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reader)
            poll(url, now, answers, writer)
        except BaseException as error:  # whatever it is, the parent must hear of it
            os.write(writer, json.dumps({"fault": repr(error)}).encode() + b"\n")
        finally:
            os._exit(1)
    os.close(writer)
    end = time.monotonic() + PATIENCE
    text = b""
    while text.count(b"\n") < rounds and b"fault" not in text:
        assert select.select([reader], [], [], end - time.monotonic())[0], "the poller got nowhere"
        text += os.read(reader, 65536)
    time.sleep(delay)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    while piece := os.read(reader, 65536):
        text += piece
    os.close(reader)
    # The last line may be cut off.
    reports = [json.loads(line) for line in text.split(b"\n")[:-1]]
    for recorded in reports:
        assert isinstance(recorded, list), recorded
    return [row for recorded in reports for row in recorded]


@contextlib.contextmanager
def opened(url: str) -> Iterator[Database]:
    database = Database(url, writes=True)
    try:
        yield database
    finally:
        database.close()


def observations(database: Database) -> dict[Series, list[Observation]]:
    with database.read() as connection:
        lines = names(connection)
        rows = connection.execute(sa.select(raw).order_by(raw.c.at)).all()
    found: dict[Series, list[Observation]] = {series: [] for series in LINES}
    for row in rows:
        series = lines[row.line]
        latency = timedelta(milliseconds=row.latency)
        status = STATUSES[row.status]
        found[series].append(
            Observation(
                series.component,
                series.check,
                from_ms(row.at),
                status,
                latency,
                row.reason or "",
                series.region,
            )
        )
    return found


def verify(database: Database, recorded: list[list[Any]]) -> datetime:
    """Compare the rows with what was reported and with what follows from them; return the newest time."""
    stored = observations(database)
    keys = Counter((series, to_ms(item.at)) for series, items in stored.items() for item in items)
    assert max(keys.values(), default=1) == 1, "an observation was counted twice"
    reported = {(Series(*row[:3]), row[3]) for row in recorded}
    assert reported <= keys.keys(), f"lost: {reported - keys.keys()}"
    expected = set()
    for series, items in stored.items():
        state = SeriesState()
        for item in items:
            state, change = advance(state, item, RULES)
            if change is not None:
                expected.add((series, to_ms(change.confirmed_at), to_ms(change.at), change.status))
    with database.read() as connection:
        lines = names(connection)
        kept = [
            (lines[row.line], row.confirmed_at, row.at, STATUSES[row.status])
            for row in connection.execute(sa.select(state_change))
        ]
    assert len(kept) == len(set(kept))
    assert set(kept) == expected, f"changes: {set(kept) ^ expected}"
    changes = {(Series(*row[:3]), row[4]) for row in recorded if row[4] is not None}
    assert changes <= {(series, confirmed) for series, confirmed, *_ in kept}, "a reported change was lost"
    return max((item.at for items in stored.values() for item in items), default=EPOCH)


def recount(url: str, now: datetime) -> None:
    """Roll up, and compare the hours and days with a count of the observations."""
    store = Store(url)
    store.roll_up(now)
    with opened(url) as database:
        stored = observations(database)
    everything = (EPOCH - timedelta(days=1), now + timedelta(days=1))
    for resolution, length in (("hour", timedelta(hours=1)), ("day", timedelta(days=1))):
        counts: Counter[Any] = Counter()
        latencies: dict[Any, list[float]] = {}
        for series, items in stored.items():
            for item in items:
                begin = item.at - (item.at - datetime(1970, 1, 1, tzinfo=UTC)) % length
                counts[series, begin, item.status] += 1
                latencies.setdefault((series, begin), []).append(item.latency / timedelta(milliseconds=1))
        rows = store.latency(*everything, resolution)
        found = {(row.series, row.at, status): n for row in rows for status, n in row.counts.items()}
        assert found == dict(counts), f"roll-ups by {resolution} differ from a recount"
        assert {(row.series, row.at): Sketch.from_bytes(row.sketch) for row in rows} == {
            key: sketch_of(values) for key, values in latencies.items()
        }
    store.close()


def is_sound(url: str) -> bool:
    with opened(url) as database, database.read() as connection:
        return database.is_postgres or connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def main(url: str, runs: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same each time, by its seed
    recorded: list[list[Any]] = []
    now = EPOCH
    for number in range(runs):
        try:
            recorded += killed(url, now, chance)
            Store(url).close()
            with opened(url) as database:
                now = verify(database, recorded)
            if number % 20 == 19:
                recount(url, now)
                assert is_sound(url), "the database is damaged"
        except Exception as error:
            error.add_note(f"run {number} of seed {seed}")
            raise
    assert len({row[3] for row in recorded}) > 2 * runs, "most pollers got somewhere"
    with opened(url) as database:
        silent = sum(map(len, observations(database).values())) - len(recorded)
    sys.stdout.write(
        f"{runs} kills, {len(recorded)} observations reported, {silent} recorded but not reported\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
