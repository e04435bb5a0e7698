"""One frozen picture of the status page; pages, API, feeds and calendar are all made from it alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TypeVar
from zoneinfo import ZoneInfo

from waypost.base.words import Words
from waypost.formats.status import (
    ENDED,
    Certificate,
    ComponentStatus,
    Impact,
    Incident,
    Maintenance,
    Update,
    UpdateStatus,
    worst,
)
from waypost.formats.status_config import Component, PageConfig, Policy
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.affected import AffectedSpan, affected_spans
from waypost.status.rules.automatic import automatic_incidents
from waypost.status.rules.cadence import overdue
from waypost.status.rules.combining import combined
from waypost.status.rules.headline import Headline, headline
from waypost.status.rules.latency import Latency
from waypost.status.rules.regions import SILENCE
from waypost.status.rules.state_steps import Piece, micros, moment_of
from waypost.status.rules.timeline import (
    ComponentTimeline,
    active_incidents,
    by_component,
    maintenance_window,
)
from waypost.status.rules.uptime import Calendar, DaySummary, Uptime, Uptimes, pooled_uptimes

Told = TypeVar("Told", Incident, Maintenance)

_INSTANT = timedelta(microseconds=1)
"""A stretch of time does not hold its end, so that the present is what was just before."""

_NEVER = datetime.max.replace(tzinfo=UTC)

RECENT = timedelta(days=14)
"""How far back the front page tells of incidents."""


@dataclass(frozen=True)
class RegionView:
    """A component as it is seen from one place now."""

    id: str
    name: str
    status: ComponentStatus
    dissents: bool
    """Whether it says otherwise than the majority."""


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
    uptimes: Uptimes
    is_measured: bool
    """Whether checks measure it, rather than people alone."""
    regions: tuple[RegionView, ...] = ()
    """What is seen from each place that it is checked from; empty where checks have no regions."""

    @property
    def uptime(self) -> Uptime:
        """The uptime of the ninety days of the bar."""
        return self.uptimes.windows["90d"]


@dataclass(frozen=True)
class MaintenanceSnapshot:
    """A maintenance with the state that the clock gives it."""

    work: Maintenance
    status: UpdateStatus
    start: datetime
    end: datetime
    """When it ended or will; what was called off before it began keeps the window that was announced."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is to come: it is completed or cancelled."""
        return self.status in ENDED

    @property
    def told_at(self) -> datetime:
        """Where it stands in history: when it began, or was called off before that."""
        return min(self.start, self.work.updated_at) if self.work.is_cancelled else self.start


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
    group_uptimes: Mapping[str, Uptimes]
    """By the name of the group."""
    uptimes: Uptimes
    """Of all components together."""
    offline_since: datetime | None = None
    """Since when our own connection is down, if it is and nothing can be measured."""
    certificate_warnings: tuple[Certificate, ...] = ()
    """Certificates that end soon or have ended, the first to end first."""
    overdue: Mapping[str, datetime] = field(default_factory=dict)
    """By the id of an open incident: when its next update was due, where none came in time."""
    affected: Mapping[str, tuple[AffectedSpan, ...]] = field(default_factory=dict)
    """What each incident, by id, did to its components."""
    latency: Mapping[str, Latency] = field(default_factory=dict)
    """How fast each component, by id, answered, where that was summed up."""

    @cached_property
    def changed_at(self) -> datetime:
        """When the page last had something new to say; polling alone does not move it."""
        spoken = [
            *(item.updated_at for item in self.incidents),
            *(item.work.updated_at for item in self.maintenances),
        ]
        ran = (item for item in self.maintenances if item.status is not UpdateStatus.CANCELLED)
        turned = [edge for item in ran for edge in (item.start, item.end)]
        moments = [*(item.since for item in self.components), *spoken, *turned, *self.overdue.values()]
        return max((moment for moment in moments if moment <= self.now), default=self.now)

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[ComponentSnapshot, ...]], ...]:
        """Components by group, in the order of the page; single components form a group without a name."""
        grouped: list[tuple[str, list[ComponentSnapshot]]] = []
        for component in self.components:
            if not grouped or grouped[-1][0] != component.group:
                grouped.append((component.group, []))
            grouped[-1][1].append(component)
        return tuple((name, tuple(members)) for name, members in grouped)

    @cached_property
    def recent(self) -> tuple[Incident, ...]:
        """Incidents of the last fourteen days that are over and were not taken over by another."""
        return tuple(
            incident
            for incident in self.incidents
            if incident not in self.active
            and incident.continued_as is None
            and (incident.resolved_at or self.now) > self.now - RECENT
        )

    @cached_property
    def announced(self) -> tuple[MaintenanceSnapshot, ...]:
        """Every maintenance, newest first; of work that repeats, the next window stands for all after it."""
        nearest: dict[str, MaintenanceSnapshot] = {}
        for item in self.maintenances:
            if item.status is UpdateStatus.SCHEDULED:
                nearest[item.work.file_name] = item
        return tuple(
            item
            for item in self.maintenances
            if item.status is not UpdateStatus.SCHEDULED or nearest[item.work.file_name] is item
        )

    @cached_property
    def planned(self) -> tuple[MaintenanceSnapshot, ...]:
        """Maintenance that is running or still to come, soonest first; of work that repeats, the next window."""
        waiting = [item for item in self.announced if not item.is_over]
        return tuple(sorted(waiting, key=lambda item: item.start))

    @cached_property
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
    timelines = _timelines(site, history, now)
    found = automatic_incidents(site, {name: line.changes for name, line in timelines.items()}, now, words)
    # Automatic incidents never paint the bars: the rows they derive from already do.
    incidents = tuple(
        sorted((*site.incidents, *found), key=lambda item: (item.started, item.id), reverse=True)
    )
    components = _components(site, timelines, now)
    active = active_incidents(incidents, now)
    works = tuple(maintenance_at(work, now) for work in site.maintenances)
    intervals = [check.every for component in site.config.flat for check in component.checks]
    is_blind = _is_blind(components)
    offline_since = _offline_since(history, now) if is_blind else None
    return Snapshot(
        page=site.config.page,
        policy=site.config.policy,
        words=words,
        now=now,
        checked_at=max((stretch.end for stretch in history.coverage), default=None),
        stale_after=max(intervals, default=timedelta(days=1)) * SILENCE,
        indicator=_indicator(components, active),
        headline=headline(
            [(item.name, item.status) for item in components],
            active,
            words,
            is_blind=is_blind,
            offline_since=offline_since and offline_since.astimezone(ZoneInfo(site.config.page.time_zone)),
        ),
        components=components,
        incidents=incidents,
        active=active,
        maintenances=tuple(sorted(works, key=lambda item: item.start, reverse=True)),
        group_uptimes=_group_uptimes(components),
        uptimes=pooled_uptimes([component.uptimes for component in components]),
        offline_since=offline_since,
        certificate_warnings=_certificate_warnings(site, history, now),
        overdue={item.incident.id: item.due for item in overdue(active, site.cadence, now)},
        affected={item.id: affected_spans(item, timelines, now) for item in incidents},
    )


