from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from helpers.stores import GAP, Store, keep
from waypost.base.database.engine import Database, StoreError
from waypost.base.database.partitions import add_day, days
from waypost.base.database.schema import meta, metadata, series_state
from waypost.base.database.schema import observation as raw
from waypost.base.database.values import to_ms
from waypost.formats.checks import Flapping, Rules
from waypost.formats.status import (
    ComponentStatus,
    Maintenance,
    Observation,
    StateChange,
    Update,
    UpdateStatus,
)
from waypost.formats.status_site import History
from waypost.monitor.store.migrations import SCHEMA_VERSION, STEPS, migrate, version
from waypost.monitor.store.opening import opened_to_read, writer_lock
from waypost.monitor.store.reading import read_history
from waypost.monitor.store.series import names
from waypost.monitor.store.windows import with_present_windows
from waypost.notify.rules.notices import OutboxState

CHANGES = 15
"""State changes in the database of version 1."""

DAY_OF_VERSION_2 = datetime(2026, 11, 20, tzinfo=UTC)
"""The only day of which the database of version 2 has observations."""

ADDED_BY_6 = ("fault", "set_aside")

CASES = Path(__file__).parents[2] / "cases" / "store"
RULES = Rules(3, 2, timedelta(minutes=1), Flapping(changes=20))
"""The policy under which the databases in tests/cases/store/ were made; version 1 knew no flapping."""


@contextmanager
def opened(url: str) -> Iterator[Database]:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(exist_ok=True)
    database = Database(url, writes=True)
    try:
        yield database
    finally:
        database.close()


def load(url: str, number: int) -> None:
    """Make a database of an older version, from what it really wrote.

    From version 2 on its steps make the tables, which are others on PostgreSQL.
    """
    text = (CASES / f"version_{number}.sql").read_text(encoding="utf-8")
    if number > 1:
        with opened(url) as database:
            migrate(database, number)
            with database.write() as connection:
                add_day(database, connection, to_ms(DAY_OF_VERSION_2))
    with opened(url) as database, database.write() as connection:
        for statement in text.partition("\n")[2].split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
        if number > 1 and database.is_postgres:
            # Version 3 added the second of these, and version 4 dropped the first.
            for name in (
                "line",
                *(["event"] if 1 < number < 4 else []),
                *(["delivery"] if number > 2 else []),
            ):
                connection.exec_driver_sql(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT max(id) FROM {name}))"  # noqa: S608  # our own names
                )


def execute(url: str, statement: str) -> None:
    with opened(url) as database, database.write() as connection:
        connection.exec_driver_sql(statement)


def observations_of_version_1() -> list[Observation]:
    connection = sqlite3.connect(":memory:")
    with closing(connection):
        connection.executescript((CASES / "version_1.sql").read_text(encoding="utf-8"))
        rows = connection.execute(
            'SELECT component, "check", at, status, latency, reason FROM observation ORDER BY at, component'
        ).fetchall()
    return [
        Observation(
            component,
            check,
            datetime.fromtimestamp(at / 1000, UTC),
            ComponentStatus(status),
            timedelta(milliseconds=latency),
            reason,
        )
        for component, check, at, status, latency, reason in rows
    ]


def plain(history: History) -> tuple[set[StateChange], set[object]]:
    """Return changes and coverage in no order."""
    return set(history.changes), set(history.coverage)


def contents(url: str) -> tuple[list[tuple[object, ...]], dict[object, object]]:
    """Return the raw observations and the states of all lines, by name."""
    with opened(url) as database, database.read() as connection:
        lines = names(connection)
        rows = [
            (row.at, lines[row.line], row.latency, row.status, row.reason)
            for row in connection.execute(sa.select(raw))
        ]
        states = {
            lines[row.line]: (row.state, row.covered_from, row.covered_until)
            for row in connection.execute(sa.select(series_state))
        }
    return sorted(rows, key=str), states


def rows(url: str) -> dict[str, list[dict[str, object]]]:
    """Return the rows of every table, in the order of their keys."""
    with opened(url) as database, database.read() as connection:
        inspector = sa.inspect(connection)
        found = {}
        for name in inspector.get_table_names():
            if name.startswith("observation_"):
                continue  # a day of PostgreSQL
            keys = inspector.get_pk_constraint(name)["constrained_columns"]
            order = ", ".join(f'"{key}"' for key in keys)
            selected = connection.exec_driver_sql(f'SELECT * FROM "{name}" ORDER BY {order}')  # noqa: S608  # our own names
            found[name] = [dict(row) for row in selected.mappings()]
    return found


