"""From the rows of several regions to one line of a check: a strict majority of those watched decides.

The line is told twice. `CheckLine.steps` is what is true by all that is known; `retold` is what was known
at each moment, which never changes afterwards, so that no incident that was told can vanish.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple, TypeVar

from waypost.base.intervals import joined, without
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_config import Component
from waypost.formats.status_site import History
from waypost.status.rules.combining import Majority
from waypost.status.rules.state_steps import (
    NO_DATA,
    Span,
    Steps,
    micros,
    span_of,
    state_at,
    sweep,
    watched_steps,
)

T = TypeVar("T")

SILENCE = 3
"""How many intervals a check's last answer stands for; after that there is no data."""


@dataclass(frozen=True)
class RegionLine:
    """What one region says of a check: its changes by their true start, and when it was watched."""

    changes: tuple[StateChange, ...]
    watched: tuple[Span, ...]
    cut: frozenset[int] = frozenset()
    """Ends of watched time that were known at once, because our own connection broke."""

    @cached_property
    def steps(self) -> Steps:
        """The line of this region alone."""
        return watched_steps([(micros(row.at), row.status) for row in self.changes], self.watched)


@dataclass(frozen=True)
class CheckLine:
    """A check in all of its regions; a check without regions has one of no name."""

    regions: Mapping[str, RegionLine]
    silence: int = 0
    """Microseconds that its last answer stands for."""

    @property
    def is_plain(self) -> bool:
        """Whether there is but one region, and no majority to be found."""
        return len(self.regions) == 1

    @cached_property
    def steps(self) -> Steps:
        """What is true by all that is known."""
        lines = [line.steps for line in self.regions.values()]
        return lines[0] if self.is_plain else sweep(lines, Majority())

    def state_in(self, region: str, moment: datetime) -> ComponentStatus:
        """Return what one region says at a moment."""
        line = self.regions.get(region)
        return state_at(line.steps, micros(moment)) if line else NO_DATA


@dataclass
class _Rows:
    changes: list[StateChange] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)


def check_lines(component: Component, history: History, now: datetime) -> dict[str, CheckLine]:
    """Return the line of each check of a component that has rows, as known at `now`."""
    rows: dict[str, dict[str, _Rows]] = {}
    for change in history.changes:
        if change.component == component.id and change.confirmed_at <= now:
            rows.setdefault(change.check, {}).setdefault(change.region, _Rows()).changes.append(change)
    for stretch in history.coverage:
        if stretch.component == component.id and stretch.start <= now:
            rows.setdefault(stretch.check, {}).setdefault(stretch.region, _Rows()).coverage.append(stretch)
    every = {name: check.every for name, check in component.named_checks}
    return {
        check: CheckLine(
            {
                region: _line(found, every.get(check), region, history.uplink, now)
                for region, found in sorted(members.items())
            },
            span_of(every.get(check, timedelta(0)) * SILENCE),
        )
        for check, members in sorted(rows.items())
    }


def _line(
    rows: _Rows, every: timedelta | None, region: str, uplink: Sequence[UplinkGap], now: datetime
) -> RegionLine:
    end = micros(now)
    limit = span_of(every * SILENCE) if every else 0
    stretches = joined((micros(item.start), min(micros(item.end), end)) for item in rows.coverage)
    if stretches and end - stretches[-1][1] <= limit:
        # Between two runs a check is watched too.
        stretches[-1] = (stretches[-1][0], end)
    gaps = joined(
        (micros(gap.start), end if gap.end is None else min(micros(gap.end), end))
        for gap in uplink
        if gap.region == region and gap.start <= now
    )
    changes = [*rows.changes, *(_retirement(rows) if every is None else ())]
    changes.sort(key=lambda row: (row.at, row.confirmed_at))
    watched = without(stretches, gaps) if gaps else stretches
    return RegionLine(tuple(changes), tuple(watched), frozenset(start for start, _ in gaps))


def _retirement(rows: _Rows) -> list[StateChange]:
    """End what a check said that is no longer in the file: nobody would ever hear of its recovery."""
    if not rows.changes:
        return []
    last = max(rows.changes, key=lambda row: row.confirmed_at)
    moment = max([last.confirmed_at, *(item.end for item in rows.coverage)])
    status = ComponentStatus.OPERATIONAL
    return [StateChange(last.component, last.check, moment, status, moment, region=last.region)]


