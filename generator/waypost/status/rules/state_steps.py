"""States over time as lists of steps, and one state out of several: of checks, and of the regions of a check."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from waypost.base.intervals import Span
from waypost.formats.status import MEASURED, ComponentStatus
from waypost.formats.status_config import Combine

Piece = tuple[int, int, ComponentStatus]
"""A span in one state."""

Steps = list[tuple[int, ComponentStatus]]
"""A line: from each moment on the state beside it. Before the first there is no data; neighbours differ."""

NO_DATA = ComponentStatus.NO_DATA


def watched_steps(changes: Sequence[tuple[int, ComponentStatus]], watched: Sequence[Span]) -> Steps:
    """Return the line of what was believed while somebody watched, and no data for all other time.

    Both are oldest first. Where several changes share a moment, the last of them counts.
    """
    steps: Steps = []
    state, index, count = NO_DATA, 0, len(changes)
    for start, end in watched:
        while index < count and changes[index][0] <= start:
            state = changes[index][1]
            index += 1
        _append(steps, start, state)
        while index < count and changes[index][0] < end:
            at, state = changes[index]
            _append(steps, at, state)
            index += 1
        _append(steps, end, NO_DATA)
    return steps


def _append(steps: Steps, at: int, state: ComponentStatus) -> None:
    if steps and steps[-1][0] == at:
        steps.pop()
    if (steps[-1][1] if steps else NO_DATA) is not state:
        steps.append((at, state))


def sweep(lines: Sequence[Steps], judge: Callable[[Sequence[ComponentStatus]], ComponentStatus]) -> Steps:
    """Make one line of several: `judge` gets the state of each at every moment at which one of them turns."""
    edges = sorted((at, number, state) for number, line in enumerate(lines) for at, state in line)
    states = [NO_DATA] * len(lines)
    steps: Steps = []
    last = len(edges) - 1
    for index, (at, number, state) in enumerate(edges):
        states[number] = state
        if index == last or edges[index + 1][0] != at:
            _append(steps, at, judge(states))
    return steps


def state_at(steps: Steps, at: int) -> ComponentStatus:
    """Return the state of a line at one moment."""
    low, high = 0, len(steps)
    while low < high:
        middle = (low + high) // 2
        if steps[middle][0] <= at:
            low = middle + 1
        else:
            high = middle
    return steps[low - 1][1] if low else NO_DATA


_NO_DATA = ComponentStatus.NO_DATA
_RANK = {status: rank for rank, status in enumerate(MEASURED)}


def needed(combine: Combine, count: int) -> int:
    """Return how many of so many checks must be in trouble before their component is."""
    if combine == "any":
        return 1
    return count if combine == "all" else min(int(combine), count)


def combined(states: Sequence[ComponentStatus], combine: Combine) -> ComponentStatus:
    """Return the state of a component from those of its checks.

    `any` is the worst of those that are watched, `all` the mildest, and a number n the n-th worst;
    where fewer than n are watched, all of them must be in trouble. None watched is no data.
    """
    known = sorted((_RANK[state] for state in states if state is not _NO_DATA), reverse=True)
    return MEASURED[known[needed(combine, len(known)) - 1]] if known else _NO_DATA


def majority(states: Sequence[ComponentStatus], before: ComponentStatus) -> ComponentStatus:
    """Return what a strict majority of the regions that are watched sees at least; `before` is what was.

    A tie never flips: with as many regions on one side as on the other it stays as it was. None watched
    is no data.
    """
    known = sorted(_RANK[state] for state in states if state is not _NO_DATA)
    if not known:
        return _NO_DATA
    mildest, most = known[(len(known) - 1) // 2], known[len(known) // 2]
    return MEASURED[min(max(_RANK[before], mildest), most)]


class Majority:
    """Judges the regions of a check moment by moment, and remembers what was."""

    def __init__(self, before: ComponentStatus = ComponentStatus.OPERATIONAL) -> None:
        self._before = before

    def __call__(self, states: Sequence[ComponentStatus]) -> ComponentStatus:
        """Return the state of the check now."""
        state = majority(states, self._before)
        if state is not _NO_DATA:
            self._before = state
        return state
