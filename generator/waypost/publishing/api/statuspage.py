"""The objects and files of the Statuspage v2 API: clients made for Atlassian Statuspage read our pages too.

Shapes as documented at Atlassian's developer site and seen on its public pages: times in UTC with
milliseconds, updates newest first, ids of twelve characters.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words
from waypost.base.ids import component_public_id, public_id
from waypost.base.intervals import day_start
from waypost.base.markdown.links import absolute_links
from waypost.formats.status import ComponentStatus, Impact, Incident, Update, UpdateStatus, worst
from waypost.formats.status_config import PageConfig, RetiredComponent
from waypost.status.rules.incidents import WELL, Changes, incident_changes
from waypost.status.rules.maintenance import MaintenanceSnapshot, maintenance_changes
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot

API_STATUSES = {UpdateStatus.CANCELLED: UpdateStatus.COMPLETED, UpdateStatus.WITHDRAWN: UpdateStatus.RESOLVED}
"""The statuses that clients of Statuspage have no word for, and those that stand for them."""

LABELS = {status: API_STATUSES.get(status, status).replace("_", " ").capitalize() for status in UpdateStatus}
"""The name of each update status in the feeds of Atlassian Statuspage; programs read it, so it stays English."""


def api_status(status: UpdateStatus) -> UpdateStatus:
    """Return the status that clients of Statuspage know: cancelled work is completed for them."""
    return API_STATUSES.get(status, status)


def in_api_words(update: Update, snapshot: Snapshot) -> Update:
    """Return an update as clients of Statuspage see it; one that cancels or withdraws says so in its text."""
    if update.status not in API_STATUSES:
        return update
    body = snapshot.words.say(f"news.{update.status}", text=update.body)
    return replace(update, status=api_status(update.status), body=body)


Json = dict[str, Any]

DESCRIPTIONS = {
    "none": "All Systems Operational",
    "minor": "Minor Service Outage",
    "major": "Partial System Outage",
    "critical": "Major Service Outage",
    "maintenance": "Service Under Maintenance",
}
"""The description of each indicator at Statuspage."""


def api_time(moment: datetime) -> str:
    """Return a time as the API writes it: 2026-11-20T09:02:00.000Z."""
    # isoformat takes a third of the time of strftime.
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def page_id(snapshot: Snapshot) -> str:
    """Return the id of the page, derived from where it is published."""
    return public_id("page", snapshot.page.url)


def page_json(snapshot: Snapshot) -> Json:
    """Return the `page` object."""
    return {
        "id": page_id(snapshot),
        "name": snapshot.page.name,
        "url": snapshot.page.url.rstrip("/"),
        "time_zone": snapshot.page.time_zone,
        "updated_at": api_time(snapshot.changed_at),
    }


def status_json(snapshot: Snapshot) -> Json:
    """Return the `status` object: indicator and description."""
    degraded = (
        worst(item.known_status for item in snapshot.components) is ComponentStatus.DEGRADED_PERFORMANCE
    )
    slow = snapshot.indicator == "minor" and degraded
    description = "Partially Degraded Service" if slow else DESCRIPTIONS[snapshot.indicator]
    return {"indicator": snapshot.indicator, "description": description}


def components_json(snapshot: Snapshot) -> list[Json]:
    """Return all components, each group directly before its members.

    The API has no word for no data: the last known state stands there.
    """
    rows: list[Json] = []
    for name, members in snapshot.groups:
        if name:
            rows.append(_group_json(snapshot, name, members))
        rows += [component_json(snapshot, component) for component in members]
    return rows


def _group_json(snapshot: Snapshot, name: str, members: tuple[ComponentSnapshot, ...]) -> Json:
    return {
        "id": public_id("group", name),
        "name": name,
        "status": worst(member.known_status for member in members),
        "created_at": api_time(min(member.created_at for member in members)),
        "updated_at": api_time(max(member.since for member in members)),
        "position": members[0].position,
        "description": None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(snapshot),
        "group": True,
        "only_show_if_degraded": False,
        "components": [member.public_id for member in members],
    }


def component_json(snapshot: Snapshot, component: ComponentSnapshot) -> Json:
    """Return one component."""
    return {
        "id": component.public_id,
        "name": component.name,
        "status": component.known_status,
        "created_at": api_time(component.created_at),
        "updated_at": api_time(component.since),
        "position": component.position,
        "description": component.description or None,
        "showcase": True,
        "start_date": component.created_at.astimezone(UTC).date().isoformat(),
        "group_id": public_id("group", component.group) if component.group else None,
        "page_id": page_id(snapshot),
        "group": False,
        "only_show_if_degraded": False,
    }


def incident_json(snapshot: Snapshot, incident: Incident) -> Json:
    """Return one incident with its updates, newest first."""
    identity = public_id("incident", incident.id)
    return {
        "id": identity,
        "name": incident.title,
        "status": api_status(incident.status),
        "created_at": api_time(incident.updates[0].at),
        "updated_at": api_time(incident.updated_at),
        "monitoring_at": _time_of(incident, UpdateStatus.MONITORING),
        "resolved_at": api_time(incident.resolved_at) if incident.resolved_at else None,
        "impact": Impact.NONE if incident.is_withdrawn else incident.impact,
        "shortlink": incident_url(snapshot, incident),
        "started_at": api_time(incident.started),
        "page_id": page_id(snapshot),
        "incident_updates": _updates_json(
            snapshot,
            (identity, incident.id),
            [in_api_words(update, snapshot) for update in incident.updates],
            _incident_states(incident),
        ),
        "components": _named_components(snapshot, tuple(incident.components)),
    }


def _time_of(incident: Incident, status: UpdateStatus) -> str | None:
    found = next((update.at for update in incident.updates if update.status is status), None)
    return api_time(found) if found else None


def _named_components(snapshot: Snapshot, ids: tuple[str, ...]) -> list[Json]:
    present = [
        component_json(snapshot, component) for component in snapshot.components if component.id in ids
    ]
    return [*present, *(_retired_json(snapshot, item) for item in snapshot.retired if item.id in ids)]


def retired_id(item: RetiredComponent) -> str:
    """Return the id that a component had while the service had it."""
    return component_public_id(item.id, item.formerly)


def _retired_json(snapshot: Snapshot, item: RetiredComponent) -> Json:
    """Return a component that only old incidents name; the API has no word for what is no more."""
    end = api_time(day_start(item.until + timedelta(days=1), ZoneInfo(snapshot.page.time_zone)))
    return {
        "id": retired_id(item),
        "name": item.name,
        "status": ComponentStatus.OPERATIONAL,
        "created_at": end,
        "updated_at": end,
        "position": len(snapshot.components) + 1,
        "description": item.description or None,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": page_id(snapshot),
        "group": False,
        "only_show_if_degraded": True,
    }


def _incident_states(incident: Incident) -> Iterator[Changes]:
    """Yield the states before and after each update, of what joined the incident by then."""
    states: dict[str, ComponentStatus] = {}
    for update, changed in zip(incident.updates, incident_changes(incident), strict=True):
        states = {**{name: WELL for name, _ in update.changes}, **states}
        states.update({name: new for name, (_, new) in changed.items()})
        yield {**{name: (state, state) for name, state in states.items()}, **changed}


def _maintenance_states(item: MaintenanceSnapshot) -> Iterator[Changes]:
    """Yield the states before and after each update."""
    for update, changed in zip(item.updates, maintenance_changes(item), strict=True):
        state = ComponentStatus.UNDER_MAINTENANCE if item.start <= update.at < item.end else WELL
        yield {**dict.fromkeys(item.work.components, (state, state)), **changed}


def _updates_json(
    snapshot: Snapshot, owner: tuple[str, str], updates: Sequence[Update], states: Iterable[Changes]
) -> list[Json]:
    """Return updates with the states of each, newest first; the owner is a public id and a slug."""
    rows = [
        _update_json(snapshot, owner, update, named) for update, named in zip(updates, states, strict=True)
    ]
    return rows[::-1]


def _affected(snapshot: Snapshot, states: Changes) -> list[Json] | None:
    rows = [
        {"code": code, "name": name, "old_status": states[key][0], "new_status": states[key][1]}
        for key, code, name in (
            *((item.id, item.public_id, item.name) for item in snapshot.components),
            *((item.id, retired_id(item), item.name) for item in snapshot.retired),
        )
        if key in states
    ]
    return rows or None


def _update_json(snapshot: Snapshot, owner: tuple[str, str], update: Update, named: Changes) -> Json:
    incident_id, slug = owner
    return {
        "id": public_id("update", f"{slug}/{update.id}"),
        "status": update.status,
        "body": absolute_links(update.body, snapshot.page.help_url),
        "incident_id": incident_id,
        "created_at": api_time(update.at),
        "updated_at": api_time(update.at),
        "display_at": api_time(update.at),
        "affected_components": _affected(snapshot, named),
        "deliver_notifications": True,
        "custom_tweet": None,
        "tweet_id": None,
    }


def maintenance_json(snapshot: Snapshot, item: MaintenanceSnapshot) -> Json:
    """Return one scheduled maintenance with its updates, newest first."""
    work = item.work
    identity = public_id("maintenance", work.id)
    return {
        "id": identity,
        "name": work.title,
        "status": api_status(item.status),
        "created_at": api_time(item.updates[0].at),
        "updated_at": api_time(item.updated_at),
        "monitoring_at": None,
        "resolved_at": _maintenance_end(item),
        "impact": "maintenance",
        "shortlink": maintenance_url(snapshot, item),
        "started_at": api_time(item.start),
        "page_id": page_id(snapshot),
        "incident_updates": _updates_json(
            snapshot,
            (identity, work.id),
            [in_api_words(update, snapshot) for update in item.updates],
            _maintenance_states(item),
        ),
        "components": _named_components(snapshot, work.components),
        "scheduled_for": api_time(work.scheduled_for),
        "scheduled_until": api_time(work.scheduled_until),
    }


def _maintenance_end(item: MaintenanceSnapshot) -> str | None:
    if item.status is UpdateStatus.CANCELLED:
        return api_time(item.work.updated_at)
    return api_time(item.end) if item.is_over else None


class PublishedPage(Protocol):
    """A page that has an address and a language."""

    @property
    def page(self) -> PageConfig:
        """Its settings."""

    @property
    def words(self) -> Words:
        """The texts of its language."""


def incident_url(snapshot: PublishedPage, incident: Incident) -> str:
    """Return the permanent address of an incident."""
    return f"{snapshot.page.url}incidents/{incident.id}/"


def maintenance_url(snapshot: PublishedPage, item: MaintenanceSnapshot) -> str:
    """Return the permanent address of a maintenance."""
    return f"{snapshot.page.url}maintenance/{item.work.id}/"


FOLDER = "api/v2/"

LATEST = 50
"""How many incidents or maintenances a list holds, as Statuspage's own."""


def api_documents(snapshot: Snapshot) -> dict[str, Json]:
    """Return every file of the API by its path; each object is made once, and stands in several files."""
    page, status = page_json(snapshot), status_json(snapshot)
    components = components_json(snapshot)
    incidents = {item.id: incident_json(snapshot, item) for item in snapshot.incidents[:LATEST]}
    unresolved = [incidents.get(item.id) or incident_json(snapshot, item) for item in snapshot.active]
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
        "incidents": {"incidents": list(incidents.values())},
        "incidents/unresolved": {"incidents": unresolved},
        "scheduled-maintenances": {"scheduled_maintenances": list(works.values())},
        "scheduled-maintenances/upcoming": {"scheduled_maintenances": upcoming},
        "scheduled-maintenances/active": {"scheduled_maintenances": active},
    }
    return {f"{FOLDER}{name}.json": {"page": page, **rest} for name, rest in contents.items()}
