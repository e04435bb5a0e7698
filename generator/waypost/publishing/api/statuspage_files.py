"""The eight files of the Statuspage v2 API, by their paths below the status page."""

from __future__ import annotations

from waypost.formats.status import UpdateStatus
from waypost.publishing.api.statuspage import (
    Json,
    components_json,
    incident_json,
    maintenance_json,
    page_json,
    status_json,
)
from waypost.status.rules.snapshot import Snapshot

FOLDER = "api/v2/"

LATEST = 50
"""How many incidents or maintenances a list holds, as Statuspage's own."""


def api_documents(snapshot: Snapshot) -> dict[str, Json]:
    """Return every file of the API by its path; each object is made once, and stands in several files."""
    page, status = page_json(snapshot), status_json(snapshot)
    components = components_json(snapshot)
    told = {item.id: incident_json(snapshot, item) for item in snapshot.incidents[:LATEST]}
    unresolved = [told.get(item.id) or incident_json(snapshot, item) for item in snapshot.active]
    works = {item.work.id: maintenance_json(snapshot, item) for item in snapshot.announced[:LATEST]}
    planned = [
        (item.status, works.get(item.work.id) or maintenance_json(snapshot, item))
        for item in snapshot.planned
    ]
    upcoming = [work for status, work in planned if status is UpdateStatus.SCHEDULED]
    active = [work for status, work in planned if status is not UpdateStatus.SCHEDULED]
    contents: dict[str, Json] = {
        "summary": {
            "components": components,
            "incidents": unresolved,
            "scheduled_maintenances": [work for _, work in planned],
            "status": status,
        },
        "status": {"status": status},
        "components": {"components": components},
        "incidents": {"incidents": list(told.values())},
        "incidents/unresolved": {"incidents": unresolved},
        "scheduled-maintenances": {"scheduled_maintenances": list(works.values())},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"scheduled_maintenances": active},
    }
    return {f"{FOLDER}{name}.json": {"page": page, **rest} for name, rest in contents.items()}
