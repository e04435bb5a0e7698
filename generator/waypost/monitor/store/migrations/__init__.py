"""Bring a database to the present schema: numbered steps, forward only, each written once and never changed.

A new database takes the same steps from the first one on, so that there is one way to every table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, Lock, StoreError
from waypost.base.database.schema import meta
from waypost.monitor.store.migrations import to_1, to_2, to_3, to_4

STEPS: Mapping[int, Callable[[Database, Connection], None]] = {
    1: to_1.migrate,
    2: to_2.migrate,
    3: to_3.migrate,
    4: to_4.migrate,
}
"""What leads to each version from the one before."""

SCHEMA_VERSION = max(STEPS)

NEWER = "The database was made by a newer Waypost. Upgrade, or use another --database."


def version(connection: Connection) -> int:
    """Return the version of a database, 0 for an empty one; raise StoreError where it is newer than we are."""
    if not sa.inspect(connection).has_table(meta.name):
        return 0
    found = connection.scalar(sa.select(meta.c.value).where(meta.c.key == "schema"))
    if found is None:
        return 0
    if not found.isdecimal() or int(found) > SCHEMA_VERSION:
        raise StoreError(NEWER)
    return int(found)


def migrate(database: Database, upto: int = SCHEMA_VERSION) -> int:
    """Take the steps that are missing, all or none; return the version that was found."""
    with database.read() as connection:
        found = version(connection)
    if found >= upto:
        return found
    with database.write() as connection:
        # Several processes may be the first; one makes everything, and the others wait for it.
        database.lock(connection, Lock.MIGRATE)
        found = version(connection)
        for number in range(found + 1, upto + 1):
            STEPS[number](database, connection)
            connection.execute(database.upsert(meta, "value").values(key="schema", value=str(number)))
    return found
