"""What a line did on one day: how long it was in which state, and how fast it answered."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from waypost.base.intervals import without
from waypost.formats.observations import Line
from waypost.formats.status import MEASURED, ComponentStatus, StateChange
from waypost.formats.status_site import History
from waypost.reading.rules.history import Stretch, line_of, merged

_DAY = timedelta(days=1)
_MILLISECOND = timedelta(milliseconds=1)

Times = tuple[int, ...]
"""Milliseconds in each of the measured states, from the best to the worst."""


class DailyFigures(NamedTuple):
    """A line on one day of UTC."""

    day: date
    line: Line
    times: Times
    """Milliseconds in each of the measured states, from the best to the worst; the rest of the day is no data."""
    answers: int = 0
    p50: int | None = None
    """Half of the answers came within this time, in milliseconds; None where nothing is known of it."""
    p95: int | None = None
    """The same for 95 of 100."""


def times_by_day(history: History, first: date, last: date) -> Mapping[tuple[date, Line], Times]:
    """Return how long each line was in which state on each day from `first` to `last` on which it was watched.

    Time that nobody watched, or in which our own connection was down, counts for no state.
    """
    whole = merged(history)
    watched: defaultdict[Line, list[Stretch]] = defaultdict(list)
    for row in whole.coverage:
        watched[line_of(row)].append((row.start, row.end))
    changes: defaultdict[Line, list[StateChange]] = defaultdict(list)
    for change in sorted(whole.changes, key=lambda change: (change.at, change.confirmed_at)):
        changes[line_of(change)].append(change)
    found: defaultdict[tuple[date, Line], list[int]] = defaultdict(lambda: [0] * len(MEASURED))
    blind = _blind(whole)
    for line, stretches in watched.items():
        seen = without(_within(stretches, first, last), blind.get(line.region, []))
        for start, end, status in _states(seen, changes[line]):
            for day, time in _days(start, end):
                found[day, line][MEASURED.index(status)] += time
    return {key: tuple(times) for key, times in found.items()}


def _blind(history: History) -> Mapping[str, list[Stretch]]:
    gaps: defaultdict[str, list[Stretch]] = defaultdict(list)
    for gap in history.uplink:
        gaps[gap.region].append((gap.start, gap.end or datetime.max.replace(tzinfo=UTC)))
    return gaps


def _within(stretches: list[Stretch], first: date, last: date) -> list[Stretch]:
    low, high = midnight(first), midnight(last) + _DAY
    return [(max(start, low), min(end, high)) for start, end in stretches if start < high and end > low]


def midnight(day: date) -> datetime:
    """Return the first moment of a day of UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _states(
    stretches: Iterable[Stretch], changes: list[StateChange]
) -> Iterator[tuple[datetime, datetime, ComponentStatus]]:
    """Cut stretches where the state changes; what lies before the first change has none."""
    moments = [change.at for change in changes]
    for start, end in stretches:
        index = bisect.bisect_right(moments, start) - 1
        left = start
        while left < end:
            right = min(end, moments[index + 1]) if index + 1 < len(moments) else end
            if index >= 0 and right > left:
                yield left, right, changes[index].status
            left = right
            index += 1


def _days(start: datetime, end: datetime) -> Iterator[tuple[date, int]]:
    """Cut a stretch at midnights of UTC; yield each day with its milliseconds."""
    left = start.astimezone(UTC)
    while left < end:
        right = min(end, midnight(left.date()) + _DAY)
        yield left.date(), round((right - left) / _MILLISECOND)
        left = right.astimezone(UTC)
