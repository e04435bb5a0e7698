"""How much a change gains: questions that are answered before and after it, with the interval of what that says."""

from __future__ import annotations

import math
from dataclasses import dataclass

NORMAL = 1.96
"""The quantile of the normal distribution for an interval that is right 95 times in 100."""


@dataclass(frozen=True)
class Gain:
    """How a number of questions changes."""

    before: int
    after: int
    of: int

    @property
    def share(self) -> float:
        """The part of the questions by which those that are answered grow."""
        return (self.after - self.before) / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The least and the most that the share may be: Newcombe, Interval estimation for the difference between
        independent proportions (1998), method 10, of two of Wilson's. For pairs it is rather too wide."""
        if not self.of:
            return -1.0, 1.0
        before, after = self.before / self.of, self.after / self.of
        (low, high), (least, most) = wilson(self.before, self.of), wilson(self.after, self.of)
        return (
            self.share - math.hypot(after - least, high - before),
            self.share + math.hypot(most - after, before - low),
        )

    @property
    def is_known(self) -> bool:
        """Whether the questions are enough to say that there is a gain."""
        return self.interval[0] > 0


NOTHING_ASKED = Gain(0, 0, 0)


def wilson(successes: int, of: int) -> tuple[float, float]:
    """Return Wilson's interval of a share (1927)."""
    share, square = successes / of, NORMAL**2
    middle = share + square / (2 * of)
    width = NORMAL * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return (middle - width) / (1 + square / of), (middle + width) / (1 + square / of)
