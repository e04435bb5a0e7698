"""What people said, as it was known at any moment: their incidents and maintenance, next to what checks find."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from waypost.formats.status import ComponentStatus, Incident, Maintenance
from waypost.formats.status_site import StatusSite
from waypost.status.rules.dependencies import Dependencies
from waypost.status.rules.timeline import maintenance_window

SETTLING = timedelta(minutes=15)
"""People close an incident a little before or after the checks see it; a longer difference is real trouble."""

TOGETHER = timedelta(minutes=5)
"""How much earlier than what it needs a component may fail and still count as its victim: checks take turns."""

OUTAGES = (ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE)


@dataclass(frozen=True)
class Written:
    """A written incident with its times in UTC."""

    incident: Incident
    started: datetime
    told: datetime
    """Its first update: before that nobody knew of it."""
    over: datetime | None

    def is_open(self, at: datetime) -> bool:
        """Tell whether people keep it open."""
        return self.told <= at and (self.over is None or at < self.over)


@dataclass(frozen=True)
class Trouble:
    """A confirmed outage of one component, from its true start until it is operational again."""

    component: str
    start: datetime
    failing: Mapping[str, datetime]
    """All components whose checks find trouble at the same moment, and since when."""
    tellers: Collection[Written]
    """The written incidents that have told of it until now."""


class Announced:
    """The incidents and maintenance that people wrote.

    Every question has a moment, and the answer takes only what was said until then, so that what
    the page told once does not change with the clock.
    """

    def __init__(self, site: StatusSite, dependencies: Dependencies) -> None:
        self._dependencies = dependencies
        self._written: dict[str, list[Written]] = defaultdict(list)
        self._works: dict[str, list[_Work]] = defaultdict(list)
        written = [_written(incident) for incident in site.incidents if not incident.automatic]
        for item in sorted(written, key=lambda item: (item.told, item.started, item.incident.id)):
            for name in item.incident.components:
                self._written[name].append(item)
        for work in map(_Work, site.maintenances):
            for name in work.components:
                self._works[name].append(work)

    def is_written_of(self, component: str) -> bool:
        """Tell whether any written incident names a component."""
        return component in self._written

    def moments(self, component: str) -> Iterator[datetime]:
        """Give every moment at which what is said of a component may change."""
        for item in self._written.get(component, ()):
            yield item.told
            if item.over is not None:
                yield from (item.over, item.over + SETTLING)
        for work in self._works.get(component, ()):
            yield from work.moments

    def teller(self, trouble: Trouble, at: datetime) -> Written | None:
        """Return the open incident in which a person tells of some trouble, named itself or by what it needs.

        One that told of it goes on doing so until it is resolved.
        """
        told = [item for item in self._telling(trouble) if item.is_open(at)]
        return min(told, key=lambda item: (item.told, item.incident.id)) if told else None

    def _telling(self, trouble: Trouble) -> Iterator[Written]:
        yield from trouble.tellers
        yield from self._written.get(trouble.component, ())
        for name in self._dependencies.above(trouble.component):
            for item in self._written.get(name, ()):
                is_down = item.incident.components[name] in OUTAGES or name in trouble.failing
                begun = min(item.started, trouble.failing.get(name, item.started))
                if is_down and begun - TOGETHER <= trouble.start:
                    yield item

    def begins(self, trouble: Trouble, at: datetime) -> datetime | None:
        """Return when some trouble became news that no person told, or None while it is still expected.

        Expected is what begins inside a maintenance of the component, until the window ends; and what a
        person has just called resolved, for a while.
        """
        overs = [
            item.over
            for item in self._telling(trouble)
            if item.over is not None and item.told <= at and trouble.start < item.over <= at
        ]
        if overs and at < max(overs) + SETTLING:
            return None
        start = max([trouble.start, *overs])
        for begin, end in sorted(self._windows(trouble.component, at)):
            if begin <= start < end:
                start = end
        return start if start <= at else None

    def _windows(self, component: str, at: datetime) -> Iterable[tuple[datetime, datetime]]:
        windows = (work.window(at) for work in self._works.get(component, ()))
        return [window for window in windows if window is not None]


def _written(incident: Incident) -> Written:
    over = incident.resolved_at
    return Written(
        incident,
        incident.started.astimezone(UTC),
        incident.updates[0].at.astimezone(UTC),
        over.astimezone(UTC) if over else None,
    )


class _Work:
    """A maintenance, as each of its updates left it."""

    def __init__(self, work: Maintenance) -> None:
        self.components = tuple(dict.fromkeys(work.components))
        self._said = [update.at.astimezone(UTC) for update in work.updates]
        known = (work.updates[:count] for count in range(1, len(work.updates) + 1))
        self._windows = [_window(replace(work, updates=updates)) for updates in known]

    def window(self, at: datetime) -> tuple[datetime, datetime] | None:
        """Return its window as it was known at a moment, or None before it was announced."""
        known = bisect.bisect_right(self._said, at)
        return self._windows[known - 1] if known else None

    @property
    def moments(self) -> set[datetime]:
        """The moments at which it may begin or end."""
        return {edge for window in self._windows for edge in window}


def _window(work: Maintenance) -> tuple[datetime, datetime]:
    start, end = maintenance_window(work)
    return start.astimezone(UTC), end.astimezone(UTC)
