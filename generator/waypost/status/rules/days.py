"""The days of a component one by one: how long it was in each state, and which incidents and maintenance touch it."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from waypost.base.intervals import day_start
from waypost.formats.status import ComponentStatus, Incident
from waypost.status.rules.incidents import involved_intervals
from waypost.status.rules.maintenance import MaintenanceSnapshot, maintenance_window
from waypost.status.rules.uptime import DAY, DaySummary, days_until

SHORTEST_GAP = 60
"""Seconds without data from which on a day was not measured all day."""

T = TypeVar("T")

Spans = Iterable[tuple[datetime, datetime | None]]
"""From when until when, None while it lasts."""

Touching = Mapping[tuple[str, date], list[T]]
"""What touches a component on a day, the first to begin first."""


@dataclass(frozen=True)
class DayDetail:
    """What happened to a component on one day, in the zone of the page."""

    summary: DaySummary
    length: float
    """How long the day is, or is up to now; in seconds. 23 or 25 hours when clocks change."""
    is_over: bool
    """Whether the whole day is told of, not only the beginning of today."""
    incidents: tuple[Incident, ...]
    """Those that the component was part of that day, the first to begin first."""
    works: tuple[MaintenanceSnapshot, ...]
    """The maintenance that ran on the component that day, in the same order."""

    @property
    def known(self) -> float:
        """The share of the day with data, from 0 to 1: 1 - no data / length."""
        return 1 - self.summary.no_data / self.length if self.length else 1.0


class DayIndex:
    """The days of the bars of a page, with the incidents and maintenance of all its components."""

    def __init__(
        self,
        incidents: Iterable[Incident],
        works: Iterable[MaintenanceSnapshot],
        zone: ZoneInfo,
        now: datetime,
    ) -> None:
        self._now = now
        self._days = days_until(now, zone)
        self._starts = [day_start(day, zone) for day in self._days]
        edges = [*self._starts, day_start(self._days[-1] + DAY, zone)]
        self._spans = dict(zip(self._days, itertools.pairwise(edges), strict=True))
        whole = sorted(incidents, key=lambda item: item.started)
        # What went on as another incident is told of there, except of the days before.
        gone_on = self._touching((item, _involved(item)) for item in whole if item.continued_as)
        ours = self._touching((item, _involved(item)) for item in whole if not item.continued_as)
        self._incidents = {**gone_on, **ours}
        self._works = self._touching(
            (item, _worked_on(item)) for item in sorted(works, key=lambda it: it.start)
        )

    def _touching(self, items: Iterable[tuple[T, Iterable[tuple[str, Spans]]]]) -> Touching[T]:
        found: dict[tuple[str, date], list[T]] = {}
        for item, components in items:
            for name, spans in components:
                for day in dict.fromkeys(day for span in spans for day in self._days_of(*span)):
                    found.setdefault((name, day), []).append(item)
        return found

    def _days_of(self, start: datetime, end: datetime | None) -> Sequence[date]:
        last = self._now if end is None else min(end, self._now)
        begin = self._starts[0]
        if start > self._now or (start < begin and last <= begin):
            return ()
        first = max(0, bisect.bisect_right(self._starts, start) - 1)
        return self._days[first : max(first + 1, bisect.bisect_left(self._starts, last))]

    def details(self, component: str, summaries: Sequence[DaySummary]) -> tuple[DayDetail, ...]:
        """Return the days on which something happened to a component or was not measured, the newest first.

        Days without any data are left out, unless an incident or maintenance touches them.
        """
        return tuple(
            self._detail(component, summary)
            for summary in reversed(summaries)
            if summary.states
            or (summary.status is not ComponentStatus.NO_DATA and summary.no_data >= SHORTEST_GAP)
            or (component, summary.day) in self._incidents
            or (component, summary.day) in self._works
        )

    def _detail(self, component: str, summary: DaySummary) -> DayDetail:
        start, end = self._spans[summary.day]
        key = (component, summary.day)
        return DayDetail(
            summary=summary,
            length=(min(end, self._now) - start).total_seconds(),
            is_over=end <= self._now,
            incidents=tuple(self._incidents.get(key, ())),
            works=tuple(self._works.get(key, ())),
        )


def _involved(incident: Incident) -> Iterable[tuple[str, Spans]]:
    return ((name, involved_intervals(incident, name)) for name in incident.components)


def _worked_on(item: MaintenanceSnapshot) -> Iterable[tuple[str, Spans]]:
    start, end = maintenance_window(item.work)
    return ((name, [(start, end)]) for name in item.work.components if start < end)
