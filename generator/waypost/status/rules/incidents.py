"""Incidents and maintenance by themselves: their windows, the changes of their updates, and when the next is due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.formats.lint import Cadence
from waypost.formats.status import ENDED, ComponentStatus, Impact, Incident, Maintenance, Update, UpdateStatus


def maintenance_window(work: Maintenance) -> tuple[datetime, datetime]:
    """Return when the work really ran: it follows the clock unless an update moved it.

    Work that was called off before it began ran at no time.
    """
    begun = (update.at for update in work.updates if update.status is UpdateStatus.IN_PROGRESS)
    start = min(next(begun, work.scheduled_for), work.scheduled_until)
    end = work.ended_at or work.scheduled_until
    if work.is_cancelled:
        end = min(end, work.scheduled_until)
    return start, max(start, end)


def active_incidents(incidents: Sequence[Incident], now: datetime) -> tuple[Incident, ...]:
    """Return the incidents that customers are hit by at `now`, newest first."""
    hit = [
        item
        for item in incidents
        if item.started <= now and (item.resolved_at is None or item.resolved_at > now)
    ]
    return tuple(sorted(hit, key=lambda item: item.started, reverse=True))


@dataclass(frozen=True)
class MaintenanceSnapshot:
    """A maintenance with the state that the clock gives it."""

    work: Maintenance
    status: UpdateStatus
    start: datetime
    end: datetime
    """When it ended or will; work that was called off before it began keeps the announced window."""

    @property
    def is_over(self) -> bool:
        """Whether nothing of it is to come: it is completed or cancelled."""
        return self.status in ENDED

    @property
    def history_at(self) -> datetime:
        """Where it stands in history: when it began, or was called off before that."""
        return min(self.start, self.work.updated_at) if self.work.is_cancelled else self.start


def maintenance_at(work: Maintenance, now: datetime) -> MaintenanceSnapshot:
    """Return a maintenance at a moment: as people wrote it, moved on by the clock."""
    start, end = maintenance_window(work)
    written = [update.status for update in work.updates if update.at <= now]
    status = written[-1]
    if status is UpdateStatus.CANCELLED:
        return MaintenanceSnapshot(work, status, start, end if start < end else work.scheduled_until)
    if now >= end:
        status = UpdateStatus.COMPLETED
    elif now >= start and status is UpdateStatus.SCHEDULED:
        status = UpdateStatus.IN_PROGRESS
    return MaintenanceSnapshot(work, status, start, end)


CLOSING = (UpdateStatus.RESOLVED, UpdateStatus.POSTMORTEM)
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
    """Return the changes of each update of a maintenance; none where the clock begins or ends it."""
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
