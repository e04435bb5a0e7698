"""The file waypost.json: all that the status page knows, for programs.

Values that the clock alone moves (when it was made, when anything was last measured) stand in now.json, so that
this file changes only where there is something new to say.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from waypost.base.ids import public_id
from waypost.base.markdown.links import absolute_links
from waypost.formats.status import (
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    ComponentStatus,
    EventSource,
    Incident,
    Update,
    UpdateStatus,
    worst,
)
from waypost.formats.status_config import Policy
from waypost.publishing.api import parts
from waypost.publishing.api.parts import (
    Count,
    KnownState,
    PublicId,
    State,
    Time,
    budget_json,
    doc,
    document_schema,
    one_of,
    time_or_null,
    uptime_json,
)
from waypost.publishing.api.statuspage import (
    api_time,
    incident_url,
    maintenance_url,
    page_id,
    retired_id,
    status_json,
)
from waypost.status.rules import latency
from waypost.status.rules.incidents import Changes, incident_changes
from waypost.status.rules.maintenance import MaintenanceSnapshot, maintenance_changes
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot
from waypost.status.rules.uptime import DaySummary

SCHEMA_PATH = "waypost.schema.json"


class PageInfo(TypedDict):
    """What the page is called, and where it is."""

    id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    name: Annotated[str, doc("Its name.")]
    url: Annotated[str, doc("Its address, with a slash at its end.")]
    help_url: Annotated[str, doc("Address of the help center.")]
    time_zone: Annotated[str, doc("Zone of its days and months, such as Europe/Berlin.")]
    language: Annotated[str, doc("Language of headline, detail and automatic incidents.")]


_Ratio = Annotated[float, Field(ge=0, le=1)]


class Weights(TypedDict):
    """How much of the time in a state counts as downtime, from 0 to 1."""

    degraded_performance: Annotated[_Ratio, doc("Where it is slow.")]
    partial_outage: Annotated[_Ratio, doc("Where some of it fails.")]
    major_outage: Annotated[_Ratio, doc("Where all of it fails.")]


class PagePolicy(TypedDict):
    """The policy of the page."""

    down_after: Annotated[Count, doc("Failures in a row before a state changes.")]
    up_after: Annotated[Count, doc("Good answers in a row before it is operational again.")]
    slo: Annotated[float, doc("The availability goal, in percent.")]
    least_coverage: Annotated[Count, doc("Seconds of a window to be watched before it has a percentage.")]
    weights: Annotated[Weights, doc("How much of the time in a state counts as downtime.")]
    formula: Annotated[str, doc("How uptime is computed.")]


class Group(TypedDict):
    """A group of components."""

    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    name: Annotated[str, doc("Its name.")]
    status: Annotated[State, doc("The worst state of its components.")]
    components: Annotated[list[str], doc("Ids of its components, in the order of the page.")]
    uptime: Annotated[parts.PublishedUptime, doc("Uptime of its components together.")]
    coverage: Annotated[parts.PublishedCoverage, doc("What that uptime rests on.")]


class ComponentState(parts.ComponentNow):
    """A component as it is now, with its place on the page."""

    id: Annotated[str, doc("Its id in status.yml.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    description: Annotated[str, doc("What it does, or an empty text.")]
    group: Annotated[str | None, doc("Name of its group, or null.")]
    position: Annotated[Count, doc("Place on the page, from 1.")]
    known_status: Annotated[KnownState, doc("Its state, or the last one that was known.")]
    known_from: Annotated[Time, doc("When it was first measured, or the start of the ninety days.")]
    is_measured: Annotated[bool, doc("Whether checks measure it, rather than people alone.")]


class Point(TypedDict):
    """The answers of an hour or a day."""

    at: Annotated[Time, doc("When the hour or day begins, in UTC.")]
    p50: Annotated[Count, doc("Milliseconds within which half of the answers came.")]
    p95: Annotated[Count, doc("Milliseconds within which 95 of 100 answers came.")]


class PublishedLatency(TypedDict):
    """How fast a component answered; hours and days without answers are left out."""

    hours: Annotated[list[Point], doc("The last 24 hours that are over.")]
    days: Annotated[list[Point], doc("The last 90 days that are over.")]


class Days(TypedDict):
    """Days that are alike."""

    first: Annotated[parts.Day, doc("The first of these days.")]
    days: Annotated[int, Field(ge=1, description="How many days.")]
    status: Annotated[State, doc("The worst state of each day.")]
    trouble: Annotated[Count, doc("Seconds in trouble on each day.")]
    no_data: Annotated[Count | None, doc("Seconds of each day that nobody measured; null for the whole day.")]


class PublishedComponent(ComponentState):
    """A component, with its past."""

    latency: Annotated[
        PublishedLatency | None, doc("How fast it answered, or null where nothing was summed up.")
    ]
    days: Annotated[list[Days], doc("The last ninety days, oldest first; days that are alike are one run.")]


class Retired(TypedDict):
    """A component that the service has no more; old incidents may name it."""

    id: Annotated[str, doc("Its id.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    name: Annotated[str, doc("Its name.")]
    until: Annotated[parts.Day, doc("The last day on which it was a part of the service.")]


class Change(TypedDict):
    """A component whose state changed with an update."""

    component: Annotated[str, doc("Id of the component.")]
    old_status: Annotated[KnownState, doc("The state before.")]
    new_status: Annotated[KnownState, doc("The state after.")]


class PublishedUpdate(TypedDict):
    """One entry of a timeline."""

    id: Annotated[str, doc("Unique within its incident or maintenance; it stays when the text is edited.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    status: Annotated[UpdateStatus, one_of(UpdateStatus), doc("What it says.")]
    at: Annotated[Time, doc("When it happened.")]
    source: Annotated[
        EventSource, one_of(EventSource), doc("Whether checks found it, a person wrote it, or its time came.")
    ]
    after: Annotated[int, doc("Seconds since the incident or the maintenance began; below zero before that.")]
    body: Annotated[str, doc("Markdown, without HTML; its links are absolute.")]
    next_update_by: Annotated[Time | None, doc("When the next update was promised, or null.")]
    changes: Annotated[list[Change], doc("Components whose state it changed.")]


class Affected(TypedDict):
    """A time in which a component was in one state."""

    component: Annotated[str, doc("Id of the component.")]
    status: Annotated[KnownState, doc("The state.")]
    started_at: Annotated[Time, doc("When it began.")]
    ended_at: Annotated[Time | None, doc("When it ended, or null while it lasts.")]


class PublishedIncident(TypedDict):
    """An incident."""

    id: Annotated[str, doc("Name of its file, or that which an automatic one gets.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    title: Annotated[str, doc("Its title.")]
    url: Annotated[str, doc("Address of its page.")]
    impact: Annotated[parts.Hurt, doc("How much it hurts customers.")]
    status: Annotated[UpdateStatus, one_of(INCIDENT_STATUSES), doc("What its latest update says.")]
    is_open: Annotated[bool, doc("Whether customers are hit by it now.")]
    is_withdrawn: Annotated[bool, doc("Whether it was opened by mistake, and nothing was wrong.")]
    is_automatic: Annotated[bool, doc("Whether checks found it, rather than a person.")]
    continued_as: Annotated[str | None, doc("Id of the incident that took over from it, or null.")]
    started_at: Annotated[Time, doc("When it began.")]
    resolved_at: Annotated[Time | None, doc("When it was resolved, or null.")]
    updated_at: Annotated[Time, doc("When something was last said.")]
    duration: Annotated[Count | None, doc("Seconds from its beginning until it was resolved, or null.")]
    next_update_by: Annotated[Time | None, doc("When the next update is promised, or null.")]
    overdue_since: Annotated[Time | None, doc("Since when an update is late, or null.")]
    components: Annotated[dict[str, KnownState], doc("By id of the component: the worst state it is put in.")]
    affected: Annotated[list[Affected], doc("Times of trouble of its components while it was open.")]
    articles: Annotated[list[str], doc("Paths of articles with a way round, below content/.")]
    updates: Annotated[list[PublishedUpdate], doc("Its updates, oldest first; a webhook has the newest.")]


class PublishedMaintenance(TypedDict):
    """A scheduled maintenance."""

    id: Annotated[str, doc("Its id.")]
    api_id: Annotated[PublicId, doc("Its id in the Statuspage API.")]
    title: Annotated[str, doc("Its title.")]
    url: Annotated[str, doc("Address of its page.")]
    status: Annotated[
        UpdateStatus, one_of(MAINTENANCE_STATUSES), doc("What people said, moved on by the clock.")
    ]
    scheduled_for: Annotated[Time, doc("When it was planned to start.")]
    scheduled_until: Annotated[Time, doc("When it was planned to end.")]
    started_at: Annotated[Time, doc("When it started or will start.")]
    ends_at: Annotated[Time, doc("When it ended or will end.")]
    duration: Annotated[Count, doc("Seconds between these two.")]
    updated_at: Annotated[Time, doc("When something was last said.")]
    components: Annotated[list[str], doc("Ids of the components worked on.")]
    articles: Annotated[list[str], doc("Paths of articles that say more, below content/.")]
    updates: Annotated[list[PublishedUpdate], doc("Its updates, oldest first; a webhook has the newest.")]


_Head = TypedDict("_Head", {"$schema": Annotated[str, doc("Address of the schema.")]})


class Page(_Head, parts.PageState):
    """All that the status page knows."""

    version: Annotated[
        Literal[1], doc("Version of this format; it grows when a field goes or changes its meaning.")
    ]
    page: Annotated[PageInfo, doc("The status page.")]
    description: Annotated[str, doc("What Statuspage says for the indicator, in English.")]
    policy: Annotated[PagePolicy, doc("When a failure counts, and how downtime is weighed.")]
    groups: Annotated[list[Group], doc("Groups of components, in the order of the page.")]
    components: Annotated[list[PublishedComponent], doc("Components, in the order of the page.")]
    retired: Annotated[list[Retired], doc("Components that the service has no more.")]
    incidents: Annotated[list[PublishedIncident], doc("The latest 50, newest first, and all that are open.")]
    maintenances: Annotated[
        list[PublishedMaintenance], doc("The latest 50, newest first, and all that are running or to come.")
    ]


def page_schema(page_url: str) -> parts.Schema:
    """Return the schema of waypost.json on the page at this address, published beside it."""
    return {**document_schema(Page, "A Waypost status page"), "$id": page_url + SCHEMA_PATH}


LATEST = 50
"""How many incidents and maintenances are listed beside the open and coming ones."""

FORMULA = "1 - sum(weight * seconds in a state) / (window - maintenance - no data)"
"""How uptime is computed, as status/rules/uptime.py does."""


def waypost_document(snapshot: Snapshot) -> Page:
    """Return waypost.json."""
    return {
        "$schema": snapshot.page.url + SCHEMA_PATH,
        "version": 1,
        "page": {
            "id": page_id(snapshot),
            "name": snapshot.page.name,
            "url": snapshot.page.url,
            "help_url": snapshot.page.help_url,
            "time_zone": snapshot.page.time_zone,
            "language": snapshot.words.language,
        },
        "changed_at": api_time(snapshot.changed_at),
        "stale_after": int(snapshot.stale_after.total_seconds()),
        "offline_since": time_or_null(snapshot.offline_since),
        "indicator": snapshot.indicator,
        "description": status_json(snapshot)["description"],
        "status": snapshot.headline.status,
        "headline": snapshot.headline.sentence,
        "detail": snapshot.headline.detail,
        "policy": _policy_json(snapshot.policy),
        "uptime": uptime_json(snapshot.uptimes),
        "coverage": parts.coverage_json(snapshot.uptimes),
        "budget": budget_json(snapshot.uptimes, snapshot.policy),
        "groups": _groups_json(snapshot),
        "components": [own_component(item, snapshot) for item in snapshot.components],
        "retired": [
            {"id": it.id, "api_id": retired_id(it), "name": it.name, "until": it.until.isoformat()}
            for it in snapshot.retired
        ],
        "certificates": parts.certificates_json(snapshot),
        "incidents": [own_incident(item, snapshot) for item in _latest_incidents(snapshot)],
        "maintenances": [own_maintenance(item, snapshot) for item in _latest_maintenances(snapshot)],
    }


def _policy_json(policy: Policy) -> PagePolicy:
    return {
        "down_after": policy.down_after,
        "up_after": policy.up_after,
        "slo": policy.slo,
        "least_coverage": round(policy.least_coverage.total_seconds()),
        "weights": {
            "degraded_performance": policy.weight(ComponentStatus.DEGRADED_PERFORMANCE),
            "partial_outage": policy.weight(ComponentStatus.PARTIAL_OUTAGE),
            "major_outage": policy.weight(ComponentStatus.MAJOR_OUTAGE),
        },
        "formula": FORMULA,
    }


def _groups_json(snapshot: Snapshot) -> list[Group]:
    return [
        {
            "api_id": public_id("group", name),
            "name": name,
            "status": worst(member.status for member in members),
            "components": [member.id for member in members],
            "uptime": uptime_json(snapshot.group_uptimes[name]),
            "coverage": parts.coverage_json(snapshot.group_uptimes[name]),
        }
        for name, members in snapshot.groups
        if name
    ]


def own_component(item: ComponentSnapshot, snapshot: Snapshot) -> PublishedComponent:
    """Return one component with its past."""
    return {
        **component_state(item, snapshot),
        "latency": _latency_json(snapshot.latency.get(item.id)),
        "days": _days_json(item.days),
    }


def component_state(item: ComponentSnapshot, snapshot: Snapshot) -> ComponentState:
    """Return one component as it is now."""
    return {
        "id": item.id,
        "api_id": item.public_id,
        "name": item.name,
        "description": item.description,
        "group": item.group or None,
        "position": item.position,
        "status": item.status,
        "known_status": item.known_status,
        "since": api_time(item.since),
        "known_from": api_time(item.created_at),
        "is_measured": item.is_measured,
        "uptime": uptime_json(item.uptimes),
        "coverage": parts.coverage_json(item.uptimes),
        "budget": budget_json(item.uptimes, snapshot.policy),
        "regions": parts.regions_json(item.regions),
    }


def _latency_json(found: latency.Latency | None) -> PublishedLatency | None:
    return {"hours": _points(found.hours), "days": _points(found.days)} if found else None


def _points(series: latency.LatencySeries) -> list[Point]:
    return [
        {"at": api_time(point.at), "p50": round(point.p50), "p95": round(point.p95)}
        for point in series.points
    ]


def _days_json(days: Sequence[DaySummary]) -> list[Days]:
    """Write days that are alike as one run: most of a good component is one."""
    runs: list[Days] = []
    last: tuple[ComponentStatus, int, int | None] | None = None
    # Days that are equal are put together first: rounding every day takes longer than all else here.
    for exact, members in itertools.groupby(days, key=attrgetter("status", "trouble", "no_data")):
        run = list(members)
        figures = _figures(*exact)
        if figures == last:
            runs[-1]["days"] += len(run)
            continue
        last = figures
        status, trouble, no_data = figures
        runs.append(
            {
                "first": run[0].day.isoformat(),
                "days": len(run),
                "status": status,
                "trouble": trouble,
                "no_data": no_data,
            }
        )
    return runs


def _figures(
    status: ComponentStatus, trouble: float, no_data: float
) -> tuple[ComponentStatus, int, int | None]:
    # Of a day without any data, the clock alone would move the number.
    return status, round(trouble), None if status is ComponentStatus.NO_DATA else round(no_data)


def _latest_incidents(snapshot: Snapshot) -> list[Incident]:
    latest = snapshot.incidents[:LATEST]
    return [*latest, *(item for item in snapshot.active if item not in latest)]


def _latest_maintenances(snapshot: Snapshot) -> list[MaintenanceSnapshot]:
    latest = snapshot.announced[:LATEST]
    return [*latest, *(item for item in reversed(snapshot.planned) if item not in latest)]


def own_incident(item: Incident, snapshot: Snapshot) -> PublishedIncident:
    """Return one incident with its updates, oldest first."""
    end, help_url = item.resolved_at, snapshot.page.help_url
    return {
        "id": item.id,
        "api_id": public_id("incident", item.id),
        "title": item.title,
        "url": incident_url(snapshot, item),
        "impact": item.impact,
        "status": item.status,
        "is_open": item in snapshot.active,
        "is_withdrawn": item.is_withdrawn,
        "is_automatic": item.automatic,
        "continued_as": item.continued_as,
        "started_at": api_time(item.started),
        "resolved_at": time_or_null(end),
        "updated_at": api_time(item.updated_at),
        "duration": round((end - item.started).total_seconds()) if end else None,
        "next_update_by": None if end else time_or_null(item.updates[-1].next_update_by),
        "overdue_since": time_or_null(snapshot.overdue.get(item.id)),
        "components": dict(item.components),
        "affected": [
            {
                "component": span.component,
                "status": span.status,
                "started_at": api_time(span.start),
                "ended_at": time_or_null(span.end),
            }
            for span in snapshot.affected.get(item.id, ())
        ],
        "articles": list(item.articles),
        "updates": _updates_json(item.id, item.updates, incident_changes(item), item.started, help_url),
    }


def own_maintenance(item: MaintenanceSnapshot, snapshot: Snapshot) -> PublishedMaintenance:
    """Return one scheduled maintenance with its updates, oldest first."""
    work, help_url = item.work, snapshot.page.help_url
    return {
        "id": work.id,
        "api_id": public_id("maintenance", work.id),
        "title": work.title,
        "url": maintenance_url(snapshot, item),
        "status": item.status,
        "scheduled_for": api_time(work.scheduled_for),
        "scheduled_until": api_time(work.scheduled_until),
        "started_at": api_time(item.start),
        "ends_at": api_time(item.end),
        "duration": round((item.end - item.start).total_seconds()),
        "updated_at": api_time(item.updated_at),
        "components": list(work.components),
        "articles": list(work.articles),
        "updates": _updates_json(work.id, item.updates, maintenance_changes(item), item.start, help_url),
    }


def _updates_json(
    owner: str, updates: Sequence[Update], changes: Sequence[Changes], started: datetime, help_url: str
) -> list[PublishedUpdate]:
    """Return updates, oldest first, with the seconds since their incident or maintenance began."""
    return [
        {
            "id": update.id,
            "api_id": public_id("update", f"{owner}/{update.id}"),
            "status": update.status,
            "at": api_time(update.at),
            "source": update.source,
            "after": round((update.at - started).total_seconds()),
            "body": absolute_links(update.body, help_url),
            "next_update_by": time_or_null(update.next_update_by),
            "changes": [
                {"component": name, "old_status": old, "new_status": new}
                for name, (old, new) in changed.items()
            ],
        }
        for update, changed in zip(updates, changes, strict=True)
    ]
