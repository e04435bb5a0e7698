"""Time as intervals: joined, without others, and in whole microseconds."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeVar

Moment = TypeVar("Moment", int, datetime)
"""A moment: a whole number since 1970, in a unit that all of them share, or a time that knows its zone."""


def joined(stretches: Iterable[tuple[Moment, Moment]]) -> list[tuple[Moment, Moment]]:
    """Return the same time as stretches in order that neither touch nor overlap; empty ones are left out.

    The start of a stretch is part of it, the end is not.
    """
    whole: list[tuple[Moment, Moment]] = []
    for start, end in sorted(stretches):
        if whole and start <= whole[-1][1]:
            if end > whole[-1][1]:
                whole[-1] = (whole[-1][0], end)
        elif end > start:
            whole.append((start, end))
    return whole


def without(
    stretches: Iterable[tuple[Moment, Moment]], gaps: Sequence[tuple[Moment, Moment]]
) -> list[tuple[Moment, Moment]]:
    """Return what is left of the stretches outside of the gaps; both are as `joined` returns them."""
    left: list[tuple[Moment, Moment]] = []
    for begin, end in stretches:
        start = begin
        # The last gap that begins before the stretch may reach into it.
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


Interval = tuple[int, int]
"""A stretch of time in microseconds since 1970; the start is part of it, the end is not."""


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
