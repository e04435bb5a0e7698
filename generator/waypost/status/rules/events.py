"""The log of events: each thing that happened on the page, once, with its time, its source and a permanent key.

Feeds, APIs, the calendar, notices and pages derive from it, so that none of them works out again what happened.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter

from waypost.formats.status import ComponentStatus, EventSource, Incident, Update
from waypost.status.rules.maintenance import MaintenanceSnapshot


@dataclass(frozen=True)
class LogEvent:
    """An update of an incident or a maintenance: what a person wrote, what checks found, or what the clock did."""

    key: str
    """Natural and permanent: it names the event wherever it appears, and stays when its text is edited."""
    at: datetime
    source: EventSource
    subject: Incident | MaintenanceSnapshot
    """What it happened to; of an update of several windows of work that repeats, the first of them."""
    update: Update


def incident_key(incident: Incident, update: Update) -> str:
    """Return the key of an update of an incident: `incident/2026-11-20-downloads#20261120t090200z-resolved`."""
    return f"incident/{incident.id}#{update.id}"


def maintenance_key(item: MaintenanceSnapshot, update: Update) -> str:
    """Return the key of an update of a maintenance; all windows of work that repeats share those of its file."""
    return f"maintenance/{item.work.file_name}#{update.id}"


def component_key(component: str, since: datetime, status: ComponentStatus) -> str:
    """Return the key of a change of the state of a component; messages alone have one of their own."""
    return f"component/{component}/{since.isoformat()}/{status}"


def event_log(
    incidents: Iterable[Incident], maintenances: Iterable[MaintenanceSnapshot]
) -> tuple[LogEvent, ...]:
    """Return everything that happened, oldest first; of one moment, in the order of keys."""
    found: dict[str, LogEvent] = {}
    for incident in incidents:
        for update in incident.updates:
            key = incident_key(incident, update)
            found[key] = LogEvent(key, update.at, update.source, incident, update)
    # Windows that one update is about are told apart by their days, so the first of them comes first.
    for item in sorted(maintenances, key=lambda item: item.work.id):
        for update in item.updates:
            key = maintenance_key(item, update)
            found.setdefault(key, LogEvent(key, update.at, update.source, item, update))
    return tuple(sorted(found.values(), key=attrgetter("at", "key")))
