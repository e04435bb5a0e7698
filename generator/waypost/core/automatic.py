"""Incidents that the checks find: derived from state changes, so that none can be lost or made twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from waypost.core.timeline import maintenance_window
from waypost.core.words import Words
from waypost.model.project import StatusSite
from waypost.model.status import ComponentStatus, Impact, Incident, StateChange, Update, UpdateStatus, worst
from waypost.model.status_config import Component

IMPACT = {
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}
"""The impact that a component's state has on the page, as Atlassian Statuspage derives it."""

SETTLING = timedelta(minutes=15)
"""People close an incident a little before or after the checks see it; a longer difference is real trouble."""

_OUTAGES = (ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE)


def automatic_incidents(
    component: Component, changes: Iterable[StateChange], site: StatusSite, now: datetime, words: Words
) -> tuple[Incident, ...]:
    """Derive the incidents of one component from its confirmed changes, oldest first.

    Only outages open one; slowness alone shows as the component's state. An outage inside announced
    maintenance is expected and opens none unless it outlives the window. Where a person wrote an
    incident about the same component, that one goes on and ours ends with a pointer to it; where the
    checks still fail a while after the person is done, a new one begins.
    """
    incidents: list[Incident] = []
    for incident in _fold(component, changes, words):
        unannounced = _after_maintenance(incident, component, site, now)
        if unannounced is not None:
            incidents += _beside_written(unannounced, component, site, now, words)
    return tuple(incidents)


def _fold(component: Component, changes: Iterable[StateChange], words: Words) -> list[Incident]:
    incidents: list[Incident] = []
    checks: dict[str, ComponentStatus] = {}
    shown = ComponentStatus.OPERATIONAL
    is_open = False
    for change in sorted(changes, key=lambda change: (change.confirmed_at, change.check)):
        checks[change.check] = change.status
        status, before = worst(checks.values()), shown
        shown = status
        if status is before:
            continue
        if not is_open and status in _OUTAGES:
            # With several checks the true start may lie before the end of the last one.
            ended = incidents[-1].resolved_at if incidents else None
            started = max(change.at, ended or change.at)
            incidents.append(_open(component, change, status, started, words))
            is_open = True
        elif is_open:
            incidents[-1] = _continue(incidents[-1], component, change.confirmed_at, status, words)
            is_open = status is not ComponentStatus.OPERATIONAL
    return incidents


def _update(status: UpdateStatus, at: datetime, body: str) -> Update:
    return Update(f"{at.astimezone(UTC):%Y%m%dt%H%M%Sz}-{status}", status, at, body)


def _identity(component: Component, started: datetime) -> str:
    return f"auto-{component.id}-{started.astimezone(UTC):%Y%m%d-%H%M%S}"


def _open(
    component: Component, change: StateChange, status: ComponentStatus, started: datetime, words: Words
) -> Incident:
    text = words.say(f"status.automatic.{status}", name=component.name)
    title = words.say(f"status.automatic.title.{status}", name=component.name)
    return Incident(
        id=_identity(component, started),
        title=title,
        impact=IMPACT[status],
        components={component.id: status},
        started=started,
        updates=(_update(UpdateStatus.INVESTIGATING, change.confirmed_at, text),),
        automatic=True,
    )


def _continue(
    incident: Incident, component: Component, at: datetime, status: ComponentStatus, words: Words
) -> Incident:
    recovered = status is ComponentStatus.OPERATIONAL
    text = words.say(f"status.automatic.{'recovered' if recovered else status}", name=component.name)
    word = UpdateStatus.RESOLVED if recovered else UpdateStatus.INVESTIGATING
    update, last = _update(word, at, text), incident.updates[-1]
    if update.id == last.id:
        # Several checks told within one second: one update, because ids are unique.
        updates = (*incident.updates[:-1], dataclasses.replace(last, body=text))
    else:
        updates = (*incident.updates, update)
    state = incident.components[component.id] if recovered else status
    impact = incident.impact if recovered else max(incident.impact, IMPACT[status], key=list(Impact).index)
    return dataclasses.replace(incident, updates=updates, components={component.id: state}, impact=impact)


def _after_maintenance(
    incident: Incident, component: Component, site: StatusSite, now: datetime
) -> Incident | None:
    """Leave out what was announced; what outlives the window begins, for customers, at its end."""
    for work in sorted(site.maintenances, key=maintenance_window):
        start, end = maintenance_window(work)
        if component.id not in work.components or not start <= incident.started < end:
            continue
        if now < end or (incident.resolved_at and incident.resolved_at <= end):
            return None
        incident = _begun_at(incident, component, end)
    return incident


def _begun_at(incident: Incident, component: Component, moment: datetime) -> Incident:
    """Return what is left of an incident from a moment on, as an incident of its own."""
    said = [update for update in incident.updates if update.at <= moment] or list(incident.updates[:1])
    first = _update(UpdateStatus.INVESTIGATING, max(moment, incident.updates[0].at), said[-1].body)
    later = (update for update in incident.updates if update.at > first.at)
    identity = _identity(component, moment)
    return dataclasses.replace(incident, id=identity, started=moment, updates=(first, *later))


def _beside_written(
    incident: Incident, component: Component, site: StatusSite, now: datetime, words: Words
) -> list[Incident]:
    """Give way to what people wrote about the same component, for as long as they keep it open."""
    parts: list[Incident] = []
    rest = incident
    for written in sorted(_naming(site.incidents, component.id), key=lambda item: item.started):
        told, over, ended = written.updates[0].at, written.resolved_at, rest.resolved_at
        overlaps = (ended is None or written.started < ended) and (over is None or rest.started < over)
        before = tuple(update for update in rest.updates if update.at < told)
        if not overlaps or (ended and len(before) == len(rest.updates)):
            continue
        if before:
            text = words.say("status.automatic.continued", title=written.title)
            closing = _update(UpdateStatus.RESOLVED, told, text)
            parts.append(dataclasses.replace(rest, updates=(*before, closing), continued_as=written.id))
        if over is None or (ended or now) - over <= SETTLING:
            return parts
        # The person is done but the checks still fail: that must not be hidden.
        rest = _begun_at(rest, component, over)
    return [*parts, rest]


def _naming(incidents: Sequence[Incident], component: str) -> list[Incident]:
    return [incident for incident in incidents if component in incident.components]
