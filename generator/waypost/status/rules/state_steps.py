"""States over time as lists of steps, and one state out of several: of checks, and of the regions of a check."""

from __future__ import annotations

import bisect
from collections.abc import Callable, Sequence
from operator import itemgetter

from waypost.base.intervals import Interval
from waypost.formats.status import MEASURED, ComponentStatus
from waypost.formats.status_config import Combine

StateInterval = tuple[int, int, ComponentStatus]
"""An interval in one state: start, end and state."""

Steps = list[tuple[int, ComponentStatus]]
"""States over time: from each moment on the state beside it. Before the first there is no data; neighbours differ."""

NO_DATA = ComponentStatus.NO_DATA


def watched_steps(changes: Sequence[tuple[int, ComponentStatus]], watched: Sequence[Interval[int]]) -> Steps:
    """Return the confirmed states while a check was watched, and no data for all other time.

    Both are oldest first. Where several changes share a moment, the last of them counts.
    """
    steps: Steps = []
    state, index, count = NO_DATA, 0, len(changes)
    for start, end in watched:
        while index < count and changes[index][0] <= start:
            state = changes[index][1]
            index += 1
        append_step(steps, start, state)
        while index < count and changes[index][0] < end:
            at, state = changes[index]
            append_step(steps, at, state)
            index += 1
        append_step(steps, end, NO_DATA)
    return steps


def append_step(steps: Steps, at: int, state: ComponentStatus) -> None:
    """Add what holds from a moment on, which is not before the last; neighbours stay different."""
    if steps and steps[-1][0] == at:
        steps.pop()
    if (steps[-1][1] if steps else NO_DATA) is not state:
        steps.append((at, state))


def merge_steps(
    series: Sequence[Steps], judge: Callable[[Sequence[ComponentStatus]], ComponentStatus]
) -> Steps:
    """Make one series of several: `judge` gets the state of each at every moment at which one of them turns."""
    edges = sorted((at, number, state) for number, steps in enumerate(series) for at, state in steps)
    states = [NO_DATA] * len(series)
    steps: Steps = []
    last = len(edges) - 1
    for index, (at, number, state) in enumerate(edges):
        states[number] = state
        if index == last or edges[index + 1][0] != at:
            append_step(steps, at, judge(states))
    return steps


def state_at(steps: Steps, at: int) -> ComponentStatus:
    """Return the state at one moment."""
    index = bisect.bisect_right(steps, at, key=itemgetter(0))
    return steps[index - 1][1] if index else NO_DATA


def step_intervals(steps: Steps, end: int) -> list[StateInterval]:
    """Return steps as intervals, the last of them until `end`."""
    ends = [*(at for at, _ in steps[1:]), end]
    return [(start, until, state) for (start, state), until in zip(steps, ends, strict=False)]


_RANK = {status: rank for rank, status in enumerate(MEASURED)}


def combined(states: Sequence[ComponentStatus], combine: Combine) -> ComponentStatus:
    """Return the state of a component from those of its checks.

    `any` is the worst of those that are watched, `all` the mildest, and a number n the n-th worst;
    where fewer than n are watched, all of them must be in trouble. None watched is no data.
    """
    known = sorted((_RANK[state] for state in states if state is not NO_DATA), reverse=True)
    if not known:
        return NO_DATA
    if combine == "any":
        return MEASURED[known[0]]
    needed = len(known) if combine == "all" else min(int(combine), len(known))
    return MEASURED[known[needed - 1]]


class Majority:
    """Judges the regions of a check moment by moment: a strict majority of those that are watched decides.

    A tie never flips: with as many regions on one side as on the other it stays as it was. None watched
    is no data.
    """

    def __init__(self, before: ComponentStatus = ComponentStatus.OPERATIONAL) -> None:
        self._before = _RANK[before]

    def __call__(self, states: Sequence[ComponentStatus]) -> ComponentStatus:
        """Return the state of the check now."""
        known = sorted(_RANK[state] for state in states if state is not NO_DATA)
        if not known:
            return NO_DATA
        mildest, most = known[(len(known) - 1) // 2], known[len(known) // 2]
        self._before = min(max(self._before, mildest), most)
        return MEASURED[self._before]
