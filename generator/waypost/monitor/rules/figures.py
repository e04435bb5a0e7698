"""The figures of a poller: how many checks it ran, how late, and what it could not run."""

from __future__ import annotations

from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, replace
from datetime import timedelta

BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""The upper ends of the buckets of lateness, in seconds; one more bucket has what is later."""

LATE = timedelta(seconds=5)
"""A check that begins later than this after its time is late."""

WINDOW = timedelta(minutes=1)
"""The time over which late checks are counted together."""

TOLERATED = 0.01
"""The share of late checks in a window that is nobody's concern."""


@dataclass(frozen=True)
class PollFigures:
    """What a poller did since it began; plain sums, which only grow."""

    done: int = 0
    """Checks that were run and had an answer, good or not."""
    failed: int = 0
    """Of these, those whose answer was not good."""
    unmeasured: int = 0
    """Checks that were run without saying anything about the service, for a reason of our own."""
    late: int = 0
    """Checks that began more than LATE after their time, and those that were skipped."""
    skipped: int = 0
    """Checks that could not begin in time."""
    lateness: tuple[int, ...] = (0,) * (len(BOUNDS) + 1)
    """How many checks began within each of BOUNDS and not within the one before; at last, those beyond."""
    lateness_sum: float = 0.0
    """The lateness of all checks together, in seconds."""

    def quantile(self, share: float) -> float:
        """Return the upper end of the bucket in which a share (0 to 1) of all checks had begun, in seconds."""
        wanted, seen = share * sum(self.lateness), 0
        for bound, count in zip((*BOUNDS, float("inf")), self.lateness, strict=True):
            seen += count
            if seen and seen >= wanted:
                return bound
        return 0.0

    def begun(self, lateness: timedelta) -> PollFigures:
        """Return the figures with one more check that began so late."""
        seconds = max(lateness.total_seconds(), 0.0)
        bucket = bisect_left(BOUNDS, seconds)
        counts = tuple(count + (place == bucket) for place, count in enumerate(self.lateness))
        return replace(
            self,
            lateness=counts,
            lateness_sum=self.lateness_sum + seconds,
            late=self.late + (lateness > LATE),
        )

    def answered(self, *, is_good: bool) -> PollFigures:
        """Return the figures with one more check that had an answer, good or not."""
        return replace(self, done=self.done + 1, failed=self.failed + (not is_good))


class Punctuality:
    """Knows how many of the checks of the last minute were late; moments are those of the monotonic clock."""

    def __init__(self) -> None:
        self._begun: deque[tuple[float, bool]] = deque()
        self._late = 0

    def add(self, now: float, *, is_late: bool) -> None:
        """Note that a check began, or was skipped, which is late."""
        self._begun.append((now, is_late))
        self._late += is_late

    def late(self, now: float) -> int:
        """Return how many were late in the last minute; 0 where it was hardly any of them."""
        while self._begun and self._begun[0][0] <= now - WINDOW.total_seconds():
            self._late -= self._begun.popleft()[1]
        return self._late if self._late > TOLERATED * len(self._begun) else 0
