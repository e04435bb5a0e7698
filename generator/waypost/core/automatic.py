"""Incidents that the checks find: derived from state changes, so that none can be lost or made twice."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from waypost.core.timeline import maintenance_window
from waypost.model.project import StatusSite
from waypost.model.status import (
    Component,
    ComponentStatus,
    Impact,
    Incident,
    StateChange,
    Update,
    UpdateStatus,
    worst,
)

IMPACT = {
    ComponentStatus.DEGRADED_PERFORMANCE: Impact.MINOR,
    ComponentStatus.PARTIAL_OUTAGE: Impact.MAJOR,
    ComponentStatus.MAJOR_OUTAGE: Impact.CRITICAL,
}
"""The impact that a component's state has on the page, as Atlassian Statuspage derives it."""

_TEXT = {
    ComponentStatus.DEGRADED_PERFORMANCE: "Our checks get answers from {name} again, but slowly.",
    ComponentStatus.PARTIAL_OUTAGE: "Our checks of {name} fail in part. We are finding out why.",
    ComponentStatus.MAJOR_OUTAGE: "Our checks of {name} fail. We are finding out why.",
}
_RECOVERED = "Our checks of {name} succeed again. If it still fails for you, please tell us."
_CONTINUED = "A person has taken over. Please read on at: {title}."

_OUTAGES = (ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE)


def automatic_incidents(
    component: Component, changes: Iterable[StateChange], site: StatusSite, now: datetime
) -> tuple[Incident, ...]:
    """Derive the incidents of one component from its confirmed changes, oldest first.

    Only outages open one; slowness alone shows as the component's state. An outage inside announced
    maintenance is expected and opens none unless it outlives the window. Where a person wrote an
    incident about the same component, that one goes on and ours ends with a pointer to it.
    """
    found = [_after_maintenance(incident, component, site, now) for incident in _fold(component, changes)]
    joined = [_join_written(incident, component, site) for incident in found if incident is not None]
    return tuple(incident for incident in joined if incident is not None)


def _fold(component: Component, changes: Iterable[StateChange]) -> list[Incident]:
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
            incidents.append(_open(component, change, status))
            is_open = True
        elif is_open:
            incidents[-1] = _continue(incidents[-1], component, change.confirmed_at, status)
            is_open = status is not ComponentStatus.OPERATIONAL
    return incidents


def _update(status: UpdateStatus, at: datetime, body: str) -> Update:
    return Update(f"{at.astimezone(UTC):%Y%m%dt%H%M%Sz}-{status}", status, at, body)


def _open(component: Component, change: StateChange, status: ComponentStatus) -> Incident:
    text = _TEXT[status].format(name=component.name)
    title = f"{component.name}: {'outage' if status is ComponentStatus.MAJOR_OUTAGE else 'partial outage'}"
    return Incident(
        id=f"auto-{component.id}-{change.at.astimezone(UTC):%Y%m%d-%H%M%S}",
        title=title,
        impact=IMPACT[status],
        components={component.id: status},
        started=change.at,
        updates=(_update(UpdateStatus.INVESTIGATING, change.confirmed_at, text),),
        automatic=True,
    )


def _continue(incident: Incident, component: Component, at: datetime, status: ComponentStatus) -> Incident:
    recovered = status is ComponentStatus.OPERATIONAL
    text = (_RECOVERED if recovered else _TEXT[status]).format(name=component.name)
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
    for work in sorted(site.maintenances, key=maintenance_window):
        start, end = maintenance_window(work)
        if component.id not in work.components or not start <= incident.started < end:
            continue
        if now < end or (incident.resolved_at and incident.resolved_at <= end):
            return None
        late = tuple(update for update in incident.updates if update.at > end)
        first = dataclasses.replace(incident.updates[0], at=max(end, incident.updates[0].at))
        kept = (first, *(update for update in late if update.id != first.id))
        incident = dataclasses.replace(incident, started=end, updates=kept)
    return incident


def _join_written(incident: Incident, component: Component, site: StatusSite) -> Incident | None:
    ended = incident.resolved_at
    for written in sorted(_naming(site.incidents, component.id), key=lambda item: item.started):
        over = written.resolved_at
        overlaps = (ended is None or written.started < ended) and (over is None or incident.started < over)
        if not overlaps:
            continue
        told = written.updates[0].at
        if told <= incident.updates[0].at:
            return None
        kept = tuple(update for update in incident.updates if update.at < told)
        if len(kept) == len(incident.updates) and incident.resolved_at:
            continue
        text = _CONTINUED.format(title=written.title)
        return dataclasses.replace(
            incident, updates=(*kept, _update(UpdateStatus.RESOLVED, told, text)), continued_as=written.id
        )
    return incident


def _naming(incidents: Sequence[Incident], component: str) -> list[Incident]:
    return [incident for incident in incidents if component in incident.components]
