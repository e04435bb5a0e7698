"""Webhooks in the form of Atlassian Statuspage, unsigned as there, for receivers that already exist."""

from __future__ import annotations

import json
from dataclasses import replace

from waypost.formats.status import ComponentStatus, Update, update_id
from waypost.formats.subscribers import NoticeEvent, Subscriber
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.http_transport import JSON, post, target_host
from waypost.notify.rules.deliveries import Delivery
from waypost.notify.rules.notices import Notice, SubjectKind
from waypost.notify.rules.wording import incident_as_of, maintenance_as_of
from waypost.publishing.api.statuspage import Json
from waypost.publishing.api.statuspage_webhooks import (
    ComponentTransition,
    Recipient,
    component_body,
    envelope,
    incident_body,
)
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

EVENTS = ALL_EVENTS - {
    NoticeEvent.UPDATE_OVERDUE,
    NoticeEvent.CERTIFICATE_EXPIRING,
    NoticeEvent.ENDPOINT_DISABLED,
    NoticeEvent.MONITOR_TROUBLE,
    NoticeEvent.MONITOR_RECOVERED,
    NoticeEvent.ESCALATION,
}
"""The form has no words for late updates, certificates, endpoints and our own faults."""

LATEST = 25
"""How many updates of an incident are sent, the newest first."""


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return the body; for a test, and where the page has the subject no more, only the state of the page."""
    document = _document(notice, snapshot)
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def _document(notice: Notice, snapshot: Snapshot) -> Json:
    subscribe = f"{snapshot.page.url}subscribe/"
    recipient = Recipient(unsubscribe=subscribe, documentation=subscribe)
    if notice.subject.kind is SubjectKind.COMPONENT:
        return _component(notice, snapshot, recipient)
    found = incident_as_of(notice, snapshot)
    work = maintenance_as_of(notice, snapshot)
    if found is not None:
        return _latest(incident_body(found[1], found[0], recipient))
    if work is not None:
        return _latest(incident_body(snapshot, _with_reminder(notice, work), recipient))
    return envelope(snapshot, recipient)


def _with_reminder(notice: Notice, item: MaintenanceSnapshot) -> MaintenanceSnapshot:
    """Add a reminder, which is no event of the work, as an update: receivers show the first one that they find."""
    if notice.update:
        return item
    update = Update(update_id(notice.at, item.status), item.status, notice.at, notice.body)
    return replace(item, updates=(*item.updates, update))


def _latest(body: Json) -> Json:
    incident = body["incident"]
    return {**body, "incident": {**incident, "incident_updates": incident["incident_updates"][:LATEST]}}


def _component(notice: Notice, snapshot: Snapshot, recipient: Recipient) -> Json:
    known = next((item.known_status for item in snapshot.components if item.id == notice.subject.id), None)
    if known is None:
        return envelope(snapshot, recipient)
    # The form has no word for no data: the state that is known stands there, as in the files of the API.
    new = _known(notice.status, known)
    transition = ComponentTransition(notice.subject.id, _known(notice.old_status, new), new, notice.at)
    return component_body(snapshot, transition, recipient)


def _known(status: str, otherwise: ComponentStatus) -> ComponentStatus:
    return otherwise if status in ("", ComponentStatus.NO_DATA) else ComponentStatus(status)


def _send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    post(context, context.value(subscriber.target.url), delivery.body, JSON)
    return ""


CHANNEL = Channel("statuspage_webhook", EVENTS, compose, target_host, _send)
