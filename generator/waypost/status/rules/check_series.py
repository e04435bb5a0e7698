"""The series of a check: its states over time, from the rows of one region or of several by majority.

There are two views of it. `CheckSeries.steps` is true by all that is known; `states_as_of` is what was known
at each moment, which never changes afterwards, so that no published incident can vanish.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, TypeVar

from waypost.base.intervals import Interval, joined, micros, micros_in, without
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_config import Component
from waypost.formats.status_site import History
from waypost.status.rules.state_steps import NO_DATA, Majority, Steps, merge_steps, state_at, watched_steps

T = TypeVar("T")

SILENCE = 3
"""How many intervals a check's last answer stands for; after that there is no data."""


@dataclass(frozen=True)
class RegionSeries:
    """A check in one region: its changes by their true start, and when it was watched."""

    changes: tuple[StateChange, ...]
    watched: tuple[Interval[int], ...]
    cut: frozenset[int] = frozenset()
    """Ends of watched time that were known at once, because our own connection broke."""

    @cached_property
    def steps(self) -> Steps:
        """The states of this region alone."""
        return watched_steps([(micros(row.at), row.status) for row in self.changes], self.watched)

    def watched_until(self, watched: tuple[Interval[int], ...], cut: frozenset[int]) -> RegionSeries:
        """Return the same changes with this watched time; where only its end moved on, the states up to then stay."""
        found = RegionSeries(self.changes, watched, cut)
        if self.watched and watched[:-1] == self.watched[:-1]:
            (start, end), (begin, before) = watched[-1], self.watched[-1]
            is_new = self.changes and micros(self.changes[-1].at) >= before
            if start == begin and end >= before and not is_new and self.steps[-1:] == [(before, NO_DATA)]:
                # What a cached property would find.
                found.__dict__["steps"] = [*self.steps[:-1], (end, NO_DATA)]
        return found


@dataclass(frozen=True)
class CheckSeries:
    """A check in all of its regions; a check without regions has one of no name."""

    regions: Mapping[str, RegionSeries]
    silence: int = 0
    """Microseconds that its last answer stands for."""

    @property
    def is_plain(self) -> bool:
        """Whether there is but one region, and no majority to be found."""
        return len(self.regions) == 1

    @cached_property
    def steps(self) -> Steps:
        """The states by all that is known."""
        series = [region.steps for region in self.regions.values()]
        return series[0] if self.is_plain else merge_steps(series, Majority())

    def state_in(self, region: str, moment: datetime) -> ComponentStatus:
        """Return the state in one region at a moment."""
        series = self.regions.get(region)
        return state_at(series.steps, micros(moment)) if series else NO_DATA


@dataclass
class _Rows:
    changes: list[StateChange] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)


def check_series(
    component: Component, history: History, now: datetime, before: Mapping[str, CheckSeries] | None = None
) -> dict[str, CheckSeries]:
    """Return the series of each check of a component that has rows, as known at `now`.

    `before` are those of an earlier moment, of the same changes and gaps, where only more time was watched since.
    """
    if before:
        found = _watched_longer(component, history, now, before)
        if found is not None:
            return found
    rows: dict[str, dict[str, _Rows]] = {}
    for change in history.changes:
        if change.component == component.id and change.confirmed_at <= now:
            rows.setdefault(change.check, {}).setdefault(change.region, _Rows()).changes.append(change)
    for item in history.coverage:
        if item.component == component.id and item.start <= now:
            rows.setdefault(item.check, {}).setdefault(item.region, _Rows()).coverage.append(item)
    every = {name: check.every for name, check in component.named_checks}
    return {
        check: CheckSeries(
            {
                region: _region_series(found, every.get(check), region, history.uplink, now)
                for region, found in sorted(members.items())
            },
            micros_in(every.get(check, timedelta(0)) * SILENCE),
        )
        for check, members in sorted(rows.items())
    }


def _watched_longer(
    component: Component, history: History, now: datetime, before: Mapping[str, CheckSeries]
) -> dict[str, CheckSeries] | None:
    """Return series with the changes of before; None where others have rows now, or a check left the file."""
    coverage: dict[tuple[str, str], list[Coverage]] = {}
    for item in history.coverage:
        if item.start <= now:
            coverage.setdefault((item.check, item.region), []).append(item)
    every = {name: check.every for name, check in component.named_checks}
    known = {(name, region) for name, check in before.items() for region in check.regions}
    if not coverage.keys() <= known or not before.keys() <= every.keys():
        return None
    return {
        name: CheckSeries(
            {
                region: series.watched_until(
                    *_watched_time(
                        coverage.get((name, region), ()), every[name], region, history.uplink, micros(now)
                    )
                )
                for region, series in check.regions.items()
            },
            check.silence,
        )
        for name, check in before.items()
    }


def _region_series(
    rows: _Rows, every: timedelta | None, region: str, uplink: Sequence[UplinkGap], now: datetime
) -> RegionSeries:
    watched, cut = _watched_time(rows.coverage, every, region, uplink, micros(now))
    changes = [*rows.changes, *(_retirement(rows) if every is None else ())]
    changes.sort(key=lambda row: (row.at, row.confirmed_at))
    return RegionSeries(tuple(changes), watched, cut)


def _watched_time(
    coverage: Iterable[Coverage],
    every: timedelta | None,
    region: str,
    uplink: Sequence[UplinkGap],
    end: int,
) -> tuple[tuple[Interval[int], ...], frozenset[int]]:
    """Return when a check was watched up to a moment, and which ends of that our own connection made."""
    limit = micros_in(every * SILENCE) if every else 0
    watched = joined((micros(item.start), min(micros(item.end), end)) for item in coverage)
    if watched and end - watched[-1][1] <= limit:
        # Between two runs a check is watched too.
        watched[-1] = (watched[-1][0], end)
    gaps = joined(
        (micros(gap.start), end if gap.end is None else min(micros(gap.end), end))
        for gap in uplink
        if gap.region == region and micros(gap.start) <= end
    )
    return tuple(without(watched, gaps)), frozenset(start for start, _ in gaps)


