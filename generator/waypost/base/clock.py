"""The clock: time enters the program here, and everything below takes it as `now`."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


class SteadyClock:
    """A clock for polling that never goes back: a wall clock that is set back must not stop the checks.

    It starts with the wall clock and runs with the machine's steady one. Where the wall clock is ahead by more
    than `STEP`, it is believed: the machine slept, or its clock was put right.
    """

    STEP = timedelta(seconds=2)

    def __init__(
        self, wall: Callable[[], datetime] = utc_now, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._lock = threading.Lock()
        self._anchor = wall()
        self._since = steady()

    def __call__(self) -> datetime:
        """Return the present moment in UTC; at least as late as every one before it."""
        with self._lock:
            wall, steady = self._wall(), self._steady()
            now = self._anchor + timedelta(seconds=steady - self._since)
            if wall - now > self.STEP:
                self._anchor, self._since, now = wall, steady, wall
            return now
