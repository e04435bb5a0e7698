"""Notices, their frozen bodies, and a delivery for each endpoint: written, listed, replayed, and forgotten in time."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, Lock, StoreError
from waypost.base.database.schema import (
    acknowledgement,
    component_told,
    delivery,
    endpoint,
    message,
    meta,
    notice,
    unsubscribed,
)
from waypost.base.database.values import from_ms, to_ms
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
from waypost.notify.rules.deliveries import Delivery, DeliveryState
from waypost.notify.rules.notices import Batch, Disabled, Posting, Told

_PLANNED = "told"
"""The row of `meta` that says that something was planned: a page may have no components."""

Rows = list[dict[str, Any]]


def read_told(connection: Connection) -> Told:
    """Return what is known of what was told."""
    was_planned = connection.scalar(sa.select(meta.c.key).where(meta.c.key == _PLANNED)) is not None
    is_out = sa.and_(endpoint.c.configured == 1, endpoint.c.disabled_at.is_not(None))
    return Told(
        frozenset(connection.scalars(sa.select(notice.c.key))),
        _components(connection) if was_planned else None,
        {row.incident: from_ms(row.at) for row in connection.execute(sa.select(acknowledgement))},
        {
            row.id: Disabled(from_ms(row.disabled_at), row.disabled_reason or "")
            for row in connection.execute(sa.select(endpoint).where(is_out).order_by(endpoint.c.id))
        },
        _unsubscribed(connection),
    )


def tell(
    database: Database, connection: Connection, plan: Callable[[Told, int], Batch], now: datetime
) -> tuple[int, int]:
    """Ask the plan what is new, and write it; return how many notices and deliveries that made."""
    # Whoever plans at the same time waits and then sees these notices as told. The lock also keeps sequences and
    # numbers of deliveries in the order in which they can be seen.
    database.lock(connection, Lock.OUTBOX)
    told = read_told(connection)
    first = (connection.scalar(sa.select(sa.func.max(notice.c.sequence))) or 0) + 1
    batch = plan(told, first)
    _note_components(database, connection, told.components, batch.components)
    new = _new_postings(batch, told.keys, first)
    if not new:
        return 0, 0
    connection.execute(notice.insert(), [_notice_row(sequence, item) for sequence, item in new.items()])
    rows = _delivery_rows(connection, new, to_ms(now))
    if rows:
        connection.execute(message.insert(), _message_rows(new, rows))
        connection.execute(delivery.insert(), rows)
        _wake(connection, {row["endpoint"] for row in rows if row["state"] == PENDING}, to_ms(now))
    return len(new), len(rows)


def _components(connection: Connection) -> dict[str, ComponentStatus]:
    rows = connection.execute(sa.select(component_told).order_by(component_told.c.component))
    return {row.component: STATUSES[row.status] for row in rows}


def _unsubscribed(connection: Connection) -> frozenset[str]:
    return frozenset(connection.scalars(sa.select(unsubscribed.c.endpoint)))


def _note_components(
    database: Database,
    connection: Connection,
    before: Mapping[str, ComponentStatus] | None,
    after: Mapping[str, ComponentStatus],
) -> None:
    """Write what has changed: most looks at a page find nothing, and must not cost a write."""
    if before is None:
        connection.execute(database.upsert(meta).values(key=_PLANNED, value="1"))
    known = before or {}
    changed = [
        {"component": component, "status": STATUS_NUMBERS[status]}
        for component, status in sorted(after.items())
        if known.get(component) is not status
    ]
    if changed:
        connection.execute(database.upsert(component_told, "status"), changed)
    if gone := known.keys() - after.keys():
        connection.execute(component_told.delete().where(component_told.c.component.in_(gone)))


def _new_postings(batch: Batch, known: Collection[str], first: int) -> dict[int, Posting]:
    """Return the postings by their sequences, without those that were told before."""
    new: dict[int, Posting] = {}
    keys = set(known)
    for sequence, posting in enumerate(batch.postings, first):
        if posting.notice.key not in keys:
            new[sequence] = posting
            keys.add(posting.notice.key)
    return new


def _notice_row(sequence: int, posting: Posting) -> dict[str, Any]:
    return {
        "sequence": sequence,
        "key": posting.notice.key,
        "event": posting.notice.event.value,
        "at": to_ms(posting.notice.at),
        "subject": str(posting.notice.subject),
        "message_id": posting.message_id,
    }


def _delivery_rows(connection: Connection, new: Mapping[int, Posting], now: int) -> Rows:
    """Return a row for each notice and endpoint; whoever is not known, or has left, is not written to."""
    wanted = {name for posting in new.values() for name in posting.endpoints}
    known = lock_endpoints(connection, wanted)
    gone = _unsubscribed(connection)
    return [
        {
            "sequence": sequence,
            "endpoint": name,
            "kind": known[name].kind,
            "state": PENDING if known[name].disabled_at is None else FAILED,
            "attempts": 0,
            "failures": 0,
            "created_at": now,
            "last_error": "" if known[name].disabled_at is None else IS_DISABLED,
            "remote": "",
        }
        for sequence, posting in new.items()
        for name in dict.fromkeys(posting.endpoints)
        if name in known and known[name].configured and name not in gone
    ]


def _message_rows(new: Mapping[int, Posting], deliveries: Rows) -> Rows:
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
