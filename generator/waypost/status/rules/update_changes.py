"""What each update of an incident or a maintenance changed: components, with the state before and after."""

from __future__ import annotations

from collections.abc import Mapping

from waypost.formats.status import ENDED, ComponentStatus, Incident, Maintenance, UpdateStatus
from waypost.status.rules.timeline import maintenance_window

WELL = ComponentStatus.OPERATIONAL

Change = tuple[ComponentStatus, ComponentStatus]
"""The state before and the state after."""

Changes = Mapping[str, Change]
"""By the id of the component."""


def incident_changes(incident: Incident) -> tuple[Changes, ...]:
    """Return what each update of an incident changed, in the order of its updates.

    A person names one state for each component, which holds from the first update until the incident is
    resolved. Automatic updates bring their changes along.
    """
    states: dict[str, ComponentStatus] = {}
    found = []
    for number, update in enumerate(incident.updates):
        if incident.automatic:
            after = dict(update.changes)
        elif update.status is UpdateStatus.RESOLVED:
            after = dict.fromkeys(states, WELL)
        else:
            after = dict(incident.components) if number == 0 else {}
        found.append(_differences(states, after))
        states.update(after)
    return tuple(found)


def maintenance_changes(work: Maintenance) -> tuple[Changes, ...]:
    """Return what each update of a maintenance changed; what the clock begins or ends, no update did."""
    start, end = maintenance_window(work)
    busy = ComponentStatus.UNDER_MAINTENANCE
    found: list[Changes] = []
    for update in work.updates:
        begins = update.status is UpdateStatus.IN_PROGRESS and update.at == start
        ends = update.status in ENDED and start < update.at == end
        change = (WELL, busy) if begins else (busy, WELL)
        found.append(dict.fromkeys(work.components, change) if begins or ends else {})
    return tuple(found)


def _differences(before: Mapping[str, ComponentStatus], after: Mapping[str, ComponentStatus]) -> Changes:
    pairs = {name: (before.get(name, WELL), status) for name, status in after.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] is not pair[1]}
