"""What the parts of the outbox share: rows as values, and what holds for a row of an endpoint.

Whoever changes deliveries of an endpoint, or its row, locks that row first, and several in the order of their
ids. So two transactions never wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.leases import Leases
from waypost.base.database.schema import delivery, delivery_is_pending, endpoint, notice
from waypost.base.database.values import from_ms, optional_moment
from waypost.formats.notices import Delivery, DeliveryState, NoticeEvent

DELIVERY_NUMBERS: Mapping[DeliveryState, int] = {
    DeliveryState.PENDING: 0,
    DeliveryState.DELIVERED: 1,
    DeliveryState.FAILED: 2,
}
"""How what became of a delivery is stored; the numbers never change."""

DELIVERY_STATES = {number: state for state, number in DELIVERY_NUMBERS.items()}

PENDING = DELIVERY_NUMBERS[DeliveryState.PENDING]
DELIVERED = DELIVERY_NUMBERS[DeliveryState.DELIVERED]
FAILED = DELIVERY_NUMBERS[DeliveryState.FAILED]

IS_DISABLED = "the endpoint is disabled"
IS_GONE = "no longer in subscribers.yml"
HAS_OTHER_CHANNEL = "the channel of the subscriber was changed"
HAS_LEFT = "the subscriber has left"

JUDGED_AHEAD = 60_000
"""By how many milliseconds clocks may differ: what was set later than that was set by a clock that was ahead."""

LEASES = Leases(endpoint, endpoint.c.next_at, lambda _, now: endpoint.c.set_at > now + JUDGED_AHEAD)
"""Which worker holds which endpoint."""

SLICE = 5000
"""How many names one statement is given at most."""

DELIVERY_COLUMNS = (*delivery.c, notice.c.event, notice.c.subject, notice.c.message_id)
"""What `delivery_of` needs, of deliveries joined with their notices."""


def delivery_of(row: Any) -> Delivery:
    """Return a delivery from its row."""
    return Delivery(
        row.id,
        row.sequence,
        row.endpoint,
        row.kind,
        NoticeEvent(row.event),
        row.subject,
        row.message_id,
        from_ms(row.created_at),
        DELIVERY_STATES[row.state],
        row.attempts,
        row.failures,
        optional_moment(row.last_at),
        row.last_error,
        optional_moment(row.delivered_at),
        row.remote,
    )


def slices(names: Collection[str]) -> Iterator[list[str]]:
    """Cut names into pieces, in their order: a statement takes some ten thousand values."""
    ordered = sorted(names)
    return (ordered[start : start + SLICE] for start in range(0, len(ordered), SLICE))


def lock_endpoints(connection: Connection, ids: Collection[str]) -> Mapping[str, Any]:
    """Lock the rows of these endpoints until the transaction ends; return those that there are."""
    return {
        row.id: row
        for some in slices(ids)
        for row in connection.execute(
            sa.select(endpoint).where(endpoint.c.id.in_(some)).order_by(endpoint.c.id).with_for_update()
        )
    }


def give_up_pending(connection: Connection, ids: Collection[str], why: str) -> None:
    """Make dead letters of all that is pending for these endpoints, whose rows are locked."""
    for some in slices(ids):
        connection.execute(
            delivery.update()
            .where(delivery.c.endpoint.in_(some), delivery_is_pending)
            .values(state=FAILED, last_error=why)
        )


def add_once(connection: Connection, table: sa.Table, **values: Any) -> bool:
    """Add a row unless there is one with its key; return whether it is new. The outbox must be locked."""
    (key,) = table.primary_key.columns
    is_new = connection.execute(sa.select(key).where(key == values[key.name])).first() is None
    if is_new:
        connection.execute(table.insert().values(**values))
    return is_new
