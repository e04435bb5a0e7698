"""Notices of incidents: one for each update that the page shows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from waypost.formats.notices import Notice, NoticeEvent, Subject, SubjectKind
from waypost.formats.status import Incident, Update, UpdateStatus
from waypost.notify.rules.context import Look
from waypost.publishing.api.statuspage import incident_url

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
    key = f"incident/{incident.id}#{update.id}"
    notice = notice_about(look, incident, key, event, update.at)
    return replace(notice, body=update.body, status=update.status, update=update.id)


def notice_about(look: Look, incident: Incident, key: str, event: NoticeEvent, at: datetime) -> Notice:
    """Return a notice about an incident as it is, which says nothing more yet."""
    return Notice(
        key=key,
        event=event,
        at=at,
        subject=Subject(SubjectKind.INCIDENT, incident.id),
        title=incident.title,
        body="",
        link=incident_url(look.snapshot, incident),
        status=incident.status,
        impact=incident.impact,
        components=tuple(incident.components),
    )
