"""Our own faults in the database, where other processes and the notices for operators read them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import fault
from waypost.base.database.values import clean_text, from_ms, optional_moment, to_ms
from waypost.base.faults import Fault, FaultKind

KEEP_FAULTS = timedelta(days=90)
"""How long a fault that is over is kept."""

ALIVE = timedelta(minutes=3)
"""A fault that lasts is confirmed by its process within this time; of one that is not, the process has died."""


def write_faults(database: Database, owner: str, faults: Iterable[Fault], now: datetime) -> None:
    """Write the faults of a process as they are now, in one transaction. Raises StoreError."""
    rows = [
        {
            "kind": item.kind.value,
            "subject": clean_text(item.subject),
            "owner": owner,
            "since": to_ms(item.since),
            "message": clean_text(item.message),
            "count": item.count,
            "last_at": to_ms(now),
            "until": to_ms(item.until) if item.until else None,
        }
        for item in faults
    ]
    if rows:
        with database.write() as connection:
            connection.execute(database.upsert(fault, "message", "count", "last_at", "until"), rows)


def present_faults(connection: Connection, now: datetime) -> list[Fault]:
    """Return the faults that last, of every process that is alive, oldest first."""
    is_alive = fault.c.last_at >= to_ms(now - ALIVE)
    return _select(connection, sa.and_(fault.c.until.is_(None), is_alive))


def recent_faults(connection: Connection, since: datetime) -> list[Fault]:
    """Return the faults that began, lasted or ended since a moment, oldest first."""
    return _select(connection, fault.c.last_at >= to_ms(since))


def end_faults(database: Database, owner: str | None = None) -> None:
    """End what a process that is gone has left open, or what any process has. Raises StoreError."""
    is_open = fault.c.until.is_(None)
    condition = is_open if owner is None else sa.and_(is_open, fault.c.owner == owner)
    with database.write() as connection:
        # More than when it was met last is not known of it.
        connection.execute(fault.update().where(condition).values(until=fault.c.last_at))


def prune_faults(database: Database, now: datetime) -> None:
    """Forget what was over long ago, or was left by a process that died. Raises StoreError."""
    with database.write() as connection:
        connection.execute(fault.delete().where(fault.c.last_at < to_ms(now - KEEP_FAULTS)))


def _select(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Fault]:
    rows = connection.execute(sa.select(fault).where(condition).order_by(fault.c.since, fault.c.kind))
    known = {kind.value for kind in FaultKind}
    return [
        Fault(
            FaultKind(row.kind),
            row.subject,
            row.message,
            from_ms(row.since),
            row._mapping["count"],
            optional_moment(row.until),
        )
        for row in rows
        if row.kind in known
    ]