def test_there_is_a_database_of_every_earlier_version() -> None:
    assert [*STEPS] == [*range(1, SCHEMA_VERSION + 1)]
    assert {path.stem for path in CASES.glob("version_*.sql")} == {
        f"version_{number}" for number in range(1, SCHEMA_VERSION)
    }


def test_version_1_comes_over_as_if_everything_had_been_seen_by_the_present_version(
    database_url: str, tmp_path: Path
) -> None:
    load(database_url, 1)
    Store(database_url).close()
    anew_url = f"sqlite:///{tmp_path / 'anew.db'}"
    with closing(Store(anew_url)) as anew, closing(Store(database_url)) as old:
        for answer in observations_of_version_1():
            keep(anew, [answer], GAP, RULES)
        assert plain(old.history()) == plain(anew.history())
        assert len(old.history().changes) == CHANGES
        (rows, states), expected = contents(database_url), contents(anew_url)
        assert rows == expected[0]
        assert states == expected[1], "judging goes on where it was"
        later = datetime(2026, 11, 21, 0, 20, tzinfo=UTC)
        line = Observation("uploads", "http-1", later, ComponentStatus.MAJOR_OUTAGE, timedelta(0), "late")
        (old_change,), (new_change,) = (keep(store, [line], GAP, RULES) for store in (old, anew))
        assert old_change == new_change
        assert old_change.change is not None, "the third bad answer confirms what began in version 1"
        old.roll_up(later)
        anew.roll_up(later)
        everything = (later - timedelta(days=9), later)
        assert old.latency(*everything, "hour") == anew.latency(*everything, "hour") != []


def test_version_2_stays_as_it_is_and_judging_goes_on(database_url: str) -> None:
    load(database_url, 2)
    before = contents(database_url)
    with closing(Store(database_url)) as store:
        assert contents(database_url) == before
        history = store.history()
        assert len(history.changes) == 7
        assert [gap.region for gap in history.uplink] == ["eu"]
        assert store.outbox.state() == OutboxState(), "nothing was ever told"
        bad = [
            Observation(
                "uploads",
                "http-1",
                DAY_OF_VERSION_2 + timedelta(hours=34, minutes=12 + minute),
                ComponentStatus.MAJOR_OUTAGE,
                timedelta(0),
            )
            for minute in range(3)
        ]
        changes = [keep(store, [answer], GAP, RULES)[0].change for answer in bad]
        assert [change is not None for change in changes] == [False, False, True]


def test_version_3_loses_what_nobody_reads_and_nothing_else(database_url: str) -> None:
    load(database_url, 3)
    before = rows(database_url)
    with opened(database_url) as database:
        migrate(database)
    after = rows(database_url)
    for name in ("state_change", "certificate"):
        dropped = {"evidence", "told"}
        before[name] = [{key: row[key] for key in row.keys() - dropped} for row in before[name]]
    assert len(before.pop("event")) == 10
    assert [after.pop(name) for name in ("maintenance_window", *ADDED_BY_6)] == [[], [], []]
    before["meta"], after["meta"] = (
        [row for row in found["meta"] if row["key"] not in ("schema", "identity")]
        for found in (before, after)
    )
    assert after == before
    assert {name for name, found in after.items() if found} >= {
        "state_change",
        "certificate",
        "delivery",
        "notice",
    }
    later = Observation(
        "uploads", "http-1", DAY_OF_VERSION_2 + timedelta(hours=36), ComponentStatus.OPERATIONAL, timedelta(0)
    )
    with closing(Store(database_url)) as store:
        assert keep(store, [later], GAP, RULES)[0].observation is not None
        assert store.outbox.state().keys == {"incident/a#1"}


def test_version_4_stays_as_it_is_and_keeps_windows_of_maintenance(database_url: str) -> None:
    load(database_url, 4)
    before = rows(database_url)
    at = datetime(2026, 11, 20, 12, tzinfo=UTC)
    text = Update("a", UpdateStatus.SCHEDULED, at, "Words.")
    hour = timedelta(hours=1)
    work = Maintenance("disks", "Disks", ("downloads",), at + hour, at + 2 * hour, (text,))
    moved = replace(work, scheduled_until=at + 3 * hour)
    for item, minutes in ((work, 0), (work, 1), (moved, 2), (moved, 3)):
        now = at + timedelta(minutes=minutes)
        with_present_windows(database_url, read_history(database_url), [item], now)
    after = rows(database_url)
    assert [(row["seen_at"], row["end"], row["has_update"]) for row in after.pop("maintenance_window")] == [
        (to_ms(at), to_ms(work.scheduled_until), 0),
        (to_ms(at + timedelta(minutes=2)), to_ms(moved.scheduled_until), 0),
    ]
    assert [after.pop(name) for name in ADDED_BY_6] == [[], []]
    before["meta"], after["meta"] = (
        [row for row in found["meta"] if row["key"] not in ("schema", "identity")]
        for found in (before, after)
    )
    assert after == before