def _retirement(rows: _Rows) -> list[StateChange]:
    """Return the recovery of a check that is no longer in the file: nobody would ever measure it."""
    if not rows.changes:
        return []
    last = max(rows.changes, key=lambda row: row.confirmed_at)
    moment = max([last.confirmed_at, *(item.end for item in rows.coverage)])
    status = ComponentStatus.OPERATIONAL
    return [StateChange(last.component, last.check, moment, status, moment, region=last.region)]


class StateAsOf(NamedTuple):
    """The state of a check as it was known from some moment on."""

    known: int
    """When it was known, in microseconds."""
    at: int
    """When it truly began."""
    status: ComponentStatus
    """No data where nobody watches."""
    row: StateChange | None
    """The change of a region behind it; None where watching began or ended."""


def states_as_of(series: CheckSeries, *, with_watching: bool) -> list[StateAsOf]:
    """Return the states of a check as they became known, oldest first.

    A change is confirmed after its true start, and counts from its confirmation. Without `with_watching`, the
    series of one region has only its changes.
    """
    if series.is_plain and not with_watching:
        (only,) = series.regions.values()
        return _plain(only.changes)
    replay = _Replay(len(series.regions))
    events = sorted(_events(series), key=lambda item: (item.known, item.at, item.region))
    states: list[StateAsOf] = []
    for known, group in itertools.groupby(events, key=lambda item: item.known):
        items = list(group)
        for item in items:
            replay.add(item)
        at, status = replay.current
        rows = sorted(
            (item.row for item in items if item.row is not None), key=lambda row: row.status is status
        )
        states.append(StateAsOf(known, at, status, rows[-1] if rows else None))
    return states


def _plain(changes: Sequence[StateChange]) -> list[StateAsOf]:
    rows = sorted(changes, key=lambda row: (row.confirmed_at, row.at))
    latest = itertools.accumulate((row.at for row in rows), max)
    return [
        StateAsOf(micros(row.confirmed_at), micros(row.at), row.status, row)
        for row, last in zip(rows, latest, strict=True)
        if row.at == last
    ]


class _Event(NamedTuple):
    known: int
    at: int
    region: int
    row: StateChange | None
    is_watched: bool


def _events(series: CheckSeries) -> Iterator[_Event]:
    for number, region in enumerate(series.regions.values()):
        for row in region.changes:
            yield _Event(micros(row.confirmed_at), micros(row.at), number, row, False)
        for start, end in region.watched:
            yield _Event(start, start, number, None, True)
            # The end of watching is noticed when the next answers have not come.
            yield _Event(end if end in region.cut else end + series.silence, end, number, None, False)


class _Replay:
    """The states of a check as events come in: a late one rewrites the recent past, and the rest is left alone."""

    def __init__(self, regions: int) -> None:
        self._changes: list[Steps] = [[] for _ in range(regions)]
        self._watching: list[list[tuple[int, bool]]] = [[] for _ in range(regions)]
        self._steps: Steps = []
        self._states = [NO_DATA] * regions
        self._latest = 0

    @property
    def current(self) -> tuple[int, ComponentStatus]:
        """The state that holds now, and since when."""
        return self._steps[-1] if self._steps else (0, NO_DATA)

    def add(self, event: _Event) -> None:
        """Take in one event."""
        if event.row is not None:
            changes = self._changes[event.region]
            changes.insert(bisect.bisect_right(changes, event.at, key=_moment), (event.at, event.row.status))
        else:
            edges = self._watching[event.region]
            edges.insert(bisect.bisect_right(edges, event.at, key=_moment), (event.at, event.is_watched))
        if event.at >= self._latest:
            self._latest = event.at
            self._states[event.region] = self._state(event.region, event.at)
            self._rewrite([event.at], lambda _: self._states)
        else:
            changed = {edge for steps in self._changes for edge, _ in _since(steps, event.at)}
            turned = {edge for steps in self._watching for edge, _ in _since(steps, event.at)}
            self._rewrite(sorted(changed | turned), self._all_states)
            self._states = self._all_states(self._latest)

    def _rewrite(self, edges: Sequence[int], states: Callable[[int], Sequence[ComponentStatus]]) -> None:
        """Judge the states anew from the first of these moments on."""
        del self._steps[bisect.bisect_left(self._steps, edges[0], key=_moment) :]
        known = (status for _, status in reversed(self._steps) if status is not NO_DATA)
        judge = Majority(next(known, MEASURED[0]))
        for edge in edges:
            status = judge(states(edge))
            if status is not (self._steps[-1][1] if self._steps else NO_DATA):
                self._steps.append((edge, status))

    def _all_states(self, at: int) -> list[ComponentStatus]:
        return [self._state(region, at) for region in range(len(self._changes))]

    def _state(self, region: int, at: int) -> ComponentStatus:
        edges = self._watching[region]
        index = bisect.bisect_right(edges, at, key=_moment)
        if not index or not edges[index - 1][1]:
            return NO_DATA
        changes = self._changes[region]
        index = bisect.bisect_right(changes, at, key=_moment)
        return changes[index - 1][1] if index else NO_DATA


def _since(steps: Sequence[tuple[int, T]], at: int) -> Sequence[tuple[int, T]]:
    return steps[bisect.bisect_left(steps, at, key=_moment) :]


def _moment(step: tuple[int, object]) -> int:
    return step[0]
