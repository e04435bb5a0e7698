"""The database of what machines observe: observations, confirmed state changes, and coverage.

SQLite behind SQLAlchemy. One process writes (see `WriterLock`), any number read. Times are stored as
whole milliseconds since 1970 in UTC. Writes are durable before they are reported.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, make_url

from waypost.model.project import History
from waypost.model.status import ComponentStatus, Coverage, Observation, StateChange

SCHEMA_VERSION = 1
KEEP_OBSERVATIONS = timedelta(days=14)
"""How long raw observations are kept; state changes and coverage are kept for ever."""

RECENT_LIMIT = 200
"""How many observations back a run of equal answers is looked for: twice the largest `down_after`."""

metadata = sa.MetaData()
_meta = sa.Table("meta", metadata, sa.Column("key", sa.Text, primary_key=True), sa.Column("value", sa.Text))
_observations = sa.Table(
    "observation",
    metadata,
    sa.Column("at", sa.BigInteger, primary_key=True),
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("check", sa.Text, primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("latency", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
_changes = sa.Table(
    "state_change",
    metadata,
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("check", sa.Text, primary_key=True),
    sa.Column("confirmed_at", sa.BigInteger, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
_coverage = sa.Table(
    "coverage",
    metadata,
    sa.Column("component", sa.Text, primary_key=True),
    sa.Column("check", sa.Text, primary_key=True),
    sa.Column("start", sa.BigInteger, primary_key=True),
    sa.Column("end", sa.BigInteger, nullable=False),
)
sa.Index("observation_by_check", _observations.c.component, _observations.c.check, _observations.c.at)

Decision = Callable[[ComponentStatus | None, Sequence[Observation]], StateChange | None]
"""Decides from the confirmed state and the latest observations, oldest first, whether the state changed."""


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class WriterLock:
    """Makes sure that only one process polls into a database; the system frees it when the process dies."""

    def __init__(self, database: Path) -> None:
        self._path = database.with_name(database.name + ".lock")
        self._handle: int | None = None

    def __enter__(self) -> WriterLock:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(handle, 20, 0).decode(errors="replace").strip()
            os.close(handle)
            who = f" (process {owner})" if owner.isdigit() else ""
            raise StoreError(
                f"Another Waypost{who} is polling into this database. Stop it first, or use another --database."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        self._handle = handle
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@contextlib.contextmanager
def _explained() -> Iterator[None]:
    """Turn what the database library raises into one sentence for people."""
    try:
        yield
    except sa.exc.OperationalError as error:
        raise StoreError(
            f"The database cannot be used now: {error.orig}. Try again when nothing else writes to it."
        ) from error
    except sa.exc.DBAPIError as error:
        raise StoreError(f"The database is damaged: {error.orig}. Restore it from a backup.") from error


class Store:
    """Read and write access to one database."""

    def __init__(self, url: str) -> None:
        self.path = database_path(url)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._engine = _engine(self.path)
        try:
            with _explained():
                self._migrate()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Release the connections."""
        self._engine.dispose()

    def _migrate(self) -> None:
        with self._engine.begin() as connection:
            if not sa.inspect(connection).has_table(_meta.name):
                # Several processes may be the first; one makes everything, and the others wait for it.
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                metadata.create_all(connection)
            found = connection.scalar(sa.select(_meta.c.value).where(_meta.c.key == "schema"))
            if found is None:
                connection.execute(_meta.insert().values(key="schema", value=str(SCHEMA_VERSION)))
            elif not found.isdecimal() or int(found) > SCHEMA_VERSION:
                raise StoreError(
                    "The database was made by a newer Waypost. Upgrade, or use another --database."
                )

    def record(self, observation: Observation, gap: timedelta, decide: Decision) -> StateChange | None:
        """Keep an observation, extend the coverage, and keep the state change if `decide` finds one.

        All of it is one transaction. After a silence longer than `gap` a new stretch of coverage
        begins; observations on both sides of it count towards a change, because whoever polls more
        rarely than `every` says must hear of an outage too. An observation that is not newer
        than the last one (a clock set back) is dropped.
        """
        with _explained(), self._engine.begin() as connection:
            key = (observation.component, observation.check)
            if not self._cover(connection, observation, gap):
                return None
            connection.execute(
                _observations.insert().values(
                    at=_milliseconds(observation.at),
                    component=observation.component,
                    check=observation.check,
                    status=observation.status.value,
                    latency=round(observation.latency.total_seconds() * 1000),
                    reason=observation.reason,
                )
            )
            change = decide(self._current(connection, *key), self._recent(connection, *key))
            if change is not None:
                connection.execute(_changes.insert().values(**_change_row(change)))
            return change

    def _cover(self, connection: Connection, observation: Observation, gap: timedelta) -> bool:
        """Extend the latest stretch of coverage or begin one; return whether the observation is news."""
        at = _milliseconds(observation.at)
        end = at + round(observation.latency.total_seconds() * 1000) + 1
        mine = sa.and_(_coverage.c.component == observation.component, _coverage.c.check == observation.check)
        latest = connection.execute(
            sa.select(_coverage.c.start, _coverage.c.end)
            .where(mine)
            .order_by(_coverage.c.start.desc())
            .limit(1)
        ).first()
        if latest and at < latest.end:
            return False
        if latest and at - latest.end <= gap.total_seconds() * 1000:
            connection.execute(
                _coverage.update().where(mine, _coverage.c.start == latest.start).values(end=end)
            )
            return True
        connection.execute(
            _coverage.insert().values(
                component=observation.component, check=observation.check, start=at, end=end
            )
        )
        return True

    def _current(self, connection: Connection, component: str, check: str) -> ComponentStatus | None:
        found = connection.scalar(
            sa.select(_changes.c.status)
            .where(_changes.c.component == component, _changes.c.check == check)
            .order_by(_changes.c.confirmed_at.desc())
            .limit(1)
        )
        return ComponentStatus(found) if found else None

    def _recent(self, connection: Connection, component: str, check: str) -> list[Observation]:
        table = _observations.c
        rows = connection.execute(
            sa.select(_observations)
            .where(table.component == component, table.check == check)
            .order_by(table.at.desc())
            .limit(RECENT_LIMIT)
        )
        return [_observation(row) for row in rows][::-1]

    def history(self) -> History:
        """Return all state changes and coverage, oldest first."""
        with _explained(), self._engine.connect() as connection:
            changes = connection.execute(sa.select(_changes).order_by(_changes.c.confirmed_at))
            coverage = connection.execute(sa.select(_coverage).order_by(_coverage.c.start))
            return History(
                tuple(
                    StateChange(
                        row.component,
                        row.check,
                        _moment(row.at),
                        ComponentStatus(row.status),
                        _moment(row.confirmed_at),
                        row.reason,
                    )
                    for row in changes
                ),
                tuple(
                    Coverage(row.component, row.check, _moment(row.start), _moment(row.end))
                    for row in coverage
                ),
            )

    def prune(self, now: datetime) -> int:
        """Forget raw observations older than fourteen days; return how many."""
        limit = _milliseconds(now - KEEP_OBSERVATIONS)
        with _explained(), self._engine.begin() as connection:
            return connection.execute(_observations.delete().where(_observations.c.at < limit)).rowcount


