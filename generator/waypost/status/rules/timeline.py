"""The states of components over time: rows and written incidents become one series of intervals."""

from __future__ import annotations

import bisect
import heapq
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from waypost.base.intervals import joined, micros, moment_of, without
from waypost.formats.status import ComponentStatus, Incident, StateChange, worst
from waypost.formats.status_config import Component
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.check_series import CheckSeries, StateAsOf, check_series, states_as_of
from waypost.status.rules.incidents import declared_steps, involved_intervals
from waypost.status.rules.maintenance import maintenance_steps
from waypost.status.rules.state_steps import (
    NO_DATA,
    StateInterval,
    Steps,
    combined,
    merge_steps,
    state_at,
    step_intervals,
)
from waypost.status.rules.uptime import Unmeasured

T = TypeVar("T")


class ComponentTimeline:
    """The state of one component at any time, as known at `now`.

    A person's incident wins over what was measured; maintenance covers measured trouble of its own
    components only; outside of coverage, and while our own connection was down, there is no data. A
    component without checks is operational unless an incident says otherwise, and so is every other where
    nothing was measured in a time whose incidents all were written down.
    """

    def __init__(
        self,
        component: Component,
        site: StatusSite,
        history: History,
        now: datetime,
        before: ComponentTimeline | None = None,
    ) -> None:
        """Make the timeline; `before` is that of an earlier moment, of the same changes."""
        self._component = component
        self._incidents = [item for item in site.incidents if component.id in item.components]
        self._works = [work for work in site.maintenances if component.id in work.components]
        self.now = now
        zone = ZoneInfo(site.config.page.time_zone)
        spans = (item.interval(zone) for item in site.config.reported if component.checks)
        self.reported = joined((micros(start), micros(end)) for start, end in spans)
        """When all of its incidents were written down, though no check watched it."""
        self.checks: Mapping[str, CheckSeries] = check_series(
            component, history, now, before.checks if before else None
        )
        """The series of its checks, by name."""
        if before and not _counts_watching(component, self.checks) and _has_same_changes(self, before):
            # What a cached property would find: who watches plays no part in it.
            self.__dict__["changes"] = before.changes

    @cached_property
    def changes(self) -> tuple[StateChange, ...]:
        """The changes of its combined state as they became known, oldest first.

        Checks are combined as the component says, regions by majority. `at` is the true start, `confirmed_at`
        the moment of confirmation, the reason comes from the last change that it took. Where there are several
        checks or regions, `check` and `region` are empty. Later rows add changes and never alter earlier ones.
        The end of watching is no change: a check in trouble counts until it is measured again or leaves the file.
        """
        return _changes(self._component, self.checks, self.now)

    @cached_property
    def first_watched(self) -> int | None:
        """When anything of it was first watched, by checks or people, in microseconds."""
        starts = [
            region.watched[0][0]
            for check in self.checks.values()
            for region in check.regions.values()
            if region.watched
        ]
        return min([*starts, *(start for start, _ in self.reported[:1])], default=None)

    @cached_property
    def measured(self) -> Steps:
        """The states that the checks alone show."""
        series = [check.steps for check in self.checks.values()]
        if len(series) == 1:
            return series[0]
        return merge_steps(series, lambda states: combined(states, self._component.combine))

    @cached_property
    def watched(self) -> Steps:
        """The states that the checks show, and where they show none, that of times whose incidents were written."""
        if not self.reported:
            return self.measured
        edges = itertools.chain(*(((start, _WELL), (end, NO_DATA)) for start, end in self.reported))
        return merge_steps(
            [self.measured, list(edges)],
            lambda states: states[1] if states[0] is NO_DATA else states[0],
        )

    @property
    def last_measured(self) -> tuple[int, ComponentStatus] | None:
        """The last state that was watched, with its end in microseconds where it is over; None where none was."""
        known = reversed(step_intervals(self.watched, micros(self.now)))
        return next(((end, state) for _, end, state in known if state is not NO_DATA), None)

    @property
    def last_resolved(self) -> int | None:
        """When people last wrote that an incident was over for it, in microseconds."""
        return max(self._resolved, default=None)

    @cached_property
    def _resolved(self) -> list[int]:
        spans = (span for item in self._incidents for span in involved_intervals(item, self._component.id))
        return sorted({micros(end) for _, end in spans if end and end <= self.now})

    @property
    def believed_changes(self) -> tuple[StateChange, ...]:
        """The changes, and what people wrote where nothing was measured.

        A measured outage that a person resolved while no check watched is over, until it is measured again.
        """
        added = []
        for end in self._resolved:
            known = [row for row in self.changes if micros(row.confirmed_at) <= end]
            if not known or not known[-1].status.is_trouble or state_at(self.measured, end) is not NO_DATA:
                continue
            again = next((step for step in self.measured if step[0] > end and step[1] is not NO_DATA), None)
            for at, status in [(end, _WELL), *([again] if again and again[1].is_trouble else [])]:
                added.append(replace(known[-1], at=moment_of(at), status=status, confirmed_at=moment_of(at)))
        return (
            tuple(sorted((*self.changes, *added), key=lambda row: row.confirmed_at))
            if added
            else self.changes
        )

    @cached_property
    def steps(self) -> Steps:
        """The states of the component, with those that people wrote."""
        if not self._incidents and not self._works:
            return self.watched
        written = [declared_steps(item, self._component.id) for item in self._incidents]
        works = [maintenance_steps(work) for work in self._works]
        count = len(written)

        def judge(states: Sequence[ComponentStatus]) -> ComponentStatus:
            declared, work = worst(states[1 : count + 1]), worst(states[count + 1 :])
            return next((state for state in (declared, work) if state is not NO_DATA), states[0])

        return merge_steps([self.watched, *written, *works], judge)

    @cached_property
    def _moments(self) -> list[int]:
        return [moment for moment, _ in self.steps]

    def at(self, moment: datetime) -> ComponentStatus:
        """Return the state at one moment."""
        return self._or_well(state_at(self.steps, micros(moment)))

    def measured_at(self, moment: datetime) -> ComponentStatus:
        """Return the state that the checks alone show at one moment."""
        return self._or_well(state_at(self.measured, micros(moment)))

    def _or_well(self, status: ComponentStatus) -> ComponentStatus:
        # Without checks, silence of machines says nothing: people would have written.
        is_by_hand = not self._component.checks and status is NO_DATA
        return ComponentStatus.OPERATIONAL if is_by_hand else status

    def intervals(self, start: int, end: int) -> list[StateInterval]:
        """Cut [start, end), in microseconds, into intervals of one state each, without gaps or overlaps."""
        first = bisect.bisect_right(self._moments, start)
        last = bisect.bisect_left(self._moments, end)
        cut = [(start, state_at(self.steps, start)), *self.steps[first:last]]
        intervals: list[StateInterval] = []
        for (left, status), (right, _) in itertools.pairwise([*cut, (end, NO_DATA)]):
            state = self._or_well(status)
            if intervals and intervals[-1][2] is state:
                intervals[-1] = (intervals[-1][0], right, state)
            elif right > left:
                intervals.append((left, right, state))
        return intervals

    def unmeasured(self, intervals: Sequence[StateInterval]) -> Unmeasured:
        """Return of such intervals the time that counts for the uptime and that no check watched."""
        if not self.reported and not self._incidents and self._component.checks:
            return Unmeasured()
        counted = joined((start, end) for start, end, status in intervals if status not in _UNCOUNTED)
        if not self._component.checks:
            return Unmeasured(reported=counted)
        steps = step_intervals(self.measured, micros(self.now))
        measured = joined((start, end) for start, end, status in steps if status is not NO_DATA)
        unwatched = without(counted, measured)
        written = without(unwatched, self.reported)
        return Unmeasured(reported=without(unwatched, written), written=written)


