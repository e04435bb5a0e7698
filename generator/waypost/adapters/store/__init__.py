"""The database of what machines observe: observations, state changes, watched time, and the schedule.

SQLite or PostgreSQL behind SQLAlchemy. `Store` is the one way in, see its methods; `opening` says how to get one.
"""

from waypost.adapters.store.engine import StoreError, database_path, is_sqlite, sqlite_path
from waypost.adapters.store.lock import WriterLock, writer_lock
from waypost.adapters.store.migrations import SCHEMA_VERSION
from waypost.adapters.store.opening import opened_to_read, opened_to_write, read_history
from waypost.adapters.store.store import Store

__all__ = [
    "SCHEMA_VERSION",
    "Store",
    "StoreError",
    "WriterLock",
    "database_path",
    "is_sqlite",
    "opened_to_read",
    "opened_to_write",
    "read_history",
    "sqlite_path",
    "writer_lock",
]
