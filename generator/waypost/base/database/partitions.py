"""Raw observations by day: on PostgreSQL each day is a partition, so that forgetting one costs nothing.

Deleting the rows one by one would leave as much dead space a day as a day of observations takes, and work
for the vacuum; a dropped partition is gone at once. SQLite fills the holes again by itself.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, Lock

DAY = 86_400_000
"""A day in milliseconds; days of partitions and roll-ups are days of UTC."""

_PREFIX = "observation_"


def day_of(at: int) -> int:
    """Return the beginning of the day that holds a moment; both in milliseconds."""
    return at // DAY * DAY


def add_day(database: Database, connection: Connection, start: int) -> None:
    """Make room for the observations of the day that begins then, if there is none yet."""
    if not database.is_postgres:
        return
    database.lock(connection, Lock.PARTITIONS)
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS {_name(start)} PARTITION OF observation"
        f" FOR VALUES FROM ({start}) TO ({start + DAY})"
    )


def days(connection: Connection) -> list[int]:
    """Return the beginnings of the days that have a partition, the oldest first."""
    found = connection.execute(
        sa.text(
            "SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
            " WHERE i.inhparent = CAST('observation' AS regclass)"
        )
    )
    return sorted(int(name.removeprefix(_PREFIX)) * DAY for name in found.scalars())


def drop_day(database: Database, connection: Connection, start: int) -> int:
    """Forget the observations of a day; return how many there were."""
    database.lock(connection, Lock.PARTITIONS)
    count = connection.exec_driver_sql(f"SELECT count(*) FROM {_name(start)}").scalar_one()  # noqa: S608  # our own name
    connection.exec_driver_sql(f"DROP TABLE {_name(start)}")
    return int(count)


def _name(start: int) -> str:
    return f"{_PREFIX}{start // DAY}"
