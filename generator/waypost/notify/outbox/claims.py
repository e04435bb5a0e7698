"""Which worker sends to which endpoint, and what became of it: one transaction for each.

Endpoints are claimed, not deliveries: that keeps the order of what one endpoint gets. A result counts only while its
claim is the newest of its endpoint and was not given back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import (
    delivery,
    delivery_has_remote,
    delivery_host,
    delivery_is_pending,
    endpoint,
    message,
    notice,
)
from waypost.base.database.values import clean_text, from_ms, optional_moment, span_ms, to_ms
from waypost.notify.outbox.endpoints import (
    DELIVERED,
    DELIVERY_COLUMNS,
    FAILED,
    IS_DISABLED,
    LEASES,
    PENDING,
    delivery_of,
    give_up_pending,
    lock_endpoints,
)
from waypost.notify.rules.deliveries import (
    LONGEST,
    THRESHOLD,
    Attempt,
    ClaimedEndpoint,
    ClaimResult,
    Delivery,
    at_once,
    open_for,
)

_NEVER = 2**62
"""Larger than every number of a delivery."""


def choose(connection: Connection, now: int, limit: int, per_host: int) -> Sequence[Any]:
    """Choose endpoints that are due, and lock them; rows that another transaction holds are left out."""
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


def take(
    connection: Connection, chosen: Sequence[Any], now: datetime, owner: str, lease: timedelta, per_claim: int
) -> list[ClaimedEndpoint]:
    """Lease these endpoints to an owner, each with its next deliveries."""
    moment = to_ms(now)
    until = moment + span_ms(lease)
    ids = [row.id for row in chosen]
    # A due time of a clock that was ahead must not come back when this claim is given up.
    due = sa.case((endpoint.c.next_at > moment, moment), else_=endpoint.c.next_at)
    LEASES.take(connection, ids, owner, until, set_at=moment, next_at=due)
    queues = _begin_deliveries(connection, ids, per_claim, moment)
    return [
        ClaimedEndpoint(
            row.id,
            row.kind,
            row.epoch + 1,
            from_ms(until),
            optional_moment(row.failing_since),
            tuple(queues[row.id]),
        )
        for row in chosen
    ]


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


def _begin_deliveries(
    connection: Connection, ids: Sequence[str], per_claim: int, now: int
) -> Mapping[str, list[Delivery]]:
    """Read the next deliveries of each endpoint and note that they are begun."""
    last = (
        sa.select(delivery.c.id)
        .where(delivery.c.endpoint == endpoint.c.id, delivery_is_pending)
        .order_by(delivery.c.id)
        .offset(per_claim - 1)
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
    queues: dict[str, list[Delivery]] = defaultdict(list)
    for row in rows:
        first = firsts.get((row.endpoint, row.subject), "")
        queues[row.endpoint].append(
            replace(
                delivery_of(row),
                attempts=row.attempts + 1,
                last_at=from_ms(now),
                body=row.body,
                first_remote=first,
            )
        )
    return queues


def _first_remotes(
    connection: Connection, ids: Collection[str], subjects: Collection[str]
) -> Mapping[tuple[str, str], str]:
    """Return the receivers' ids for the first message of each of these threads, by endpoint and subject."""
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


LONGEST_REMOTE = 500
"""Characters of a receiver's id for a message that are kept."""

Rows = list[dict[str, Any]]


def record(
    database: Database, connection: Connection, results: Sequence[ClaimResult], now: datetime
) -> list[bool]:
    """Write what became of deliveries; return which results counted, in their order."""
    known = lock_endpoints(connection, {item.claim.endpoint for item in results})
    counted: dict[str, ClaimResult] = {}
    answers = []
    for item in results:
        row = known.get(item.claim.endpoint)
        is_held = row is not None and row.owner is not None and row.epoch == item.claim.epoch
        answers.append(is_held and item.claim.endpoint not in counted)
        if answers[-1]:
            counted[item.claim.endpoint] = item
    if counted:
        _write_deliveries(connection, counted.values())
        disabled = {name: item.disabled for name, item in counted.items() if item.disabled}
        give_up_pending(connection, disabled, IS_DISABLED)
        _write_endpoints(connection, counted, known, to_ms(now))
        _write_hosts(database, connection, counted, known, to_ms(now))
    return answers


