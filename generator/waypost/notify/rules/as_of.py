"""What a notice is about, as it was when it happened: nothing that was said later shows in it.

Several updates may become known at once, and each is told for itself: the first must not tell how it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from waypost.formats.notices import Notice, SubjectKind
from waypost.formats.status import MAINTENANCE_STATUSES, Incident, Update, UpdateStatus
from waypost.status.rules.incidents import MaintenanceSnapshot, maintenance_at
from waypost.status.rules.snapshot import Snapshot
from waypost.status.rules.timeline import AffectedInterval


def incident_as_told(notice: Notice, snapshot: Snapshot) -> tuple[Incident, Snapshot] | None:
    """Return the incident with its updates up to the one that is told, and the page that knows no more of it.

    None where the notice is about no incident of the page.
    """
    found = next((item for item in snapshot.incidents if item.id == notice.subject.id), None)
    if found is None or notice.subject.kind is not SubjectKind.INCIDENT:
        return None
    updates = _up_to(notice.update, found.updates)
    if len(updates) == len(found.updates):
        return found, snapshot
    told = replace(found, updates=updates, continued_as=None)
    return told, _page_that_knows(told, snapshot)


def maintenance_as_told(notice: Notice, snapshot: Snapshot) -> MaintenanceSnapshot | None:
    """Return the maintenance with its updates up to the one that is told, in the state that is told.

    What the clock brings is told with the updates until then. None where the notice is about no maintenance
    of the page.
    """
    found = next((item for item in snapshot.maintenances if item.work.id == notice.subject.id), None)
    if found is None or notice.subject.kind is not SubjectKind.MAINTENANCE:
        return None
    said = _up_to(notice.update, found.work.updates)
    if not notice.update:
        said = tuple(update for update in said if update.at <= notice.at) or said[:1]
    work = replace(found.work, updates=said)
    status = UpdateStatus(notice.status) if notice.status in MAINTENANCE_STATUSES else found.status
    return replace(maintenance_at(work, notice.at), status=status)


def _up_to(last: str, updates: Sequence[Update]) -> tuple[Update, ...]:
    """Return the updates to the one with this id; all of them where there is none."""
    end = next((place for place, update in enumerate(updates, start=1) if update.id == last), len(updates))
    return tuple(updates[:end])


def _page_that_knows(told: Incident, snapshot: Snapshot) -> Snapshot:
    incidents = tuple(told if item.id == told.id else item for item in snapshot.incidents)
    return replace(
        snapshot,
        incidents=incidents,
        active=tuple(
            item
            for item in incidents
            if (told.resolved_at is None if item is told else item in snapshot.active)
        ),
        overdue={name: due for name, due in snapshot.overdue.items() if name != told.id},
        affected={
            **snapshot.affected,
            told.id: _spans_until(told.updated_at, snapshot.affected.get(told.id, ())),
        },
    )


def _spans_until(end: datetime, spans: Sequence[AffectedInterval]) -> tuple[AffectedInterval, ...]:
    """Return the spans that had begun; those that ended later lasted then."""
    return tuple(
        replace(span, end=None) if span.end is not None and span.end > end else span
        for span in spans
        if span.start <= end
    )
