"""Connections to SQLite and PostgreSQL, with one interface for both."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from enum import IntEnum
from pathlib import Path
from urllib.parse import unquote

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url

from waypost.base.database.backend import Backend
from waypost.base.database.reasons import ReasonKind, system_reason
from waypost.base.database.sqlite import open_sqlite
from waypost.problems import Refused


class StoreError(Refused):
    """The database cannot be used; the message says why and what to do."""

    def __init__(self, message: str, kind: ReasonKind = ReasonKind.OTHER) -> None:
        super().__init__(message)
        self.kind = kind


class DatabaseVanished(StoreError):
    """The database that was in use is gone, or another stands in its place."""

    def __init__(self, message: str) -> None:
        super().__init__(message, ReasonKind.VANISHED)


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
    """One database of either kind. No call waits for ever, see `patience`."""

    def __init__(self, url: str, *, writes: bool) -> None:
        self._url = parse_url(url)
        self.path = sqlite_path(url)
        self.is_postgres = self.path is None
        self.generation = 0
        """Grows when another database, or an older state of it, stands at the address: what was cached is void."""
        self.before_use: Callable[[], None] = lambda: None
        """Called before each transaction; it raises StoreError where the database that was opened has vanished."""
        self.on_missing_table: Callable[[], None] = lambda: None
        """Called where a table is not there; it raises StoreError where that is because it is another database."""
        self._backend = _open(self._url, self.path, writes=writes)
        self.engine = self._backend.engine
        self._writer = self.engine.execution_options(waypost_writes=True)

    def __repr__(self) -> str:
        return f"Database({self._url.render_as_string(hide_password=True)!r})"

    def close(self) -> None:
        """Release the connections."""
        self.engine.dispose()

    def reopen(self) -> None:
        """Go on with what stands at the address now; what is under way ends where it began."""
        self.engine.dispose()
        self.generation += 1

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection on which everything that is read is of one moment."""
        self.before_use()
        with self._explained(), self.engine.begin() as connection:
            if self.is_postgres:
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextlib.contextmanager
    def write(self, *, is_long: bool = False) -> Iterator[Connection]:
        """Give a connection in a transaction; it is durable when this ends, and undone if it raises.

        One that is known to take long has longer deadlines.
        """
        self.before_use()
        with self._explained(), self._writer.begin() as connection:
            patience = self._backend.patient(connection) if is_long else contextlib.nullcontext()
            with patience:
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
        """Turn what the database library raises into sentences for people, without the password."""
        try:
            yield
        except DatabaseVanished:
            # A new connection leads elsewhere: what is there says what to do.
            self.before_use()
            raise
        except sa.exc.DBAPIError as error:
            reason = self._backend.reason(error.orig)
            if is_missing_table(error.orig):
                self.on_missing_table()
            raise StoreError(reason.text, reason.kind) from error
        except sa.exc.TimeoutError as error:
            text = "The database cannot be used now: all connections of this process are busy."
            raise StoreError(text, ReasonKind.EXHAUSTED) from error


def is_missing_table(error: BaseException | None) -> bool:
    """Return whether either kind of database raised this because a table is not there."""
    return getattr(error, "sqlstate", None) == "42P01" or str(error).startswith("no such table")


def _open(url: URL, path: Path | None, *, writes: bool) -> Backend:
    if path:
        try:
            return open_sqlite(path, writes=writes)
        except OSError as error:
            refused = system_reason(path, error.errno or 0)
            raise StoreError(refused.text, refused.kind) from error
    try:
        from waypost.base.database.postgres import open_postgres  # noqa: PLC0415  # its driver may not be installed

        return open_postgres(url, writes=writes)
    except ModuleNotFoundError:
        raise StoreError(
            "PostgreSQL needs one more package: install it with pip install 'waypost[postgres]'."
        ) from None