class Told(NamedTuple):
    """What was known of a check from some moment on."""

    known: int
    """When it was known, in microseconds."""
    at: int
    """When it truly began."""
    status: ComponentStatus
    """No data where nobody watches."""
    row: StateChange | None
    """The change of a region that brought the news; None where watching began or ended."""


def retold(line: CheckLine, *, with_watching: bool) -> list[Told]:
    """Return what was known of a check, moment by moment, oldest first.

    News of the past (a change is confirmed after its true start) counts from when it came. Without
    `with_watching`, a line of one region tells only of its changes.
    """
    if line.is_plain and not with_watching:
        (only,) = line.regions.values()
        return _plain(only.changes)
    story = _Story(len(line.regions))
    news = sorted(_news(line), key=lambda item: (item.known, item.at, item.region))
    told: list[Told] = []
    for known, group in itertools.groupby(news, key=lambda item: item.known):
        items = list(group)
        for item in items:
            story.learn(item)
        at, status = story.present
        rows = sorted(
            (item.row for item in items if item.row is not None), key=lambda row: row.status is status
        )
        told.append(Told(known, at, status, rows[-1] if rows else None))
    return told


def _plain(changes: Sequence[StateChange]) -> list[Told]:
    rows = sorted(changes, key=lambda row: (row.confirmed_at, row.at))
    latest = itertools.accumulate((row.at for row in rows), max)
    return [
        Told(micros(row.confirmed_at), micros(row.at), row.status, row)
        for row, last in zip(rows, latest, strict=True)
        if row.at == last
    ]


class _News(NamedTuple):
    known: int
    at: int
    region: int
    row: StateChange | None
    is_watched: bool


def _news(line: CheckLine) -> Iterator[_News]:
    for number, region in enumerate(line.regions.values()):
        for row in region.changes:
            yield _News(micros(row.confirmed_at), micros(row.at), number, row, False)
        for start, end in region.watched:
            yield _News(start, start, number, None, True)
            # The end of watching is noticed when the next answers have not come.
            yield _News(end if end in region.cut else end + line.silence, end, number, None, False)


class _Story:
    """A check's line as it grows: late news rewrites the recent past, and the rest is left alone."""

    def __init__(self, regions: int) -> None:
        self._changes: list[Steps] = [[] for _ in range(regions)]
        self._watching: list[list[tuple[int, bool]]] = [[] for _ in range(regions)]
        self._steps: Steps = []
        self._states = [NO_DATA] * regions
        self._latest = 0

    @property
    def present(self) -> tuple[int, ComponentStatus]:
        """Since when the line is in the state that it is in now."""
        return self._steps[-1] if self._steps else (0, NO_DATA)

    def learn(self, news: _News) -> None:
        """Take in one piece of news."""
        if news.row is not None:
            line = self._changes[news.region]
            line.insert(bisect.bisect_right(line, news.at, key=_moment), (news.at, news.row.status))
        else:
            edges = self._watching[news.region]
            edges.insert(bisect.bisect_right(edges, news.at, key=_moment), (news.at, news.is_watched))
        if news.at >= self._latest:
            self._latest = news.at
            self._states[news.region] = self._state(news.region, news.at)
            self._tell([news.at], lambda _: self._states)
        else:
            changed = {edge for line in self._changes for edge, _ in _since(line, news.at)}
            turned = {edge for line in self._watching for edge, _ in _since(line, news.at)}
            self._tell(sorted(changed | turned), self._all_states)
            self._states = self._all_states(self._latest)

    def _tell(self, edges: Sequence[int], states: Callable[[int], Sequence[ComponentStatus]]) -> None:
        """Write the line anew from the first of these moments on."""
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
        line = self._changes[region]
        index = bisect.bisect_right(line, at, key=_moment)
        return line[index - 1][1] if index else NO_DATA


def _since(line: Sequence[tuple[int, T]], at: int) -> Sequence[tuple[int, T]]:
    return line[bisect.bisect_left(line, at, key=_moment) :]


def _moment(step: tuple[int, object]) -> int:
    return step[0]
