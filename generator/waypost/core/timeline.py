"""What state a component was in, and when: rows and written incidents become one line of intervals."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from waypost.model.project import StatusSite
from waypost.model.status import (
    ComponentStatus,
    Coverage,
    Incident,
    Maintenance,
    StateChange,
    UpdateStatus,
    worst,
)
from waypost.model.status_config import Component


@dataclass(frozen=True)
class Interval:
    """A stretch of time in one state; the start is part of it, the end is not."""

    start: datetime
    end: datetime
    status: ComponentStatus

    @property
    def seconds(self) -> float:
        """How long it lasted."""
        # Python subtracts two times of one zone by the wall clock, which is wrong over a clock change.
        return (self.end.astimezone(UTC) - self.start.astimezone(UTC)).total_seconds()


def maintenance_window(work: Maintenance) -> tuple[datetime, datetime]:
    """Return when the work really ran: it follows the clock unless somebody said otherwise."""
    begun = (update.at for update in work.updates if update.status is UpdateStatus.IN_PROGRESS)
    start = min(next(begun, work.scheduled_for), work.scheduled_until)
    return start, max(start, work.ended_at or work.scheduled_until)


class ComponentTimeline:
    """The state of one component at any time.

    A person's incident wins over what was measured; maintenance covers measured trouble of its own
    components only; outside of coverage there is no data. A component without checks is operational
    unless an incident says otherwise.
    """

    def __init__(
        self,
        component: Component,
        site: StatusSite,
        changes: Iterable[StateChange],
        coverage: Iterable[Coverage],
    ) -> None:
        self._measured = bool(component.checks)
        self._checks: dict[str, _CheckLine] = {}
        for stretch in coverage:
            self._check(stretch.check).coverage.append((stretch.start, stretch.end))
        for change in sorted(changes, key=lambda change: change.at):
            self._check(change.check).changes.append((change.at, change.status))
        self._incidents = [item for item in site.incidents if component.id in item.components]
        self._written = [(i.started, i.resolved_at, i.components[component.id]) for i in self._incidents]
        self._works = [
            maintenance_window(work) for work in site.maintenances if component.id in work.components
        ]

    def _check(self, check: str) -> _CheckLine:
        return self._checks.setdefault(check, _CheckLine([], []))

    def at(self, moment: datetime) -> ComponentStatus:
        """Return the state at one moment."""
        written = [s for start, end, s in self._written if start <= moment and (end is None or moment < end)]
        if written:
            return worst(written)
        if any(start <= moment < end for start, end in self._works):
            return ComponentStatus.UNDER_MAINTENANCE
        return self.measured_at(moment)

    def measured_at(self, moment: datetime) -> ComponentStatus:
        """Return the state that the checks alone show at one moment."""
        status = worst(line.at(moment) for line in self._checks.values())
        is_by_hand = not self._measured and status is ComponentStatus.NO_DATA
        return ComponentStatus.OPERATIONAL if is_by_hand else status

    def intervals(self, start: datetime, end: datetime) -> tuple[Interval, ...]:
        """Cut [start, end) into stretches of one state each, without gaps or overlaps."""
        edges = sorted({start, *(edge for edge in self._edges() if start < edge < end)})
        pieces: list[Interval] = []
        for left, right in zip(edges, [*edges[1:], end], strict=True):
            status = self.at(left)
            if pieces and pieces[-1].status is status:
                pieces[-1] = Interval(pieces[-1].start, right, status)
            elif right > left:
                pieces.append(Interval(left, right, status))
        return tuple(pieces)

    def _edges(self) -> Iterable[datetime]:
        for begin, finish, _ in self._written:
            yield begin
            if finish is not None:
                yield finish
        for window in self._works:
            yield from window
        for line in self._checks.values():
            yield from (at for at, _ in line.changes)
            for stretch in line.coverage:
                yield from stretch


@dataclass
class _CheckLine:
    """The rows of one check, oldest first."""

    changes: list[tuple[datetime, ComponentStatus]]
    coverage: list[tuple[datetime, datetime]]

    def at(self, moment: datetime) -> ComponentStatus:
        """Return the state at a moment that was watched, and no data for any other."""
        return self._last_known(moment) if self._is_covered(moment) else ComponentStatus.NO_DATA

    def _is_covered(self, moment: datetime) -> bool:
        index = bisect.bisect_right(self._merged, moment, key=lambda stretch: stretch[0])
        return index > 0 and moment < self._merged[index - 1][1]

    def _last_known(self, moment: datetime) -> ComponentStatus:
        index = bisect.bisect_right(self.changes, moment, key=lambda change: change[0])
        return self.changes[index - 1][1] if index else ComponentStatus.NO_DATA

    @cached_property
    def _merged(self) -> list[tuple[datetime, datetime]]:
        """The coverage in order and without overlaps, so that it can be searched by halves."""
        merged: list[tuple[datetime, datetime]] = []
        for start, end in sorted(self.coverage):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged


def active_incidents(incidents: Sequence[Incident], now: datetime) -> tuple[Incident, ...]:
    """Return the incidents that customers are hit by at `now`, newest first."""
    hit = [
        item
        for item in incidents
        if item.started <= now and (item.resolved_at is None or item.resolved_at > now)
    ]
    return tuple(sorted(hit, key=lambda item: item.started, reverse=True))
