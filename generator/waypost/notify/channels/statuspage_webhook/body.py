"""What is told to a receiver that was made for Atlassian Statuspage."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC

from waypost.formats.notices import Notice, NoticeEvent, SubjectKind
from waypost.formats.status import ComponentStatus, Update
from waypost.notify.channels.base import Composition
from waypost.notify.rules.as_of import incident_as_told, maintenance_as_told
from waypost.publishing.api.statuspage import Json
from waypost.publishing.api.statuspage_webhooks import (
    ComponentTransition,
    Recipient,
    component_body,
    envelope,
    incident_body,
)
from waypost.status.rules.incidents import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

EVENTS = frozenset(
    {
        NoticeEvent.INCIDENT_OPENED,
        NoticeEvent.INCIDENT_UPDATED,
        NoticeEvent.INCIDENT_RESOLVED,
        NoticeEvent.INCIDENT_POSTMORTEM,
        NoticeEvent.COMPONENT_STATUS,
        NoticeEvent.MAINTENANCE_ANNOUNCED,
        NoticeEvent.MAINTENANCE_REMINDER,
        NoticeEvent.MAINTENANCE_STARTED,
        NoticeEvent.MAINTENANCE_UPDATED,
        NoticeEvent.MAINTENANCE_COMPLETED,
        NoticeEvent.MAINTENANCE_CANCELLED,
        NoticeEvent.TEST,
    }
)
"""What the form has words for: it knows nothing of late updates, certificates and endpoints."""

LATEST = 25
"""How many updates of an incident are told, the newest first."""


def compose(composition: Composition) -> bytes:
    """Return the body; of what the page no longer has, and for a test, only how the page is."""
    told = _told(composition.notice, composition.snapshot)
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _told(notice: Notice, snapshot: Snapshot) -> Json:
    subscribe = f"{snapshot.page.url}subscribe/"
    recipient = Recipient(unsubscribe=subscribe, documentation=subscribe)
    if notice.subject.kind is SubjectKind.COMPONENT:
        return _component(notice, snapshot, recipient)
    found = incident_as_told(notice, snapshot)
    work = maintenance_as_told(notice, snapshot)
    if found is not None:
        return _latest(incident_body(found[1], found[0], recipient))
    if work is not None:
        return _latest(incident_body(snapshot, _with_word_of_the_clock(notice, work), recipient))
    return envelope(snapshot, recipient)


def _with_word_of_the_clock(notice: Notice, told: MaintenanceSnapshot) -> MaintenanceSnapshot:
    """Add what nobody wrote as an update, as Statuspage does by itself: receivers show the first they find."""
    if notice.update:
        return told
    identity = f"{notice.at.astimezone(UTC):%Y%m%dt%H%M%Sz}-{told.status}"
    update = Update(identity, told.status, notice.at, notice.body)
    return replace(told, work=replace(told.work, updates=(*told.work.updates, update)))


def _latest(body: Json) -> Json:
    incident = body["incident"]
    return {**body, "incident": {**incident, "incident_updates": incident["incident_updates"][:LATEST]}}


def _component(notice: Notice, snapshot: Snapshot, recipient: Recipient) -> Json:
    known = next((item.known_status for item in snapshot.components if item.id == notice.subject.id), None)
    if known is None:
        return envelope(snapshot, recipient)
    # The form has no word for no data: the state that is known stands there, as in the files of the API.
    new = _known(notice.status, known)
    news = ComponentTransition(notice.subject.id, _known(notice.old_status, new), new, notice.at)
    return component_body(snapshot, news, recipient)


def _known(status: str, otherwise: ComponentStatus) -> ComponentStatus:
    return otherwise if status in ("", ComponentStatus.NO_DATA) else ComponentStatus(status)