def read_history(url: str) -> History:
    """Return what a database holds, or nothing where there is none yet."""
    if not database_path(url).exists():
        return History()
    store = Store(url)
    try:
        return store.history()
    finally:
        store.close()


def database_path(url: str) -> Path:
    """Return the file of a `sqlite:///` address; raise StoreError for any other."""
    try:
        parsed = make_url(url)
    except sa.exc.ArgumentError:
        raise StoreError("The database must be given as sqlite:///path/to/file.db.") from None
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise StoreError("This version of Waypost keeps its data in SQLite: use sqlite:///path/to/file.db.")
    return Path(unquote(parsed.database))


def _engine(path: Path) -> Engine:
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), connect_args={"timeout": 10})

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        _use_log(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    return engine


def _use_log(cursor: Any) -> None:
    """Switch a database to a write-ahead log; where several do so at once, SQLite refuses without waiting."""
    for patience in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            time.sleep(patience)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _change_row(change: StateChange) -> dict[str, Any]:
    return {
        "component": change.component,
        "check": change.check,
        "at": _milliseconds(change.at),
        "status": change.status.value,
        "confirmed_at": _milliseconds(change.confirmed_at),
        "reason": change.reason,
    }


def _observation(row: Any) -> Observation:
    return Observation(
        row.component,
        row.check,
        _moment(row.at),
        ComponentStatus(row.status),
        timedelta(milliseconds=row.latency),
        row.reason,
    )
