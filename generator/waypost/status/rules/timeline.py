"""What state a component was in, and when: rows and written incidents become one line of intervals."""

from __future__ import annotations

import bisect
import heapq
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from waypost.formats.status import (
    ComponentStatus,
    Coverage,
    Incident,
    Maintenance,
    StateChange,
    UpdateStatus,
    worst,
)
from waypost.formats.status_config import Component
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.combining import combined
from waypost.status.rules.regions import CheckLine, Told, check_lines, retold
from waypost.status.rules.state_steps import NO_DATA, Piece, Steps, micros, moment_of, state_at, sweep


def maintenance_window(work: Maintenance) -> tuple[datetime, datetime]:
    """Return when the work really ran: it follows the clock unless somebody said otherwise.

    What was called off before it began ran at no time.
    """
    begun = (update.at for update in work.updates if update.status is UpdateStatus.IN_PROGRESS)
    start = min(next(begun, work.scheduled_for), work.scheduled_until)
    end = work.ended_at or work.scheduled_until
    if work.is_cancelled:
        end = min(end, work.scheduled_until)
    return start, max(start, end)


def active_incidents(incidents: Sequence[Incident], now: datetime) -> tuple[Incident, ...]:
    """Return the incidents that customers are hit by at `now`, newest first."""
    hit = [
        item
        for item in incidents
        if item.started <= now and (item.resolved_at is None or item.resolved_at > now)
    ]
    return tuple(sorted(hit, key=lambda item: item.started, reverse=True))


def by_component(history: History) -> dict[str, History]:
    """Part a history by component, in one pass; gaps of our own connection go along with each."""
    changes: dict[str, list[StateChange]] = {}
    coverage: dict[str, list[Coverage]] = {}
    for change in history.changes:
        changes.setdefault(change.component, []).append(change)
    for stretch in history.coverage:
        coverage.setdefault(stretch.component, []).append(stretch)
    return {
        name: History(tuple(changes.get(name, ())), tuple(coverage.get(name, ())), history.uplink)
        for name in {**changes, **coverage}
    }


class ComponentTimeline:
    """The state of one component at any time, as known at `now`.

    A person's incident wins over what was measured; maintenance covers measured trouble of its own
    components only; outside of coverage, and while our own connection was down, there is no data. A
    component without checks is operational unless an incident says otherwise.
    """

    def __init__(self, component: Component, site: StatusSite, history: History, now: datetime) -> None:
        self._component = component
        self._incidents = [item for item in site.incidents if component.id in item.components]
        self._works = [work for work in site.maintenances if component.id in work.components]
        self._now = now
        self.checks: Mapping[str, CheckLine] = check_lines(component, history, now)
        """The lines of its checks, by name."""

    @cached_property
    def changes(self) -> tuple[StateChange, ...]:
        """The changes of its combined state as they became known, oldest first.

        Checks are combined as the component says, regions by majority. `at` is the true start, `confirmed_at`
        when it was known, the reason is that of the change that tipped it. Where there are several checks or
        regions, `check` and `region` are empty: the state is nobody's alone. Later rows add changes and never
        alter earlier ones. That nobody watches is no change: a check in trouble keeps its word until it is
        heard again or leaves the file.
        """
        return _changes(self._component, self.checks, self._now)

    @cached_property
    def first_watched(self) -> int | None:
        """When anything of it was first watched, in microseconds."""
        starts = [
            line.watched[0][0]
            for check in self.checks.values()
            for line in check.regions.values()
            if line.watched
        ]
        return min(starts, default=None)

    @cached_property
    def measured(self) -> Steps:
        """What the checks alone show."""
        lines = [line.steps for line in self.checks.values()]
        if len(lines) == 1:
            return lines[0]
        return sweep(lines, lambda states: combined(states, self._component.combine))

    @cached_property
    def steps(self) -> Steps:
        """The line of the component, with what people wrote."""
        if not self._incidents and not self._works:
            return self.measured
        written = [
            _spell(i.started, i.resolved_at, i.components[self._component.id]) for i in self._incidents
        ]
        works = [_spell(*maintenance_window(work), ComponentStatus.UNDER_MAINTENANCE) for work in self._works]
        count = len(written)

        def judge(states: Sequence[ComponentStatus]) -> ComponentStatus:
            said, work = worst(states[1 : count + 1]), worst(states[count + 1 :])
            return next((state for state in (said, work) if state is not NO_DATA), states[0])

        return sweep([self.measured, *written, *works], judge)

    @cached_property
    def _moments(self) -> list[int]:
        return [moment for moment, _ in self.steps]

    def at(self, moment: datetime) -> ComponentStatus:
        """Return the state at one moment."""
        return self._told(state_at(self.steps, micros(moment)))

    def measured_at(self, moment: datetime) -> ComponentStatus:
        """Return the state that the checks alone show at one moment."""
        return self._told(state_at(self.measured, micros(moment)))

    def _told(self, status: ComponentStatus) -> ComponentStatus:
        # Without checks, silence of machines says nothing: people would have written.
        is_by_hand = not self._component.checks and status is NO_DATA
        return ComponentStatus.OPERATIONAL if is_by_hand else status

    def pieces(self, start: int, end: int) -> list[Piece]:
        """Cut [start, end), in microseconds, into pieces of one state each, without gaps or overlaps."""
        first = bisect.bisect_right(self._moments, start)
        last = bisect.bisect_left(self._moments, end)
        cut = [(start, state_at(self.steps, start)), *self.steps[first:last]]
        pieces: list[Piece] = []
        for (left, status), (right, _) in itertools.pairwise([*cut, (end, NO_DATA)]):
            told = self._told(status)
            if pieces and pieces[-1][2] is told:
                pieces[-1] = (pieces[-1][0], right, told)
            elif right > left:
                pieces.append((left, right, told))
        return pieces


