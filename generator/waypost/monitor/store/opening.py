"""Open a database that may not be there yet, or that another process may be polling into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from waypost.base.database.engine import Database, StoreError, is_sqlite, sqlite_path
from waypost.base.database.leases import release
from waypost.base.database.lock import writer_lock
from waypost.base.database.schema import schedule
from waypost.monitor.store.migrations import SCHEMA_VERSION, migrate, version


class OutdatedSchema(StoreError):
    """The database is of an older version and was opened for reading only."""


def open_database(url: str) -> Database:
    """Make or upgrade a database and open it for writing, whoever else has it open; raises StoreError."""
    if path := sqlite_path(url):
        path.parent.mkdir(parents=True, exist_ok=True)
    database = Database(url, writes=True)
    try:
        migrate(database)
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def opened_to_read(url: str) -> Iterator[Database | None]:
    """Open a database for reading; None where there is none yet, or nothing in it.

    Raises StoreError where it cannot be used, and OutdatedSchema where an older version made it.
    """
    path = sqlite_path(url)
    if path and not path.exists():
        yield None
        return
    with closing(Database(url, writes=False)) as database:
        with database.read() as connection:
            found = version(connection)
        if 0 < found < SCHEMA_VERSION:
            raise OutdatedSchema(
                "The database was made by an older Waypost. Start `waypost run` once, which upgrades it."
            )
        yield database if found else None


@contextmanager
def opened_to_write(url: str) -> Iterator[Database]:
    """Make or upgrade a database and open it to poll into.

    Raises StoreError where another process polls into a SQLite database. What one that died had claimed of
    it is free again.
    """
    with writer_lock(url), closing(open_database(url)) as database:
        if is_sqlite(url):
            # The lock says that whoever holds a claim is dead. On PostgreSQL others poll at this moment.
            with database.write() as connection:
                release(connection, schedule)
        yield database
