"""SQLite: the engine of one file, and whether the file that was opened is still the one at its path."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.backend import Backend
from waypost.base.database.patience import Wait
from waypost.base.database.reasons import sqlite_reason

WAIT = 10.0
"""Seconds that a writer waits for another one."""

BUSY = 1.0
"""Seconds that SQLite itself waits; in between it is asked whether the wait is over."""

OWNER_ONLY = 0o600
"""The mode of a database and of what stands beside it: it holds what visitors sent."""


_making = threading.Lock()


def open_sqlite(path: Path, *, writes: bool) -> Backend:
    """Open one file; one that writes makes it first where there is none, and raises OSError where it cannot.

    It is not made again when it vanishes.
    """
    if writes:
        _make_file(path)
    address = f"file:{quote(str(path.absolute()))}?mode=rw"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, timeout=BUSY, isolation_level=None, check_same_thread=False)

    engine = sa.create_engine("sqlite://", creator=connect, poolclass=sa.pool.QueuePool, pool_timeout=WAIT)

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
        if connection.get_execution_options().get("waypost_writes", False):
            _begin_to_write(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return Backend(engine, partial(sqlite_reason, path), lambda _: contextlib.nullcontext())


def _make_file(path: Path) -> None:
    """Make an empty file with its folder where there is none, for its owner alone.

    SQLite gives the files that it puts beside it the same mode.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # Closing the file drops every lock that SQLite has on it in this process: no other thread may have opened it yet.
    with _making, contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, OWNER_ONLY))


def _begin_to_write(connection: Connection) -> None:
    wait = Wait(WAIT)
    while True:
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        except sa.exc.OperationalError as error:
            if getattr(error.orig, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY or wait.is_over():
                raise
        else:
            return


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