def test_version_5_stays_as_it_is(database_url: str) -> None:
    load(database_url, 5)
    before = rows(database_url)
    with opened(database_url) as database:
        migrate(database)
    after = rows(database_url)
    assert [after.pop(name) for name in ADDED_BY_6] == [[], []]
    assert len(after["maintenance_window"]) == 1
    before["meta"], after["meta"] = (
        [row for row in found["meta"] if row["key"] not in ("schema", "identity")]
        for found in (before, after)
    )
    assert after == before


@pytest.mark.parametrize("number", range(1, SCHEMA_VERSION))
def test_every_earlier_version_ends_in_the_present_tables(database_url: str, number: int) -> None:
    load(database_url, number)
    with opened(database_url) as database:
        assert migrate(database) == number
        assert migrate(database) == SCHEMA_VERSION
        assert tables(database) == expected_tables()


def test_a_new_database_has_the_tables_that_the_code_speaks_of(database_url: str) -> None:
    with opened(database_url) as database:
        assert migrate(database) == 0
        assert tables(database) == expected_tables()
        with database.read() as connection:
            assert version(connection) == SCHEMA_VERSION
            assert not database.is_postgres or days(connection) == []


Shape = dict[str, tuple[dict[str, bool], tuple[str, ...], set[str]]]


def expected_tables() -> Shape:
    return {
        table.name: (
            {column.name: bool(column.nullable) for column in table.columns},
            tuple(column.name for column in table.primary_key),
            {str(index.name) for index in table.indexes},
        )
        for table in metadata.tables.values()
    }


def tables(database: Database) -> Shape:
    found: Shape = {}
    with database.read() as connection:
        inspector = sa.inspect(connection)
        for name in inspector.get_table_names():
            if name.startswith("observation_"):
                continue  # a day of PostgreSQL
            columns = {column["name"]: column["nullable"] for column in inspector.get_columns(name)}
            keys = inspector.get_pk_constraint(name)["constrained_columns"]
            indexes = {
                str(index["name"])
                for index in inspector.get_indexes(name)
                if not index.get("duplicates_constraint")
            }
            found[name] = (columns, tuple(keys), indexes)
    return found


def test_a_row_that_cannot_come_over_stops_the_upgrade_and_nothing_is_lost(database_url: str) -> None:
    load(database_url, 1)
    execute(database_url, "UPDATE observation SET status = 'nonsense' WHERE reason = 'Half of it'")
    for _ in range(2):
        with pytest.raises(StoreError, match=r"^The database (is damaged|refused): "):
            Store(database_url)
    with opened(database_url) as database, database.read() as connection:
        assert version(connection) == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM observation").scalar() == 73
    execute(database_url, "UPDATE observation SET status = 'partial_outage' WHERE status = 'nonsense'")
    assert len(read_history(database_url).changes) == CHANGES


def test_a_reader_alone_upgrades_nothing_and_one_beside_a_poller_says_why(tmp_path: Path) -> None:
    path = tmp_path / "waypost.db"
    url = f"sqlite:///{path}"
    load(url, 1)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="made by an older Waypost"), opened_to_read(url):
        pass
    with writer_lock(f"sqlite:///{path}"), pytest.raises(StoreError, match="is polling into this database"):
        read_history(url)
    assert path.read_bytes() == before
    assert len(read_history(url).changes) == CHANGES, "nobody polls: it is upgraded"


def test_a_database_of_a_newer_waypost_is_refused_and_left_alone(database_url: str) -> None:
    Store(database_url).close()
    newer = str(SCHEMA_VERSION + 1)
    with opened(database_url) as database, database.write() as connection:
        connection.execute(meta.update().values(value=newer))
    for attempt in (Store, read_history):
        with pytest.raises(StoreError, match=r"made by a newer Waypost\. Upgrade"):
            attempt(database_url)
    with opened(database_url) as database, database.read() as connection:
        assert connection.execute(sa.select(meta.c.value)).fetchall() == [(newer,)]


def test_many_may_be_the_first_to_open_or_upgrade_a_database(database_url: str) -> None:
    load(database_url, 1)

    def open_it(_: int) -> int:
        with closing(Store(database_url)) as store:
            return len(store.history().changes)

    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(open_it, range(4))] == [CHANGES] * 4