def _spell(start: datetime, end: datetime | None, status: ComponentStatus) -> Steps:
    if end is None:
        return [(micros(start), status)]
    return [(micros(start), status), (micros(end), NO_DATA)] if start < end else []


def _changes(component: Component, lines: Mapping[str, CheckLine], now: datetime) -> tuple[StateChange, ...]:
    # In one place and with any check enough, who watches plays no part.
    has_regions = any(check.regions for check in component.checks) or not all(
        line.is_plain for line in lines.values()
    )
    with_watching = has_regions or (component.combine != "any" and len(component.checks) > 1)
    if len(lines) == 1 and not with_watching:
        return _plain(*lines.values())
    told = [
        [(item.known, name, item) for item in retold(line, with_watching=with_watching)]
        for name, line in lines.items()
    ]
    story = _Combination(component)
    limit = micros(now)
    news = itertools.takewhile(lambda item: item[0] <= limit, heapq.merge(*told, key=lambda item: item[:2]))
    for known, group in itertools.groupby(news, key=lambda item: item[0]):
        story.hear(known, [(name, item) for _, name, item in group])
    return tuple(story.changes)


def _plain(line: CheckLine) -> tuple[StateChange, ...]:
    """Return the changes of one check in one region: nothing is to be combined."""
    told = (item.row for item in retold(line, with_watching=False))
    changes: list[StateChange] = []
    for row in told:
        if row is not None and not (changes and changes[-1].status is row.status):
            changes.append(row)
    return tuple(changes)


class _Combination:
    """The state of a component as its checks tell it, one after another."""

    def __init__(self, component: Component) -> None:
        self._component = component
        self._said: dict[str, list[tuple[int, ComponentStatus]]] = {}
        self._unwatched: set[str] = set()
        self.changes: list[StateChange] = []

    def hear(self, known: int, news: Sequence[tuple[str, Told]]) -> None:
        """Take in what became known at one moment."""
        for name, item in news:
            if item.status is NO_DATA:
                self._unwatched.add(name)
            else:
                self._unwatched.discard(name)
                self._said.setdefault(name, []).append((item.at, item.status))
        states = self._heard()
        status = combined(list(states.values()), self._component.combine)
        before = self.changes[-1].status if self.changes else None
        if status is not NO_DATA and status is not before:
            self.changes.append(self._change(known, status, before, states, news))

    def _heard(self) -> dict[str, ComponentStatus]:
        """Return the states that count: of checks that are watched, and of those last heard in trouble."""
        last = {name: pieces[-1][1] for name, pieces in self._said.items()}
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
        news: Sequence[tuple[str, Told]],
    ) -> StateChange:
        is_worse = status.severity > (before.severity if before else 0)
        agreeing = [name for name, state in states.items() if _agrees(state, status, is_worse=is_worse)]
        tipping = [(name, item) for name, item in news if name in agreeing or item.status is NO_DATA]
        # The last of those it took decides when it truly began; it cannot lie before the state that it ended.
        moments = [_since(self._said[name], status, is_worse=is_worse) for name in agreeing]
        at = max([*moments, *(item.at for _, item in tipping)])
        if self.changes:
            at = max(at, micros(self.changes[-1].at))
        item = next((item for _, item in reversed(tipping) if item.row), (tipping or news)[-1][1])
        begun, told = moment_of(min(at, known)), moment_of(known)
        row = item.row or StateChange(self._component.id, "", begun, status, told)
        return replace(row, check="", region="", at=begun, status=status, confirmed_at=told)


def _agrees(state: ComponentStatus, status: ComponentStatus, *, is_worse: bool) -> bool:
    return state.severity >= status.severity if is_worse else state.severity <= status.severity


def _since(pieces: Iterable[tuple[int, ComponentStatus]], status: ComponentStatus, *, is_worse: bool) -> int:
    """Return when the last stretch of a line began that agrees with a state."""
    run = itertools.takewhile(
        lambda piece: _agrees(piece[1], status, is_worse=is_worse), reversed(list(pieces))
    )
    return min(at for at, _ in run)
