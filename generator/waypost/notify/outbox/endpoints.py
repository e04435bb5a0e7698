"""The endpoints as they are configured, and what holds for rows of endpoints and deliveries.

Whoever changes deliveries of an endpoint, or its row, locks that row first, and several in the order of their
ids. So two transactions never wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.clock import AHEAD
from waypost.base.database.engine import Database, Lock
from waypost.base.database.leases import Leases
from waypost.base.database.schema import delivery, delivery_is_pending, endpoint, notice, unsubscribed
from waypost.base.database.values import from_ms, optional_moment, span_ms, to_ms
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.rules.deliveries import Delivery, DeliveryState, Endpoint, EndpointState
from waypost.notify.rules.notices import Disabled

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

LEASES = Leases(endpoint, endpoint.c.next_at, lambda _, now: endpoint.c.set_at > now + span_ms(AHEAD))
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


_SHAPE = ("kind", "host", "fingerprint", "configured")


def register(database: Database, connection: Connection, wanted: Sequence[Endpoint], now: datetime) -> None:
    """Bring the rows of endpoints to what is configured."""
    database.lock(connection, Lock.OUTBOX)
    rows: dict[str, dict[str, Any]] = {item.id: {**vars(item), "configured": 1} for item in wanted}
    found = {row.id: row for row in connection.execute(sa.select(endpoint))}
    new = [row for name, row in sorted(rows.items()) if name not in found]
    if new:
        connection.execute(endpoint.insert(), [{**row, "set_at": to_ms(now), "epoch": 0} for row in new])
    changed = {
        name
        for name, row in rows.items()
        if name in found and any(getattr(found[name], key) != row[key] for key in _SHAPE)
    }
    gone = {name for name, row in found.items() if row.configured and name not in rows}
    known = lock_endpoints(connection, changed | gone)
    _take_out(connection, gone, IS_GONE)
    _take_out(
        connection, {name for name in changed if known[name].kind != rows[name]["kind"]}, HAS_OTHER_CHANNEL
    )
    for some in slices(gone):
        connection.execute(endpoint.update().where(endpoint.c.id.in_(some)).values(configured=0))
    renewed = {name for name in changed if known[name].fingerprint != rows[name]["fingerprint"]}
    one = endpoint.update().where(endpoint.c.id == sa.bindparam("b_id"))
    if changed:
        values: dict[str, Any] = {key: sa.bindparam(f"b_{key}") for key in _SHAPE}
        parameters = [{f"b_{key}": rows[name][key] for key in ("id", *_SHAPE)} for name in sorted(changed)]
        connection.execute(one.values(values), parameters)
    for some in slices(renewed):
        connection.execute(enabled().where(endpoint.c.id.in_(some)))


def enabled() -> sa.Update:
    """Return an update that lets endpoints be sent to again, as if they had never failed."""
    return endpoint.update().values(disabled_at=None, disabled_reason=None, failing_since=None)


def unsubscribe(database: Database, connection: Connection, name: str, at: datetime) -> bool:
    """Note that a subscriber has left; return whether that is new."""
    database.lock(connection, Lock.OUTBOX)
    lock_endpoints(connection, [name])
    is_new = add_once(connection, unsubscribed, endpoint=name, at=to_ms(at))
    _take_out(connection, [name], HAS_LEFT)
    return is_new


def read_endpoints(connection: Connection) -> list[EndpointState]:
    """Return all endpoints that there ever were, by their ids."""
    key = (delivery.c.endpoint, delivery.c.state)
    counted = connection.execute(sa.select(*key, sa.func.count()).group_by(*key))
    counts: dict[tuple[str, int], int] = {(name, state): count for name, state, count in counted}
    left = {row.endpoint: from_ms(row.at) for row in connection.execute(sa.select(unsubscribed))}
    return [
        EndpointState(
            row.id,
            row.kind,
            bool(row.configured),
            counts.get((row.id, PENDING), 0),
            counts.get((row.id, FAILED), 0),
            optional_moment(row.next_at),
            optional_moment(row.leased_until),
            optional_moment(row.failing_since),
            None
            if row.disabled_at is None
            else Disabled(from_ms(row.disabled_at), row.disabled_reason or ""),
            left.get(row.id),
        )
        for row in connection.execute(sa.select(endpoint).order_by(endpoint.c.id))
    ]


def _take_out(connection: Connection, ids: Collection[str], why: str) -> None:
    """Send nothing more of what is pending for these endpoints, whose rows are locked."""
    give_up_pending(connection, ids, why)
    for some in slices(ids):
        connection.execute(endpoint.update().where(endpoint.c.id.in_(some)).values(next_at=None))
