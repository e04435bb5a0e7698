"""Uptime from state intervals: uptime = 1 - sum(weight * duration) / (window - maintenance - no data).

The formula is on the page too. Counts of checks never enter it, so that a changed polling interval
cannot change the past. Times are added up as whole microseconds, so that the order of rows and the
place of cuts change nothing.

There is a ratio only where enough of the window was watched (`Policy.least_coverage`): time that only a
written incident covers says how bad it was, and nothing of how well all was beside it.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from operator import attrgetter, mul, sub
from zoneinfo import ZoneInfo

from waypost.base.intervals import Interval, day_start, micros, micros_in
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Policy
from waypost.status.rules.state_steps import StateInterval

SECOND = 1_000_000
DAY = timedelta(days=1)
DAYS = 90
"""How many days the bars show, and the longest window in days."""

HALF = DAYS // 2
"""How many days the bars show where there is little room."""

MONTHS = 12
"""How many calendar months are shown, with the current one."""

BUDGET_WINDOW = "30d"
"""The window of the error budget."""

ROLLING = {"1h": timedelta(hours=1), "6h": timedelta(hours=6), "24h": DAY, "3d": 3 * DAY}
"""Windows that end now and have a fixed length; burn rates are given for them."""

IN_DAYS = {"7d": 7, "30d": 30, "45d": HALF, "90d": DAYS}
"""Windows of whole days in the zone of the page, today being the last of them."""

SHOWN_WINDOWS = ("24h", "7d", "30d", "90d")
"""The windows whose uptime is shown side by side."""


@dataclass(frozen=True)
class Uptime:
    """How much of a window something was up, and what is known of the window; all times in seconds."""

    ratio: float | None
    """0 to 1, or None where too little of the window was watched."""
    window: float
    maintenance: float
    no_data: float
    down: float = 0.0
    """Downtime, each state with its weight."""
    reported: float = 0.0
    """Counted time that no check watched, and people did."""
    written: float = 0.0
    """Counted time that nobody watched: only an incident that was written down covers it."""
    parts: int = 1
    """Of how many components the times are the sums."""

    @property
    def counted(self) -> float:
        """The time that is data and was not announced as maintenance."""
        return self.window - self.maintenance - self.no_data

    @property
    def measured(self) -> float:
        """The counted time that checks watched."""
        return self.counted - self.reported - self.written

    @property
    def with_maintenance(self) -> float | None:
        """The ratio where all announced maintenance counts as downtime."""
        if self.ratio is None:
            return None
        return _ratio(self.down + self.maintenance, self.window - self.no_data)

    @property
    def percent(self) -> str:
        """The ratio as percent, rounded down to two places: 99.996 % is not 100 %."""
        return percent(self.ratio)


def percentage(ratio: float | None) -> float | None:
    """Return a ratio as percent, rounded down to two places, or None for no data."""
    # The small number absorbs binary fractions (0.9999 is stored a hair below itself).
    return None if ratio is None else math.floor(ratio * 10_000 + 1e-9) / 100


def percent(ratio: float | None) -> str:
    """Write a ratio as percent, rounded down to two places."""
    found = percentage(ratio)
    if found is None:
        return "no data"
    return "100 %" if found == 100 else f"{found:.2f} %"


def _ratio(down: float, counted: float) -> float | None:
    # Less than a millisecond is what is left of rounding, not a measurement.
    return min(1.0, max(0.0, 1.0 - down / counted)) if counted > 0.001 else None


@dataclass(frozen=True)
class Unmeasured:
    """Counted time that no check watched, as intervals in order, in microseconds."""

    reported: Sequence[Interval[int]] = ()
    """Where people watched."""
    written: Sequence[Interval[int]] = ()
    """Where only an incident that was written down tells of it."""


ALL_MEASURED = Unmeasured()
"""Checks watched all the time that counts."""


class Account:
    """The time spent in each state, added up so that any window of it is read off at two places."""

    def __init__(
        self, intervals: Sequence[StateInterval], policy: Policy, unmeasured: Unmeasured = ALL_MEASURED
    ) -> None:
        self._intervals = intervals
        self._reported, self._written = _Lengths(unmeasured.reported), _Lengths(unmeasured.written)
        self._least = policy.least_coverage.total_seconds()
        self._weights = [policy.weight(status) for status in _TALLIED]
        self._starts = [start for start, _, _ in intervals]
        self._sums = [_NOTHING]
        for start, end, status in intervals:
            self._sums.append(_added(self._sums[-1], status, end - start))

    def _until(self, moment: int) -> tuple[int, ...]:
        """Return the time in each state, and in all, from the first interval up to a moment."""
        index = bisect.bisect_left(self._starts, moment)
        if not index:
            return _NOTHING
        start, end, status = self._intervals[index - 1]
        return self._sums[index] if moment >= end else _added(self._sums[index - 1], status, moment - start)

    def uptime(self, start: int, end: int) -> Uptime:
        """Return the uptime of [start, end), in microseconds."""
        maintenance, no_data, whole, *tallied = map(sub, self._until(end), self._until(start))
        found = Uptime(
            ratio=None,
            window=whole / SECOND,
            maintenance=maintenance / SECOND,
            no_data=no_data / SECOND,
            down=sum(map(mul, self._weights, tallied)) / SECOND,
            reported=self._reported.between(start, end) / SECOND,
            written=self._written.between(start, end) / SECOND,
        )
        # Of a window that is hardly longer, half is enough: the last answer is always a moment old.
        is_enough = found.counted - found.written >= min(self._least, found.window / 2)
        return replace(found, ratio=_ratio(found.down, found.counted)) if is_enough else found


class _Lengths:
    """The length of intervals, added up."""

    def __init__(self, intervals: Sequence[Interval[int]]) -> None:
        self._intervals = intervals
        self._starts = [start for start, _ in intervals]
        self._sums = [0, *itertools.accumulate(end - start for start, end in intervals)]

    def _until(self, moment: int) -> int:
        index = bisect.bisect_left(self._starts, moment)
        return self._sums[index] - (max(0, self._intervals[index - 1][1] - moment) if index else 0)

    def between(self, start: int, end: int) -> int:
        """Return how much of them lies in [start, end)."""
        return self._until(end) - self._until(start)


_TALLIED = tuple(status for status in ComponentStatus if status.is_trouble)
_PLACE = {
    ComponentStatus.UNDER_MAINTENANCE: 0,
    ComponentStatus.NO_DATA: 1,
    **{status: place for place, status in enumerate(_TALLIED, start=3)},
}
_NOTHING = (0,) * (3 + len(_TALLIED))


def _added(sums: tuple[int, ...], status: ComponentStatus, length: int) -> tuple[int, ...]:
    more = list(sums)
    more[2] += length
    if status in _PLACE:
        more[_PLACE[status]] += length
    return tuple(more)


def pooled(parts: Sequence[Uptime]) -> Uptime:
    """Return the uptime of several components together: the mean, each weighed by the time it was measured.

    A component that has no ratio of its own is no data here. Where none has one, the times are told all the same.
    """
    has_ratio = any(part.ratio is not None for part in parts)
    known = [part if not has_ratio or part.ratio is not None else _unknown(part) for part in parts]
    window, maintenance, no_data, down, reported, written = (
        math.fsum(values)
        for values in zip(
            *((p.window, p.maintenance, p.no_data, p.down, p.reported, p.written) for p in known),
            strict=True,
        )
    )
    found = Uptime(None, window, maintenance, no_data, down, reported, written, len(parts))
    return replace(found, ratio=_ratio(down, found.counted)) if has_ratio else found


def _unknown(part: Uptime) -> Uptime:
    return Uptime(None, part.window, part.maintenance, part.window - part.maintenance)


@dataclass(frozen=True)
class Budget:
    """How much downtime the goal allows in the last thirty days, and how fast it is being spent; in seconds."""

    goal: float
    """The availability goal, in percent."""
    allowed: float | None
    """(1 - goal) of the time that counts; None where the window has no uptime."""
    spent: float | None
    burn_rates: Mapping[str, float | None]
    """Downtime in a window as a multiple of what the goal allows for it; 1 spends the budget exactly.

    See "Alerting on SLOs" in Google's Site Reliability Workbook, https://sre.google/workbook/alerting-on-slos/.
    None where that window has no uptime.
    """

    @property
    def left(self) -> float | None:
        """The downtime that may still be spent; below zero when the goal was missed."""
        return None if self.allowed is None or self.spent is None else self.allowed - self.spent


@dataclass(frozen=True)
class Uptimes:
    """The uptime of a component, a group or the page in every window."""

    windows: Mapping[str, Uptime]
    """By name: 1h, 6h, 24h, 3d, 7d, 30d, 45d, 90d."""
    months: Mapping[str, Uptime]
    """By name, such as 2026-11; newest first, and none from before anything was known."""

    def budget(self, policy: Policy) -> Budget:
        """Return the error budget by the goal of the page."""
        allowed = 1 - policy.slo / 100
        window = self.windows[BUDGET_WINDOW]
        rates = {
            name: None if found.ratio is None else found.down / found.counted / allowed
            for name, found in self.windows.items()
            if name in ROLLING
        }
        if window.ratio is None:
            return Budget(policy.slo, None, None, rates)
        return Budget(policy.slo, allowed * window.counted, window.down, rates)


def pooled_uptimes(parts: Sequence[Uptimes]) -> Uptimes:
    """Return the uptimes of several components together."""
    months = sorted({name for part in parts for name in part.months}, reverse=True)
    return Uptimes(
        {name: pooled([part.windows[name] for part in parts]) for name in parts[0].windows},
        {name: pooled([part.months[name] for part in parts if name in part.months]) for name in months},
    )


def days_until(now: datetime, zone: ZoneInfo, count: int = DAYS) -> list[date]:
    """Return the last so many days in a zone, today being the last of them."""
    today = now.astimezone(zone).date()
    return [today - back * DAY for back in range(count - 1, -1, -1)]


@dataclass(frozen=True)
class DaySummary:
    """One day of a component, in the zone of the page."""

    day: date
    status: ComponentStatus
    """The worst it was in; no data only if nothing was measured all day."""
    trouble: float
    """Seconds in trouble."""
    no_data: float
    """Seconds that nobody measured."""
    states: tuple[tuple[ComponentStatus, float], ...] = ()
    """The seconds in each state but operational and no data, the worst first."""


class Calendar:
    """The days, windows and months that end at one moment, worked out once for all components of a page."""

    def __init__(self, now: datetime, zone: ZoneInfo, days: int = DAYS) -> None:
        self._now = micros(now)
        today = now.astimezone(zone).date()
        self._days = days_until(now, zone, days)
        edges = [micros(day_start(day, zone)) for day in self._days]
        self._starts = edges
        self._ends = [*edges[1:], self._now]
        self._windows = {name: self._now - micros_in(length) for name, length in ROLLING.items()}
        for name, count in IN_DAYS.items():
            self._windows[name] = micros(day_start(today - (count - 1) * DAY, zone))
        self._months = _months(today, zone, self._now)
        # Most days of most components are alike: equal summaries are one object.
        self._whole: dict[ComponentStatus, list[DaySummary]] = {}

    @property
    def begin(self) -> int:
        """The earliest moment that anything here is about, in microseconds."""
        return min(*self._windows.values(), *(start for _, start, _ in self._months), *self._starts[:1])

    @property
    def first_day(self) -> int:
        """The beginning of the bars, in microseconds."""
        return self._starts[0]

    def uptimes(
        self,
        intervals: Sequence[StateInterval],
        policy: Policy,
        known_from: int,
        unmeasured: Unmeasured = ALL_MEASURED,
    ) -> Uptimes:
        """Return the uptime in every window; `intervals` are in order and reach from `begin` to now."""
        account = Account(intervals, policy, unmeasured)
        return Uptimes(
            {name: account.uptime(start, self._now) for name, start in self._windows.items()},
            {name: account.uptime(start, end) for name, start, end in self._months if end > known_from},
        )

    def summaries(self, intervals: Sequence[StateInterval]) -> tuple[DaySummary, ...]:
        """Summarise the days up to now, oldest first; `intervals` are in order."""
        ends = [end for _, end, _ in intervals]
        found: list[DaySummary] = []
        while len(found) < len(self._days):
            index = len(found)
            start, end = self._starts[index], self._ends[index]
            place = bisect.bisect_right(ends, start)
            if place < len(intervals) and intervals[place][0] <= start < end <= ends[place]:
                # One state all day, and perhaps for many days: as long as this interval lasts.
                _, until, status = intervals[place]
                found += self._whole_days(status)[index : bisect.bisect_right(self._ends, until)]
            else:
                found.append(
                    _summary(self._days[index], start, end, itertools.islice(intervals, place, None))
                )
        return tuple(found)

    def _whole_days(self, status: ComponentStatus) -> list[DaySummary]:
        if status not in self._whole:
            self._whole[status] = [
                _summary(day, start, end, [(start, end, status)])
                for day, start, end in zip(self._days, self._starts, self._ends, strict=True)
            ]
        return self._whole[status]


def _months(today: date, zone: ZoneInfo, now: int) -> list[tuple[str, int, int]]:
    months = []
    first, end = today.replace(day=1), now
    for _ in range(MONTHS):
        start = micros(day_start(first, zone))
        months.append((f"{first:%Y-%m}", start, end))
        first, end = (first - DAY).replace(day=1), start
    return months


def _summary(day: date, begin: int, finish: int, intervals: Iterable[StateInterval]) -> DaySummary:
    """Summarise the day [begin, finish) from intervals that end after its begin."""
    shown, no_data = ComponentStatus.NO_DATA, 0
    spent: dict[ComponentStatus, int] = {}
    for start, end, status in intervals:
        if start >= finish:
            break
        length = min(end, finish) - max(start, begin)
        if status is ComponentStatus.NO_DATA:
            no_data += length
        elif length:
            shown = ComponentStatus.OPERATIONAL
            if status is not shown:
                spent[status] = spent.get(status, 0) + length
    if not spent:
        return DaySummary(day, shown, 0, no_data / SECOND)
    ranked = sorted(spent, key=_SEVERITY, reverse=True)
    trouble = sum(spent[status] for status in ranked if status.is_trouble)
    states = tuple((status, spent[status] / SECOND) for status in ranked)
    return DaySummary(day, ranked[0], trouble / SECOND, no_data / SECOND, states)


_SEVERITY = attrgetter("severity")