def _timelines(site: StatusSite, history: History, now: datetime) -> dict[str, ComponentTimeline]:
    rows = by_component(history)
    unheard = replace(history, changes=(), coverage=())
    # Each component looks through what is written of it alone, not through all that was ever written.
    incidents, works = _by_component(site.incidents), _by_component(site.maintenances)
    return {
        name: ComponentTimeline(
            component,
            replace(site, incidents=incidents.get(name, ()), maintenances=works.get(name, ())),
            rows.get(name, unheard),
            now,
        )
        for component in site.config.flat
        for name in (component.id,)
    }


def _by_component(items: Iterable[Told]) -> dict[str, tuple[Told, ...]]:
    """Return, in their order, the incidents or the maintenance that name each component, by its id."""
    found: dict[str, list[Told]] = {}
    for item in items:
        for name in dict.fromkeys(item.components):
            found.setdefault(name, []).append(item)
    return {name: tuple(members) for name, members in found.items()}


def _group_uptimes(components: Sequence[ComponentSnapshot]) -> dict[str, Uptimes]:
    grouped: dict[str, list[Uptimes]] = {}
    for component in components:
        if component.group:
            grouped.setdefault(component.group, []).append(component.uptimes)
    return {name: pooled_uptimes(parts) for name, parts in grouped.items()}


def _offline_since(history: History, now: datetime) -> datetime | None:
    """Return since when our own connection is down, where it is down now."""
    return min((gap.start for gap in history.uplink if gap.start <= now < (gap.end or _NEVER)), default=None)


def _certificate_warnings(site: StatusSite, history: History, now: datetime) -> tuple[Certificate, ...]:
    watched = {(component.id, name) for component in site.config.flat for name, _ in component.named_checks}
    # Several regions see one certificate each; the latest look counts.
    latest = {
        (item.component, item.check): item
        for item in sorted(history.certificates, key=lambda item: item.seen_at)
        if item.seen_at <= now
    }
    due = [
        item
        for key, item in latest.items()
        if key in watched and item.expires - now <= timedelta(days=item.warn_days)
    ]
    return tuple(sorted(due, key=lambda item: (item.expires, item.component, item.check)))


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
    """Leave out updates and edits that nobody has made yet at `now`, and what has no other."""
    return tuple(
        # What was told in full is left as it is, so that it can be seen to be the same.
        item
        if all((update.edited or update.at) <= now for update in item.updates)
        else replace(item, updates=tuple(_by_now(it, now) for it in item.updates if it.at <= now))
        for item in items
        if item.updates[0].at <= now
    )


