"""When to publish again: at once after a quiet time, and never so often that polling is delayed by it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

REFRESH = 15.0
"""Seconds after which the pages are published again though nothing happened, to show when they were checked."""

LEAST = 1.0
"""Seconds from the beginning of one publication to that of the next, at least."""

SHARE = 0.2
"""The most of one processor core that publishing takes; the rest is for polling."""


@dataclass
class Spacing:
    """The times of publications; what happens meanwhile goes along with the next one."""

    monotonic: Callable[[], float] = time.monotonic
    processor_time: Callable[[], float] = time.thread_time
    """Returns the processor time of the present thread."""
    _last: float = field(default=float("-inf"))
    _costs: dict[str, float] = field(default_factory=dict)

    def wait(self, *, has_news: bool) -> float:
        """Return the seconds until it is time for the next publication; 0 where it is now."""
        rest = max(LEAST, sum(self._costs.values()) * (1 / SHARE - 1))
        due = self._last + (rest if has_news else max(rest, REFRESH))
        return max(0.0, due - self.monotonic())

    def begin(self) -> None:
        """Note that a publication begins."""
        self._last = self.monotonic()

    @contextmanager
    def measured(self, part: str) -> Iterator[None]:
        """Measure what a part of a publication costs, which is the block; one that failed counts too."""
        began = self.processor_time()
        try:
            yield
        finally:
            self._costs[part] = self.processor_time() - began
