"""Which worker sends to which endpoint, and what became of it: one transaction for each.

Endpoints are claimed, not deliveries: that keeps the order of what one endpoint gets. A report counts only while its
claim is the newest of its endpoint and was not given back.
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
    Letter,
    Report,
    at_once,
    open_for,
)

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


LONGEST_REMOTE = 500
"""Characters of what the other side calls a message that are kept."""

Rows = list[dict[str, Any]]


def report(
    database: Database, connection: Connection, reports: Sequence[Report], now: datetime
) -> list[bool]:
    """Write what became of the letters; return which reports counted, in their order."""
    known = lock_endpoints(connection, {item.claim.endpoint for item in reports})
    counted: dict[str, Report] = {}
    answers = []
    for item in reports:
        row = known.get(item.claim.endpoint)
        is_held = row is not None and row.owner is not None and row.epoch == item.claim.epoch
        answers.append(is_held and item.claim.endpoint not in counted)
        if answers[-1]:
            counted[item.claim.endpoint] = item
    if counted:
        _write_letters(connection, counted.values())
        disabled = {name: item.disabled for name, item in counted.items() if item.disabled}
        give_up_pending(connection, disabled, IS_DISABLED)
        _write_endpoints(connection, counted, known, to_ms(now))
        _write_hosts(database, connection, counted, known, to_ms(now))
    return answers


def _write_letters(connection: Connection, reports: Any) -> None:
    delivered: Rows = []
    failed: Rows = []
    unsent: Rows = []
    for item in reports:
        sent = {attempt.delivery: attempt for attempt in item.attempts}
        for letter in item.claim.letters:
            attempt = sent.get(letter.delivery.id)
            if attempt is None:
                unsent.append({"b_id": letter.delivery.id})
            elif attempt.delivered:
                delivered.append(_delivered_row(attempt))
            else:
                failed.append(_failed_row(attempt))
    one = delivery.c.id == sa.bindparam("b_id")
    # A letter that is sent again stands where its first message stands.
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
            # Whoever left meanwhile, or was taken out of the file, is not tried again.
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


def _delivered_row(attempt: Attempt) -> dict[str, Any]:
    remote = clean_text(attempt.remote, LONGEST_REMOTE)
    return {"b_id": attempt.delivery, "b_at": to_ms(attempt.at), "b_remote": remote}


def _failed_row(attempt: Attempt) -> dict[str, Any]:
    state = FAILED if attempt.gives_up else PENDING
    return {"b_id": attempt.delivery, "b_state": state, "b_error": clean_text(attempt.error)}


def _write_endpoints(
    connection: Connection, counted: Mapping[str, Report], known: Mapping[str, Any], now: int
) -> None:
    waiting = _waiting(connection, counted)
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


def _waiting(connection: Connection, ids: Mapping[str, Report]) -> set[str]:
    """Return those of these endpoints for which something is pending."""
    pending = sa.exists().where(delivery.c.endpoint == endpoint.c.id, delivery_is_pending)
    return set(connection.scalars(sa.select(endpoint.c.id).where(endpoint.c.id.in_(ids), pending)))


def _failing_since(before: int | None, attempts: Sequence[Attempt]) -> int | None:
    since = before
    for attempt in attempts:
        if attempt.delivered:
            since = None
        elif since is None:
            since = to_ms(attempt.at)
    return since


def _write_hosts(
    database: Database,
    connection: Connection,
    counted: Mapping[str, Report],
    known: Mapping[str, Any],
    now: int,
) -> None:
    """Count failures of hosts in a row; whichever report comes first, each attempt counts once."""
    told: dict[str, list[Attempt]] = defaultdict(list)
    for name, item in counted.items():
        if host := known[name].host:
            told[host] += [attempt for attempt in item.attempts if attempt.delivered or attempt.blames_host]
    blamed = sorted(host for host, attempts in told.items() if any(a.blames_host for a in attempts))
    if blamed:
        connection.execute(database.upsert(delivery_host), [{"host": host, "failures": 0} for host in blamed])
    table = delivery_host
    found = sa.select(table).where(table.c.host.in_(told)).order_by(table.c.host).with_for_update()
    rows = []
    for row in connection.execute(found):
        failures = row.failures
        for attempt in told[row.host]:
            failures = 0 if attempt.delivered else failures + 1
        if failures != row.failures:
            rows.append({"b_host": row.host, "b_failures": failures, "b_until": _until(failures, now)})
    if rows:
        connection.execute(
            table.update()
            .where(table.c.host == sa.bindparam("b_host"))
            .values(failures=sa.bindparam("b_failures"), open_until=sa.bindparam("b_until")),
            rows,
        )


def _until(failures: int, now: int) -> int | None:
    span = open_for(failures)
    return None if span is None else now + span_ms(span)
