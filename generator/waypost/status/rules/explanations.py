"""Explanations of an outage: declarations of people, as known at any moment, and components that it needs."""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from waypost.formats.status import ComponentStatus, Incident, Maintenance
from waypost.formats.status_config import Component
from waypost.formats.status_site import StatusSite
from waypost.status.rules.maintenance import maintenance_window


class Dependencies:
    """The components of a page, and the components that each of them needs, directly or by others."""

    def __init__(self, components: Iterable[Component]) -> None:
        self._components = tuple(components)
        known = {component.id for component in self._components}
        self._needs = {
            component.id: tuple(name for name in component.depends_on if name in known)
            for component in self._components
        }
        self._needed_by: dict[str, list[str]] = defaultdict(list)
        for name, needs in self._needs.items():
            for needed in needs:
                self._needed_by[needed].append(name)
        self._above: dict[str, Mapping[str, int]] = {}
        self._below: dict[str, Mapping[str, int]] = {}

    def above(self, component: str) -> Mapping[str, int]:
        """Return everything that a component needs, with the number of steps to it, the nearest first."""
        if component not in self._above:
            self._above[component] = _steps(component, self._needs)
        return self._above[component]

    def below(self, component: str) -> Mapping[str, int]:
        """Return everything that needs a component, with the number of steps to it, the nearest first."""
        if component not in self._below:
            self._below[component] = _steps(component, self._needed_by)
        return self._below[component]

    def clusters(self, scopes: Mapping[str, int]) -> tuple[tuple[Component, ...], ...]:
        """Return the components that have anything to do with each other, those first that others need.

        They need each other, or share one of the `scopes`, which are given by component.
        """
        joined = {component.id: component.id for component in self._components}

        def root(name: str) -> str:
            while joined[name] != name:
                joined[name] = joined[joined[name]]
                name = joined[name]
            return name

        for name, needs in self._needs.items():
            for needed in needs:
                joined[root(name)] = root(needed)
        first: dict[int, str] = {}
        for name, scope in scopes.items():
            joined[root(name)] = root(first.setdefault(scope, name))
        members: dict[str, list[Component]] = defaultdict(list)
        for component in self._components:
            members[root(component.id)].append(component)
        # Whatever a component needs has fewer above itself; the order of the page decides among equals.
        return tuple(
            tuple(sorted(cluster, key=lambda component: len(self.above(component.id))))
            for cluster in members.values()
        )


def _steps(component: str, links: Mapping[str, Sequence[str]]) -> Mapping[str, int]:
    steps: dict[str, int] = {component: 0}
    queue = [component]
    for name in queue:
        for linked in links.get(name, ()):
            if linked not in steps:
                steps[linked] = steps[name] + 1
                queue.append(linked)
    del steps[component]
    return steps


SETTLING = timedelta(minutes=15)
"""People close an incident a little before or after the checks see it; a longer difference is real outage."""

TOGETHER = timedelta(minutes=5)
"""How much earlier a component may fail than one that it needs and still count as its victim: checks take turns."""

OUTAGES = (ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE)


@dataclass(frozen=True)
class DeclaredIncident:
    """An incident that people wrote, with its times in UTC; one that was reopened is one more for each time."""

    incident: Incident
    started: datetime
    published: datetime
    """The update that first names the component in question: before that nobody knew."""
    resolved: datetime | None
    is_withdrawn: bool
    """Whether it ended because it was opened by mistake."""

    def is_outage(self, component: str, at: datetime) -> bool:
        """Return whether people had by then called the state of a component an outage."""
        return any(
            update.at <= at and status in OUTAGES
            for update in self.incident.updates
            for name, status in update.changes
            if name == component
        )

    def is_open(self, at: datetime) -> bool:
        """Return whether people keep it open."""
        return self.published <= at and (self.resolved is None or at < self.resolved)


@dataclass
class Outage:
    """A confirmed outage of one component, from its true start until it is operational again."""

    component: str
    start: datetime
    failing: Mapping[str, datetime]
    """All components whose checks find trouble at the same moment, and since when."""
    declared: list[DeclaredIncident]
    """The incidents of people that it was a part of until now, the latest last."""


