"""What a wrong clock wrote: rows later than now. They are counted, set aside, and put back where that was wrong.

The present clock may be the wrong one, so a person or much evidence decides: see `monitor.clock_watch`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database, StoreError
from waypost.base.database.partitions import DAY, add_day, day_of
from waypost.base.database.schema import (
    certificate,
    coverage,
    daily,
    digest,
    fault,
    hourly,
    maintenance_window,
    observation,
    ping,
    schedule,
    series_state,
    state_change,
    uplink_gap,
)
from waypost.base.database.set_aside import LaterRule, SetAside, count_later, put_back, set_aside_later
from waypost.base.database.values import from_ms, optional_moment, to_ms
from waypost.monitor.store.series import names
from waypost.monitor.store.state_from_rows import state_from_rows
from waypost.reading.rules.history import midnight

REASON = "later than the clock"

_REPORTS = tuple(ping.c[name] for name in ("first", "success", "start", "fail"))


def _day(after: int) -> str:
    return from_ms(after).date().isoformat()


def _reaches_over(table: sa.Table, after: int) -> sa.ColumnElement[bool]:
    return sa.and_(table.c.start <= after, table.c.end > after)


def _cut_schedule(after: int) -> Mapping[str, Any]:
    return {"due_at": after, "owner": None, "leased_until": None}


def _cut_ping(after: int) -> Mapping[str, Any]:
    kept = {at.name: sa.case((at > after, None), else_=at) for at in _REPORTS[1:]}
    return {"first": sa.case((ping.c.first > after, after), else_=ping.c.first), **kept}


_HISTORY = (
    # A day that is not over by a moment cannot have been sealed by it.
    LaterRule(digest, lambda after: digest.c.day >= _day(after)),
    LaterRule(state_change, lambda after: state_change.c.confirmed_at > after),
    LaterRule(coverage, lambda after: coverage.c.start > after),
    LaterRule(coverage, lambda after: _reaches_over(coverage, after), lambda after: {"end": after}),
    LaterRule(uplink_gap, lambda after: uplink_gap.c.start > after),
    LaterRule(uplink_gap, lambda after: _reaches_over(uplink_gap, after), lambda after: {"end": after}),
    LaterRule(observation, lambda after: observation.c.at > after),
    LaterRule(hourly, lambda after: hourly.c.at > after),
    LaterRule(daily, lambda after: daily.c.at > after),
    LaterRule(maintenance_window, lambda after: maintenance_window.c.seen_at > after),
)

_PRESENT = (
    LaterRule(certificate, lambda after: certificate.c.seen_at > after),
    LaterRule(ping, lambda after: sa.or_(*(at > after for at in _REPORTS)), _cut_ping),
    LaterRule(
        schedule,
        # Later than any plan sets it.
        lambda after: schedule.c.due_at > after + schedule.c.every + schedule.c.lease,
        _cut_schedule,
    ),
    LaterRule(fault, lambda after: sa.or_(fault.c.since > after, fault.c.last_at > after)),
)
"""What tells of the present and not of the past: the next answers write it anew."""

RULES = (*_HISTORY, *_PRESENT)

_RESTORED = {
    digest: (),
    state_change: (),
    coverage: ("end",),
    uplink_gap: ("end",),
    observation: (),
    hourly: (),
    daily: (),
    maintenance_window: (),
}
"""The tables whose rows can be put back, with what is put back of a row that is there already."""

HISTORY_TABLES = tuple(table.name for table in _RESTORED)
"""The tables of which history consists."""


@dataclass(frozen=True)
class LaterRows:
    """The rows of history that are later than some moment."""

    counts: Counter[str]
    """How many there are, by table."""
    latest: datetime | None = None
    """The last moment that they tell of."""
    watched: timedelta = timedelta(0)
    """For how long the series that was watched longest was watched in them."""

    @property
    def total(self) -> int:
        """How many there are in all."""
        return self.counts.total()


def later_rows(connection: Connection, after: datetime) -> LaterRows:
    """Return what is there of rows that are later than a moment."""
    limit = to_ms(after)
    found = count_later(connection, RULES, limit)
    counts = found.removed + found.changed
    if not counts:
        return LaterRows(counts)
    latest = [
        connection.scalar(sa.select(sa.func.max(column)))
        for column in (coverage.c.end, state_change.c.confirmed_at, observation.c.at)
    ]
    begin = sa.case((coverage.c.start > limit, coverage.c.start), else_=limit)
    by_series = (
        sa.select(sa.func.sum(coverage.c.end - begin).label("length"))
        .where(coverage.c.end > limit)
        .group_by(coverage.c.line)
        .subquery()
    )
    watched = connection.scalar(sa.select(sa.func.max(by_series.c.length))) or 0
    return LaterRows(
        counts, optional_moment(max(filter(None, latest), default=None)), timedelta(milliseconds=int(watched))
    )


def set_rows_aside(
    database: Database, after: datetime, now: datetime, more: tuple[LaterRule, ...] = ()
) -> SetAside:
    """Set aside every row that is later than a moment, and judge the series by the rows before it.

    `more` are rules for tables that other rooms know.
    """
    limit = to_ms(after)
    done = set_aside_later(database, (*RULES, *more), limit, to_ms(now), REASON)
    _find_states(database, limit)
    return done


def _find_states(database: Database, after: int) -> None:
    """Bring the states of series that were judged by later rows to what the rows up to a moment say."""
    with database.write() as connection:
        by_number = names(connection)
        is_later = series_state.c.covered_until > after
        numbers = connection.scalars(sa.select(series_state.c.line).where(is_later).with_for_update()).all()
        rows = [
            state_from_rows(connection, number, by_number[number], after).row(number)
            for number in sorted(numbers)
        ]
        if rows:
            upsert = database.upsert(series_state, "state", "covered_from", "covered_until")
            connection.execute(upsert, rows)


class SealedSince(StoreError):
    """Rows cannot be put back, because days that they are of were sealed without them."""


def put_rows_back(database: Database) -> Counter[str]:
    """Put the rows of history back that were set aside; return how many, by table. Raises SealedSince."""
    with database.read() as connection:
        last = connection.scalar(sa.select(sa.func.max(digest.c.day)))
    sealed = 0 if last is None else to_ms(midnight(date.fromisoformat(last))) + DAY
    touched: set[int] = set()

    def prepare(connection: Connection, table: sa.Table, row: Mapping[str, Any]) -> None:
        if table is digest:
            return
        at = row.get("confirmed_at", row.get("end") or row.get("at") or row.get("start"))
        if at is not None and at < sealed:
            raise SealedSince(f"The days up to {last} were sealed meanwhile, so nothing was put back.")
        if table is observation:
            add_day(database, connection, day_of(row["at"]))
        if "line" in row:
            touched.add(row["line"])

    done = put_back(database, _RESTORED, prepare)
    with database.write() as connection:
        by_number = names(connection)
        rows = [
            state_from_rows(connection, number, by_number[number], 2**62).row(number)
            for number in sorted(touched)
        ]
        if rows:
            upsert = database.upsert(series_state, "state", "covered_from", "covered_until")
            connection.execute(upsert, rows)
    return done


def clock_difference(connection: Connection, database: Database, now: datetime) -> timedelta:
    """Return by how much our clock is ahead of the database server's; nothing on SQLite, which has no other clock."""
    if not database.is_postgres:
        return timedelta(0)
    server = connection.scalar(sa.text("SELECT EXTRACT(EPOCH FROM clock_timestamp()) * 1000"))
    return timedelta(milliseconds=to_ms(now) - int(server or 0))
