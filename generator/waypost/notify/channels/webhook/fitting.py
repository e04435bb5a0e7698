"""Payloads that keep within the size that Standard Webhooks asks for: what is long is cut, the page has the rest."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from waypost.notify.channels.webhook.event import EventData, WebhookEvent
from waypost.publishing.api.statuspage import Json

MOST = 20_000
"""How many bytes a body has at most ("Payload size" of Standard Webhooks)."""

ENDS = "…"
_QUOTES = 2


@dataclass(frozen=True)
class Limits:
    """How much of what can be long is told."""

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
"""Tried in turn until it fits: earlier updates go before anything of the one that is told."""

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
    told = {name: _limited(part, limits) for name, part in data.items()}
    return {**told, "text": cut(data["text"], limits.text, rest)}


def _limited(part: Any, limits: Limits) -> Any:
    if isinstance(part, list):
        return [_limited(item, limits) for item in part]
    if not isinstance(part, dict):
        return part
    told = {name: _limited(_shortened(name, value, limits), limits) for name, value in part.items()}
    if "updates" in part:
        told["earlier_updates"] = len(part["updates"]) - len(told["updates"])
    return told


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
    told = {name: cut(data[name], 1_000) for name in ("title", "text")}
    page = {
        **data["page"],
        "name": cut(data["page"]["name"], 500),
        "headline": cut(data["page"]["headline"], 500),
    }
    url = data["url"] if _size(data["url"]) <= MOST // 4 else page["url"]
    return {"sequence": data["sequence"], "page": page, **told, "url": url}


def _size(text: str) -> int:
    return len(_bytes(text))


def _bytes(value: object) -> bytes:
    # A lone surrogate, which YAML can spell, has no bytes.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
