"""Webhooks as Standard Webhooks 1.0.0 has them: JSON with the objects of waypost.json, signed for each receiver.

Payloads keep within the size that Standard Webhooks asks for: what is long is cut, and the page has the rest.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from waypost.base.markdown.links import absolute_links
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent, Subscriber, WebhookTarget
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.http_transport import JSON, post, target_host
from waypost.notify.channels.webhook.event import EventData, EventPage, EventSubject, WebhookEvent
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice, SubjectKind
from waypost.notify.rules.signing import BadSecret, signed_headers
from waypost.notify.rules.wording import incident_as_of, maintenance_as_of
from waypost.publishing.api.faults import fault_json
from waypost.publishing.api.parts import certificates_json
from waypost.publishing.api.statuspage import Json, api_time, page_id
from waypost.publishing.api.waypost_json import component_state, own_incident, own_maintenance
from waypost.status.rules.snapshot import Snapshot

MOST = 20_000
"""How many bytes a body has at most ("Payload size" of Standard Webhooks)."""

ENDS = "…"
_QUOTES = 2


@dataclass(frozen=True)
class Limits:
    """How much is sent of the parts that can be long."""

    updates: int
    """How many updates, the newest."""
    entries: int
    """How many entries of each list."""
    text: int
    """How many bytes of each text, as JSON writes it."""


STEPS = (
    Limits(updates=10, entries=100, text=8_000),
    Limits(updates=5, entries=100, text=8_000),
    Limits(updates=2, entries=50, text=8_000),
    Limits(updates=1, entries=25, text=8_000),
    Limits(updates=1, entries=5, text=4_000),
    Limits(updates=1, entries=5, text=500),
)
"""Tried in turn until it fits: earlier updates go before anything of the last one."""

_LISTS = ("affected", "articles", "components", "changes", "regions", "certificates")
_TEXTS = ("body", "description")


def fitted(document: WebhookEvent, rest: str) -> bytes:
    """Return a payload as bytes; `rest` follows a text that was cut, and says where the whole one is."""
    for limits in STEPS:
        body = _bytes({**document, "data": _limited_data(document["data"], limits, rest)})
        if len(body) <= MOST:
            return body
    # Only names and addresses of absurd lengths come to this.
    return _bytes({**document, "data": _bare(document["data"])})


def cut(text: str, limit: int, rest: str = "") -> str:
    """Return a text of at most so many bytes in JSON, cut between words where that is possible."""
    if _size(text) <= limit:
        return text
    end = f"{ENDS}\n\n{rest}" if rest and _size(rest) <= limit // 2 else ENDS
    room = limit - (_size(end) - _QUOTES)
    # Every character takes a byte at least, so that no more of a long text needs to be looked at.
    most = range(1, min(len(text), limit) + 1)
    kept = text[: bisect_right(most, room, key=lambda count: _size(text[:count]))]
    whole, space, word = kept.rpartition(" ")
    return (whole if space and len(word) < 60 else kept).rstrip() + end


def _limited_data(data: Mapping[str, Any], limits: Limits, rest: str) -> Json:
    fields = {name: _limited(part, limits) for name, part in data.items()}
    return {**fields, "text": cut(data["text"], limits.text, rest)}


def _limited(part: Any, limits: Limits) -> Any:
    if isinstance(part, list):
        return [_limited(item, limits) for item in part]
    if not isinstance(part, dict):
        return part
    fields = {name: _limited(_shortened(name, value, limits), limits) for name, value in part.items()}
    if "updates" in part:
        fields["earlier_updates"] = len(part["updates"]) - len(fields["updates"])
    return fields


def _shortened(name: str, value: Any, limits: Limits) -> Any:
    if name == "updates":
        return value[-limits.updates :]
    if name in _TEXTS:
        return cut(value, limits.text)
    if name in _LISTS and isinstance(value, list):
        return value[: limits.entries]
    if name in _LISTS and isinstance(value, dict):
        return dict(list(value.items())[: limits.entries])
    return value


def _bare(data: EventData) -> Json:
    """Leave what a receiver needs to look for itself."""
    fields = {name: cut(data[name], 1_000) for name in ("title", "text")}
    page = {
        **data["page"],
        "name": cut(data["page"]["name"], 500),
        "headline": cut(data["page"]["headline"], 500),
    }
    url = data["url"] if _size(data["url"]) <= MOST // 4 else page["url"]
    return {"sequence": data["sequence"], "page": page, **fields, "url": url}


def _size(text: str) -> int:
    return len(_bytes(text))


def _bytes(value: object) -> bytes:
    # A lone surrogate, which YAML can spell, has no bytes.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return the body, which is never longer than 20 kB."""
    document: WebhookEvent = {
        "type": notice.event,
        "timestamp": api_time(notice.at),
        "data": {
            "sequence": notice.sequence,
            "page": _page(snapshot),
            "title": notice.title,
            "text": absolute_links(notice.body, snapshot.page.help_url),
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
    found = incident_as_of(notice, snapshot)
    return {"incident": {**own_incident(*found), "earlier_updates": 0}} if found else {}


def _maintenance(notice: Notice, snapshot: Snapshot) -> EventSubject:
    found = maintenance_as_of(notice, snapshot)
    return {"maintenance": {**own_maintenance(found, snapshot), "earlier_updates": 0}} if found else {}


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


def _fault(notice: Notice, snapshot: Snapshot) -> EventSubject:
    del snapshot
    return {"fault": fault_json(notice.fault)} if notice.fault else {}


def _nothing(notice: Notice, snapshot: Snapshot) -> EventSubject:
    del notice, snapshot
    return {}


_SUBJECTS: dict[SubjectKind, Callable[[Notice, Snapshot], EventSubject]] = {
    SubjectKind.INCIDENT: _incident,
    SubjectKind.MAINTENANCE: _maintenance,
    SubjectKind.COMPONENT: _component,
    SubjectKind.ENDPOINT: _endpoint,
    SubjectKind.MONITOR: _fault,
    SubjectKind.TEST: _nothing,
}


def _send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    target: WebhookTarget = subscriber.target
    secrets = [context.value(name) for name in (target.secret, target.old_secret) if name is not None]
    try:
        signed = signed_headers(secrets, delivery.message_id, context.clock(), delivery.body)
    except BadSecret as bad:
        # It can be put right in the environment, so it is tried again.
        raise TransportError(str(bad)) from None
    post(context, context.value(target.url), delivery.body, {**JSON, **signed})
    return ""


CHANNEL = Channel("webhook", ALL_EVENTS, compose, target_host, _send)
