"""Drawings on the pages of the status site: the bar of a component's days, and the lines of its latency."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from markupsafe import Markup

from waypost.base.i18n import Words, number_text
from waypost.formats.observations import Resolution
from waypost.formats.status import ComponentStatus
from waypost.status.rules.latency import STEP, LatencyPoint, LatencySeries
from waypost.status.rules.uptime import DaySummary

WIDTH, HEIGHT = 600, 120
"""The box of the drawing; the page stretches it, and its lines keep their width."""

_STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Chart:
    """A drawing of one series, and the same in words; every text is ready to be shown."""

    title: str
    text: str
    """The text for screen readers in place of the drawing."""
    top: str
    """The value at the upper edge."""
    start: str
    end: str
    """The first and the last moment, as words."""
    p50: tuple[str, ...]
    p95: tuple[str, ...]
    """The lines as points of an SVG, one for each interval without a gap."""
    rows: tuple[tuple[str, str, str], ...]
    """When, p50 and p95; the newest first."""


def latency_chart(series: LatencySeries, zone: ZoneInfo, words: Words) -> Chart | None:
    """Return the drawing of a series, with hours in the zone of the page; None where nothing answered."""
    if not series.points:
        return None
    top = _round_up(max(point.p95 for point in series.points))
    ranges = {
        "half": range_text(*_range(series.points, attrgetter("p50")), words),
        "most": range_text(*_range(series.points, attrgetter("p95")), words),
    }
    title = words.say(f"status.latency.{series.resolution}")
    last = series.end - STEP[series.resolution]
    return Chart(
        title=title,
        text=words.say("status.latency.text", title=title, **ranges),
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
    """Return a latency as text: '87 ms', '1.25 s'."""
    if milliseconds < 999.5:
        return words.say("status.latency.milliseconds", number=round(milliseconds))
    return words.say("status.latency.seconds", number=number_text(f"{milliseconds / 1000:.3g}", words))


def range_text(low: float, high: float, words: Words) -> str:
    """Return a range of latencies as text."""
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
    """Return one line for each interval without a gap; a point that stands alone becomes a short line."""
    step = STEP[series.resolution]
    placed = [(round((point.at - series.start) / step), point) for point in series.points]
    width = WIDTH / ((series.end - series.start) / step)
    lines = []
    # Neighbours have the same distance from their number in the list.
    for _, group in itertools.groupby(enumerate(placed), key=lambda item: item[1][0] - item[0]):
        spots = [((place + 0.5) * width, HEIGHT - value(point) / top * HEIGHT) for _, (place, point) in group]
        if len(spots) == 1:
            ((x, y),) = spots
            spots = [(x - width / 2, y), (x + width / 2, y)]
        lines.append(" ".join(f"{x:.4g},{y:.4g}" for x, y in spots))
    return tuple(lines)


STATUS_CODES = {
    ComponentStatus.OPERATIONAL: "ok",
    ComponentStatus.DEGRADED_PERFORMANCE: "de",
    ComponentStatus.PARTIAL_OUTAGE: "pa",
    ComponentStatus.MAJOR_OUTAGE: "ma",
    ComponentStatus.UNDER_MAINTENANCE: "un",
    ComponentStatus.NO_DATA: "no",
}
"""Short names of the patterns in the bars."""


GAP_CODE = "ga"
"""The pattern of a day that was measured and fine, but not all day."""


GAP = 15 * 60
"""Seconds without data in a day from which on the bar shows it."""


@dataclass(frozen=True)
class Segment:
    """Neighbouring days of one pattern, drawn as one."""

    start: int
    """How many days come before it."""
    days: int
    code: str


def day_segments(days: Sequence[DaySummary]) -> list[Segment]:
    """Join neighbouring days of one pattern."""
    segments: list[Segment] = []
    position = 0
    for code, group in itertools.groupby(days, _code):
        length = len(list(group))
        segments.append(Segment(position, length, code))
        position += length
    return segments


def _has_gap(day: DaySummary) -> bool:
    return day.status is not ComponentStatus.NO_DATA and day.no_data >= GAP


def _code(day: DaySummary) -> str:
    is_fine = day.status is ComponentStatus.OPERATIONAL
    return GAP_CODE if is_fine and _has_gap(day) else STATUS_CODES[day.status]


def bar_text(days: Sequence[DaySummary], words: Words) -> str:
    """Return the bar in words."""
    counts = Counter(day.status for day in days)
    counted = [
        words.say(f"status.bar.days.{status}", count=counts[status])
        for status in ComponentStatus
        if status in counts
    ]
    text = words.say("status.bar.text", count=len(days), days=", ".join(counted))
    gaps = sum(map(_has_gap, days))
    return f"{text} {words.say('status.bar.gaps', count=gaps)}" if gaps else text


def bar_svg(days: Sequence[DaySummary]) -> Markup:
    """Draw the days of a component: a line of strokes for each pattern, a segment of days being one stroke.

    A unit of width is a day. `theme/status/status_days.js` reads the pattern of each day off the strokes.
    """
    return _bar(tuple(day_segments(days)), len(days))


# A process that stays draws the same bars at each publication, and several pages show each.
@lru_cache(8192)
def _bar(segments: tuple[Segment, ...], days: int) -> Markup:
    head = Markup(
        '<svg viewBox="0 0 {} 28" preserveAspectRatio="none" stroke-width="28" aria-hidden="true">'
    ).format(f"{days - 0.2:g}")
    return head + _strokes(segments) + Markup("</svg>")


def _strokes(segments: Sequence[Segment]) -> Markup:
    """Draw each pattern as one path along the middle of the bar, with a stroke as high as the bar."""
    paths: dict[str, str] = {}
    ends: dict[str, int] = {}
    for segment in segments:
        end = ends.get(segment.code)
        move = (
            f"M{segment.start} 14"
            if end is None
            else ""
            if end == segment.start
            else f"m{segment.start - end} 0"
        )
        paths[segment.code] = f"{paths.get(segment.code, '')}{move}h{segment.days}"
        ends[segment.code] = segment.start + segment.days
    return Markup().join(
        Markup('<path stroke="url(#b-{})" d="{}"/>').format(code, path) for code, path in paths.items()
    )
