"""Whether the database that a process opened is still the one at its address.

SQLite goes on writing into a file that was deleted or moved away, and a server may be replaced by another one with
nothing in it. Both would lose what is recorded. So a database has an identity, which a copy, a backup and a
replica share: it tells one that was put back from one that is another.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from waypost.base.database.engine import (
    Database,
    DatabaseReopened,
    DatabaseVanished,
    StoreError,
    is_missing_table,
)
from waypost.base.database.reasons import system_reason
from waypost.base.database.schema import meta

LOOK_EVERY = 1.0
"""Seconds between two looks at a file, and between two attempts to find a database that vanished."""

SETTLING = 0.1
"""Seconds after which a file that looks cut off is looked at again: the log may just be written into it."""

HEADER = 100
"""Bytes of the header of a SQLite file; a shorter file holds nothing."""

LOG_HEADER, FRAME_HEADER = 32, 24
"""Bytes of the header of a write-ahead log, and of that of each page in it."""

_KEY = "identity"


def identify(database: Database) -> str:
    """Return the identity of a database that has its tables; one that has none yet is given one."""
    with database.write() as connection:
        row = database.upsert(meta).values(key=_KEY, value=secrets.token_hex(16))
        connection.execute(row)
        return str(connection.scalar(_IDENTITY))


_IDENTITY = sa.select(meta.c.value).where(meta.c.key == _KEY)


def identity(database: Database) -> str | None:
    """Return the identity of a database that has its tables, where it has one."""
    with database.read() as connection:
        found = connection.scalar(_IDENTITY)
    return None if found is None else str(found)


class Presence:
    """Watches over an open database: before each transaction it is asked whether all is as it was.

    While the database is lost, every transaction is refused with DatabaseVanished, and now and then `recover` is
    called: it reopens what is to be used from then on and returns its identity, or raises StoreError.
    """

    def __init__(self, database: Database, recover: Callable[[Presence], str]) -> None:
        self.database = database
        self._recover = recover
        self._lock = threading.Lock()
        self._thread = threading.local()
        self.lost: str | None = None
        """What happened to the database, while it is not there."""
        self._advice = ""
        """The same with what to do, as it was last found."""
        self._next = 0.0
        self.identity = identify(database)
        """The identity of the database that is in use."""
        self.file = DatabaseFile(database.path) if database.path else None
        """The file of the database, where it is one."""
        self._stop_what_began_before()
        database.before_use = self.require
        database.on_missing_table = self.suspect
        sa.event.listen(database.engine, "connect", self._verify)

    def close(self) -> None:
        """End the watch; the connections of the database are closed."""
        if self.file:
            self.file.close()

    def require(self) -> None:
        """Raise DatabaseVanished or another StoreError where the database is not the one that was opened."""
        if self.lost or self.file:
            self._look()
        if self.lost:
            raise DatabaseVanished(self._advice or self.lost)
        self._stop_what_began_before()

    def _stop_what_began_before(self) -> None:
        """Refuse the first call of each thread after the database was reopened.

        It may be one of several that belong together, the first of which were about another database.
        """
        generation = self.database.generation
        before = getattr(self._thread, "generation", generation)
        self._thread.generation = generation
        if before != generation:
            raise DatabaseReopened

    def suspect(self) -> None:
        """Find out what stands at the address: a table is not there. Raises StoreError where it is another database."""
        self.lost = self.lost or "The tables of the database are gone."
        self._next = 0.0
        self._look()

    def _look(self) -> None:
        now = time.monotonic()
        # Others do not wait for the thread that looks.
        if now < self._next or not self._lock.acquire(blocking=False):
            return
        try:
            self._next = now + LOOK_EVERY
            if self.lost is None and self.file:
                self.lost = self.file.fault()
            if self.lost:
                self._find()
        finally:
            self._lock.release()

    def _find(self) -> None:
        try:
            self.identity = self._recover(self)
        except StoreError as error:
            self._advice = str(error)
            raise
        finally:
            # However long it took, the next attempt is not at once.
            self._next = time.monotonic() + LOOK_EVERY
        self.database.reopen()
        if self.file and self.database.path and not self.file.is_present():
            before, self.file = self.file, DatabaseFile(self.database.path)
            before.close()
        self.lost, self._advice = None, ""

    def _verify(self, connection: Any, _: object) -> None:
        """Refuse a new connection that leads to another database, such as one after a failover."""
        cursor = connection.cursor()
        try:
            cursor.execute(f"SELECT value FROM meta WHERE key = '{_KEY}'")  # noqa: S608  # our own name
            found = cursor.fetchone()
        except self.database.engine.dialect.loaded_dbapi.Error as error:
            if not is_missing_table(error):
                raise
            found = None
        finally:
            cursor.close()
        connection.rollback()
        if found is None or found[0] != self.identity:
            # Nothing is looked up from here: a connection is just being made.
            self.lost, self._next = "The server has another database at this address, or an empty one.", 0.0
            raise DatabaseVanished(self.lost)


@dataclass(frozen=True)
class _FileIdentity:
    device: int
    inode: int


class DatabaseFile:
    """Notices that a file was deleted, moved away, replaced or cut off.

    It holds the file open: closing it would drop every lock that SQLite has on it in this process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._log = path.with_name(f"{path.name}-wal")
        try:
            self._handle = os.open(path, os.O_RDONLY)
        except OSError as error:
            refused = system_reason(path, error.errno or 0)
            raise StoreError(refused.text, refused.kind) from error
        self._file = _identity_of(os.fstat(self._handle))
        self._log_file = _file_identity(self._log)

    def close(self) -> None:
        """Let go of the file, on which no connection of this process may be open any more."""
        os.close(self._handle)

    def is_present(self) -> bool:
        """Return whether the file is still the one at its path."""
        return _file_identity(self._path) == self._file

    def fault(self) -> str | None:
        """Return what happened to the file, if anything did."""
        present = _file_identity(self._path)
        if present is None:
            return (
                f"The database {self._path} is gone: its file was deleted or moved away while it was in use."
            )
        if present != self._file:
            return f"The file of the database {self._path} was replaced while it was in use."
        if self._is_cut():
            return f"The file of the database {self._path} was emptied or cut off while it was in use."
        self._log_file = _file_identity(self._log)
        return None

    def _is_cut(self) -> bool:
        before = self._missing_bytes()
        while before:
            time.sleep(SETTLING)
            now = self._missing_bytes()
            if now == before:
                return True
            before = now
        return False

    def _missing_bytes(self) -> int:
        """Return how much of the file is neither in it nor in its log, as its header says; an empty one lacks that.

        While its disk is full, the log cannot be written into the file, but for its header.
        """
        header = os.pread(self._handle, HEADER, 0)
        if len(header) < HEADER:
            return HEADER - len(header)
        page = int.from_bytes(header[16:18], "big")
        page = 65536 if page == 1 else page
        pages = int.from_bytes(header[28:32], "big")
        missing = set(range(os.fstat(self._handle).st_size // page + 1, pages + 1))
        return page * len(missing - logged_pages(self._log)) if missing else 0

    def set_log_aside(self) -> None:
        """Move the write-ahead log away where it belongs to the file that was here before.

        SQLite would take it for the log of the file that is here now, and would write its pages into it.
        """
        if self.is_present() or self._log_file is None:
            return
        if _file_identity(self._log) != self._log_file:
            return
        for name in (self._log, self._path.with_name(f"{self._path.name}-shm")):
            if name.exists():
                set_aside(name)


def logged_pages(log: Path) -> set[int]:
    """Return the numbers of the pages that a write-ahead log holds the latest state of, of whole transactions."""
    found: set[int] = set()
    begun: set[int] = set()
    try:
        file = log.open("rb")
    except FileNotFoundError:
        return found
    with file:
        header = file.read(LOG_HEADER)
        page, salts = int.from_bytes(header[8:12], "big"), header[16:24]
        # What stands behind the frames with the salts of the header is of an earlier use of the log.
        while len(frame := file.read(FRAME_HEADER)) == FRAME_HEADER and frame[8:16] == salts:
            begun.add(int.from_bytes(frame[:4], "big"))
            if any(frame[4:8]):
                found |= begun
                begun.clear()
            file.seek(page, os.SEEK_CUR)
    return found


def set_aside(path: Path) -> Path:
    """Give a file another name beside its own, and return it."""
    aside = path.with_name(f"{path.name}.{time.strftime('%Y%m%dT%H%M%S')}-{secrets.token_hex(2)}")
    path.rename(aside)
    return aside


def _file_identity(path: Path) -> _FileIdentity | None:
    try:
        return _identity_of(path.stat())
    except (FileNotFoundError, NotADirectoryError):
        return None


def _identity_of(found: os.stat_result) -> _FileIdentity:
    return _FileIdentity(found.st_dev, found.st_ino)
