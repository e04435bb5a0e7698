"""One process polls into a SQLite file; PostgreSQL takes as many as there are."""

from __future__ import annotations

import contextlib
import fcntl
import os
from contextlib import AbstractContextManager
from pathlib import Path

from waypost.base.database.engine import StoreError, database_path, is_sqlite


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


def writer_lock(url: str) -> AbstractContextManager[object]:
    """Return the lock of whoever polls into this database; there is nothing to lock on PostgreSQL."""
    return WriterLock(database_path(url)) if is_sqlite(url) else contextlib.nullcontext()
