"""Read history: changes, watched time, gaps of our own connection, certificates, roll-ups."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.schema import (
    certificate,
    coverage,
    daily,
    hourly,
    maintenance_window,
    state_change,
    uplink_gap,
)
from waypost.base.database.values import from_ms, optional_moment, to_ms
from waypost.formats.observations import Resolution, Rollup, Series
from waypost.formats.status import Certificate, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import AnnouncedWindow, History
from waypost.monitor.store.codec import STATUSES
from waypost.monitor.store.confirmed_time import confirmed_until
from waypost.monitor.store.kept_changes import KeptChanges, change_of, change_rows
from waypost.monitor.store.opening import OutdatedSchema, opened_to_read, opened_to_write
from waypost.monitor.store.rollups import COUNTS
from waypost.monitor.store.series import SeriesRows, names

_ROLLUPS = {Resolution.HOUR: hourly, Resolution.DAY: daily}


class HistoryReader(SeriesRows):
    """Reads what is kept in one database."""

    def history(self, since: datetime | None = None, kept: KeptChanges | None = None) -> History:
        """Return the rows from `since` on, and those before it that say how things stood then.

        Without `since`, a process that stays hands in the changes `kept` of last time again.

        They come in the order of time, and of names where times are equal, whatever the database sorts by.
        Those before `since` are the last change of each series before it, and the coverage and gaps that reach
        over it.
        """
        limit = None if since is None else to_ms(since)
        with self._database.read() as connection:
            by_number = names(connection)
            return History(
                _changes(connection, by_number, limit)
                if limit is not None
                else (kept or KeptChanges()).read(connection, by_number),
                _coverage(connection, by_number, limit),
                _uplink(connection, limit),
                _certificates(connection, by_number),
                read_windows(connection),
            )

    def confirmed_until(self, now: datetime) -> datetime:
        """Return the latest moment that is surely past: see `confirmed_time`."""
        with self._database.read() as connection:
            return confirmed_until(connection, now)

    def history_size(self) -> int:
        """Return a number that grows with each change of state, and each beginning and end of a gap."""
        gaps = sa.select(sa.func.count() + sa.func.count(uplink_gap.c.end)).select_from(uplink_gap)
        changes = sa.select(sa.func.count()).select_from(state_change)
        with self._database.read() as connection:
            return connection.scalar(sa.select(changes.scalar_subquery() + gaps.scalar_subquery())) or 0

    def latency(self, since: datetime, until: datetime, resolution: Resolution | str) -> list[Rollup]:
        """Return the roll-ups of each series that begin in [since, until), by time and series."""
        table = _ROLLUPS[Resolution(resolution)]
        wanted = sa.select(table).where(table.c.at >= to_ms(since), table.c.at < to_ms(until))
        with self._database.read() as connection:
            rows = connection.execute(wanted).all()
            by_number = self._series.named(connection, {row.line for row in rows})
        rows = sorted(rows, key=lambda row: (row.at, by_number[row.line]))
        return [
            Rollup(
                by_number[row.line],
                from_ms(row.at),
                {
                    STATUSES[number]: count
                    for number, name in enumerate(COUNTS)
                    if (count := getattr(row, name))
                },
                row.sketch,
            )
            for row in rows
        ]


def read_windows(connection: Connection) -> tuple[AnnouncedWindow, ...]:
    """Return all windows, oldest first."""
    table = maintenance_window.c
    rows = connection.execute(sa.select(maintenance_window).order_by(table.seen_at, table.work))
    return tuple(
        AnnouncedWindow(
            row.work,
            from_ms(row.start),
            from_ms(row.end),
            from_ms(row.seen_at),
            row.updates,
            bool(row.has_update),
        )
        for row in rows
    )


def read_history(url: str, since: datetime | None = None, kept: KeptChanges | None = None) -> History:
    """Return what a database holds for the pages, or nothing where there is none yet; see `HistoryReader.history`.

    A database of an older version is upgraded first, unless another process polls into it.
    """
    try:
        return _history(url, since, kept)
    except OutdatedSchema:
        with opened_to_write(url):
            pass
        return _history(url, since, kept)


def _history(url: str, since: datetime | None, kept: KeptChanges | None) -> History:
    with opened_to_read(url) as database:
        return HistoryReader(database).history(since, kept) if database else History()


def _changes(connection: Connection, by_number: Mapping[int, Series], limit: int) -> tuple[StateChange, ...]:
    table = state_change.c
    last = (
        sa.select(table.line, sa.func.max(table.confirmed_at))
        .where(table.confirmed_at < limit)
        .group_by(table.line)
    )
    is_last = sa.tuple_(table.line, table.confirmed_at).in_(last)
    rows = change_rows(connection, by_number, sa.or_(table.confirmed_at >= limit, is_last))
    return tuple(change_of(by_number, row) for row in rows)


# A process that stays reads the same rows at each publication, and all but the last few are as they were.
@lru_cache(65536)
def _stretch(series: Series, start: int, end: int) -> Coverage:
    component, check, region = series
    return Coverage(component, check, from_ms(start), from_ms(end), region)


def _ranks(by_number: Mapping[int, Series]) -> dict[int, int]:
    """Return the place of each series in the order of names."""
    return {number: place for place, number in enumerate(sorted(by_number, key=by_number.__getitem__))}


def _coverage(
    connection: Connection, by_number: Mapping[int, Series], limit: int | None
) -> tuple[Coverage, ...]:
    wanted = sa.select(coverage.c.line, coverage.c.start, coverage.c.end)
    if limit is not None:
        wanted = wanted.where(coverage.c.end > limit)
    ranks = _ranks(by_number)
    rows = sorted(connection.execute(wanted), key=lambda row: (row[1], ranks[row[0]]))
    return tuple(_stretch(by_number[number], start, end) for number, start, end in rows)


def _uplink(connection: Connection, limit: int | None) -> tuple[UplinkGap, ...]:
    wanted = sa.select(uplink_gap).order_by(uplink_gap.c.start, uplink_gap.c.region)
    if limit is not None:
        wanted = wanted.where(sa.or_(uplink_gap.c.end.is_(None), uplink_gap.c.end > limit))
    return tuple(
        UplinkGap(from_ms(row.start), optional_moment(row.end), row.region)
        for row in connection.execute(wanted)
    )


def _certificates(connection: Connection, by_number: Mapping[int, Series]) -> tuple[Certificate, ...]:
    """Return the certificate of each check that was seen last, from whichever region."""
    newest: dict[tuple[str, str], Certificate] = {}
    wanted = sa.select(certificate).order_by(certificate.c.seen_at, certificate.c.line)
    for row in connection.execute(wanted):
        series = by_number[row.line]
        newest[series.component, series.check] = Certificate(
            series.component, series.check, from_ms(row.expires), from_ms(row.seen_at), row.warn_days
        )
    return tuple(newest[key] for key in sorted(newest))
