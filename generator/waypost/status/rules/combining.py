"""One state out of several: of the checks of a component, and of the regions that a check is run in."""

from __future__ import annotations

from collections.abc import Sequence

from waypost.formats.status import MEASURED, ComponentStatus
from waypost.formats.status_config import Combine

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
