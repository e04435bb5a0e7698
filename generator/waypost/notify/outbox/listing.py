"""Deliveries for people: listed, replayed, and forgotten after their time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, Lock
from waypost.base.database.schema import delivery, endpoint, message, notice, unsubscribed
from waypost.base.database.values import to_ms
from waypost.formats.notices import Delivery, DeliveryState
from waypost.notify.outbox.endpoints import enabled
from waypost.notify.outbox.rows import (
    DELIVERY_COLUMNS,
    DELIVERY_NUMBERS,
    PENDING,
    delivery_of,
    lock_endpoints,
    slices,
)

KEEP_DELIVERIES = timedelta(days=90)
"""How long deliveries are kept that were delivered or given up; what is pending is kept until it is neither."""

SLICE = 2000
"""Rows that one transaction forgets: a long one would keep workers and pollers waiting."""


@dataclass(frozen=True)
class Which:
    """Deliveries that somebody asks for; everything that is named must fit."""

    state: DeliveryState | None = None
    endpoint: str | None = None
    since: datetime | None = None
    """Made at or after."""
    until: datetime | None = None
    """Made before."""
    ids: Collection[int] | None = None

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """Return what must hold for a row."""
        columns = delivery.c
        found: list[sa.ColumnElement[bool]] = []
        if self.state is not None:
            found.append(columns.state == DELIVERY_NUMBERS[self.state])
        if self.endpoint is not None:
            found.append(columns.endpoint == self.endpoint)
        if self.since is not None:
            found.append(columns.created_at >= to_ms(self.since))
        if self.until is not None:
            found.append(columns.created_at < to_ms(self.until))
        if self.ids is not None:
            found.append(columns.id.in_(self.ids))
        return found


def read_deliveries(connection: Connection, which: Which, limit: int | None) -> list[Delivery]:
    """Return deliveries, newest first."""
    found = (
        sa.select(*DELIVERY_COLUMNS)
        .join(notice, notice.c.sequence == delivery.c.sequence)
        .where(*which.conditions())
        .order_by(delivery.c.id.desc())
        .limit(limit)
    )
    return [delivery_of(row) for row in connection.execute(found)]


def replay(database: Database, connection: Connection, which: Which, now: datetime) -> int:
    """Make deliveries pending again that were delivered or given up; return how many."""
    database.lock(connection, Lock.OUTBOX)
    can_be_sent = sa.exists().where(
        endpoint.c.id == delivery.c.endpoint, endpoint.c.configured == 1, endpoint.c.kind == delivery.c.kind
    )
    has_left = sa.exists().where(unsubscribed.c.endpoint == delivery.c.endpoint)
    wanted = sa.and_(*which.conditions(), delivery.c.state != PENDING, can_be_sent, sa.not_(has_left))
    names = connection.scalars(sa.select(delivery.c.endpoint).where(wanted).distinct()).all()
    # A delivery that is reported meanwhile is pending or not; the endpoint's row settles which.
    lock_endpoints(connection, names)
    again = delivery.update().where(wanted, delivery.c.endpoint.in_(names)).values(state=PENDING, failures=0)
    count = connection.execute(again).rowcount if names else 0
    for some in slices(names):
        mine = endpoint.c.id.in_(some)
        connection.execute(enabled().where(mine, endpoint.c.disabled_at.is_not(None)))
        connection.execute(endpoint.update().where(mine).values(next_at=to_ms(now), set_at=to_ms(now)))
    return count


def prune(database: Database, now: datetime) -> int:
    """Forget deliveries that are past their time, and messages that none needs; return how many deliveries.

    Notices stay for ever: they say what was told.
    """
    last_at = sa.func.coalesce(delivery.c.last_at, delivery.c.created_at)
    over = sa.and_(delivery.c.state != PENDING, last_at < to_ms(now - KEEP_DELIVERIES))
    forgotten = 0
    while True:
        with database.write() as connection:
            database.lock(connection, Lock.OUTBOX)
            found = sa.select(delivery.c.id).where(over).order_by(delivery.c.id).limit(SLICE)
            # Replayed meanwhile, it is pending again and stays.
            row_count = connection.execute(delivery.delete().where(delivery.c.id.in_(found), over)).rowcount
        forgotten += row_count
        if row_count < SLICE:
            break
    if forgotten:
        with database.write() as connection:
            # Whoever tells something has written its messages and its deliveries, or neither.
            database.lock(connection, Lock.OUTBOX)
            is_needed = sa.exists().where(
                delivery.c.sequence == message.c.sequence, delivery.c.kind == message.c.kind
            )
            connection.execute(message.delete().where(sa.not_(is_needed)))
    return forgotten
