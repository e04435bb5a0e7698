"""A notice as plain text with a title, in which the link comes early: some services keep only the beginning."""

from __future__ import annotations

from waypost.formats.status import ComponentStatus
from waypost.notify.channels.base import Composition
from waypost.notify.channels.chat import chat_message
from waypost.notify.channels.dialects import Dialect, chat_text
from waypost.notify.channels.texts import json_body, shorten

MOST_TITLE = 250
MOST_BODY = 3000

_KINDS = {
    ComponentStatus.OPERATIONAL: "success",
    ComponentStatus.DEGRADED_PERFORMANCE: "warning",
    ComponentStatus.PARTIAL_OUTAGE: "warning",
    ComponentStatus.MAJOR_OUTAGE: "failure",
    ComponentStatus.UNDER_MAINTENANCE: "info",
    ComponentStatus.NO_DATA: "info",
}
"""What Apprise calls the kind of a message."""


def _itself(text: str) -> str:
    return text


PLAIN = Dialect(
    text=_itself,
    strong=_itself,
    emphasis=_itself,
    struck=lambda text: f"~~{text}~~",
    code=_itself,
    block=_itself,
    link=lambda url, shown: url if url == shown else f"{shown} ({url})",
    bullet="-",
)


def compose(composition: Composition) -> bytes:
    """Return title, text and kind."""
    message = chat_message(composition)
    body = chat_text(message.wording.body, message.help_url, PLAIN, MOST_BODY)
    head = "\n".join([*message.facts, message.wording.link])
    return json_body(
        {
            "title": shorten(message.headline, MOST_TITLE),
            "body": "\n\n".join(filter(None, [head, body, message.footer])),
            "type": _KINDS[message.status],
        }
    )
