"""Notices of incidents: one for each update that the page shows."""

from __future__ import annotations

from collections.abc import Iterator

from waypost.core.notify.look import Look
from waypost.core.statuspage import incident_url
from waypost.model.notices import Notice, NoticeEvent, Subject, SubjectKind
from waypost.model.status import Incident, Update, UpdateStatus

_CLOSING = {
    UpdateStatus.RESOLVED: NoticeEvent.INCIDENT_RESOLVED,
    UpdateStatus.POSTMORTEM: NoticeEvent.INCIDENT_POSTMORTEM,
}


def incident_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for every update of every incident."""
    for incident in look.snapshot.incidents:
        for place, update in enumerate(incident.updates):
            event = _CLOSING.get(update.status, NoticeEvent.INCIDENT_UPDATED)
            yield update_notice(look, incident, update, NoticeEvent.INCIDENT_OPENED if place == 0 else event)


def update_notice(look: Look, incident: Incident, update: Update, event: NoticeEvent) -> Notice:
    """Return the notice that tells one update."""
    return Notice(
        key=f"incident/{incident.id}#{update.id}",
        event=event,
        at=update.at,
        subject=Subject(SubjectKind.INCIDENT, incident.id),
        title=incident.title,
        body=update.body,
        link=incident_url(look.snapshot, incident),
        status=update.status,
        impact=incident.impact,
        components=tuple(incident.components),
        update=update.id,
    )
