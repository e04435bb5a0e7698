"""The clock: time enters the program here, and everything below takes it as `now`.

Wall time is what is recorded and shown. Monotonic time measures intervals, because nobody can set it. `Clock` relates
the two, and notices when somebody sets the wall clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

AHEAD = timedelta(minutes=1)
"""By how much the clocks of machines may differ: what is later than now by more was written by a wrong clock."""

STEP = timedelta(seconds=2)
"""A wall clock that differs by more from what it should show was set; less, such as a leap second, is made up for."""

SLEW = 0.1
"""The share of the time that passes by which a small difference is made up for."""


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class ClockReading(NamedTuple):
    """The clocks of the machine at one moment."""

    wall: datetime
    monotonic: float
    """Seconds that the machine was awake, since some moment."""
    running: float
    """The same with the time that the machine slept."""


_RUNNING = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def read_clocks() -> ClockReading:
    """Return what the clocks of this machine show."""
    return ClockReading(utc_now(), time.monotonic(), time.clock_gettime(_RUNNING))


@dataclass(frozen=True)
class ClockStep:
    """The wall clock does not show what it should by the time that has passed, or the machine slept meanwhile."""

    before: datetime
    """What the clock would show, had nobody set it and had the machine not slept."""
    after: datetime
    """What it shows."""
    asleep: timedelta = timedelta(0)
    """How long the machine slept since it was last asked for the time."""

    @property
    def set_by(self) -> timedelta:
        """By how much the clock was set; negative where it was set back, nothing where the machine only slept."""
        difference = self.after - self.before - self.asleep
        return difference if abs(difference) > STEP else timedelta(0)

    @property
    def sentence(self) -> str:
        """Say what happened, for the log."""
        if not self.set_by:
            return f"The machine slept for {span_text(self.asleep)}. Nothing was measured meanwhile."
        direction = "forward" if self.set_by > timedelta(0) else "back"
        expected = self.before + self.asleep
        return (
            f"The clock was set {direction} by {span_text(abs(self.set_by))}: from {expected:%Y-%m-%d %H:%M:%S} UTC"
            f" to {self.after:%Y-%m-%d %H:%M:%S} UTC. The new time is used from now on."
        )


class Clock:
    """Gives the present moment as the wall clock shows it, follows when that is set, and reports it; for threads.

    Small corrections are followed gradually, so that time neither jumps nor goes back because of them.
    """

    def __init__(
        self,
        read: Callable[[], ClockReading] = read_clocks,
        stepped: Callable[[ClockStep], None] = lambda step: None,
    ) -> None:
        """`stepped` is called, by whichever thread asks for the time, when the clock was set or the machine slept."""
        self._read = read
        self._stepped = stepped
        self._lock = threading.Lock()
        self._last = read()
        self._now = self._last.wall
        self._since = self._last.monotonic
        self._longest = AHEAD
        self._over: datetime | None = None
        """What the clock showed at the end of the longest time in which nobody had set it."""
        self.steps = 0
        """How often the clock was set."""

    def __call__(self) -> datetime:
        """Return the present moment in UTC."""
        return self._present()[0]

    def monotonic(self) -> float:
        """Return seconds since some moment, for intervals."""
        return self._read().monotonic

    def moment(self, monotonic: float) -> datetime:
        """Return the wall time of a moment of `monotonic()`, by what the clock shows now."""
        now, passed = self._present()
        return now - timedelta(seconds=passed - monotonic)

    def unchanged_for(self) -> timedelta:
        """Return for how long nobody has set the clock while this process was there to notice."""
        passed = self._present()[1]
        return timedelta(seconds=passed - self._since)

    @property
    def is_settled(self) -> bool:
        """Whether nobody has set the clock lately."""
        return self.unchanged_for() >= AHEAD

    @property
    def is_set_back(self) -> bool:
        """Whether somebody has just set the clock to a time that was surely over when it was settled longest."""
        return not self.is_settled and self._over is not None and self() + AHEAD < self._over

    def _present(self) -> tuple[datetime, float]:
        """Return the present moment, and the same as a moment of `monotonic()`."""
        with self._lock:
            # Read within the lock: a reading that comes late would look like a step.
            reading = self._read()
            step = self._advance(reading)
            now = self._now
        if step:
            self._stepped(step)
        return now, reading.monotonic

    def _advance(self, reading: ClockReading) -> ClockStep | None:
        last, self._last = self._last, reading
        awake = timedelta(seconds=reading.monotonic - last.monotonic)
        asleep = timedelta(seconds=reading.running - last.running) - awake
        expected = self._now + awake
        if abs(reading.wall - expected) <= STEP:
            self._now = expected + _within(reading.wall - expected, SLEW * awake)
            return None
        step = ClockStep(expected, reading.wall, asleep if asleep > STEP else timedelta(0))
        self._now = reading.wall
        if step.set_by:
            unchanged = timedelta(seconds=last.monotonic - self._since)
            if unchanged >= self._longest:
                self._longest, self._over = unchanged, expected
            self._since = reading.monotonic
            self.steps += 1
        return step


def _within(difference: timedelta, most: timedelta) -> timedelta:
    return max(-most, min(difference, most))


def span_text(length: timedelta) -> str:
    """Write a length of time in its two largest units, such as `3 h 20 min`."""
    seconds = round(length.total_seconds())
    parts = [
        f"{value} {unit}"
        for value, unit in (
            (seconds // 86400, "d"),
            (seconds // 3600 % 24, "h"),
            (seconds // 60 % 60, "min"),
            (seconds % 60, "s"),
        )
        if value
    ]
    return " ".join(parts[:2]) or "0 s"
