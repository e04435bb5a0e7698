"""Measure the database: recording, roll-ups, reading ninety days, bytes on disk, several pollers.

Run it with `make bench-store`; `ARGS=--small` takes a tenth of the components and a fifth of the days.
PostgreSQL is measured where its programs are on the machine, in a folder of its own with fsync as it comes.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy.engine import Connection

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import STORAGE, note_of, replace_section, table_of

from helpers.postgres import MISSING, cluster
from helpers.sketches import sketch_of
from helpers.stores import Store, job_of
from waypost.base.database.engine import Database
from waypost.base.database.partitions import DAY, add_day
from waypost.base.database.schema import coverage, meta, observation, series, state_change
from waypost.base.database.values import to_ms
from waypost.formats.checks import Flapping, Rules
from waypost.formats.observations import Plan, Series
from waypost.formats.status import ComponentStatus, Observation
from waypost.monitor.rules.schedule import CheckOutcome
from waypost.monitor.store.reading import read_history

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVERY, LEASE = timedelta(minutes=1), timedelta(seconds=12)
RULES = Rules(3, 2, EVERY, Flapping())
HOUR = 3_600_000
SKETCHES = 500
"""Different hours of latencies that the hourly rows are made from."""


@dataclass(frozen=True)
class Size:
    """How much history is made."""

    components: int
    raw_days: int
    days: int


FULL, SMALL = Size(1000, 14, 90), Size(100, 3, 90)


def fill(url: str, size: Size) -> dict[str, str]:
    """Make history in the real tables, with statements that make many rows at once; return what it takes."""
    Store(url).close()
    database = Database(url, writes=True)
    end = to_ms(NOW)
    with database.write() as connection:
        rows = [{"component": f"c{n}", "check": "http-1", "region": ""} for n in range(size.components)]
        connection.execute(series.insert(), rows)
        _make_samples(database, connection)
        _make_changes(connection, size)
        connection.execute(meta.insert().values(key="rolled_up", value=str(end)))
    empty = bytes_on_disk(database)
    for day in track(range(size.days), f"{size.days} days of roll-ups"):
        with database.write() as connection:
            first = (end // DAY - day) * DAY
            _make_rollups(connection, "hourly", [first + hour * HOUR for hour in range(24)])
            _make_rollups(connection, "daily", [first])
    with_rollups = bytes_on_disk(database)
    for day in track(range(size.raw_days), f"{size.raw_days} days of raw observations"):
        with database.write() as connection:
            first = (end // DAY - day) * DAY
            _make_raw(database, connection, first, min(end, first + DAY))
    full = bytes_on_disk(database)
    with database.read() as connection:
        answers = connection.scalar(sa.select(sa.func.count()).select_from(observation))
    database.close()
    sums = size.components * size.days * 25
    return {
        "Bytes on disk, all together": f"{full / 1e9:.2f} GB",
        "A raw observation": f"{(full - with_rollups) / (answers or 1):.1f} B",
        "An hourly or daily roll-up": f"{(with_rollups - empty) / sums:.0f} B",
    }


def _make_samples(database: Database, connection: Connection) -> None:
    """Make the latencies of some hours, of sixty answers each."""
    kind = "BYTEA" if database.is_postgres else "BLOB"
    connection.exec_driver_sql(f"CREATE TABLE sample (n INTEGER PRIMARY KEY, sketch {kind} NOT NULL)")
    chance = random.Random(1)  # noqa: S311  # the same numbers each time
    rows = [
        {"n": n, "sketch": sketch_of(round(chance.lognormvariate(5, 0.4)) for _ in range(60)).to_bytes()}
        for n in range(SKETCHES)
    ]
    connection.execute(sa.text("INSERT INTO sample VALUES (:n, :sketch)"), rows)


def _make_changes(connection: Connection, size: Size) -> None:
    """Give each line five outages and three silences in the time, as a line has that is not very good."""
    changes, stretches = [], []
    numbers = connection.execute(sa.select(series.c.id)).scalars().all()
    for number in numbers:
        begin = NOW - timedelta(days=size.days)
        for place in range(10):
            moment = begin + timedelta(days=size.days * (place + number / len(numbers)) / 10)
            bad = place % 2 == 1
            changes.append(
                {
                    "line": number,
                    "confirmed_at": to_ms(moment),
                    "at": to_ms(moment - 3 * EVERY),
                    "status": 3 if bad else 0,
                    "reason": "The server answered with HTTP status 503." if bad else "",
                }
            )
        for place in range(3):
            start = to_ms(begin + timedelta(days=size.days * place / 3))
            stretches.append(
                {"line": number, "start": start, "end": start + DAY * size.days // 3 - 10 * 60_000}
            )
    connection.execute(state_change.insert(), changes)
    connection.execute(coverage.insert(), stretches)


RAW = """
    INSERT INTO observation (at, line, latency, status, reason)
    SELECT :first + s.n * 60000 + l.id * 60000 / :lines, l.id, 80 + (s.n * 7919 + l.id * 104729) % 211,
        CASE WHEN (s.n + l.id) % 500 = 0 THEN 3 ELSE 0 END,
        CASE WHEN (s.n + l.id) % 500 = 0 THEN 'The server answered with HTTP status 503.' END
    FROM ({series}) AS s CROSS JOIN line AS l"""
"""An answer a minute of each line; one of five hundred is a failure with its reason."""

SERIES = {
    True: "SELECT generate_series(0, CAST(:last AS integer)) AS n",
    False: "WITH RECURSIVE m(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM m WHERE n < :last) SELECT n FROM m",
}
"""The minutes of a day, in the words of PostgreSQL and of SQLite."""


def _make_raw(database: Database, connection: Connection, first: int, last: int) -> None:
    add_day(database, connection, first)
    values = {
        "first": first,
        "last": (last - first) // 60_000 - 1,
        "lines": connection.exec_driver_sql("SELECT count(*) + 1 FROM line").scalar_one(),
    }
    connection.execute(sa.text(RAW.format(series=SERIES[database.is_postgres])), values)


def _make_rollups(connection: Connection, table: str, moments: Sequence[int]) -> None:
    statement = sa.text(
        f"INSERT INTO {table} SELECT :at, l.id, 60, 0, 0, 0, s.sketch"  # noqa: S608  # our own name
        " FROM line AS l JOIN sample AS s ON s.n = (l.id * 7 + :turn) % 500 ORDER BY l.id"
    )
    connection.execute(statement, [{"at": at, "turn": at // HOUR % SKETCHES} for at in moments])


@dataclass
class Figures:
    """What was measured of one kind of database."""

    cells: dict[str, str]

    def time(
        self,
        name: str,
        action: Callable[[], object],
        rounds: int,
        before: Callable[[], object] = lambda: None,
    ) -> None:
        """Run something several times, and keep the median and what of it was our own processor time."""
        walls, own = [], []
        for _ in range(rounds):
            before()
            wall, processor = time.perf_counter(), time.process_time()
            action()
            walls.append(time.perf_counter() - wall)
            own.append(time.process_time() - processor)
        self.cells[name] = (
            f"{statistics.median(walls) * 1000:.0f} ms ({statistics.median(own) * 1000:.0f} ms)"
        )


def bytes_on_disk(database: Database) -> int:
    """Return what all tables take, with their indexes."""
    if database.is_postgres:
        total = sa.text(
            "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c"
            " WHERE c.relkind = 'r' AND c.relnamespace = CAST(current_schema() AS regnamespace)"
        )
        with database.read() as connection:
            return int(connection.execute(total).scalar_one())
    with database.read() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())


def measure(url: str, size: Size, rounds: int) -> Figures:
    """Fill a database and measure it."""
    figures = Figures(fill(url, size))
    lines = [Series(f"c{n}", "http-1") for n in range(size.components)]
    with closing(Store(url)) as store:
        store.plan([Plan(item, EVERY, 0, LEASE) for item in lines], NOW, [""])
        minutes = itertools.count(1)
        figures.time(
            f"Claim and record {size.components} answers",
            lambda: one_minute(store, NOW + next(minutes) * EVERY),
            rounds * 5,
        )
        figures.time(
            "Roll-up of half an hour and its day",
            lambda: store.roll_up(NOW + timedelta(minutes=40)),
            rounds,
            before=lambda: one_minute(store, NOW + next(minutes) * EVERY),
        )
    since = NOW - timedelta(days=90)
    figures.time("Read 90 days of history", lambda: read_history(url, since), rounds)
    return figures


def one_minute(store: Store, now: datetime) -> None:
    """Claim what is due, and record an answer of each."""
    claims = store.claim(now, "bench", [""], 100_000)
    latency = timedelta(milliseconds=150)
    store.record(
        [
            CheckOutcome(
                claim,
                job_of(claim.series, RULES, 3 * EVERY),
                now + EVERY,
                now + EVERY,
                Observation(*claim.series[:2], now, ComponentStatus.OPERATIONAL, latency),
            )
            for claim in claims
        ]
    )


def rivals(url: str, workers: int, seconds: float) -> str:
    """Let several processes claim and record what is always due; return how much that was a second."""
    lines = [Series(f"rival-{n}", "http-1", "rivals") for n in range(3000)]
    with closing(Store(url)) as store:
        store.plan(
            [Plan(item, timedelta(seconds=1), 0, EVERY) for item in lines], datetime.now(UTC), ["rivals"]
        )
    with tempfile.TemporaryDirectory() as folder:
        reports = [Path(folder, f"{number}.json") for number in range(workers)]
        for report in reports:
            if os.fork() == 0:
                try:
                    _rival(url, seconds, report)
                finally:
                    os._exit(0)
        for _ in reports:
            os.wait()
        told = [json.loads(report.read_text(encoding="utf-8")) for report in reports]
    claims = [tuple(claim) for one in told for claim in one["claims"]]
    double = len(claims) - len(set(claims)) + sum(one["refused"] for one in told)
    return f"{len(claims) / seconds:,.0f} a second, {double} twice"


def _rival(url: str, seconds: float, report: Path) -> None:
    claimed: list[tuple[str, int]] = []
    refused = 0
    with closing(Store(url)) as store:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            now = datetime.now(UTC)
            claims = store.claim(now, report.stem, ["rivals"], 200)
            status, latency = ComponentStatus.OPERATIONAL, timedelta(0)
            outcomes = [
                # Due again at once, so that there is always something to claim.
                CheckOutcome(
                    claim,
                    job_of(claim.series, RULES, EVERY),
                    now,
                    now,
                    Observation(*claim.series[:2], now, status, latency),
                )
                for claim in claims
            ]
            refused += sum(item.refused for item in store.record(outcomes))
            claimed += [(claim.series.component, claim.epoch) for claim in claims]
    report.write_text(json.dumps({"claims": claimed, "refused": refused}), encoding="utf-8")


def main() -> None:
    """Measure both kinds of database, and report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--small", action="store_true", help="a tenth of the components; writes no page")
    parser.add_argument("--dry-run", action="store_true", help="leave docs/storage.md as it is")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=10, help="how long several pollers work")
    options = parser.parse_args()
    size = SMALL if options.small else FULL
    found: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/waypost.db"
        found["SQLite"] = measure(url, size, options.rounds)
        found["SQLite"].cells["One poller, claims"] = rivals(url, 1, options.seconds)
    with cluster(durable=True) as server:
        if server is None:
            Console().print(MISSING)
        else:
            url = server.new_url()
            found["PostgreSQL"] = measure(url, size, options.rounds)
            found["PostgreSQL"].cells["One poller, claims"] = rivals(url, 1, options.seconds)
            found["PostgreSQL"].cells["Three pollers, claims"] = rivals(url, 3, options.seconds)
    names = dict.fromkeys(name for figures in found.values() for name in figures.cells)
    rows = [[name, *(figures.cells.get(name, "") for figures in found.values())] for name in names]
    columns = [f"{size.components} components, {size.days} days", *found]
    table = Table(*columns)
    for cells in rows:
        table.add_row(*cells)
    Console().print(table)
    if not options.small and not options.dry_run and "PostgreSQL" in found:
        note = note_of("store", f"{len(os.sched_getaffinity(0))} cores")
        replace_section("store", f"{table_of(columns, rows)}\n\n{note}", STORAGE)


if __name__ == "__main__":
    main()
