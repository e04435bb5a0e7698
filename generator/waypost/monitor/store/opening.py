"""Open a database that may not be there yet, or that another process may be polling into."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import closing, contextmanager

from waypost.base.database.engine import Database, StoreError, sqlite_path
from waypost.base.database.leases import release
from waypost.base.database.schema import schedule
from waypost.monitor.store.migrations import SCHEMA_VERSION, migrate, version


@contextmanager
def writer_lock(url: str) -> Iterator[None]:
    """Hold the lock of a poller of this database; the system frees it when the process dies.

    One process polls into a SQLite file, and StoreError refuses the next; PostgreSQL takes as many as there are.
    """
    path = sqlite_path(url)
    if path is None:
        yield
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(handle, 20, 0).decode(errors="replace").strip()
            process = f" (process {owner})" if owner.isdigit() else ""
            raise StoreError(
                f"Another Waypost{process} is polling into this database. Stop it first, or use another --database."
            ) from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


class OutdatedSchema(StoreError):
    """The database is of an older version and was opened for reading only."""


def open_database(url: str) -> Database:
    """Make or upgrade a database and open it for writing, while other processes may have it open; raises StoreError."""
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
        if sqlite_path(url):
            # The lock proves that every holder of a claim is dead. On PostgreSQL others poll at this moment.
            with database.write() as connection:
                release(connection, schedule)
        yield database
