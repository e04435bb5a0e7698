"""The chain of daily digests."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.adapters.store.engine import Database, StoreError
from waypost.adapters.store.schema import digest as table


def read_digests(connection: Connection) -> list[tuple[date, str]]:
    """Return the digest of each day, oldest first."""
    rows = connection.execute(sa.select(table).order_by(table.c.day))
    return [(date.fromisoformat(row.day), row.digest) for row in rows]


def add_digest(database: Database, connection: Connection, day: date, digest: str) -> None:
    """Keep the digest of a day; raise StoreError where another one is kept: a sealed day never changes."""
    connection.execute(database.upsert(table).values(day=day.isoformat(), digest=digest))
    kept = connection.scalar(sa.select(table.c.digest).where(table.c.day == day.isoformat()))
    if kept != digest:
        raise StoreError(
            f"The history of {day} was sealed with another digest. Run `waypost history verify`."
        )
