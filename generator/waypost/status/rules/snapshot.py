"""One frozen picture of the status page; pages, API, feeds and calendar are all made from it alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words
from waypost.base.ids import component_public_id
from waypost.base.intervals import micros, moment_of
from waypost.formats.status import (
    Certificate,
    ComponentStatus,
    Impact,
    Incident,
    UpdateStatus,
    worst,
)
from waypost.formats.status_config import Component, PageConfig, Policy, RetiredComponent
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.automatic import automatic_incidents
from waypost.status.rules.check_series import SILENCE
from waypost.status.rules.days import DayDetail, DayIndex
from waypost.status.rules.events import LogEvent, event_log
from waypost.status.rules.headline import Headline, headline
from waypost.status.rules.incidents import active_incidents, overdue
from waypost.status.rules.latency import Latency
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.observed import Observed, observe
from waypost.status.rules.past import NOTHING, Past
from waypost.status.rules.state_steps import combined
from waypost.status.rules.timeline import (
    AffectedInterval,
    ComponentTimeline,
    affected_intervals,
)
from waypost.status.rules.uptime import Calendar, DaySummary, Uptime, Uptimes, pooled_uptimes

_INSTANT = timedelta(microseconds=1)
"""An interval does not hold its end: the state at a moment is the one just before it."""

_NEVER = datetime.max.replace(tzinfo=UTC)

LATEST = 50
"""How many incidents a list for programs holds at most; a snapshot has as many, however old they are."""

RECENT = timedelta(days=14)
"""How far back the front page shows incidents."""


@dataclass(frozen=True)
class RegionView:
    """The state of a component in one region now."""

    id: str
    name: str
    status: ComponentStatus
    dissents: bool
    """Whether it differs from the majority."""


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
    """The status, or the last one that was measured where there is no data now."""
    since: datetime
    """When the present state began; the start of the window where it is older."""
    created_at: datetime
    """The first time anything is known of it, or the start of the window."""
    days: tuple[DaySummary, ...]
    uptimes: Uptimes
    is_measured: bool
    """Whether checks measure it, rather than people alone."""
    formerly: tuple[str, ...] = ()
    """Ids that it had before, the oldest first."""
    regions: tuple[RegionView, ...] = ()
    """Its state in each region that it is checked from; empty where checks have no regions."""

    @property
    def public_id(self) -> str:
        """Its id in the Statuspage API: of the id that it had first, so that a new one changes nothing."""
        return component_public_id(self.id, self.formerly)

    @property
    def uptime(self) -> Uptime:
        """The uptime of the ninety days of the bar."""
        return self.uptimes.windows["90d"]


@dataclass(frozen=True)
class Snapshot:
    """The status page at one moment."""

    page: PageConfig
    policy: Policy
    words: Words
    """The language of everything that is made from the snapshot."""
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
    retired: tuple[RetiredComponent, ...]
    """Components that the service has no more; old incidents may name them."""
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
    affected: Mapping[str, tuple[AffectedInterval, ...]] = field(default_factory=dict)
    """The trouble of the components of each incident, by its id."""
    days: Mapping[str, tuple[DayDetail, ...]] = field(default_factory=dict)
    """By the id of a component: the days of its bar on which something happened, the newest first."""
    latency: Mapping[str, Latency] = field(default_factory=dict)
    """How fast each component, by id, answered, where that was summed up."""
    past: Past = NOTHING
    """What is over and kept: `incidents` has of it only what reaches into the bars, and the latest."""

    @cached_property
    def fresh(self) -> tuple[Incident, ...]:
        """The incidents that `past` does not have, newest first."""
        return tuple(item for item in self.incidents if not (item.automatic and item.id in self.past.ids))

    @cached_property
    def log(self) -> tuple[LogEvent, ...]:
        """Everything that happened on the page but for what `past` has, oldest first."""
        return event_log(self.fresh, self.maintenances)

    @cached_property
    def changed_at(self) -> datetime:
        """When the content of the page last changed; polling alone does not move it."""
        updated = [
            *(item.updated_at for item in self.incidents),
            *(item.updated_at for item in self.maintenances),
        ]
        works = (item for item in self.maintenances if item.status is not UpdateStatus.CANCELLED)
        turns = [edge for item in works for edge in (item.start, item.end)]
        moments = [*(item.since for item in self.components), *updated, *turns, *self.overdue.values()]
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
        present = {component.id: component.name for component in self.components}
        return present | {component.id: component.name for component in self.retired}


def take_snapshot(site: StatusSite, observed: History, now: datetime, words: Words) -> Snapshot:
    """Return the snapshot of the page at `now` from written files and observations.

    `observed` are the rows of the database; history kept as text in the site is added to them.
    Everything after `now` has not happened yet and is left out.
    """
    return snapshot_of(observe(site, observed, now, words))


def snapshot_of(observed: Observed, past: Past = NOTHING) -> Snapshot:
    """Return the snapshot of what is known; with a `past`, only incidents that it does not have are found anew."""
    site, history, timelines, now, words = (
        observed.site,
        observed.history,
        observed.timelines,
        observed.now,
        observed.words,
    )
    found = automatic_incidents(site, observed.changes, now, words, past.checkpoint)
    calendar = Calendar(now, ZoneInfo(site.config.page.time_zone))
    over = {item.incident.id: item for item in past.reaching(moment_of(calendar.first_day), LATEST)}
    # Automatic incidents never paint the bars: the rows they derive from already do.
    incidents = tuple(
        sorted(
            (*site.incidents, *(item.incident for item in over.values()), *found),
            key=lambda item: (item.started, item.id),
            reverse=True,
        )
    )
    components = _components(site, timelines, calendar, now)
    active = active_incidents(incidents, now)
    works = observed.maintenances
    by_day = DayIndex(incidents, works, ZoneInfo(site.config.page.time_zone), now)
    intervals = [check.every for component in site.config.flat for check in component.checks]
    is_blind = _is_blind(components)
    offline_since = _offline_since(history, now) if is_blind else None
    return Snapshot(
        page=site.config.page,
        policy=site.config.policy,
        words=words,
        now=now,
        checked_at=max((watched.end for watched in history.coverage), default=None),
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
        retired=site.config.retired,
        group_uptimes=_group_uptimes(components),
        uptimes=pooled_uptimes([component.uptimes for component in components]),
        offline_since=offline_since,
        certificate_warnings=_certificate_warnings(site, history, now),
        overdue={item.incident.id: item.due for item in overdue(active, site.cadence, now)},
        affected={
            item.id: over[item.id].affected if item.id in over else affected_intervals(item, timelines, now)
            for item in incidents
        },
        days={item.id: by_day.details(item.id, item.days) for item in components},
        past=past,
    )


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
    # Several regions see one certificate each; the latest one counts.
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


def _components(
    site: StatusSite, timelines: Mapping[str, ComponentTimeline], calendar: Calendar, now: datetime
) -> tuple[ComponentSnapshot, ...]:
    members = [(group, component) for group, items in site.config.groups for component in items]
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
    intervals = timeline.intervals(begin, end)
    status = timeline.at(now) if begin >= end else intervals[-1][2]
    watched_from = timeline.first_watched
    created = first_day if watched_from is None else watched_from
    # A component that was never measured has no months; one that people report on has those of the bar.
    known_from = end if watched_from is None and component.checks else created
    return ComponentSnapshot(
        id=component.id,
        name=component.name,
        description=component.description,
        group=group,
        position=position,
        status=status,
        known_status=_last_known(timeline, status, first_day),
        since=moment_of(max(intervals[-1][0], first_day)),
        created_at=moment_of(created),
        days=calendar.summaries(intervals),
        uptimes=calendar.uptimes(intervals, site.config.policy, known_from, timeline.unmeasured(intervals)),
        is_measured=bool(component.checks),
        formerly=component.formerly,
        regions=_regions(site, timeline, component, now - _INSTANT),
    )


def _regions(
    site: StatusSite, timeline: ComponentTimeline, component: Component, moment: datetime
) -> tuple[RegionView, ...]:
    """Return the state in each region at a moment, in the order of the file."""
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
            series.state_in(region, moment)
            for check in component.named_checks
            if region in check[1].regions and (series := timeline.checks.get(check[0]))
        ]
        status = combined(states, component.combine)
        dissents = ComponentStatus.NO_DATA not in (status, agreed) and status is not agreed
        views.append(RegionView(region, known.get(region, region), status, dissents))
    return tuple(views)


def _last_known(timeline: ComponentTimeline, status: ComponentStatus, first_day: int) -> ComponentStatus:
    """Return the state that stands in for no data: the last one measured, unless a person ended its incident later.

    What a person or the calendar said holds until they say, and never stands in for anything after that.
    """
    if status is not ComponentStatus.NO_DATA:
        return status
    last = timeline.last_measured
    if last is None or last[0] <= max(first_day, timeline.last_resolved or first_day):
        return ComponentStatus.OPERATIONAL
    return last[1]


def _is_blind(components: Sequence[ComponentSnapshot]) -> bool:
    """Return whether there are checks, and none of them knows anything now."""
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
