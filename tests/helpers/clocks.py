"""Clocks of a machine that a test sets."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.base.clock import Clock, ClockReading, ClockStep, read_clocks

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Machine:
    """A machine whose time passes when a test says so."""

    def __init__(self, start: datetime = START) -> None:
        self.reading = ClockReading(start, 100.0, 500.0)
        self.steps: list[ClockStep] = []
        self.clock = Clock(lambda: self.reading, self.steps.append)

    @property
    def now(self) -> datetime:
        return self.reading.wall

    def passes(self, awake: float, *, asleep: float = 0, wall: float | None = None) -> None:
        """Let seconds pass, awake and asleep; the wall clock moves by as much, or by `wall` seconds."""
        now, shown = self.reading, awake + asleep if wall is None else wall
        self.reading = ClockReading(
            now.wall + timedelta(seconds=shown), now.monotonic + awake, now.running + awake + asleep
        )

    def set_by(self, seconds: float) -> None:
        """Set the wall clock forward, or back."""
        self.passes(0, wall=seconds)


class SkewedClock(Clock):
    """The clock of this machine, as if somebody had set it by `skew`."""

    def __init__(self, skew: timedelta = timedelta(0)) -> None:
        self.skew, self._more = skew, 0.0
        self.steps: list[ClockStep] = []
        super().__init__(self._skewed, self.steps.append)

    def _skewed(self) -> ClockReading:
        wall, monotonic, running = read_clocks()
        more = self._more
        return ClockReading(wall + self.skew + timedelta(seconds=more), monotonic + more, running + more)

    def pass_over(self, seconds: float) -> None:
        """Let time pass at once."""
        self._more += seconds