class Declarations:
    """The incidents and maintenance that people wrote.

    Every question has a moment, and the answer takes only updates until then, so that a published page does
    not change with the clock.
    """

    def __init__(self, site: StatusSite, dependencies: Dependencies) -> None:
        self._dependencies = dependencies
        self._incidents: dict[str, list[DeclaredIncident]] = defaultdict(list)
        self._works: dict[str, list[_Work]] = defaultdict(list)
        written = (incident for incident in site.incidents if not incident.automatic)
        incidents = [item for incident in written for item in _in_utc(incident)]
        for item in sorted(incidents, key=lambda item: (item.published, item.started, item.incident.id)):
            for name in item.incident.components:
                published = max(item.published, _named(item, name))
                if item.resolved is None or published < item.resolved:
                    self._incidents[name].append(replace(item, published=published))
        for work in map(_Work, site.maintenances):
            for name in work.components:
                self._works[name].append(work)

    def moments(self, component: str) -> Iterator[datetime]:
        """Give every moment at which a declaration about a component may begin, change or end."""
        for item in self._incidents.get(component, ()):
            yield item.published
            yield from (update.at.astimezone(UTC) for update in item.incident.updates)
            if item.resolved is not None:
                yield from (item.resolved, item.resolved + SETTLING)
        for work in self._works.get(component, ()):
            yield from work.moments

    def incident_about(self, outage: Outage, at: datetime) -> DeclaredIncident | None:
        """Return the open incident of a person about an outage: it names the component, or one that this needs.

        An outage stays a part of its incident until that is resolved.
        """
        found = [item for item in self._incidents_about(outage, at) if item.is_open(at)]
        return min(found, key=lambda item: (item.published, item.incident.id)) if found else None

    def _incidents_about(self, outage: Outage, at: datetime) -> Iterator[DeclaredIncident]:
        yield from outage.declared
        yield from self._incidents.get(outage.component, ())
        for name in self._dependencies.above(outage.component):
            for item in self._incidents.get(name, ()):
                is_down = name in outage.failing or item.is_outage(name, at)
                begun = min(item.started, outage.failing.get(name, item.started))
                if is_down and begun - TOGETHER <= outage.start:
                    yield item

    def unexpected_since(self, outage: Outage, at: datetime) -> datetime | None:
        """Return when an outage became unexpected, or None while it is still expected.

        An outage is expected inside a maintenance of the component that it began in; and for a while after a
        person resolved an incident about it, but not where that was a mistake.
        """
        resolved = [
            item.resolved
            for item in self._incidents_about(outage, at)
            if item.resolved is not None
            and item.published <= at
            and outage.start < item.resolved <= at
            and not item.is_withdrawn
        ]
        if resolved and at < max(resolved) + SETTLING:
            return None
        start = max([outage.start, *resolved])
        windows = (work.window(at) for work in self._works.get(outage.component, ()))
        for begin, end in sorted(window for window in windows if window is not None):
            if begin <= start < end:
                start = end
        return start if start <= at else None


def _named(item: DeclaredIncident, component: str) -> datetime:
    """Return when an incident first named a component; nobody knew before that it is about it."""
    updates = item.incident.updates
    naming = (update.at for update in updates if component in dict(update.changes))
    return next(naming, updates[0].at).astimezone(UTC)


def _in_utc(incident: Incident) -> Iterator[DeclaredIncident]:
    """Give the incident once for each time that it was open."""
    for number, (start, end) in enumerate(incident.open_intervals):
        published = start if number else incident.updates[0].at
        is_last = number + 1 == len(incident.open_intervals)
        yield DeclaredIncident(
            incident,
            start.astimezone(UTC),
            published.astimezone(UTC),
            end and end.astimezone(UTC),
            is_last and incident.is_withdrawn,
        )


class _Work:
    """A maintenance, as each of its updates left it."""

    def __init__(self, work: Maintenance) -> None:
        self.components = tuple(dict.fromkeys(work.components))
        self._published = [update.at.astimezone(UTC) for update in work.updates]
        known = (work.updates[:count] for count in range(1, len(work.updates) + 1))
        self._windows = [_window(replace(work, updates=updates)) for updates in known]

    def window(self, at: datetime) -> tuple[datetime, datetime] | None:
        """Return its window as it was known at a moment, or None before it was announced."""
        known = bisect.bisect_right(self._published, at)
        return self._windows[known - 1] if known else None

    @property
    def moments(self) -> set[datetime]:
        """The moments at which it may begin or end."""
        return {edge for window in self._windows for edge in window}


def _window(work: Maintenance) -> tuple[datetime, datetime]:
    start, end = maintenance_window(work)
    return start.astimezone(UTC), end.astimezone(UTC)
