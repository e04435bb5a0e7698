"""Notices, their frozen bodies, and a delivery for each endpoint: written, listed, replayed, and forgotten in time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, Lock, StoreError
from waypost.base.database.schema import (
    acknowledgement,
    delivery,
    delivery_is_pending,
    endpoint,
    message,
    meta,
    notice,
    notified_component,
    unsubscribed,
)
from waypost.base.database.values import from_ms, optional_moment, to_ms
from waypost.formats.status import ComponentStatus
from waypost.monitor.store.codec import STATUS_NUMBERS, STATUSES
from waypost.notify.outbox.endpoints import (
    DELIVERY_COLUMNS,
    DELIVERY_NUMBERS,
    FAILED,
    IS_DISABLED,
    PENDING,
    delivery_of,
    enabled,
    lock_endpoints,
    slices,
)
from waypost.notify.rules.deliveries import Delivery, DeliveryFilter, OutboxTotals
from waypost.notify.rules.notices import Disabled, NoticePlan, OutboxState, PlannedNotice

_PLANNED = "told"
"""The row of `meta` that says that something was planned: a page may have no components."""

Rows = list[dict[str, Any]]


def read_state(connection: Connection) -> OutboxState:
    """Return the state that planning depends on."""
    was_planned = connection.scalar(sa.select(meta.c.key).where(meta.c.key == _PLANNED)) is not None
    components = connection.execute(sa.select(notified_component).order_by(notified_component.c.component))
    is_out = sa.and_(endpoint.c.configured == 1, endpoint.c.disabled_at.is_not(None))
    return OutboxState(
        frozenset(connection.scalars(sa.select(notice.c.key))),
        {row.component: STATUSES[row.status] for row in components} if was_planned else None,
        {row.incident: from_ms(row.at) for row in connection.execute(sa.select(acknowledgement))},
        {
            row.id: Disabled(from_ms(row.disabled_at), row.disabled_reason or "")
            for row in connection.execute(sa.select(endpoint).where(is_out).order_by(endpoint.c.id))
        },
        _unsubscribed(connection),
    )


def last_sequence(connection: Connection) -> int:
    """Return the sequence of the newest notice; 0 where there is none."""
    return connection.scalar(sa.select(sa.func.max(notice.c.sequence))) or 0


def enqueue(
    database: Database,
    connection: Connection,
    plan: Callable[[OutboxState, int], NoticePlan],
    now: datetime,
) -> tuple[int, int]:
    """Ask the plan for new notices, and write them; return how many notices and deliveries that made."""
    # A second planner waits here, and then finds these notices. The lock also keeps sequences and numbers of
    # deliveries in the order in which they can be read.
    database.lock(connection, Lock.OUTBOX)
    state = read_state(connection)
    planned = plan(state, last_sequence(connection) + 1)
    _note_components(database, connection, state.components, planned.components)
    by_key = {item.notice.key: item for item in reversed(planned.notices)}
    new = {
        item.notice.sequence: item
        for item in planned.notices
        if item.notice.key not in state.keys and by_key[item.notice.key] is item
    }
    if not new:
        return 0, 0
    connection.execute(notice.insert(), [_notice_row(item) for item in new.values()])
    rows = _delivery_rows(connection, new.values(), to_ms(now))
    if rows:
        connection.execute(message.insert(), _message_rows(new, rows))
        connection.execute(delivery.insert(), rows)
        _wake(connection, {row["endpoint"] for row in rows if row["state"] == PENDING}, to_ms(now))
    return len(new), len(rows)


def _unsubscribed(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(sa.select(unsubscribed.c.endpoint)))


def _note_components(
    database: Database,
    connection: Connection,
    before: Mapping[str, ComponentStatus] | None,
    after: Mapping[str, ComponentStatus],
) -> None:
    """Write what has changed: most publications change nothing, and must not cost a write."""
    if before is None:
        connection.execute(database.upsert(meta).values(key=_PLANNED, value="1"))
    known = before or {}
    changed = [
        {"component": component, "status": STATUS_NUMBERS[status]}
        for component, status in sorted(after.items())
        if known.get(component) is not status
    ]
    if changed:
        connection.execute(database.upsert(notified_component, "status"), changed)
    if gone := known.keys() - after.keys():
        connection.execute(notified_component.delete().where(notified_component.c.component.in_(gone)))


def _notice_row(planned: PlannedNotice) -> dict[str, Any]:
    return {
        "sequence": planned.notice.sequence,
        "key": planned.notice.key,
        "event": planned.notice.event.value,
        "at": to_ms(planned.notice.at),
        "subject": str(planned.notice.subject),
        "message_id": planned.message_id,
    }


def _delivery_rows(connection: Connection, new: Collection[PlannedNotice], now: int) -> Rows:
    """Return a row for each notice and endpoint that is configured and has not left."""
    known = lock_endpoints(connection, {name for planned in new for name in planned.recipients})
    gone = _unsubscribed(connection)
    return [
        {
            "sequence": planned.notice.sequence,
            "endpoint": name,
            "kind": known[name].kind,
            "state": PENDING if known[name].disabled_at is None else FAILED,
            "attempts": 0,
            "failures": 0,
            "created_at": now,
            "last_error": "" if known[name].disabled_at is None else IS_DISABLED,
            "remote": "",
        }
        for planned in new
        for name in planned.recipients
        if name in known and known[name].configured and name not in gone
    ]


def _message_rows(new: Mapping[int, PlannedNotice], deliveries: Rows) -> Rows:
    needed = sorted({(row["sequence"], row["kind"]) for row in deliveries})
    missing = next((kind for sequence, kind in needed if kind not in new[sequence].bodies), None)
    if missing is not None:
        raise StoreError(
            f"A subscriber has the channel {missing} in the database and another one in subscribers.yml. "
            "Let every Waypost on this database use the same file."
        )
    return [
        {"sequence": sequence, "kind": kind, "body": new[sequence].bodies[kind]} for sequence, kind in needed
    ]


def _wake(connection: Connection, ids: Collection[str], now: int) -> None:
    """Make endpoints due that have waited for nothing so far."""
    for some in slices(ids):
        idle = sa.and_(endpoint.c.id.in_(some), endpoint.c.next_at.is_(None))
        connection.execute(endpoint.update().where(idle).values(next_at=now, set_at=now))


KEEP_DELIVERIES = timedelta(days=90)
"""How long deliveries are kept that were delivered or given up; what is pending is kept until it is neither."""

NEWEST = 1000
"""Deliveries among which the last one that was made is looked for: a table of millions is read too slowly."""

SLICE = 2000
"""Rows that one transaction forgets: a long one would keep workers and pollers waiting."""


def _conditions(wanted: DeliveryFilter) -> list[sa.ColumnElement[bool]]:
    columns = delivery.c
    found: list[sa.ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(columns.state == DELIVERY_NUMBERS[wanted.state])
    if wanted.endpoint is not None:
        found.append(columns.endpoint == wanted.endpoint)
    if wanted.since is not None:
        found.append(columns.created_at >= to_ms(wanted.since))
    if wanted.until is not None:
        found.append(columns.created_at < to_ms(wanted.until))
    if wanted.ids is not None:
        found.append(columns.id.in_(wanted.ids))
    return found


def read_deliveries(connection: Connection, wanted: DeliveryFilter, limit: int | None) -> list[Delivery]:
    """Return deliveries, newest first."""
    found = (
        sa.select(*DELIVERY_COLUMNS)
        .join(notice, notice.c.sequence == delivery.c.sequence)
        .where(*_conditions(wanted))
        .order_by(delivery.c.id.desc())
        .limit(limit)
    )
    return [delivery_of(row) for row in connection.execute(found)]


def read_totals(connection: Connection) -> OutboxTotals:
    """Return how much waits, and when one of the newest deliveries was made last."""
    waiting = connection.scalar(sa.select(sa.func.count()).select_from(delivery).where(delivery_is_pending))
    newest = sa.select(delivery.c.delivered_at).order_by(delivery.c.id.desc()).limit(NEWEST).subquery()
    delivered = connection.scalar(sa.select(sa.func.max(newest.c.delivered_at)))
    return OutboxTotals(waiting or 0, optional_moment(delivered))


def replay(database: Database, connection: Connection, wanted: DeliveryFilter, now: datetime) -> int:
    """Make deliveries pending again that were delivered or given up; return how many."""
    database.lock(connection, Lock.OUTBOX)
    can_be_sent = sa.exists().where(
        endpoint.c.id == delivery.c.endpoint, endpoint.c.configured == 1, endpoint.c.kind == delivery.c.kind
    )
    has_left = sa.exists().where(unsubscribed.c.endpoint == delivery.c.endpoint)
    is_meant = sa.and_(*_conditions(wanted), delivery.c.state != PENDING, can_be_sent, sa.not_(has_left))
    names = connection.scalars(sa.select(delivery.c.endpoint).where(is_meant).distinct()).all()
    # A delivery that is recorded meanwhile is pending or not; the endpoint's row settles which.
    lock_endpoints(connection, names)
    again = (
        delivery.update().where(is_meant, delivery.c.endpoint.in_(names)).values(state=PENDING, failures=0)
    )
    count = connection.execute(again).rowcount if names else 0
    for some in slices(names):
        mine = endpoint.c.id.in_(some)
        connection.execute(enabled().where(mine, endpoint.c.disabled_at.is_not(None)))
        connection.execute(endpoint.update().where(mine).values(next_at=to_ms(now), set_at=to_ms(now)))
    return count


def prune(database: Database, now: datetime) -> int:
    """Forget deliveries that are past their time, and messages that none needs; return how many deliveries.

    Notices stay for ever, so that none is made twice.
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
            # A notice that is written now has its messages and its deliveries, or neither.
            database.lock(connection, Lock.OUTBOX)
            is_needed = sa.exists().where(
                delivery.c.sequence == message.c.sequence, delivery.c.kind == message.c.kind
            )
            connection.execute(message.delete().where(sa.not_(is_needed)))
    return forgotten
