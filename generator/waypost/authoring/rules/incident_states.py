"""How the components of an incident are now, since when, and what may be said of it next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from waypost.formats.status import ComponentStatus, Incident, UpdateStatus
from waypost.status.rules.incidents import WELL, incident_changes


def present_states(incident: Incident) -> dict[str, ComponentStatus]:
    """Return the state of each component after the last update."""
    states = dict.fromkeys(incident.components, WELL)
    for changes in incident_changes(incident):
        states.update({name: after for name, (_, after) in changes.items()})
    return states


def troubled(incident: Incident) -> dict[str, ComponentStatus]:
    """Return the components that are in trouble after the last update, each with its state."""
    return {name: state for name, state in present_states(incident).items() if state is not WELL}


def lasting_since(incident: Incident, component: str) -> datetime:
    """Return since when a component has been at least as bad as it is after the last update."""
    steps = list(_steps(incident, component))
    since, present = steps[-1]
    for at, state in reversed(steps):
        if state.severity < present.severity:
            break
        since = at
    return since


def _steps(incident: Incident, component: str) -> Iterator[tuple[datetime, ComponentStatus]]:
    moments = (incident.started, *(update.at for update in incident.updates[1:]))
    for at, changes in zip(moments, incident_changes(incident), strict=True):
        if component in changes:
            yield at, changes[component][1]


def is_over(incident: Incident) -> bool:
    """Return whether its last word is that it has ended."""
    return incident.resolved_at is not None


def objection(incident: Incident, status: UpdateStatus | None) -> str:
    """Return why an update cannot follow the last one; empty where it can.

    Without a status, the status stays as it is.
    """
    if incident.is_withdrawn:
        return "The incident is withdrawn, and nothing follows that. Open a new one with `waypost incident open`."
    if incident.continued_as:
        return f"The incident goes on as {incident.continued_as}. Write your update there."
    if is_over(incident) and status not in (UpdateStatus.POSTMORTEM, UpdateStatus.WITHDRAWN):
        return "The incident is resolved already. If it goes on, use `waypost incident reopen`."
    if status is UpdateStatus.POSTMORTEM and not is_over(incident):
        return "A postmortem is written after the incident is resolved. Use `waypost incident resolve` first."
    return ""


def objection_to_reopening(incident: Incident) -> str:
    """Return why an incident cannot be opened again; empty where it can."""
    if not is_over(incident):
        return "The incident is open. Use `waypost incident update`."
    return objection(incident, UpdateStatus.POSTMORTEM)
