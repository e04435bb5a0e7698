"""Connections to SQLite and PostgreSQL, with one interface for both."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from enum import IntEnum
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, Engine, make_url

from waypost.problems import Refused

WAIT = 10
"""Seconds that a writer waits for another one."""


class StoreError(Refused):
    """The database cannot be used; the message says why and what to do."""


class Lock(IntEnum):
    """Tasks of one process at a time; on PostgreSQL the numbers of advisory locks."""

    MIGRATE = 0x57A7_0001
    PLAN = 0x57A7_0002
    UPLINK = 0x57A7_0003
    ROLL_UP = 0x57A7_0004
    PARTITIONS = 0x57A7_0005
    OUTBOX = 0x57A7_0006
    CLAIMS = 0x57A7_0007


def parse_url(url: str) -> URL:
    """Read the address of a database; raise StoreError, which never repeats it, for one that is not understood."""
    try:
        parsed = make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(_HOW_TO_NAME_ONE) from None
    kind = parsed.get_backend_name()
    if kind == "sqlite" and parsed.database and parsed.database != ":memory:":
        return parsed
    if kind == "postgresql" and parsed.drivername in ("postgresql", "postgresql+psycopg"):
        if "@" in (parsed.host or ""):
            raise StoreError("In the address of the database, write @ in a password as %40.")
        return parsed.set(drivername="postgresql+psycopg")
    raise StoreError(_HOW_TO_NAME_ONE)


_HOW_TO_NAME_ONE = (
    "The database must be given as sqlite:///path/to/file.db or as postgresql://user:password@host/name."
)


def sqlite_path(url: str) -> Path | None:
    """Return the file of a SQLite database, and None for any other kind; raise StoreError for a bad address."""
    parsed = parse_url(url)
    return Path(unquote(parsed.database or "")) if parsed.get_backend_name() == "sqlite" else None


class Database:
    """One database of either kind."""

    def __init__(self, url: str, *, writes: bool) -> None:
        self._url = parse_url(url)
        path = sqlite_path(url)
        self.is_postgres = path is None
        self.engine = _sqlite_engine(path, writes) if path else _postgres_engine(self._url, writes)
        self._writer = self.engine.execution_options(waypost_writes=True)

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    def close(self) -> None:
        """Release the connections."""
        self.engine.dispose()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection on which everything that is read is of one moment."""
        with self._explained(), self.engine.begin() as connection:
            if self.is_postgres:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection in a transaction; it is durable when this ends, and undone if it raises."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def lock(self, connection: Connection, lock: Lock) -> None:
        """Wait until this transaction is the only one that holds the lock; SQLite has one writer anyway."""
        if self.is_postgres:
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(int(lock))))

    def insert(self, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
        """Return an insert that can say what happens to rows that are there already."""
        return postgresql.insert(table) if self.is_postgres else sqlite.insert(table)

    def upsert(self, table: sa.Table, *changed: str) -> postgresql.Insert | sqlite.Insert:
        """Return an insert that changes these columns of a row that is there; without any, it keeps the row."""
        insert = self.insert(table)
        keys = list(table.primary_key.columns)
        if not changed:
            return insert.on_conflict_do_nothing(index_elements=keys)
        new = {name: insert.excluded[name] for name in changed}
        return insert.on_conflict_do_update(index_elements=keys, set_=new)

    @contextlib.contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database library raises into one sentence for people, without the password."""
        try:
            yield
        except sa.exc.OperationalError as error:
            raise StoreError(
                f"The database cannot be used now: {self._message(error)}. {self._hint()}"
            ) from error
        except sa.exc.DBAPIError as error:
            if self.is_postgres:
                raise StoreError(f"The database refused: {self._message(error)}.") from error
            raise StoreError(
                f"The database is damaged: {self._message(error)}. Restore it from a backup."
            ) from error

    def _message(self, error: sa.exc.DBAPIError) -> str:
        text = " ".join(str(error.orig).split()).rstrip(".")
        password = self._url.password
        return text.replace(str(password), "***") if password else text

    def _hint(self) -> str:
        if self.is_postgres:
            return "Look whether the server runs, and whether its address, user and password are right."
        return "Try again when nothing else writes to it."


_DURABLE = """SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') IN ('off', 'local')"""


def _postgres_engine(url: URL, writes: bool) -> Engine:
    try:
        # A connection may have died with its server: it is tried before it is used again.
        engine = sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": WAIT})
    except ModuleNotFoundError:
        raise StoreError(
            "PostgreSQL needs one more package: install it with pip install 'waypost[postgres]'."
        ) from None

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        # Whatever the server's settings say: what was reported must be there after a crash.
        with connection.cursor() as cursor:
            cursor.execute(_DURABLE if writes else "SET default_transaction_read_only = on")
        connection.commit()

    return engine


def _sqlite_engine(path: Path, writes: bool) -> Engine:
    # The mode keeps a reader from making an empty file.
    address = f"file:{quote(str(path.absolute()))}?mode={'rwc' if writes else 'rw'}"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=WAIT, isolation_level=None, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.QueuePool)

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _: object) -> None:
        cursor = connection.cursor()
        if writes:
            _use_log(cursor)
            cursor.execute("PRAGMA synchronous=FULL")
        else:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A writer that only becomes one half way could find that another was faster, and would fail.
        writing = connection.get_execution_options().get("waypost_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

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
