"""Which worker sends to which endpoint.

Endpoints are claimed, not deliveries: that keeps the order of what one endpoint gets.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, Lock
from waypost.base.database.schema import (
    delivery,
    delivery_has_remote,
    delivery_host,
    delivery_is_pending,
    endpoint,
    message,
    notice,
)
from waypost.base.database.values import from_ms, optional_moment, span_ms, to_ms
from waypost.formats.notices import ClaimedEndpoint, Letter
from waypost.notify.outbox.rows import DELIVERY_COLUMNS, LEASES, delivery_of
from waypost.notify.rules.breaker import LONGEST, THRESHOLD, at_once

_NEVER = 2**62
"""Larger than every number of a delivery."""


def claim(
    database: Database,
    connection: Connection,
    now: datetime,
    *,
    owner: str,
    lease: timedelta,
    limit: int,
    per_host: int,
    letters: int,
) -> list[ClaimedEndpoint]:
    """Take up to `limit` endpoints that are due, the longest due first, each with its next letters."""
    # Two that claim at once would both find the same room at a host.
    database.lock(connection, Lock.CLAIMS)
    moment = to_ms(now)
    chosen = _chosen(connection, moment, limit, per_host)
    if not chosen:
        return []
    until = moment + span_ms(lease)
    ids = [row.id for row in chosen]
    LEASES.take(connection, ids, owner, until, set_at=moment)
    taken = _letters(connection, ids, letters, moment)
    return [
        ClaimedEndpoint(
            row.id,
            row.kind,
            row.epoch + 1,
            from_ms(until),
            optional_moment(row.failing_since),
            tuple(taken[row.id]),
        )
        for row in chosen
    ]


def _chosen(connection: Connection, now: int, limit: int, per_host: int) -> Sequence[Any]:
    """Choose endpoints that are due, and lock them; what a transaction of somebody else holds is left out."""
    room = _room(connection, now, per_host)
    full = _full(room)
    ids: list[str] = []
    while len(ids) < limit:
        found = connection.execute(_due(now, full, ids, limit)).all()
        for row in found:
            has_room = not row.host or room.setdefault(row.host, per_host) > 0
            if has_room and len(ids) < limit:
                ids.append(row.id)
                room[row.host] = room.get(row.host, 0) - 1
        before, full = full, _full(room)
        if len(found) < limit or full == before:
            break
    locked = (
        sa.select(endpoint)
        .where(endpoint.c.id.in_(ids), *_can_be_claimed(now))
        .order_by(endpoint.c.next_at, endpoint.c.id)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(locked).all() if ids else ()


def _due(now: int, full: Collection[str], ids: Collection[str], limit: int) -> sa.Select[Any]:
    return (
        sa.select(endpoint.c.id, endpoint.c.host)
        .where(*_can_be_claimed(now), endpoint.c.host.not_in(full), endpoint.c.id.not_in(ids))
        .order_by(endpoint.c.next_at, endpoint.c.id)
        .limit(limit)
    )


def _can_be_claimed(now: int) -> tuple[sa.ColumnElement[bool], ...]:
    # The index of endpoints by their next time serves only who names its condition.
    return endpoint.c.next_at.is_not(None), LEASES.is_due(now), LEASES.is_free(now)


def _full(room: Mapping[str, int]) -> set[str]:
    """Return the hosts that take nothing now; what has no name has no limits."""
    return {host for host, left in room.items() if host and left <= 0}


def _room(connection: Connection, now: int, per_host: int) -> dict[str, int]:
    """Return how many more endpoints may be claimed, of hosts where that is not `per_host`."""
    held = (
        sa.select(endpoint.c.host, sa.func.count())
        .where(endpoint.c.owner.is_not(None), sa.not_(LEASES.is_free(now)), endpoint.c.host != "")
        .group_by(endpoint.c.host)
    )
    counts = Counter({row[0]: row[1] for row in connection.execute(held)})
    room = {host: per_host - count for host, count in counts.items()}
    failing = sa.select(delivery_host).where(delivery_host.c.failures >= THRESHOLD)
    for row in connection.execute(failing):
        # What ends later than any breaker does was set by a clock that was ahead.
        is_open = row.open_until is not None and now < row.open_until <= now + span_ms(LONGEST)
        room[row.host] = 0 if is_open else at_once(row.failures, per_host) - counts[row.host]
    return room


def _letters(
    connection: Connection, ids: Sequence[str], letters: int, now: int
) -> Mapping[str, list[Letter]]:
    """Read the next letters of each endpoint and note that they are begun."""
    last = (
        sa.select(delivery.c.id)
        .where(delivery.c.endpoint == endpoint.c.id, delivery_is_pending)
        .order_by(delivery.c.id)
        .offset(letters - 1)
        .limit(1)
        .scalar_subquery()
    )
    # The last of each is found first, by itself: a long queue is not to be read to its end.
    queue = (
        sa.select(endpoint.c.id, sa.func.coalesce(last, _NEVER).label("last"))
        .where(endpoint.c.id.in_(ids))
        .cte("queue")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    found = (
        sa.select(*DELIVERY_COLUMNS, message.c.body)
        .select_from(queue)
        .join(delivery, sa.and_(delivery.c.endpoint == queue.c.id, delivery.c.id <= queue.c.last))
        .join(notice, notice.c.sequence == delivery.c.sequence)
        .join(message, sa.and_(message.c.sequence == delivery.c.sequence, message.c.kind == delivery.c.kind))
        .where(delivery_is_pending)
        .order_by(delivery.c.endpoint, delivery.c.id)
    )
    begun = (
        delivery.update()
        .where(delivery.c.id == sa.bindparam("b_id"))
        .values(attempts=delivery.c.attempts + 1, last_at=now)
    )
    rows = connection.execute(found).all()
    if rows:
        connection.execute(begun, [{"b_id": row.id} for row in rows])
    firsts = _first_remotes(connection, ids, {row.subject for row in rows})
    taken: dict[str, list[Letter]] = defaultdict(list)
    for row in rows:
        letter = replace(delivery_of(row), attempts=row.attempts + 1, last_at=from_ms(now))
        taken[row.endpoint].append(Letter(letter, row.body, firsts.get((row.endpoint, row.subject), "")))
    return taken


def _first_remotes(
    connection: Connection, ids: Collection[str], subjects: Collection[str]
) -> Mapping[tuple[str, str], str]:
    """Return what the other side calls the first message of each of these threads, by endpoint and subject."""
    found = (
        sa.select(delivery.c.endpoint, notice.c.subject, delivery.c.remote)
        .join(notice, notice.c.sequence == delivery.c.sequence)
        .where(delivery.c.endpoint.in_(ids), delivery_has_remote, notice.c.subject.in_(subjects))
        .order_by(delivery.c.delivered_at, delivery.c.id)
    )
    firsts: dict[tuple[str, str], str] = {}
    for row in connection.execute(found):
        firsts.setdefault((row.endpoint, row.subject), row.remote)
    return firsts
