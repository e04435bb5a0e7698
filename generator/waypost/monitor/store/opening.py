"""Open a database that may not be there yet, or that another process may be polling into."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from waypost.base.database.engine import Database, DatabaseVanished, StoreError, sqlite_path
from waypost.base.database.leases import release
from waypost.base.database.presence import Presence, identify, identity, set_aside
from waypost.base.database.reasons import ReasonKind, system_reason
from waypost.base.database.schema import schedule
from waypost.base.database.sqlite import OWNER_ONLY
from waypost.formats.run_options import WhenVanished
from waypost.monitor.store.migrations import SCHEMA_VERSION, migrate, version

log = logging.getLogger("waypost")


_IN_USE = b" in use"
"""Stands in the lock behind the number of its process once the database is there: before, it is only being made."""


@contextmanager
def writer_lock(url: str) -> Iterator[Callable[[], object]]:
    """Hold the lock of a poller of this database; the system frees it when the process dies.

    One process polls into a SQLite file, and StoreError refuses the next; PostgreSQL takes as many as there are.
    Yields what is to be called once the database is there, from when on others can tell that it has vanished.
    """
    path = sqlite_path(url)
    if path is None:
        yield lambda: None
        return
    handle = _open_lock(path)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            owner = os.pread(handle, 20, 0).decode(errors="replace").partition(" ")[0]
            process = f" (process {owner})" if owner.isdigit() else ""
            raise StoreError(
                f"Another Waypost{process} is polling into this database. Stop it first, or use another --database.",
                ReasonKind.LOCKED,
            ) from None
        os.ftruncate(handle, 0)
        number = str(os.getpid()).encode()
        os.pwrite(handle, number, 0)
        yield lambda: os.pwrite(handle, _IN_USE, len(number))
    finally:
        os.close(handle)


def _lock_file(path: Path) -> Path:
    return path.with_name(path.name + ".lock")


def _open_lock(path: Path) -> int:
    lock = _lock_file(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(lock, os.O_RDWR | os.O_CREAT, OWNER_ONLY)
    except OSError as error:
        found = system_reason(lock, error.errno or 0)
        raise StoreError(found.text, found.kind) from error


def _is_locked(path: Path) -> bool:
    """Return whether a poller holds the lock of a file at this moment."""
    try:
        handle = os.open(_lock_file(path), os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False


def has_poller(url: str) -> bool | None:
    """Return whether a process polls into a database; None where only its rows could tell, as on PostgreSQL."""
    path = sqlite_path(url)
    return None if path is None else _is_locked(path)


class OutdatedSchema(StoreError):
    """The database is of an older version and was opened for reading only."""

    def __init__(self) -> None:
        super().__init__(
            "The database was made by an older Waypost. Start `waypost run` once, which upgrades it.",
            ReasonKind.OUTDATED,
        )


def open_database(url: str) -> Database:
    """Make or upgrade a database and open it for writing, while other processes may have it open.

    Raises StoreError, also where a poller had a file open that is gone: another one in its place would hide that.
    """
    if path := sqlite_path(url):
        _require_present(path)
    return _open(url)


def _open(url: str) -> Database:
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

    Raises StoreError where it cannot be used, DatabaseVanished where a poller had one that is gone, and
    OutdatedSchema where an older version made it.
    """
    path = sqlite_path(url)
    if path:
        _require_present(path)
        if not path.exists():
            yield None
            return
    with closing(Database(url, writes=False)) as database:
        with database.read() as connection:
            found = version(connection)
        if 0 < found < SCHEMA_VERSION:
            raise OutdatedSchema
        yield database if found else None


def _require_present(path: Path) -> None:
    """Raise DatabaseVanished where a poller has a file open that is not there any more, or was emptied."""
    with suppress(FileNotFoundError):
        if path.stat().st_size:
            return
    if _is_locked(path) and _lock_file(path).read_bytes().endswith(_IN_USE):
        raise DatabaseVanished(
            f"The database {path} is gone, while a Waypost is polling into it. {_PUT_BACK}"
        )


@contextmanager
def opened_to_write(url: str, when_vanished: WhenVanished = WhenVanished.WAIT) -> Iterator[Database]:
    """Make or upgrade a database and open it to poll into.

    Raises StoreError where another process polls into a SQLite database. What one that died had claimed of
    it is free again. Where the database vanishes while it is open, every call raises DatabaseVanished until it
    is back, or goes on in a new one, as `when_vanished` says.
    """
    with writer_lock(url) as is_there, closing(_open(url)) as database:
        is_there()
        if sqlite_path(url):
            # The lock proves that every holder of a claim is dead. On PostgreSQL others poll at this moment.
            with database.write() as connection:
                release(connection, schedule)
        presence = Presence(database, partial(_recover, url, when_vanished))
        try:
            yield database
        finally:
            # Its connections must not be open any more then.
            database.close()
            presence.close()


_PUT_BACK = (
    "Nothing is recorded until it is back: put it back or restore a backup of it, or start `waypost run` again"
    " with --when-database-vanishes new."
)


def _recover(url: str, when_vanished: WhenVanished, presence: Presence) -> str:
    """Return the identity of the database that is used from now on; raise StoreError while there is none."""
    found = _found_identity(url, presence)
    if found == presence.identity:
        # It may be a backup from before an upgrade.
        with closing(_open(url)):
            log.warning("The database is back; recording goes on.")
        return found
    if when_vanished is WhenVanished.WAIT:
        what = "Another database stands in its place." if found else ""
        raise DatabaseVanished(" ".join(filter(None, [presence.lost, what, _PUT_BACK])))
    path = sqlite_path(url)
    if path and path.exists() and path.stat().st_size and found is None:
        log.warning("What is left of the database was kept as %s.", set_aside(path))
    with closing(_open(url)) as database:
        begun = identify(database)
    log.warning("%s Polling goes on in %s.", presence.lost, "the one that is there" if found else "a new one")
    return begun


def _found_identity(url: str, presence: Presence) -> str | None:
    """Return the identity of the database that is at the address now; None where there is none."""
    path = sqlite_path(url)
    if path and not path.exists():
        return None
    # What is left of the log is written into its own file at the most, and before the next one is opened.
    presence.database.engine.dispose()
    if presence.file:
        presence.file.set_log_aside()
    with closing(Database(url, writes=False)) as database:
        try:
            return _sound_identity(database)
        except StoreError as error:
            if error.kind is ReasonKind.DAMAGED:
                return None
            raise


def _sound_identity(database: Database) -> str | None:
    with database.read() as connection:
        if not version(connection):
            return None
        # Of a file that was cut off, the log may have brought back a part.
        if not database.is_postgres and connection.exec_driver_sql("PRAGMA quick_check(1)").scalar() != "ok":
            return None
    return identity(database)
