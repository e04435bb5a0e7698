"""Events: what happened, written with the rows that tell of it, for whoever delivers it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.adapters.store.codec import from_ms, to_ms
from waypost.adapters.store.engine import Database, Lock
from waypost.adapters.store.schema import event as table
from waypost.adapters.store.schema import line as line_table
from waypost.core.cadence import Overdue
from waypost.model.rollups import Event, EventKind


def new_event(
    kind: EventKind, at: datetime, line: int | None, region: str, detail: Mapping[str, str]
) -> dict[str, Any]:
    """Return the row of an event."""
    return {
        "at": to_ms(at),
        "kind": kind.value,
        "line": line,
        "region": region,
        "detail": json.dumps(detail, separators=(",", ":")),
    }


def write_events(database: Database, connection: Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Write events within the transaction of what they tell of."""
    if not rows:
        return
    # Numbers are given out before they can be seen. Without this lock a reader could see number 8 and ask for
    # what is newer, while number 7 is still to come: it would never be delivered.
    database.lock(connection, Lock.EVENTS)
    connection.execute(table.insert(), rows)


def write_overdue(database: Database, connection: Connection, found: Sequence[Overdue], now: datetime) -> int:
    """Write an event for each silence that none tells of yet, and return how many.

    A silence is what follows one update: several pollers and every start of one find it again.
    """
    # Two pollers of one database may notice at the same time; one of them is first.
    database.lock(connection, Lock.EVENTS)
    kind = EventKind.UPDATE_OVERDUE
    rows = connection.scalars(sa.select(table.c.detail).where(table.c.kind == kind.value))
    known = {(told.get("incident"), told.get("after")) for told in map(json.loads, rows)}
    new = [item for item in found if (item.incident.id, item.last.id) not in known]
    details = [
        {
            "incident": item.incident.id,
            "after": item.last.id,
            "impact": item.incident.impact.value,
            "due": item.due.isoformat(),
        }
        for item in new
    ]
    write_events(database, connection, [new_event(kind, now, None, "", detail) for detail in details])
    return len(new)


def newest_event(connection: Connection) -> int:
    """Return the largest number of an event, or 0."""
    return connection.scalar(sa.select(sa.func.max(table.c.id))) or 0


def read_events(connection: Connection, after_id: int) -> list[Event]:
    """Return the events with larger numbers, in their order."""
    found = (
        sa.select(table, line_table.c.component, line_table.c.check)
        .outerjoin(line_table, line_table.c.id == table.c.line)
        .where(table.c.id > after_id)
        .order_by(table.c.id)
    )
    return [
        Event(
            row.id,
            from_ms(row.at),
            EventKind(row.kind),
            row.component or "",
            row.check or "",
            row.region,
            json.loads(row.detail),
        )
        for row in connection.execute(found)
    ]
