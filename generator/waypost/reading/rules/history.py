"""Rows of history as sets: put together without doubles, cut to an interval, and summed up by day."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from waypost.base.intervals import Interval, grouped, joined, without
from waypost.formats.observations import Series
from waypost.formats.status import MEASURED, Certificate, ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History

_NEVER = datetime.max.replace(tzinfo=UTC)
"""The end of what has not ended."""


def series_of(row: StateChange | Coverage) -> Series:
    """Return the series that a row speaks of."""
    return Series(row.component, row.check, row.region)


def merged(*histories: History) -> History:
    """Put histories together: each change once, watched time and gaps of the connection as their union.

    The order of the rows in a history does not matter. Two changes of a series that were confirmed at the
    same moment are one: the later history wins, so name last what knows most.
    """
    return History(
        changes=_changes(histories),
        coverage=_coverage_rows({series: joined(found) for series, found in _watched(*histories).items()}),
        uplink=_uplink_rows({region: joined(found) for region, found in _offline(*histories).items()}),
        certificates=_certificates(histories),
    )


def _watched(*histories: History) -> defaultdict[Series, list[Interval[datetime]]]:
    rows = (row for history in histories for row in history.coverage)
    return grouped((series_of(row), row.start, row.end) for row in rows)


def _offline(*histories: History) -> defaultdict[str, list[Interval[datetime]]]:
    gaps = (gap for history in histories for gap in history.uplink)
    return grouped((gap.region, gap.start, gap.end or _NEVER) for gap in gaps)


def _changes(histories: Iterable[History]) -> tuple[StateChange, ...]:
    found: dict[tuple[datetime, str, str, str], StateChange] = {}
    for history in histories:
        rows = {_key(change): change for change in history.changes}
        if len(rows) < len(history.changes):
            # Within one history the same row wins whatever their order.
            rows = {_key(change): change for change in sorted(history.changes, key=_rank)}
        found |= rows
    return tuple(found[key] for key in sorted(found))


def _key(change: StateChange) -> tuple[datetime, str, str, str]:
    return change.confirmed_at, change.component, change.check, change.region


def _rank(change: StateChange) -> tuple[datetime, Series, datetime, str, str]:
    return change.confirmed_at, series_of(change), change.at, change.status.value, change.reason


def _coverage_rows(intervals: Mapping[Series, Iterable[Interval[datetime]]]) -> tuple[Coverage, ...]:
    rows = [
        Coverage(series.component, series.check, start, end, series.region)
        for series, found in intervals.items()
        for start, end in found
    ]
    return tuple(sorted(rows, key=lambda row: (row.start, series_of(row))))


def _uplink_rows(gaps: Mapping[str, Iterable[Interval[datetime]]]) -> tuple[UplinkGap, ...]:
    rows = [
        UplinkGap(start, None if end == _NEVER else end, region)
        for region, found in gaps.items()
        for start, end in found
    ]
    return tuple(sorted(rows, key=lambda row: (row.start, row.region)))


def _certificates(histories: Iterable[History]) -> tuple[Certificate, ...]:
    found: dict[tuple[str, str], Certificate] = {}
    rows = [row for history in histories for row in history.certificates]
    for row in sorted(rows, key=lambda row: (row.seen_at, row.expires)):
        found[row.component, row.check] = row
    return tuple(row for _, row in sorted(found.items()))


def missing(history: History, known: History) -> History:
    """Return what a history has beyond another: changes that are not known, and the time that nobody knew of.

    Put together with `known` it gives the same as the whole history. Certificates are left out.
    """
    changes = {(series_of(change), change.confirmed_at) for change in known.changes}
    watched, offline = _watched(known), _offline(known)
    whole = merged(history)
    return History(
        changes=tuple(item for item in whole.changes if (series_of(item), item.confirmed_at) not in changes),
        coverage=_coverage_rows(
            {series: without(found, joined(watched[series])) for series, found in _watched(whole).items()}
        ),
        uplink=_uplink_rows(
            {region: without(found, joined(offline[region])) for region, found in _offline(whole).items()}
        ),
    )


def clipped(history: History, start: datetime, end: datetime) -> History:
    """Return what belongs to [start, end): changes confirmed in it, and the part of each interval that lies in it.

    A gap of the connection that lasts is cut at the end. Certificates belong to no time and are left out.
    """
    intervals = (
        replace(row, start=max(row.start, start), end=min(row.end, end))
        for row in history.coverage
        if row.start < end and row.end > start
    )
    gaps = (
        replace(gap, start=max(gap.start, start), end=min(gap.end or end, end))
        for gap in history.uplink
        if gap.start < end and (gap.end is None or gap.end > start)
    )
    return History(
        changes=tuple(change for change in history.changes if start <= change.confirmed_at < end),
        coverage=tuple(intervals),
        uplink=tuple(gaps),
    )


def first_day(history: History) -> date | None:
    """Return the first day (UTC) that any row belongs to, or None where there is no row."""
    moments = [
        *(change.confirmed_at for change in history.changes),
        *(row.start for row in history.coverage),
        *(gap.start for gap in history.uplink),
    ]
    return min(moments).astimezone(UTC).date() if moments else None


_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)

Times = tuple[int, ...]
"""Milliseconds in each of the measured states, from the best to the worst."""


class DailyFigures(NamedTuple):
    """A series on one day of UTC."""

    day: date
    series: Series
    times: Times
    """Milliseconds in each of the measured states, from the best to the worst; the rest of the day is no data."""
    answers: int = 0
    p50: int | None = None
    """Half of the answers came within this time, in milliseconds; None where nothing is known of it."""
    p95: int | None = None
    """The same for 95 of 100."""


def times_by_day(history: History, first: date, last: date) -> Mapping[tuple[date, Series], Times]:
    """Return how long each series was in which state on each day from `first` to `last` on which it was watched.

    Time that nobody watched, or in which our own connection was down, counts for no state.
    """
    whole = merged(history)
    changes: defaultdict[Series, list[StateChange]] = defaultdict(list)
    for change in sorted(whole.changes, key=lambda change: (change.at, change.confirmed_at)):
        changes[series_of(change)].append(change)
    found: defaultdict[tuple[date, Series], list[int]] = defaultdict(lambda: [0] * len(MEASURED))
    offline = _offline(whole)
    for series, watched in _watched(whole).items():
        observed = without(_within(watched, first, last), offline[series.region])
        for start, end, status in _states(observed, changes[series]):
            for day, time in _days(start, end):
                found[day, series][MEASURED.index(status)] += time
    return {key: tuple(times) for key, times in found.items()}


def _within(intervals: list[Interval[datetime]], first: date, last: date) -> list[Interval[datetime]]:
    low, high = midnight(first), midnight(last) + _DAY
    return [(max(start, low), min(end, high)) for start, end in intervals if start < high and end > low]


def midnight(day: date) -> datetime:
    """Return the first moment of a day of UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _states(
    intervals: Iterable[Interval[datetime]], changes: list[StateChange]
) -> Iterator[tuple[datetime, datetime, ComponentStatus]]:
    """Cut intervals where the state changes; what lies before the first change has none."""
    moments = [change.at for change in changes]
    for start, end in intervals:
        index = bisect.bisect_right(moments, start) - 1
        left = start
        while left < end:
            right = min(end, moments[index + 1]) if index + 1 < len(moments) else end
            if index >= 0 and right > left:
                yield left, right, changes[index].status
            left = right
            index += 1


def _days(start: datetime, end: datetime) -> Iterator[tuple[date, int]]:
    """Cut an interval at midnights of UTC; yield each day with its milliseconds."""
    left = start.astimezone(UTC)
    while left < end:
        right = min(end, midnight(left.date()) + _DAY)
        yield left.date(), round((right - left) / _MILLISECOND)
        left = right.astimezone(UTC)
