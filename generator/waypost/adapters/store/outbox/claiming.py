"""Which worker sends to which endpoint: claims with a lease and a fencing epoch, as those of the schedule.

Endpoints are claimed, not deliveries: that keeps the order of what one endpoint gets. A claim's epoch grows
with each claim, so that a worker that was thought dead and comes back late is told apart from who took over.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.adapters.store.codec import from_ms, optional_moment, span_ms, to_ms
from waypost.adapters.store.engine import Database, Lock
from waypost.adapters.store.outbox.rows import DELIVERY_COLUMNS, delivery_of, is_free, was_set_ahead
from waypost.adapters.store.schema import (
    delivery,
    delivery_has_remote,
    delivery_host,
    delivery_is_pending,
    endpoint,
    message,
    notice,
)
from waypost.core.notify.breaker import LONGEST, THRESHOLD, at_once
from waypost.model.notices import ClaimedEndpoint, Letter

_NEVER = 2**62
"""Larger than every number of a delivery."""


@dataclass(frozen=True)
class _Hosts:
    """What hosts let be sent to them at a moment."""

    room: Mapping[str, int]
    """How many more endpoints may be claimed, of hosts where that is not `per_host`."""
    closed_until: Mapping[str, int]
    """Until when nothing is claimed of a host, unless something that is held comes back before."""

    @property
    def full(self) -> set[str]:
        """The hosts that take nothing now."""
        return {host for host, room in self.room.items() if room <= 0}


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
    connection.execute(
        endpoint.update()
        .where(endpoint.c.id.in_(ids))
        .values(epoch=endpoint.c.epoch + 1, owner=owner, leased_until=until, set_at=moment)
    )
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


def next_due(connection: Connection, now: datetime, per_host: int) -> datetime | None:
    """Return when there is something to claim at the earliest; None where nothing is pending."""
    moment = to_ms(now)
    hosts = _hosts(connection, moment, per_host)
    columns = endpoint.c
    free_at = sa.case(
        (is_free(moment), sa.case((was_set_ahead(moment), moment), else_=columns.next_at)),
        (columns.leased_until > columns.next_at, columns.leased_until),
        else_=columns.next_at,
    )
    earliest = sa.select(sa.func.min(free_at)).where(columns.next_at.is_not(None))
    full = hosts.full
    found = [connection.scalar(earliest.where(columns.host.not_in(full)))]
    by_host = earliest.add_columns(columns.host).where(columns.host.in_(full)).group_by(columns.host)
    found += [max(first, hosts.closed_until[host]) for first, host in connection.execute(by_host)]
    return min((from_ms(int(first)) for first in found if first is not None), default=None)


def release(connection: Connection, owner: str) -> None:
    """Give back what an owner holds; what comes of it is refused."""
    held = endpoint.c.owner == owner
    found = sa.select(endpoint.c.id).where(held).order_by(endpoint.c.id).with_for_update()
    if ids := connection.scalars(found).all():
        mine = sa.and_(held, endpoint.c.id.in_(ids))
        connection.execute(endpoint.update().where(mine).values(owner=None, leased_until=None))


def _chosen(connection: Connection, now: int, limit: int, per_host: int) -> Sequence[Any]:
    """Choose endpoints that are due, and lock them; what a transaction of somebody else holds is left out."""
    hosts = _hosts(connection, now, per_host)
    room = dict(hosts.room)
    full = hosts.full
    ids: list[str] = []
    while len(ids) < limit:
        found = connection.execute(_due(now, full, ids, limit)).all()
        for row in found:
            has_room = not row.host or room.setdefault(row.host, per_host) > 0
            if has_room and len(ids) < limit:
                ids.append(row.id)
                room[row.host] = room.get(row.host, 0) - 1
        before, full = full, {host for host, left in room.items() if host and left <= 0}
        if len(found) < limit or full == before:
            break
    locked = (
        sa.select(endpoint)
        .where(endpoint.c.id.in_(ids), *_is_due(now))
        .order_by(endpoint.c.next_at, endpoint.c.id)
        .with_for_update(skip_locked=True)
    )
    return connection.execute(locked).all() if ids else ()


def _due(now: int, full: Collection[str], ids: Collection[str], limit: int) -> sa.Select[Any]:
    return (
        sa.select(endpoint.c.id, endpoint.c.host)
        .where(*_is_due(now), endpoint.c.host.not_in(full), endpoint.c.id.not_in(ids))
        .order_by(endpoint.c.next_at, endpoint.c.id)
        .limit(limit)
    )


def _is_due(now: int) -> tuple[sa.ColumnElement[bool], ...]:
    is_late = sa.or_(endpoint.c.next_at <= now, was_set_ahead(now))
    return endpoint.c.next_at.is_not(None), is_late, is_free(now)


def _hosts(connection: Connection, now: int, per_host: int) -> _Hosts:
    """Count what is held of each host, and read which hosts are left alone. What has no name has no limits."""
    held = (
        sa.select(endpoint.c.host, sa.func.count(), sa.func.min(endpoint.c.leased_until))
        .where(endpoint.c.owner.is_not(None), sa.not_(is_free(now)), endpoint.c.host != "")
        .group_by(endpoint.c.host)
    )
    counts: Counter[str] = Counter()
    closed_until: dict[str, int] = {}
    for host, count, first_end in connection.execute(held):
        counts[host], closed_until[host] = count, first_end
    room = {host: per_host - count for host, count in counts.items()}
    failing = sa.select(delivery_host).where(delivery_host.c.failures >= THRESHOLD)
    for row in connection.execute(failing):
        room[row.host] = at_once(row.failures, per_host) - counts[row.host]
        # What ends later than any breaker does was set by a clock that was ahead.
        if row.open_until is not None and now < row.open_until <= now + span_ms(LONGEST):
            room[row.host] = 0
            closed_until[row.host] = row.open_until
    return _Hosts(room, closed_until)


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
