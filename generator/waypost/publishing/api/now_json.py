"""The file now.json: the present, small enough to be read every half minute by each page that is open."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated

from typing_extensions import TypedDict

from waypost.base.markdown.plain_text import plain_text
from waypost.formats.status import ComponentStatus, Incident, UpdateStatus
from waypost.publishing.api import parts
from waypost.publishing.api.parts import (
    ComponentNow,
    Time,
    budget_json,
    certificates_json,
    coverage_json,
    doc,
    regions_json,
    time_or_null,
    uptime_json,
)
from waypost.publishing.api.statuspage import api_time
from waypost.search.rules.documents import sentences_of
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot


class NowGroup(TypedDict):
    """A group of components."""

    uptime: Annotated[parts.PublishedUptime, doc("Uptime of its components together.")]
    coverage: Annotated[parts.PublishedCoverage, doc("What that uptime rests on.")]


class NowIncident(TypedDict):
    """An open incident."""

    id: Annotated[str, doc("Name of its file, or that which an automatic one gets.")]
    title: Annotated[str, doc("Its title.")]
    impact: Annotated[parts.Hurt, doc("How much it hurts customers.")]
    path: Annotated[str, doc("Its page, from the root of the status page.")]
    started_at: Annotated[Time, doc("When it began.")]
    update: Annotated[str, doc("The first sentence of its latest update.")]
    next_update_by: Annotated[Time | None, doc("When the next update is promised, or null.")]
    overdue_since: Annotated[
        Time | None, doc("When the next update was due, if it did not come in time, or null.")
    ]
    components: Annotated[list[str], doc("Ids of the components that are still hit.")]


class NowMaintenance(TypedDict):
    """Maintenance that is going on."""

    id: Annotated[str, doc("Its id.")]
    title: Annotated[str, doc("Its title.")]
    path: Annotated[str, doc("Its page, from the root of the status page.")]
    started_at: Annotated[Time, doc("When it started.")]
    ends_at: Annotated[Time, doc("When it will end.")]
    components: Annotated[list[str], doc("Ids of the components worked on.")]


class Now(parts.PageState):
    """What is so now, as pages and programs show it."""

    made_at: Annotated[Time, doc("When the file was made.")]
    checked_at: Annotated[Time | None, doc("When anything was last measured, or null.")]
    groups: Annotated[dict[str, NowGroup], doc("Groups of components, by name.")]
    components: Annotated[dict[str, parts.ComponentNow], doc("Components, by id.")]
    incidents: Annotated[list[NowIncident], doc("Open incidents, newest first.")]
    maintenances: Annotated[list[NowMaintenance], doc("Maintenance that is going on.")]


def now_document(snapshot: Snapshot) -> Now:
    """Return now.json: the current status for other pages and programs, in Waypost's own words.

    `no_data` is a state here, and `stale_after` says, in seconds, when the reader must call it old.
    Whatever stands below `uptime`, `coverage` or `budget` is a figure that `waypost history verify` computes anew.
    """
    return {
        "made_at": api_time(snapshot.now),
        "changed_at": api_time(snapshot.changed_at),
        "checked_at": time_or_null(snapshot.checked_at),
        "stale_after": int(snapshot.stale_after.total_seconds()),
        "offline_since": time_or_null(snapshot.offline_since),
        "indicator": snapshot.indicator,
        "status": snapshot.headline.status,
        "headline": snapshot.headline.sentence,
        "detail": snapshot.headline.detail,
        "uptime": uptime_json(snapshot.uptimes),
        "coverage": coverage_json(snapshot.uptimes),
        "budget": budget_json(snapshot.uptimes, snapshot.policy),
        "groups": {
            name: {"uptime": uptime_json(found), "coverage": coverage_json(found)}
            for name, found in snapshot.group_uptimes.items()
        },
        "components": {item.id: _component_now(item, snapshot) for item in snapshot.components},
        "certificates": certificates_json(snapshot),
        "incidents": [
            {
                "id": incident.id,
                "title": incident.title,
                "impact": incident.impact,
                "path": f"incidents/{incident.id}/",
                "started_at": api_time(incident.started),
                "update": next(iter(sentences_of(plain_text(incident.updates[-1].body))), ""),
                "next_update_by": time_or_null(incident.updates[-1].next_update_by),
                "overdue_since": time_or_null(snapshot.overdue.get(incident.id)),
                "components": sorted(_still_hit(snapshot, incident)),
            }
            for incident in snapshot.active
        ],
        "maintenances": [
            {
                "id": item.work.id,
                "title": item.work.title,
                "path": f"maintenance/{item.work.id}/",
                "started_at": api_time(item.start),
                "ends_at": api_time(item.end),
                "components": sorted(item.work.components),
            }
            for item in snapshot.planned
            if item.status is not UpdateStatus.SCHEDULED
        ],
    }


def _still_hit(snapshot: Snapshot, incident: Incident) -> Collection[str]:
    """Return the components that an incident hits now; where all of them are well again, those that it hit."""
    well = {item.id for item in snapshot.components if item.known_status is ComponentStatus.OPERATIONAL}
    hit = [name for name, status in incident.components.items() if status.is_trouble]
    return incident.components.keys() - well or hit


def _component_now(item: ComponentSnapshot, snapshot: Snapshot) -> ComponentNow:
    return {
        "name": item.name,
        "status": item.status,
        "since": api_time(item.since),
        "uptime": uptime_json(item.uptimes),
        "coverage": coverage_json(item.uptimes),
        "budget": budget_json(item.uptimes, snapshot.policy),
        "regions": regions_json(item.regions),
    }
