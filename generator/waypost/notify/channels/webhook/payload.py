"""What a webhook says: `{type, timestamp, data}`, with the objects of waypost.json."""

from __future__ import annotations

from collections.abc import Callable

from waypost.formats.notices import Notice, NoticeEvent, SubjectKind
from waypost.formats.status import ComponentStatus
from waypost.notify.channels.base import Composition
from waypost.notify.channels.webhook.event import EventPage, EventSubject, WebhookEvent
from waypost.notify.channels.webhook.fitting import fitted
from waypost.notify.rules.as_of import incident_as_told, maintenance_as_told
from waypost.publishing.api.parts import certificates_json
from waypost.publishing.api.statuspage import api_time, page_id
from waypost.publishing.api.waypost_json import component_state, own_incident, own_maintenance
from waypost.status.rules.snapshot import Snapshot


def compose(composition: Composition) -> bytes:
    """Return the body, which is never longer than 20 kB."""
    notice, snapshot = composition.notice, composition.snapshot
    document: WebhookEvent = {
        "type": notice.event,
        "timestamp": api_time(notice.at),
        "data": {
            "sequence": composition.sequence,
            "page": _page(snapshot),
            "title": notice.title,
            "text": notice.body,
            "url": notice.link,
            **_SUBJECTS[notice.subject.kind](notice, snapshot),
        },
    }
    rest = snapshot.words.say("notify.webhook.rest", url=notice.link)
    return fitted(document, rest)


def _page(snapshot: Snapshot) -> EventPage:
    return {
        "id": page_id(snapshot),
        "name": snapshot.page.name,
        "url": snapshot.page.url,
        "indicator": snapshot.indicator,
        "status": snapshot.headline.status,
        "headline": snapshot.headline.sentence,
    }


def _incident(notice: Notice, snapshot: Snapshot) -> EventSubject:
    told = incident_as_told(notice, snapshot)
    return {"incident": {**own_incident(*told), "earlier_updates": 0}} if told else {}


def _maintenance(notice: Notice, snapshot: Snapshot) -> EventSubject:
    told = maintenance_as_told(notice, snapshot)
    return {"maintenance": {**own_maintenance(told, snapshot), "earlier_updates": 0}} if told else {}


def _component(notice: Notice, snapshot: Snapshot) -> EventSubject:
    name = notice.subject.id
    found = next((item for item in snapshot.components if item.id == name), None)
    parts: EventSubject = {"component": component_state(found, snapshot)} if found else {}
    if notice.event is NoticeEvent.COMPONENT_STATUS:
        parts["change"] = {
            "component": name,
            "old_status": ComponentStatus(notice.old_status),
            "new_status": ComponentStatus(notice.status),
        }
    if notice.event is NoticeEvent.CERTIFICATE_EXPIRING:
        parts["certificates"] = [item for item in certificates_json(snapshot) if item["component"] == name]
    return parts


def _endpoint(notice: Notice, snapshot: Snapshot) -> EventSubject:
    del snapshot
    return {"endpoint": {"id": notice.subject.id, "disabled_at": api_time(notice.at)}}


def _nothing(notice: Notice, snapshot: Snapshot) -> EventSubject:
    del notice, snapshot
    return {}


_SUBJECTS: dict[SubjectKind, Callable[[Notice, Snapshot], EventSubject]] = {
    SubjectKind.INCIDENT: _incident,
    SubjectKind.MAINTENANCE: _maintenance,
    SubjectKind.COMPONENT: _component,
    SubjectKind.ENDPOINT: _endpoint,
    SubjectKind.TEST: _nothing,
}
