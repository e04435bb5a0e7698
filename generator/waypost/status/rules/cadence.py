"""When the next word about an open incident is due: promised by its last update, or by what its impact allows.

One source for the rules of `waypost lint`, for the line on the page and for who is told of it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.formats.lint import Cadence
from waypost.formats.status import Impact, Incident, Update, UpdateStatus

CLOSING = (UpdateStatus.RESOLVED, UpdateStatus.POSTMORTEM)
"""States after which nobody waits for the next word."""


@dataclass(frozen=True)
class Overdue:
    """An open incident of which nothing was said in time."""

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

    A promise counts, whether it is sooner or later than the impact allows: it is what customers were told.
    """
    if last.status in CLOSING or incident.automatic:
        return None
    if last.next_update_by is not None and last.next_update_by > last.at:
        return last.next_update_by
    allowed = allowed_silence(cadence, incident.impact)
    return None if allowed is None else last.at + allowed


def overdue(incidents: Iterable[Incident], cadence: Cadence, now: datetime) -> tuple[Overdue, ...]:
    """Return the incidents whose next update did not come in time, the longest due first.

    What was said after `now` is not published yet. Incidents that the checks found promise nothing.
    """
    found = []
    for incident in incidents:
        said = [update for update in incident.updates if update.at <= now]
        due = next_due(incident, said[-1], cadence) if said else None
        if due is not None and due < now:
            found.append(Overdue(incident, said[-1], due))
    return tuple(sorted(found, key=lambda item: (item.due, item.incident.id)))
