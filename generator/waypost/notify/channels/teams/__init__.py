"""Microsoft Teams: an Adaptive Card by the address of a workflow.

The card is of version 1.4, the newest that Teams shows everywhere, and has at most 28 kB.
"""

from __future__ import annotations

import re
from typing import Any

from waypost.base.net.web import Response
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.chat import (
    IN_ADDRESS,
    ChatMessage,
    Dialect,
    chat_message,
    chat_text,
    escaped,
    json_body,
    json_object,
    shorten,
)
from waypost.notify.channels.http_transport import ask, attempt, refusal, target_host
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice
from waypost.status.rules.snapshot import Snapshot

MOST_BYTES = 28 * 1024
"""What Teams takes as one message."""

MOST_TITLE = 300
MOST_FACT = 600
MOST_TEXT = (9000, 4000, 1000)
"""Of these the longest text is taken with which the message is small enough: letters take one to three bytes."""

MOST_FALLBACK = 500

_STYLES = {
    ComponentStatus.OPERATIONAL: "good",
    ComponentStatus.DEGRADED_PERFORMANCE: "warning",
    ComponentStatus.PARTIAL_OUTAGE: "warning",
    ComponentStatus.MAJOR_OUTAGE: "attention",
    ComponentStatus.UNDER_MAINTENANCE: "accent",
    ComponentStatus.NO_DATA: "emphasis",
}
_MARKUP = re.compile(r"([\\*`]|(?<!\w)_|_(?!\w)|\](?=\())")
"""As little as will do: not every client of Teams hides the backslash."""


def escape(text: str) -> str:
    """Return a text in which nothing is a link or stressed; cards read a part of Markdown in every text."""
    return _MARKUP.sub(r"\\\1", text)


def _link(url: str, shown: str) -> str:
    return f"[{shown}]({url.translate(IN_ADDRESS)})"


CARD_MARKDOWN = Dialect(
    text=escape,
    strong=lambda text: f"**{text}**",
    emphasis=lambda text: f"_{text}_",
    # Cards have no form for it, nor for code.
    struck=lambda text: f"~~{text}~~",
    code=escape,
    block=escape,
    link=_link,
    bullet="-",
)


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return the message with its card; the text is cut until all of it is small enough."""
    message = chat_message(notice, snapshot)
    bodies = (json_body(_message(message, most)) for most in MOST_TEXT)
    return next((body for body in bodies if len(body) <= MOST_BYTES), json_body(_message(message, 1)))


def _message(message: ChatMessage, most: int) -> dict[str, Any]:
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": shorten(message.headline, MOST_FALLBACK),
        "msteams": {"width": "Full"},
        "body": [_head(message), *_facts(message), *_texts(message, most)],
        "actions": [
            {"type": "Action.OpenUrl", "title": message.wording.link_text, "url": message.wording.link}
        ],
    }
    attachment = {
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": None,
        "content": card,
    }
    return {"type": "message", "attachments": [attachment]}


def _head(message: ChatMessage) -> dict[str, Any]:
    title = _text(escaped(message.headline, MOST_TITLE, escape), size="Large", weight="Bolder")
    return {"type": "Container", "style": _STYLES[message.status], "bleed": True, "items": [title]}


def _facts(message: ChatMessage) -> list[dict[str, Any]]:
    rows, lines = [], []
    for fact in message.facts:
        name, mark, value = fact.partition(": ")
        if mark:
            rows.append({"title": name, "value": escaped(value, MOST_FACT, escape)})
        else:
            lines.append(_text(escaped(fact, MOST_FACT, escape)))
    return [*([{"type": "FactSet", "facts": rows}] if rows else []), *lines]


def _texts(message: ChatMessage, most: int) -> list[dict[str, Any]]:
    body = chat_text(message.wording.body, message.help_url, CARD_MARKDOWN, most)
    footer = _text(escaped(message.footer, MOST_FACT, escape), size="Small", isSubtle=True)
    return [*([_text(body)] if body else []), footer]


def _text(text: str, **style: object) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **style}


_GONE = {"WorkflowNotFound": "the workflow was deleted"}
_SWITCHED_OFF = {
    "WorkflowTriggerIsNotEnabled": "the workflow is switched off",
    "DirectApiAuthorizationRequired": "the workflow does not accept requests from anyone",
    "DirectApiInvalidAuthorizationScheme": "the workflow does not accept requests from anyone",
}


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    """Send a message; a workflow gives no id by which it could be edited later."""
    url = context.value(subscriber.target.url)
    with attempt(context):
        answer = ask(context, url, delivery.body)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, context)
    return ""


def _refusal(answer: Response, context: TransportContext) -> TransportError:
    error = json_object(answer.body).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str) and code in _GONE:
        return TransportError(_GONE[code], permanent=True, disables=True)
    if isinstance(code, str) and code in _SWITCHED_OFF:
        return TransportError(_SWITCHED_OFF[code])
    if answer.status == 413:
        return TransportError("Teams finds the message too large", permanent=True)
    return refusal(answer, context.clock())


CHANNEL = Channel(kind="teams", events=ALL_EVENTS, compose=compose, host=target_host, send=send)
