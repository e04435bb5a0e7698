"""What an uptime rests on, in words: how much of its window was watched, and by whom.

No percentage is shown without it: "99.95 % of 90 days", "100 % of the 3 hours measured", "99.30 % of 24 hours,
as written by people", "no percentage: 12 minutes measured". Every page, badge and command writes these sentences.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from waypost.base.i18n import Words, number_text
from waypost.status.rules.uptime import DAY, IN_DAYS, ROLLING, Uptime, percent

WHOLE = 99
"""Of which percentage on a window counts as watched all along: a quarter of an hour a day may be missing."""

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


class CoverageSource(StrEnum):
    """Who watched the time that an uptime rests on."""

    MEASURED = "measured"
    """Checks."""
    WRITTEN = "written"
    """People: what they did not write down did not happen."""
    MIXED = "mixed"
    """Checks and people, or checks and incidents from times in which nobody watched."""


@dataclass(frozen=True)
class Figure:
    """An uptime as it is shown."""

    percent: str
    """Such as `99.95 %`; empty where there is none."""
    basis: str
    """What it rests on in a few words, or why there is none: `of 3 hours`, `12 minutes measured`."""
    sentence: str
    """All of it: `99.95 % of the 3 hours measured`."""
    short: str
    """The same where there is little room: `99.95 % of 3 hours`, `too little data`."""


def source(uptime: Uptime) -> CoverageSource | None:
    """Return who watched the time that counts; None where there is none."""
    if uptime.counted <= 0:
        return None
    if 100 * uptime.measured >= WHOLE * uptime.counted:
        return CoverageSource.MEASURED
    return CoverageSource.MIXED if uptime.measured >= 1 else CoverageSource.WRITTEN


def coverage_percent(uptime: Uptime) -> int:
    """Return the share of a window that counts in whole percent; 0 only where there is nothing."""
    return 0 if uptime.counted <= 0 else max(1, round(100 * uptime.counted / uptime.window))


def is_whole(uptime: Uptime, extra: float = 0.0) -> bool:
    """Return whether all of a window counts but for what nobody misses; `extra` seconds count too."""
    return 100 * (uptime.counted + extra) >= WHOLE * uptime.window


def covered(uptime: Uptime, extra: float = 0.0) -> timedelta:
    """Return the time that counts, of several components their mean; `extra` seconds count too."""
    return timedelta(seconds=(uptime.counted + extra) / uptime.parts)


def figure(uptime: Uptime, window: str, words: Words, *, with_maintenance: bool = False) -> Figure:
    """Write the uptime of a window (24h, 90d, 2026-11) with what it rests on."""
    ratio = uptime.with_maintenance if with_maintenance else uptime.ratio
    if ratio is None:
        return _none(uptime, words)
    extra = uptime.maintenance if with_maintenance else 0.0
    is_all = is_whole(uptime, extra)
    extent = "whole" if is_all else "part"
    length = length_text(_span(window, uptime) if is_all else covered(uptime, extra), words)
    share = number_text(percent(ratio), words)
    basis = words.say("status.coverage.basis", length=length)
    full = words.say(f"status.coverage.{extent}.{source(uptime)}", length=length)
    return Figure(
        percent=share,
        basis=basis,
        sentence=words.say("status.coverage.figure", percent=share, basis=full),
        short=words.say("status.coverage.figure", percent=share, basis=basis),
    )


def _none(uptime: Uptime, words: Words) -> Figure:
    watched = timedelta(seconds=(uptime.counted - uptime.written) / uptime.parts)
    if watched < MINUTE:
        basis, short = words.say("status.coverage.nothing"), words.say("status.uptime.none")
    else:
        basis = words.say("status.coverage.short", length=length_text(watched, words))
        short = words.say("status.coverage.too_little")
    return Figure("", basis, words.say("status.coverage.no_figure", basis=basis), short)


def _span(window: str, uptime: Uptime) -> timedelta:
    """Return the length that a window is named after: today counts as a day from its first hour on."""
    if window in ROLLING:
        return ROLLING[window]
    if window in IN_DAYS:
        return IN_DAYS[window] * DAY
    length = timedelta(seconds=uptime.window / uptime.parts)
    # A day may be an hour longer than others.
    return length if length < DAY else math.ceil((length - HOUR) / DAY) * DAY


def length_text(length: timedelta, words: Words) -> str:
    """Write a length of time in one unit, rounded down: `47 hours`, `3 days`."""
    for unit, size in (("days", DAY), ("hours", HOUR)):
        if length >= 2 * size:
            return words.say(f"status.coverage.length.{unit}", count=length // size)
    return words.say("status.coverage.length.minutes", count=length // MINUTE)