def _write_deliveries(connection: Connection, results: Iterable[ClaimResult]) -> None:
    delivered: Rows = []
    failed: Rows = []
    unsent: Rows = []
    for item in results:
        sent = {attempt.delivery: attempt for attempt in item.attempts}
        for waiting in item.claim.deliveries:
            attempt = sent.get(waiting.id)
            row: dict[str, Any] = {"b_id": waiting.id}
            if attempt is None:
                unsent.append(row)
            elif attempt.delivered:
                remote = clean_text(attempt.remote, LONGEST_REMOTE)
                delivered.append({**row, "b_at": to_ms(attempt.at), "b_remote": remote})
            else:
                state = FAILED if attempt.gives_up else PENDING
                failed.append({**row, "b_state": state, "b_error": clean_text(attempt.error)})
    one = delivery.c.id == sa.bindparam("b_id")
    # A message that is sent again keeps its place and its first id.
    is_first = sa.and_(delivery.c.delivered_at.is_not(None), delivery.c.remote != "")
    statements = (
        (
            delivery.update()
            .where(one)
            .values(
                state=DELIVERED,
                last_error="",
                delivered_at=sa.func.coalesce(delivery.c.delivered_at, sa.bindparam("b_at")),
                remote=sa.case((is_first, delivery.c.remote), else_=sa.bindparam("b_remote")),
            ),
            delivered,
        ),
        (
            # A subscriber who left meanwhile, or was taken out of the file, is not tried again.
            delivery.update()
            .where(one, delivery_is_pending)
            .values(
                state=sa.bindparam("b_state"),
                failures=delivery.c.failures + 1,
                last_error=sa.bindparam("b_error"),
            ),
            failed,
        ),
        (delivery.update().where(one).values(attempts=delivery.c.attempts - 1), unsent),
    )
    for statement, rows in statements:
        if rows:
            connection.execute(statement, sorted(rows, key=lambda row: row["b_id"]))


def _write_endpoints(
    connection: Connection, counted: Mapping[str, ClaimResult], known: Mapping[str, Any], now: int
) -> None:
    pending = sa.exists().where(delivery.c.endpoint == endpoint.c.id, delivery_is_pending)
    waiting = set(connection.scalars(sa.select(endpoint.c.id).where(endpoint.c.id.in_(counted), pending)))
    rows = []
    for name, item in sorted(counted.items()):
        row = known[name]
        again = next((a.next_at for a in item.attempts if a.next_at is not None and not a.delivered), None)
        next_at = (now if again is None else to_ms(again)) if name in waiting else None
        disabled_at, reason = row.disabled_at, row.disabled_reason
        if item.disabled is not None:
            disabled_at, reason = to_ms(item.disabled.at), clean_text(item.disabled.reason)
        rows.append(
            {
                "b_id": name,
                "b_next": next_at,
                "b_set": now,
                "b_failing": _failing_since(row.failing_since, item.attempts),
                "b_disabled": disabled_at,
                "b_reason": reason,
            }
        )
    connection.execute(
        endpoint.update()
        .where(endpoint.c.id == sa.bindparam("b_id"))
        .values(
            owner=None,
            leased_until=None,
            next_at=sa.bindparam("b_next"),
            set_at=sa.bindparam("b_set"),
            failing_since=sa.bindparam("b_failing"),
            disabled_at=sa.bindparam("b_disabled"),
            disabled_reason=sa.bindparam("b_reason"),
        ),
        rows,
    )


def _failing_since(before: int | None, attempts: Sequence[Attempt]) -> int | None:
    for attempt in attempts:
        if attempt.delivered:
            before = None
        elif before is None:
            before = to_ms(attempt.at)
    return before


def _write_hosts(
    database: Database,
    connection: Connection,
    counted: Mapping[str, ClaimResult],
    known: Mapping[str, Any],
    now: int,
) -> None:
    """Count failures of hosts in a row; whatever the order of the results, each attempt counts once."""
    by_host: dict[str, list[Attempt]] = defaultdict(list)
    for name, item in counted.items():
        if host := known[name].host:
            by_host[host] += [it for it in item.attempts if it.delivered or it.blames_host]
    blamed = sorted(host for host, attempts in by_host.items() if any(it.blames_host for it in attempts))
    if blamed:
        connection.execute(database.upsert(delivery_host), [{"host": host, "failures": 0} for host in blamed])
    table = delivery_host
    found = sa.select(table).where(table.c.host.in_(by_host)).order_by(table.c.host).with_for_update()
    rows = []
    for row in connection.execute(found):
        failures = row.failures
        for attempt in by_host[row.host]:
            failures = 0 if attempt.delivered else failures + 1
        if failures != row.failures:
            span = open_for(failures)
            until = None if span is None else now + span_ms(span)
            rows.append({"b_host": row.host, "b_failures": failures, "b_until": until})
    if rows:
        connection.execute(
            table.update()
            .where(table.c.host == sa.bindparam("b_host"))
            .values(failures=sa.bindparam("b_failures"), open_until=sa.bindparam("b_until")),
            rows,
        )
