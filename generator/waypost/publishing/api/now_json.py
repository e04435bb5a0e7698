"""The file now.json: the present as pages and programs show it, in Waypost's own words."""

from __future__ import annotations

from collections.abc import Collection

from waypost.formats.status import ComponentStatus, Incident, UpdateStatus
from waypost.publishing.api.json_parts import (
    budget_json,
    certificates_json,
    regions_json,
    time_or_null,
    uptime_json,
)
from waypost.publishing.api.statuspage import api_time
from waypost.publishing.documents.now import Now
from waypost.publishing.documents.parts import ComponentNow
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot


def now_document(snapshot: Snapshot) -> Now:
    """Return now.json: what other pages and programs show of the present, in Waypost's own words.

    `no_data` is a state here, and `stale_after` says, in seconds, when the reader must call it old.
    Whatever stands below a key `uptime` is a percentage that `waypost history verify` computes anew.
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
        "budget": budget_json(snapshot.uptimes, snapshot.policy),
        "groups": {name: {"uptime": uptime_json(found)} for name, found in snapshot.group_uptimes.items()},
        "components": {item.id: _component_now(item, snapshot) for item in snapshot.components},
        "certificates": certificates_json(snapshot),
        "incidents": [
            {
                "id": incident.id,
                "title": incident.title,
                "impact": incident.impact,
                "path": f"incidents/{incident.id}/",
                "started_at": api_time(incident.started),
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
    """Return the components that an incident hits now; what a person wrote keeps them from being well."""
    well = {item.id for item in snapshot.components if item.known_status is ComponentStatus.OPERATIONAL}
    return incident.components.keys() - well or incident.components


def _component_now(item: ComponentSnapshot, snapshot: Snapshot) -> ComponentNow:
    return {
        "name": item.name,
        "status": item.status,
        "since": api_time(item.since),
        "uptime": uptime_json(item.uptimes),
        "budget": budget_json(item.uptimes, snapshot.policy),
        "regions": regions_json(item.regions),
    }
