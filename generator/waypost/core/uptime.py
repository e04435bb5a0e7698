"""Uptime from state intervals: uptime = 1 - sum(weight * duration) / (window - maintenance - no data).

The formula is on the page too. Counts of checks never enter it, so that a changed polling interval
cannot change the past.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.core.timeline import Interval
from waypost.model.status import ComponentStatus, worst
from waypost.model.status_config import Policy


@dataclass(frozen=True)
class Uptime:
    """How much of a window a component was up; all times in seconds."""

    ratio: float | None
    """0 to 1, or None where nothing was measured."""
    window: float
    maintenance: float
    no_data: float

    @property
    def percent(self) -> str:
        """The ratio as percent, rounded down to two places: 99.996 % is not 100 %."""
        if self.ratio is None:
            return "no data"
        # The small number absorbs binary fractions (0.9999 is stored a hair below itself).
        hundredths = math.floor(self.ratio * 10_000 + 1e-9)
        return "100 %" if hundredths == 10_000 else f"{hundredths / 100:.2f} %"


@dataclass(frozen=True)
class DaySummary:
    """One day of a component, in the zone of the page."""

    day: date
    status: ComponentStatus
    """The worst state of the day; no data only where the whole day has none."""
    trouble: float
    """Seconds in degraded performance or an outage."""
    no_data: float
    """Seconds without data."""


def uptime(intervals: Sequence[Interval], policy: Policy) -> Uptime:
    """Compute the uptime of a window that the intervals fill without gaps."""
    window = math.fsum(interval.seconds for interval in intervals)
    maintenance = _seconds(intervals, ComponentStatus.UNDER_MAINTENANCE)
    no_data = _seconds(intervals, ComponentStatus.NO_DATA)
    left_out = (ComponentStatus.UNDER_MAINTENANCE, ComponentStatus.NO_DATA)
    counted = math.fsum(interval.seconds for interval in intervals if interval.status not in left_out)
    down = math.fsum(policy.weight(interval.status) * interval.seconds for interval in intervals)
    # Less than a millisecond is what is left of rounding, not a measurement.
    ratio = min(1.0, max(0.0, 1.0 - down / counted)) if counted > 0.001 else None
    return Uptime(ratio, window, maintenance, no_data)


def _seconds(intervals: Sequence[Interval], status: ComponentStatus) -> float:
    return math.fsum(interval.seconds for interval in intervals if interval.status is status)


def day_start(day: date, zone: ZoneInfo) -> datetime:
    """Return the first moment of a day in a zone; days are 23 or 25 hours long when the clock changes."""
    return datetime.combine(day, time(), zone)


def daily(intervals: Sequence[Interval], now: datetime, zone: ZoneInfo, days: int) -> tuple[DaySummary, ...]:
    """Summarise the last `days` days up to `now`, oldest first; today ends at `now`."""
    today = now.astimezone(zone).date()
    return tuple(
        _summarise(intervals, today - timedelta(days=back), zone, now) for back in range(days - 1, -1, -1)
    )


def _summarise(intervals: Sequence[Interval], day: date, zone: ZoneInfo, now: datetime) -> DaySummary:
    start = day_start(day, zone).timestamp()
    end = min(day_start(day + timedelta(days=1), zone).timestamp(), now.timestamp())
    seen: list[ComponentStatus] = []
    trouble = no_data = 0.0
    for interval in intervals:
        seconds = min(end, interval.end.timestamp()) - max(start, interval.start.timestamp())
        if seconds <= 0:
            continue
        seen.append(interval.status)
        trouble += seconds if interval.status.is_trouble else 0
        no_data += seconds if interval.status is ComponentStatus.NO_DATA else 0
    return DaySummary(day, worst(seen), trouble, no_data)
