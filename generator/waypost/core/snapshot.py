"""One frozen picture of the status page; pages, API, feeds and calendar are all made from it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from waypost.core.automatic import IMPACT, automatic_incidents
from waypost.core.regions import SILENCE
from waypost.core.sentences import Headline, headline
from waypost.core.timeline import (
    ComponentTimeline,
    Interval,
    active_incidents,
    by_component,
    maintenance_window,
)
from waypost.core.uptime import DaySummary, Uptime, daily, day_start, uptime
from waypost.core.words import Words
from waypost.model.project import History, StatusSite
from waypost.model.status import (
    ComponentStatus,
    Impact,
    Incident,
    Maintenance,
    UpdateStatus,
    worst,
)
from waypost.model.status_config import Component, PageConfig, Policy

Told = TypeVar("Told", Incident, Maintenance)

DAYS = 90
"""How many days the bars show."""

RECENT = timedelta(days=14)
"""How far back the front page tells of incidents."""


@dataclass(frozen=True)
class ComponentSnapshot:
    """A component as the page shows it."""

    id: str
    name: str
    description: str
    group: str
    position: int
    """Its place on the page, from 1."""
    status: ComponentStatus
    known_status: ComponentStatus
    """The status, or the last one that was known where there is no data now."""
    since: datetime
    """When the present state began; the start of the window where it is older."""
    created_at: datetime
    """The first time anything is known of it, or the start of the window."""
    days: tuple[DaySummary, ...]
    uptime: Uptime
    is_measured: bool
    """Whether checks measure it, rather than people alone."""


@dataclass(frozen=True)
class MaintenanceSnapshot:
    """A maintenance with the state that the clock gives it."""

    work: Maintenance
    status: UpdateStatus
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Snapshot:
    """The status page at one moment."""

    page: PageConfig
    policy: Policy
    words: Words
    """The language in which everything made from the snapshot speaks."""
    now: datetime
    checked_at: datetime | None
    """When anything was last measured."""
    stale_after: timedelta
    """Data older than this, three of the longest intervals, must be called old."""
    indicator: str
    """none, minor, major, critical or maintenance, as in the Statuspage API."""
    headline: Headline
    components: tuple[ComponentSnapshot, ...]
    incidents: tuple[Incident, ...]
    """Written and automatic incidents, newest first."""
    active: tuple[Incident, ...]
    """Those that customers are hit by now, newest first."""
    maintenances: tuple[MaintenanceSnapshot, ...]
    """Every maintenance, newest first."""

    @property
    def changed_at(self) -> datetime:
        """When the page last had something new to say; polling alone does not move it."""
        spoken = [
            *(item.updated_at for item in self.incidents),
            *(item.work.updated_at for item in self.maintenances),
        ]
        turned = [edge for item in self.maintenances for edge in (item.start, item.end)]
        moments = [*(item.since for item in self.components), *spoken, *turned]
        return max((moment for moment in moments if moment <= self.now), default=self.now)

    @property
    def groups(self) -> tuple[tuple[str, tuple[ComponentSnapshot, ...]], ...]:
        """Components by group, in the order of the page; single components form a group without a name."""
        grouped: list[tuple[str, list[ComponentSnapshot]]] = []
        for component in self.components:
            if not grouped or grouped[-1][0] != component.group:
                grouped.append((component.group, []))
            grouped[-1][1].append(component)
        return tuple((name, tuple(members)) for name, members in grouped)

    @property
    def recent(self) -> tuple[Incident, ...]:
        """Incidents of the last fourteen days that are over and were not taken over by another."""
        return tuple(
            incident
            for incident in self.incidents
            if incident not in self.active
            and incident.continued_as is None
            and (incident.resolved_at or self.now) > self.now - RECENT
        )

    @property
    def planned(self) -> tuple[MaintenanceSnapshot, ...]:
        """Maintenance that is running or still to come, soonest first."""
        waiting = [item for item in self.maintenances if item.status is not UpdateStatus.COMPLETED]
        return tuple(sorted(waiting, key=lambda item: item.start))

    @property
    def names(self) -> Mapping[str, str]:
        """The names of components by id."""
        return {component.id: component.name for component in self.components}


def take_snapshot(site: StatusSite, observed: History, now: datetime, words: Words) -> Snapshot:
    """Make the picture of the page at `now` from what was written and what was observed.

    `observed` are the rows of the database; history kept as text in the site is added to them.
    What lies after `now` has not happened yet and is left out.
    """
    site = replace(site, incidents=_told(site.incidents, now), maintenances=_told(site.maintenances, now))
    history = _known(_merge(site.history, observed), now)
    members = [(group, component) for group, items in site.config.groups for component in items]
    rows = by_component(history)
    lines = {
        component.id: ComponentTimeline(component, site, rows.get(component.id, History()), now)
        for _, component in members
    }
    found = automatic_incidents(site, {name: line.changes for name, line in lines.items()}, now, words)
    # Automatic incidents never paint the bars: the rows they derive from already do.
    incidents = tuple(
        sorted((*site.incidents, *found), key=lambda item: (item.started, item.id), reverse=True)
    )
    components = tuple(
        _component(site, lines[component.id], group, component, position, now)
        for position, (group, component) in enumerate(members, start=1)
    )
    active = active_incidents(incidents, now)
    works = tuple(_maintenance(work, now) for work in site.maintenances)
    intervals = [check.every for component in site.config.flat for check in component.checks]
    return Snapshot(
        page=site.config.page,
        policy=site.config.policy,
        words=words,
        now=now,
        checked_at=max((stretch.end for stretch in history.coverage), default=None),
        stale_after=max(intervals, default=timedelta(days=1)) * SILENCE,
        indicator=_indicator(components, active),
        headline=headline(
            [(item.name, item.status) for item in components], active, words, is_blind=_is_blind(components)
        ),
        components=components,
        incidents=incidents,
        active=active,
        maintenances=tuple(sorted(works, key=lambda item: item.start, reverse=True)),
    )


def _merge(kept: History, observed: History) -> History:
    return History(
        (*kept.changes, *observed.changes),
        (*kept.coverage, *observed.coverage),
        (*kept.uplink, *observed.uplink),
        (*kept.certificates, *observed.certificates),
    )


def _known(history: History, now: datetime) -> History:
    changes = tuple(change for change in history.changes if change.confirmed_at <= now)
    coverage = tuple(stretch for stretch in history.coverage if stretch.start <= now)
    return replace(history, changes=changes, coverage=coverage)


def _told(items: Sequence[Told], now: datetime) -> tuple[Told, ...]:
    """Leave out updates that nobody has given yet at `now`, and what has no other."""
    begun = (item for item in items if item.updates[0].at <= now)
    return tuple(replace(item, updates=tuple(it for it in item.updates if it.at <= now)) for item in begun)


def _component(
    site: StatusSite,
    timeline: ComponentTimeline,
    group: str,
    component: Component,
    position: int,
    now: datetime,
) -> ComponentSnapshot:
    zone = ZoneInfo(site.config.page.time_zone)
    start = day_start(now.astimezone(zone).date() - timedelta(days=DAYS - 1), zone)
    intervals = timeline.intervals(start, now)
    status = timeline.at(now) if not intervals else intervals[-1].status
    return ComponentSnapshot(
        id=component.id,
        name=component.name,
        description=component.description,
        group=group,
        position=position,
        status=status,
        known_status=_last_known(intervals, status),
        since=intervals[-1].start if intervals else now,
        created_at=timeline.first_watched or start,
        days=daily(intervals, now, zone, DAYS),
        uptime=uptime(intervals, site.config.policy),
        is_measured=bool(component.checks),
    )


def _last_known(intervals: Sequence[Interval], status: ComponentStatus) -> ComponentStatus:
    if status is not ComponentStatus.NO_DATA:
        return status
    known = (item.status for item in reversed(intervals) if item.status is not ComponentStatus.NO_DATA)
    return next(known, ComponentStatus.OPERATIONAL)


def _is_blind(components: Sequence[ComponentSnapshot]) -> bool:
    """Tell whether there are checks, and none of them knows anything now."""
    measured = [item.status for item in components if item.is_measured]
    return bool(measured) and all(status is ComponentStatus.NO_DATA for status in measured)


def _indicator(components: Sequence[ComponentSnapshot], active: Sequence[Incident]) -> str:
    # As everywhere in the API, the last known state stands in for no data.
    state = worst(component.known_status for component in components)
    levels = [*(incident.impact for incident in active), IMPACT.get(state, Impact.NONE)]
    level = max(levels, key=list(Impact).index)
    if level is Impact.NONE and state is ComponentStatus.UNDER_MAINTENANCE:
        return "maintenance"
    return level.value


def _maintenance(work: Maintenance, now: datetime) -> MaintenanceSnapshot:
    """Tell how far a maintenance is: what people wrote, moved on by the clock."""
    start, end = maintenance_window(work)
    written = [update.status for update in work.updates if update.at <= now]
    status = written[-1]
    if now >= end:
        status = UpdateStatus.COMPLETED
    elif now >= start and status is UpdateStatus.SCHEDULED:
        status = UpdateStatus.IN_PROGRESS
    return MaintenanceSnapshot(work, status, start, end)