def _by_now(update: Update, now: datetime) -> Update:
    return replace(update, edited=None) if update.edited and update.edited > now else update


def _components(
    site: StatusSite, timelines: Mapping[str, ComponentTimeline], now: datetime
) -> tuple[ComponentSnapshot, ...]:
    members = [(group, component) for group, items in site.config.groups for component in items]
    calendar = Calendar(now, ZoneInfo(site.config.page.time_zone))
    return tuple(
        _component(site, timelines[component.id], calendar, (group, component, position), now)
        for position, (group, component) in enumerate(members, start=1)
    )


def _component(
    site: StatusSite,
    timeline: ComponentTimeline,
    calendar: Calendar,
    place: tuple[str, Component, int],
    now: datetime,
) -> ComponentSnapshot:
    group, component, position = place
    begin, first_day, end = calendar.begin, calendar.first_day, micros(now)
    pieces = timeline.pieces(begin, end)
    status = timeline.at(now) if begin >= end else pieces[-1][2]
    watched_from = timeline.first_watched
    created = first_day if watched_from is None else watched_from
    # What was never measured has no months to tell of; what people report on has those of the bar.
    known_from = end if watched_from is None and component.checks else created
    return ComponentSnapshot(
        id=component.id,
        name=component.name,
        description=component.description,
        group=group,
        position=position,
        status=status,
        known_status=_last_known(pieces, status, first_day),
        since=moment_of(max(pieces[-1][0], first_day)),
        created_at=moment_of(created),
        days=calendar.summaries(pieces),
        uptimes=calendar.uptimes(pieces, site.config.policy, known_from),
        is_measured=bool(component.checks),
        regions=_regions(site, timeline, component, now - _INSTANT),
    )


def _regions(
    site: StatusSite, timeline: ComponentTimeline, component: Component, moment: datetime
) -> tuple[RegionView, ...]:
    """Tell what is seen from each region at a moment, in the order of the file."""
    names = dict.fromkeys(region for check in component.checks for region in check.regions)
    if not names:
        return ()
    known = site.config.regions
    agreed = timeline.measured_at(moment)
    views = []
    for region in (
        *(name for name in known if name in names),
        *(name for name in names if name not in known),
    ):
        states = [
            line.state_in(region, moment)
            for check in component.named_checks
            if region in check[1].regions and (line := timeline.checks.get(check[0]))
        ]
        status = combined(states, component.combine)
        dissents = ComponentStatus.NO_DATA not in (status, agreed) and status is not agreed
        views.append(RegionView(region, known.get(region, region), status, dissents))
    return tuple(views)


def _last_known(pieces: Sequence[Piece], status: ComponentStatus, first_day: int) -> ComponentStatus:
    if status is not ComponentStatus.NO_DATA:
        return status
    known = (
        state
        for _, end, state in reversed(pieces)
        if state is not ComponentStatus.NO_DATA and end > first_day
    )
    return next(known, ComponentStatus.OPERATIONAL)


def _is_blind(components: Sequence[ComponentSnapshot]) -> bool:
    """Tell whether there are checks, and none of them knows anything now."""
    measured = [item.status for item in components if item.is_measured]
    return bool(measured) and all(status is ComponentStatus.NO_DATA for status in measured)


def _indicator(components: Sequence[ComponentSnapshot], active: Sequence[Incident]) -> str:
    # As everywhere in the API, the last known state stands in for no data.
    state = worst(component.known_status for component in components)
    levels = [*(incident.impact for incident in active), state.impact]
    level = max(levels, key=lambda impact: impact.severity)
    if level is Impact.NONE and state is ComponentStatus.UNDER_MAINTENANCE:
        return "maintenance"
    return level.value


def maintenance_at(work: Maintenance, now: datetime) -> MaintenanceSnapshot:
    """Tell how far a maintenance is: what people wrote, moved on by the clock."""
    start, end = maintenance_window(work)
    written = [update.status for update in work.updates if update.at <= now]
    status = written[-1]
    if status is UpdateStatus.CANCELLED:
        return MaintenanceSnapshot(work, status, start, end if start < end else work.scheduled_until)
    if now >= end:
        status = UpdateStatus.COMPLETED
    elif now >= start and status is UpdateStatus.SCHEDULED:
        status = UpdateStatus.IN_PROGRESS
    return MaintenanceSnapshot(work, status, start, end)
