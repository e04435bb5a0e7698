"""Draw how fast a component answered: the lines of an inline SVG, and the same as rows of a table."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words, number_text
from waypost.formats.observations import Resolution
from waypost.status.rules.latency import STEP, LatencyPoint, LatencySeries

WIDTH, HEIGHT = 600, 120
"""The box of the drawing; the page stretches it, and its lines keep their width."""

_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Chart:
    """A drawing of one series and what says the same in words; every text is ready to be shown."""

    title: str
    text: str
    """What screen readers say in place of the drawing."""
    top: str
    """The value at the upper edge."""
    start: str
    end: str
    """The first and the last moment, as words."""
    p50: tuple[str, ...]
    p95: tuple[str, ...]
    """The lines as points of an SVG, one for each stretch without a gap."""
    rows: tuple[tuple[str, str, str], ...]
    """When, p50 and p95; the newest first."""


def latency_chart(series: LatencySeries, zone: ZoneInfo, words: Words) -> Chart | None:
    """Return the drawing of a series, with hours in the zone of the page; None where nothing answered."""
    if not series.points:
        return None
    top = _round_up(max(point.p95 for point in series.points))
    said = {
        "half": span_text(*_range(series.points, attrgetter("p50")), words),
        "most": span_text(*_range(series.points, attrgetter("p95")), words),
    }
    title = words.say(f"status.latency.{series.resolution}")
    last = series.end - STEP[series.resolution]
    return Chart(
        title=title,
        text=words.say("status.latency.text", title=title, **said),
        top=latency_text(top, words),
        start=_moment(series, series.start, zone, words),
        end=_moment(series, last, zone, words),
        p50=_lines(series, attrgetter("p50"), top),
        p95=_lines(series, attrgetter("p95"), top),
        rows=tuple(
            (
                _moment(series, point.at, zone, words),
                latency_text(point.p50, words),
                latency_text(point.p95, words),
            )
            for point in reversed(series.points)
        ),
    )


def latency_text(milliseconds: float, words: Words) -> str:
    """Say a latency: '87 ms', '1.25 s'."""
    if milliseconds < 999.5:
        return words.say("status.latency.milliseconds", number=round(milliseconds))
    return words.say("status.latency.seconds", number=number_text(f"{milliseconds / 1000:.3g}", words))


def span_text(low: float, high: float, words: Words) -> str:
    """Say between which latencies something was."""
    first, last = latency_text(low, words), latency_text(high, words)
    return first if first == last else words.say("status.latency.range", low=first, high=last)


def _moment(series: LatencySeries, at: datetime, zone: ZoneInfo, words: Words) -> str:
    # Days are those of UTC; in another zone the start of one would be the evening before.
    if series.resolution is Resolution.DAY:
        return words.date("status.date.day", at.date())
    return words.date("status.date.day_time", at.astimezone(zone))


def _round_up(value: float) -> float:
    """Return the next 1, 2 or 5 with zeros behind it, so that the scale is a number that people read."""
    power = 10.0 ** math.floor(math.log10(max(value, 1.0)))
    return next((step * power for step in _STEPS if step * power >= value), 10 * power)


def _range(points: Sequence[LatencyPoint], value: Callable[[LatencyPoint], float]) -> tuple[float, float]:
    values = [value(point) for point in points]
    return min(values), max(values)


def _lines(series: LatencySeries, value: Callable[[LatencyPoint], float], top: float) -> tuple[str, ...]:
    """Return one line for each stretch without a gap; a point that stands alone becomes a short line."""
    step = STEP[series.resolution]
    placed = [(round((point.at - series.start) / step), point) for point in series.points]
    width = WIDTH / ((series.end - series.start) / step)
    lines = []
    # Neighbours have the same distance from their number in the list.
    for _, stretch in itertools.groupby(enumerate(placed), key=lambda item: item[1][0] - item[0]):
        spots = [
            ((place + 0.5) * width, HEIGHT - value(point) / top * HEIGHT) for _, (place, point) in stretch
        ]
        if len(spots) == 1:
            ((x, y),) = spots
            spots = [(x - width / 2, y), (x + width / 2, y)]
        lines.append(" ".join(f"{x:.4g},{y:.4g}" for x, y in spots))
    return tuple(lines)
