"""What workers tell of the endpoints that they held: one transaction for all of it.

A report counts only while its claim is the newest of its endpoint and was not given back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import delivery, delivery_host, delivery_is_pending, endpoint
from waypost.base.database.values import clean_text, span_ms, to_ms
from waypost.formats.notices import Attempt, Report
from waypost.notify.outbox.rows import (
    DELIVERED,
    FAILED,
    IS_DISABLED,
    PENDING,
    give_up_pending,
    lock_endpoints,
)
from waypost.notify.rules.breaker import open_for

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
