"""How fast a component answered: the median and the slowest of twenty, hour by hour and day by day.

Hours and days are those of the roll-ups, in UTC. Sketches of several checks and regions of a component are
merged, so that a quantile is one of all answers and never a mean of quantiles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from waypost.base.sketch import Sketch
from waypost.formats.observations import Resolution, Rollup

STEP = {Resolution.HOUR: timedelta(hours=1), Resolution.DAY: timedelta(days=1)}
"""How long a point of a series is."""

POINTS = {Resolution.HOUR: 24, Resolution.DAY: 90}
"""How many points a series has."""


@dataclass(frozen=True)
class LatencyPoint:
    """The answers of an hour or a day; both values in milliseconds."""

    at: datetime
    """When the hour or day begins."""
    p50: float
    """Half of all answers were faster."""
    p95: float
    """Nineteen of twenty answers were faster."""


@dataclass(frozen=True)
class LatencySeries:
    """The latency of a component over some time; hours or days without an answer have no point."""

    resolution: Resolution
    start: datetime
    end: datetime
    points: tuple[LatencyPoint, ...]


@dataclass(frozen=True)
class Latency:
    """The latency of a component in the last hours and days that are over."""

    hours: LatencySeries
    days: LatencySeries


def window(now: datetime, resolution: Resolution) -> tuple[datetime, datetime]:
    """Return the hours or days that a series is about: whole ones that are over at `now`."""
    utc = now.astimezone(UTC)
    is_hourly = resolution is Resolution.HOUR
    end = utc.replace(hour=utc.hour if is_hourly else 0, minute=0, second=0, microsecond=0)
    return end - POINTS[resolution] * STEP[resolution], end


def latency_series(
    rollups: Iterable[Rollup], start: datetime, end: datetime, resolution: Resolution
) -> dict[str, LatencySeries]:
    """Return the series of each component that answered in [start, end)."""
    written: dict[str, dict[datetime, list[bytes]]] = {}
    for rollup in rollups:
        if start <= rollup.at < end:
            written.setdefault(rollup.series.component, {}).setdefault(rollup.at, []).append(rollup.sketch)
    series = {}
    for name, moments in written.items():
        points = tuple(point for at in sorted(moments) if (point := _point(at, moments[at])))
        if points:
            series[name] = LatencySeries(resolution, start, end, points)
    return series


def _point(at: datetime, sketches: list[bytes]) -> LatencyPoint | None:
    sketch = Sketch.merged(sketches)
    p50, p95 = sketch.quantile(0.5), sketch.quantile(0.95)
    return None if p50 is None or p95 is None else LatencyPoint(at, p50, p95)


def latencies(
    hours: Mapping[str, LatencySeries], days: Mapping[str, LatencySeries], now: datetime
) -> dict[str, Latency]:
    """Put the two series of each component together; one that has no point is there, and empty."""
    found = {}
    for name in {**hours, **days}:
        empty = {
            resolution: LatencySeries(resolution, *window(now, resolution), ()) for resolution in Resolution
        }
        found[name] = Latency(hours.get(name, empty[Resolution.HOUR]), days.get(name, empty[Resolution.DAY]))
    return found
