"""The JSON Schema of what a webhook says (draft 2020-12), published as docs/schema/webhook-payload.json.

As in waypost.json, fields may be added, and a receiver must pass over what it does not know.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from waypost.adapters.channels.webhook.payload import LONG_HISTORY
from waypost.core.own_schema import TIME, own_schema
from waypost.model.notices import NoticeEvent
from waypost.model.status import ComponentStatus

Schema = dict[str, Any]

FILE_NAME = "webhook-payload.json"


def payload_schema() -> Schema:
    """Return the schema; the objects are those of waypost.json."""
    own = own_schema("")
    fields = own["properties"]
    return {
        "$schema": own["$schema"],
        "title": "Waypost: the payload of a webhook",
        **_object(
            "",
            {
                "type": {"enum": [event.value for event in NoticeEvent], "description": "what happened"},
                "timestamp": _time("when it happened"),
                "data": _data(fields),
            },
        ),
        "$defs": own["$defs"],
    }


def _data(fields: Mapping[str, Schema]) -> Schema:
    always = {
        "sequence": {
            "type": "integer",
            "minimum": 1,
            "description": "grows from message to message: what is lower than one that you know is older",
        },
        "page": _page(fields["page"]["properties"], fields),
        "title": _text("what the page calls that which it is about, in one line"),
        "text": _text(
            "what is to be said, in Markdown without HTML; empty where the title and the state say all"
        ),
        "url": _text("address of the page that tells more"),
    }
    where_it_is = {
        "incident": _timeline(fields["incidents"]["items"]),
        "maintenance": _timeline(fields["maintenances"]["items"]),
        "component": _component(fields["components"]["items"]),
        "change": _change(),
        "certificates": fields["certificates"],
        "endpoint": _endpoint(),
    }
    described = _object("what it is about", always)
    return {**described, "properties": {**always, **where_it_is}}


def _page(own: Mapping[str, Schema], fields: Mapping[str, Schema]) -> Schema:
    kept = {name: own[name] for name in ("id", "name", "url")}
    state = {name: fields[name] for name in ("indicator", "status", "headline")}
    return _object("the status page, as it was when the message was made", {**kept, **state})


def _timeline(own: Schema) -> Schema:
    earlier = {
        "type": "integer",
        "minimum": 0,
        "description": "how many older updates are left out here; the page has them",
    }
    updates = {**own["properties"]["updates"], "description": "the newest updates, oldest first"}
    return _object(own["description"], {**own["properties"], "updates": updates, "earlier_updates": earlier})


def _component(own: Schema) -> Schema:
    return _object(
        own["description"],
        {name: field for name, field in own["properties"].items() if name not in LONG_HISTORY},
    )


def _change() -> Schema:
    states = {"enum": [status.value for status in ComponentStatus]}
    return _object(
        "with `component.status`: which state became which",
        {
            "component": _text("id of the component"),
            "old_status": {**states, "description": "the state before"},
            "new_status": {**states, "description": "the state from now on"},
        },
    )


def _endpoint() -> Schema:
    return _object(
        "with `endpoint.disabled`: the subscriber that nothing is sent to any more",
        {
            "id": _text("its id in subscribers.yml"),
            "disabled_at": _time("when it was given up"),
        },
    )


def _object(description: str, properties: Mapping[str, Schema]) -> Schema:
    described = {"description": description} if description else {}
    return {"type": "object", **described, "required": list(properties), "properties": dict(properties)}


def _text(description: str) -> Schema:
    return {"type": "string", "description": description}


def _time(description: str) -> Schema:
    return {"type": "string", "format": "date-time", "pattern": TIME, "description": description}
