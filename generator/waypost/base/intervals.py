"""Time as intervals: joined, without others, and in whole microseconds."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

Moment = TypeVar("Moment", int, datetime)
"""A moment: a whole number since 1970, in a unit that all of them share, or a time that knows its zone."""

Key = TypeVar("Key", bound=Hashable)

Interval = tuple[Moment, Moment]
"""A start, which is part of it, and an end, which is not."""


def grouped(rows: Iterable[tuple[Key, Moment, Moment]]) -> defaultdict[Key, list[Interval[Moment]]]:
    """Return the intervals of each key, in the order of the rows."""
    found: defaultdict[Key, list[Interval[Moment]]] = defaultdict(list)
    for key, start, end in rows:
        found[key].append((start, end))
    return found


def joined(intervals: Iterable[Interval[Moment]]) -> list[Interval[Moment]]:
    """Return the same time as intervals in order that neither touch nor overlap; empty ones are left out."""
    whole: list[Interval[Moment]] = []
    for start, end in sorted(intervals):
        if whole and start <= whole[-1][1]:
            if end > whole[-1][1]:
                whole[-1] = (whole[-1][0], end)
        elif end > start:
            whole.append((start, end))
    return whole


def without(
    intervals: Iterable[Interval[Moment]], gaps: Sequence[Interval[Moment]]
) -> list[Interval[Moment]]:
    """Return what is left of the intervals outside of the gaps; both are as `joined` returns them."""
    left: list[Interval[Moment]] = []
    for begin, end in intervals:
        start = begin
        # The last gap that begins before the interval may reach into it.
        for number in range(max(0, bisect.bisect_left(gaps, (start, start)) - 1), len(gaps)):
            gap_start, gap_end = gaps[number]
            if gap_start >= end:
                break
            if gap_start > start:
                left.append((start, gap_start))
            start = max(start, gap_end)
        if start < end:
            left.append((start, end))
    return left


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return a moment as microseconds since 1970."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def micros_in(length: timedelta) -> int:
    """Return a length of time in microseconds."""
    return length // _MICROSECOND


def moment_of(count: int) -> datetime:
    """Return the moment so many microseconds after 1970, in UTC."""
    return _EPOCH + timedelta(microseconds=count)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in a zone; days are 23 or 25 hours long when the clock changes."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
