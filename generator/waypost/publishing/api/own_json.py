"""The file waypost.json: all that the status page knows, for programs.

What the clock alone moves (when it was made, when anything was last measured) stands in now.json, so that
this file changes only where there is something new to say.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter

from waypost.base.ids import public_id
from waypost.formats.status import ComponentStatus, Incident, Update, worst
from waypost.formats.status_config import Policy
from waypost.publishing.api.json_parts import (
    budget_json,
    certificates_json,
    regions_json,
    time_or_null,
    uptime_json,
)
from waypost.publishing.api.statuspage import api_time, incident_url, maintenance_url, page_id, status_json
from waypost.publishing.documents import page
from waypost.status.rules.incidents import Changes, MaintenanceSnapshot, incident_changes, maintenance_changes
from waypost.status.rules.latency import Latency, LatencySeries
from waypost.status.rules.snapshot import ComponentSnapshot, Snapshot
from waypost.status.rules.uptime import DaySummary

LATEST = 50
"""How many incidents and maintenances are told beside those that are open or still to come."""

FORMULA = "1 - sum(weight * seconds in a state) / (window - maintenance - no data)"
"""How uptime is computed, as status/rules/uptime.py does."""


def own_document(snapshot: Snapshot) -> page.Page:
    """Return waypost.json."""
    return {
        "$schema": snapshot.page.url + page.SCHEMA_PATH,
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
        "budget": budget_json(snapshot.uptimes, snapshot.policy),
        "groups": _groups_json(snapshot),
        "components": [own_component(item, snapshot) for item in snapshot.components],
        "certificates": certificates_json(snapshot),
        "incidents": [own_incident(item, snapshot) for item in _latest_incidents(snapshot)],
        "maintenances": [own_maintenance(item, snapshot) for item in _latest_maintenances(snapshot)],
    }


def _policy_json(policy: Policy) -> page.PagePolicy:
    return {
        "down_after": policy.down_after,
        "up_after": policy.up_after,
        "slo": policy.slo,
        "weights": {
            "degraded_performance": policy.weight(ComponentStatus.DEGRADED_PERFORMANCE),
            "partial_outage": policy.weight(ComponentStatus.PARTIAL_OUTAGE),
            "major_outage": policy.weight(ComponentStatus.MAJOR_OUTAGE),
        },
        "formula": FORMULA,
    }


def _groups_json(snapshot: Snapshot) -> list[page.Group]:
    return [
        {
            "api_id": public_id("group", name),
            "name": name,
            "status": worst(member.status for member in members),
            "components": [member.id for member in members],
            "uptime": uptime_json(snapshot.group_uptimes[name]),
        }
        for name, members in snapshot.groups
        if name
    ]


def own_component(item: ComponentSnapshot, snapshot: Snapshot) -> page.PublishedComponent:
    """Return one component with its past."""
    return {
        **component_state(item, snapshot),
        "latency": _latency_json(snapshot.latency.get(item.id)),
        "days": _days_json(item.days),
    }


def component_state(item: ComponentSnapshot, snapshot: Snapshot) -> page.ComponentState:
    """Return one component as it is now."""
    return {
        "id": item.id,
        "api_id": public_id("component", item.id),
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
        "budget": budget_json(item.uptimes, snapshot.policy),
        "regions": regions_json(item.regions),
    }


def _latency_json(found: Latency | None) -> page.Latency | None:
    return {"hours": _points(found.hours), "days": _points(found.days)} if found else None


def _points(series: LatencySeries) -> list[page.Point]:
    return [
        {"at": api_time(point.at), "p50": round(point.p50), "p95": round(point.p95)}
        for point in series.points
    ]


def _days_json(days: Sequence[DaySummary]) -> list[page.Days]:
    """Write days that are alike as one run: most of a good component is one."""
    runs: list[page.Days] = []
    last: tuple[ComponentStatus, int, int | None] | None = None
    # page.Days that are equal are put together first: rounding every day takes longer than all else here.
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


def own_incident(item: Incident, snapshot: Snapshot) -> page.PublishedIncident:
    """Return one incident with its updates, oldest first."""
    end = item.resolved_at
    return {
        "id": item.id,
        "api_id": public_id("incident", item.id),
        "title": item.title,
        "url": incident_url(snapshot, item),
        "impact": item.impact,
        "status": item.status,
        "is_open": item in snapshot.active,
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
        "updates": _updates_json(item.id, item.updates, incident_changes(item), item.started),
    }


def own_maintenance(item: MaintenanceSnapshot, snapshot: Snapshot) -> page.PublishedMaintenance:
    """Return one scheduled maintenance with its updates, oldest first."""
    work = item.work
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
        "updated_at": api_time(work.updated_at),
        "components": list(work.components),
        "articles": list(work.articles),
        "updates": _updates_json(work.id, work.updates, maintenance_changes(work), item.start),
    }


def _updates_json(
    owner: str, updates: Sequence[Update], changes: Sequence[Changes], started: datetime
) -> list[page.PublishedUpdate]:
    """Return updates, oldest first, with the seconds since the start of what they tell of."""
    return [
        {
            "id": update.id,
            "api_id": public_id("update", f"{owner}/{update.id}"),
            "status": update.status,
            "at": api_time(update.at),
            "after": round((update.at - started).total_seconds()),
            "body": update.body,
            "next_update_by": time_or_null(update.next_update_by),
            "changes": [
                {"component": name, "old_status": old, "new_status": new}
                for name, (old, new) in changed.items()
            ],
        }
        for update, changed in zip(updates, changes, strict=True)
    ]
