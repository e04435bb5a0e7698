"""What a webhook says: `{type, timestamp, data}`, with the objects of waypost.json; `schema` describes it."""

from __future__ import annotations

from collections.abc import Callable

from waypost.adapters.channels.base import Composition
from waypost.adapters.channels.webhook.fitting import fitted
from waypost.core.json_parts import certificates_json
from waypost.core.notify.as_told import incident_as_told, maintenance_as_told
from waypost.core.own_json import own_component, own_incident, own_maintenance
from waypost.core.snapshot import Snapshot
from waypost.core.statuspage import Json, api_time, page_id, status_json
from waypost.model.notices import Notice, NoticeEvent, SubjectKind

LONG_HISTORY = ("days", "latency")
"""What waypost.json tells of a component and a message leaves out: ninety days and a chart are no news."""


def compose(composition: Composition) -> bytes:
    """Return the body, which is never longer than 20 kB."""
    notice, snapshot = composition.notice, composition.snapshot
    document = {
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


def _page(snapshot: Snapshot) -> Json:
    return {
        "id": page_id(snapshot),
        "name": snapshot.page.name,
        "url": snapshot.page.url,
        "indicator": status_json(snapshot)["indicator"],
        "status": snapshot.headline.status,
        "headline": snapshot.headline.sentence,
    }


def _incident(notice: Notice, snapshot: Snapshot) -> Json:
    told = incident_as_told(notice, snapshot)
    return {"incident": own_incident(*told)} if told else {}


def _maintenance(notice: Notice, snapshot: Snapshot) -> Json:
    told = maintenance_as_told(notice, snapshot)
    return {"maintenance": own_maintenance(told, snapshot)} if told else {}


def _component(notice: Notice, snapshot: Snapshot) -> Json:
    name = notice.subject.id
    found = next((item for item in snapshot.components if item.id == name), None)
    told = own_component(found, snapshot) if found else {}
    parts: Json = {"component": {key: told[key] for key in told if key not in LONG_HISTORY}} if told else {}
    if notice.event is NoticeEvent.COMPONENT_STATUS:
        parts["change"] = {
            "component": name,
            "old_status": notice.old_status,
            "new_status": notice.status,
        }
    if notice.event is NoticeEvent.CERTIFICATE_EXPIRING:
        parts["certificates"] = [item for item in certificates_json(snapshot) if item["component"] == name]
    return parts


def _endpoint(notice: Notice, snapshot: Snapshot) -> Json:
    del snapshot
    return {"endpoint": {"id": notice.subject.id, "disabled_at": api_time(notice.at)}}


def _nothing(notice: Notice, snapshot: Snapshot) -> Json:
    del notice, snapshot
    return {}


_SUBJECTS: dict[SubjectKind, Callable[[Notice, Snapshot], Json]] = {
    SubjectKind.INCIDENT: _incident,
    SubjectKind.MAINTENANCE: _maintenance,
    SubjectKind.COMPONENT: _component,
    SubjectKind.ENDPOINT: _endpoint,
    SubjectKind.TEST: _nothing,
}
