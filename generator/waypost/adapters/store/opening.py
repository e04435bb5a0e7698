"""Open a database that may not be there yet, or that another process may be polling into."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from waypost.adapters.store.engine import is_sqlite, sqlite_path
from waypost.adapters.store.lock import writer_lock
from waypost.adapters.store.store import OutdatedSchema, Store
from waypost.model.project import History


@contextmanager
def opened_to_read(url: str) -> Iterator[Store | None]:
    """Open a database for reading; None where there is none yet, or nothing in it.

    Raises StoreError where it cannot be used, and OutdatedSchema where an older version made it.
    """
    path = sqlite_path(url)
    if path and not path.exists():
        yield None
        return
    store = Store(url, writes=False)
    try:
        yield None if store.is_empty else store
    finally:
        store.close()


@contextmanager
def opened_to_write(url: str) -> Iterator[Store]:
    """Make or upgrade a database and open it for writing.

    Raises StoreError where another process polls into a SQLite database. What one that died had claimed of
    it is free again.
    """
    with writer_lock(url):
        store = Store(url)
        try:
            if is_sqlite(url):
                # The lock says that whoever holds a claim is dead. On PostgreSQL others poll at this moment.
                store.release_all()
            yield store
        finally:
            store.close()


def read_history(url: str, since: datetime | None = None) -> History:
    """Return what a database holds for the pages, or nothing where there is none yet.

    A database of an older version is upgraded first, unless another process polls into it.
    """
    try:
        return _history(url, since)
    except OutdatedSchema:
        with opened_to_write(url):
            pass
        return _history(url, since)


def _history(url: str, since: datetime | None) -> History:
    with opened_to_read(url) as store:
        return store.history(since) if store else History()
