"""Incidents by themselves: the states that they declare, the changes of their updates, and when the next is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.base.intervals import micros
from waypost.formats.lint import Cadence
from waypost.formats.status import (
    CLOSED,
    ComponentStatus,
    Impact,
    Incident,
    Update,
    UpdateStatus,
)
from waypost.status.rules.state_steps import NO_DATA, Steps, append_step


def active_incidents(incidents: Sequence[Incident], now: datetime) -> tuple[Incident, ...]:
    """Return the incidents that customers are hit by at `now`, newest first."""
    hit = [item for item in incidents if item.is_open(now)]
    return tuple(sorted(hit, key=lambda item: item.started, reverse=True))


CLOSING = (*CLOSED, UpdateStatus.POSTMORTEM)
"""States after which nobody waits for the next update."""


@dataclass(frozen=True)
class Overdue:
    """An open incident whose next update did not come in time."""

    incident: Incident
    last: Update
    """The update that is to be followed by another."""
    due: datetime
    """When the next one was due."""


def allowed_silence(cadence: Cadence, impact: Impact) -> timedelta | None:
    """Return how long an open incident may be silent; None where it may be silent for ever."""
    return {
        Impact.CRITICAL: cadence.critical,
        Impact.MAJOR: cadence.major,
        Impact.MINOR: cadence.minor,
    }.get(impact)


def next_due(incident: Incident, last: Update, cadence: Cadence) -> datetime | None:
    """Return when the next update is due after one; None after the end, and where nothing asks for one.

    A promise to customers counts, whether it is sooner or later than the impact allows.
    """
    if last.status in CLOSING or incident.automatic:
        return None
    if last.next_update_by is not None and last.next_update_by > last.at:
        return last.next_update_by
    allowed = allowed_silence(cadence, incident.impact)
    return None if allowed is None else last.at + allowed


def overdue(incidents: Iterable[Incident], cadence: Cadence, now: datetime) -> tuple[Overdue, ...]:
    """Return the incidents whose next update did not come in time, the longest due first.

    An update after `now` is not published yet. Incidents that the checks found promise nothing.
    """
    found = []
    for incident in incidents:
        updates = [update for update in incident.updates if update.at <= now]
        due = next_due(incident, updates[-1], cadence) if updates else None
        if due is not None and due < now:
            found.append(Overdue(incident, updates[-1], due))
    return tuple(sorted(found, key=lambda item: (item.due, item.incident.id)))


WELL = ComponentStatus.OPERATIONAL

Change = tuple[ComponentStatus, ComponentStatus]
"""The state before and the state after."""

Changes = Mapping[str, Change]
"""By the id of the component."""


def incident_changes(incident: Incident) -> tuple[Changes, ...]:
    """Return the changes of each update of an incident, in the order of its updates.

    The end of an incident makes all of its components operational; where it is reopened, they are again in the
    states of before, unless the update names others. Automatic updates bring all of their changes along.
    """
    states: dict[str, ComponentStatus] = {}
    before_end: dict[str, ComponentStatus] = {}
    found = []
    for update in incident.updates:
        after = dict(update.changes)
        if not incident.automatic and update.status in CLOSED:
            before_end, after = {**before_end, **states}, dict.fromkeys(states, WELL)
        elif not incident.automatic and before_end and update.status is not UpdateStatus.POSTMORTEM:
            before_end, after = {}, {**before_end, **after}
        found.append(_differences(states, after))
        states.update(after)
    return tuple(found)


def declared_steps(incident: Incident, component: str) -> Steps:
    """Return the states that people declare a component to be in by an incident, over time.

    Where they say that it is operational, they declare nothing: then what is measured counts. The first states
    hold from the start of the incident. One that was withdrawn declares nothing at all.
    """
    steps: Steps = []
    if incident.is_withdrawn:
        return steps
    for at, _, changes in _steps_of(incident):
        if component in changes:
            state = changes[component][1]
            append_step(steps, micros(at), NO_DATA if state is WELL else state)
    return steps


def involved_intervals(incident: Incident, component: str) -> list[tuple[datetime, datetime | None]]:
    """Return when a component was part of an incident; the last interval has no end while it lasts.

    It is part of it from the update that first names it, until it is said to be operational again.
    """
    if incident.automatic:
        return [(incident.started, incident.resolved_at)]
    if incident.is_withdrawn:
        return []
    found: list[tuple[datetime, datetime | None]] = []
    since: datetime | None = None
    for at, update, changes in _steps_of(incident):
        is_well = component in changes and changes[component][1] is WELL
        if since is not None and (is_well or update.status in CLOSED):
            found.append((since, at))
            since = None
        elif since is None and not is_well and (component in changes or component in dict(update.changes)):
            since = at
    return found if since is None else [*found, (since, None)]


def _steps_of(incident: Incident) -> Iterator[tuple[datetime, Update, Changes]]:
    """Give each update of an incident with its changes, and when they begin: the first with the incident."""
    moments = (incident.started, *(update.at for update in incident.updates[1:]))
    return zip(moments, incident.updates, incident_changes(incident), strict=True)


def _differences(before: Mapping[str, ComponentStatus], after: Mapping[str, ComponentStatus]) -> Changes:
    pairs = {name: (before.get(name, WELL), status) for name, status in after.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] is not pair[1]}