_WELL = ComponentStatus.OPERATIONAL
_UNCOUNTED = (NO_DATA, ComponentStatus.UNDER_MAINTENANCE)


class TimelineCache:
    """The timelines of the last time: of a component whose changes are as they were, only watched time is new.

    The same is found as without.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[object, ComponentTimeline]] = {}
        self._changes: tuple[Sequence[StateChange], Mapping[str, tuple[StateChange, ...]]] = ((), {})

    def changes_of(self, rows: Sequence[StateChange]) -> Mapping[str, tuple[StateChange, ...]]:
        """Return the changes of each component, by its id."""
        if self._changes[0] != rows:
            found: dict[str, list[StateChange]] = {}
            for row in rows:
                found.setdefault(row.component, []).append(row)
            self._changes = rows, {name: tuple(members) for name, members in found.items()}
        return self._changes[1]

    def timeline(
        self, component: Component, site: StatusSite, history: History, now: datetime
    ) -> ComponentTimeline:
        """Return the timeline of a component; `site` and `history` are its own parts of all."""
        inputs = (component, history.changes, history.uplink)
        kept = self._kept.get(component.id)
        before = kept[1] if kept and kept[0] == inputs and kept[1].now <= now else None
        found = ComponentTimeline(component, site, history, now, before)
        self._kept[component.id] = (inputs, found)
        return found


def component_timelines(
    site: StatusSite, history: History, now: datetime, cache: TimelineCache | None = None
) -> dict[str, ComponentTimeline]:
    """Return the timeline of each component, by its id, as known at `now`."""
    # Each component goes through its own rows, incidents and maintenance alone, not through all that there are.
    cache = cache or TimelineCache()
    changes = cache.changes_of(history.changes)
    coverage = _by_component(history.coverage, lambda row: [row.component])
    incidents = _by_component(site.incidents, lambda item: item.components)
    works = _by_component(site.maintenances, lambda item: item.components)
    return {
        component.id: cache.timeline(
            component,
            replace(
                site,
                incidents=incidents.get(component.id, ()),
                maintenances=works.get(component.id, ()),
            ),
            History(changes.get(component.id, ()), coverage.get(component.id, ()), history.uplink),
            now,
        )
        for component in site.config.with_retired
    }


def _by_component(items: Iterable[T], names: Callable[[T], Iterable[str]]) -> dict[str, tuple[T, ...]]:
    """Return, in their order, the items that belong to each component, by its id."""
    found: dict[str, list[T]] = {}
    for item in items:
        for name in dict.fromkeys(names(item)):
            found.setdefault(name, []).append(item)
    return {name: tuple(members) for name, members in found.items()}


def _changes(
    component: Component, checks: Mapping[str, CheckSeries], now: datetime
) -> tuple[StateChange, ...]:
    with_watching = _counts_watching(component, checks)
    states = {name: states_as_of(check, with_watching=with_watching) for name, check in checks.items()}
    if len(states) == 1 and not with_watching:
        # One check in one region: nothing is to be combined.
        (only,) = states.values()
        rows = itertools.groupby((item.row for item in only if item.row), key=lambda row: row.status)
        return tuple(next(group) for _, group in rows)
    tagged = [[(item.known, name, item) for item in items] for name, items in states.items()]
    combination = _Combination(component)
    limit = micros(now)
    known_by_now = itertools.takewhile(
        lambda item: item[0] <= limit, heapq.merge(*tagged, key=lambda item: item[:2])
    )
    for known, group in itertools.groupby(known_by_now, key=lambda item: item[0]):
        combination.add(known, [(name, item) for _, name, item in group])
    return tuple(combination.changes)


def _counts_watching(component: Component, checks: Mapping[str, CheckSeries]) -> bool:
    """Return whether it counts who watches; in one place and with any check enough, it plays no part."""
    has_regions = any(check.regions for check in component.checks) or not all(
        check.is_plain for check in checks.values()
    )
    return has_regions or (component.combine != "any" and len(component.checks) > 1)


def _has_same_changes(one: ComponentTimeline, other: ComponentTimeline) -> bool:
    """Return whether the checks of two timelines have the same changes; the end of a check that left counts too."""
    return one.checks.keys() == other.checks.keys() and all(
        [series.changes for series in check.regions.values()]
        == [series.changes for series in other.checks[name].regions.values()]
        for name, check in one.checks.items()
    )


class _Combination:
    """The state of a component as those of its checks become known, one after another."""

    def __init__(self, component: Component) -> None:
        self._component = component
        self._states: dict[str, list[tuple[int, ComponentStatus]]] = {}
        self._unwatched: set[str] = set()
        self.changes: list[StateChange] = []

    def add(self, known: int, items: Sequence[tuple[str, StateAsOf]]) -> None:
        """Take in the states of checks that became known at one moment."""
        for name, item in items:
            if item.status is NO_DATA:
                self._unwatched.add(name)
            else:
                self._unwatched.discard(name)
                self._states.setdefault(name, []).append((item.at, item.status))
        states = self._counted()
        status = combined(list(states.values()), self._component.combine)
        before = self.changes[-1].status if self.changes else None
        if status is not NO_DATA and status is not before:
            self.changes.append(self._change(known, status, before, states, items))

    def _counted(self) -> dict[str, ComponentStatus]:
        """Return the states that count: of checks that are watched, and of those last in trouble."""
        last = {name: steps[-1][1] for name, steps in self._states.items()}
        counted = {
            name: status for name, status in last.items() if name not in self._unwatched or status.is_trouble
        }
        return counted or last

    def _change(
        self,
        known: int,
        status: ComponentStatus,
        before: ComponentStatus | None,
        states: Mapping[str, ComponentStatus],
        items: Sequence[tuple[str, StateAsOf]],
    ) -> StateChange:
        is_worse = status.severity > (before.severity if before else 0)
        agreeing = [name for name, state in states.items() if _agrees(state, status, is_worse=is_worse)]
        tipping = [(name, item) for name, item in items if name in agreeing or item.status is NO_DATA]
        # The last of those it took decides when it truly began; it cannot lie before the state that it ended.
        moments = [_since(self._states[name], status, is_worse=is_worse) for name in agreeing]
        at = max([*moments, *(item.at for _, item in tipping)])
        if self.changes:
            at = max(at, micros(self.changes[-1].at))
        item = next((item for _, item in reversed(tipping) if item.row), (tipping or items)[-1][1])
        begun, confirmed = moment_of(min(at, known)), moment_of(known)
        row = item.row or StateChange(self._component.id, "", begun, status, confirmed)
        return replace(row, check="", region="", at=begun, status=status, confirmed_at=confirmed)


def _agrees(state: ComponentStatus, status: ComponentStatus, *, is_worse: bool) -> bool:
    return state.severity >= status.severity if is_worse else state.severity <= status.severity


def _since(steps: Iterable[tuple[int, ComponentStatus]], status: ComponentStatus, *, is_worse: bool) -> int:
    """Return the beginning of the last interval whose states agree with one."""
    run = itertools.takewhile(lambda step: _agrees(step[1], status, is_worse=is_worse), reversed(list(steps)))
    return min(at for at, _ in run)


@dataclass(frozen=True)
class AffectedInterval:
    """An interval in which a component was in one state."""

    component: str
    status: ComponentStatus
    start: datetime
    end: datetime | None
    """None while it lasts."""

    @property
    def lasted(self) -> timedelta | None:
        """How long it was; None while it lasts."""
        return None if self.end is None else self.end - self.start


def affected_intervals(
    incident: Incident, timelines: Mapping[str, ComponentTimeline], now: datetime
) -> tuple[AffectedInterval, ...]:
    """Return the states in which an incident's components were in trouble, by component and then by time.

    They are read off the same series as the bars and the uptime, while each component was part of the incident.
    """
    limit = micros(now)
    affected: list[AffectedInterval] = []
    for name in incident.components:
        for begin, end in involved_intervals(incident, name) if name in timelines else ():
            stop = limit if end is None else min(micros(end), limit)
            if micros(begin) >= stop:
                continue
            for start, finish, status in timelines[name].intervals(micros(begin), stop):
                if status.is_trouble:
                    finished = None if end is None and finish == limit else moment_of(finish)
                    affected.append(AffectedInterval(name, status, moment_of(start), finished))
    return tuple(affected)
