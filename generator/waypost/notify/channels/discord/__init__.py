"""Discord: an embed by a webhook; the first message of an incident is kept up to date.

An embed has limits: title 256, description 4096, all together 6000 characters.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from waypost.base.net.web import Response
from waypost.base.printable import clean_line
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.chat import (
    IN_ADDRESS,
    Dialect,
    chat_message,
    chat_text,
    escaped,
    first_of_thread,
    json_body,
    json_object,
    length,
    shows_state,
)
from waypost.notify.channels.http_transport import LONGEST_WAIT, ask, attempt, refusal, target_host
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice
from waypost.status.rules.snapshot import Snapshot

MOST_TITLE = 256
MOST_DESCRIPTION = 4096
MOST_FACTS = 1000
MOST_FOOTER = 200

COLOURS = {
    ComponentStatus.OPERATIONAL: 0x2E9E5B,
    ComponentStatus.DEGRADED_PERFORMANCE: 0xE0B400,
    ComponentStatus.PARTIAL_OUTAGE: 0xE07B00,
    ComponentStatus.MAJOR_OUTAGE: 0xD32F2F,
    ComponentStatus.UNDER_MAINTENANCE: 0x2F6FD3,
    ComponentStatus.NO_DATA: 0x808080,
}
"""The stripe beside the message; its mark and its words say the same."""

_MARKUP = re.compile(r"([\\*_~`|<]|\](?=\()|:(?=\w{1,40}:)|^[#>-])", re.MULTILINE)


def escape(text: str) -> str:
    """Return a text in which nothing is a mention, a link, an emoji by name or stressed."""
    return _MARKUP.sub(r"\\\1", text)


def _link(url: str, shown: str) -> str:
    address = url.translate(IN_ADDRESS)
    # An address is a link by itself, and a link may not be named like one.
    return address if shown == escape(url) else f"[{shown}]({address})"


DISCORD_MARKDOWN = Dialect(
    text=escape,
    strong=lambda text: f"**{text}**",
    emphasis=lambda text: f"*{text}*",
    struck=lambda text: f"~~{text}~~",
    code=lambda text: f"`{text.replace('`', chr(39))}`",
    block=lambda text: f"```\n{text.replace('```', chr(39) * 3)}\n```",
    link=_link,
    bullet="-",
)


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return the fields of a message, in which nobody is mentioned whatever its texts say."""
    message = chat_message(notice, snapshot)
    facts = escaped("\n".join(message.facts), MOST_FACTS, escape)
    room = MOST_DESCRIPTION - length(facts) - 2
    body = chat_text(message.wording.body, message.help_url, DISCORD_MARKDOWN, room)
    embed: dict[str, Any] = {
        "title": escaped(message.headline, MOST_TITLE, escape),
        "url": message.wording.link,
        "color": COLOURS[message.status],
        "description": "\n\n".join(filter(None, [facts, body])),
        "footer": {"text": escaped(clean_line(snapshot.page.name), MOST_FOOTER, str)},
        "timestamp": notice.at.astimezone(UTC).isoformat(),
    }
    return json_body({"embeds": [embed], "allowed_mentions": {"parse": []}})


_HOOK = re.compile(r"/(?:[^/]+/)*webhooks/[0-9]{1,25}/[^/]+")
_MESSAGE = re.compile(r"[0-9]{1,25}")

_UNKNOWN_MESSAGE = 10008
_BAD_MESSAGE = (50006, 50035)
_INVALID_TOKEN = 50027
# discord.com/developers/docs, "Opcodes and Status Codes"


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    """Bring the first message of the thread up to date, then send a new one; return its id.

    In this order doing it again edits to the same.
    """
    url = context.value(subscriber.target.url)
    first = first_of_thread(delivery)
    with attempt(context):
        if _MESSAGE.fullmatch(first) and shows_state(delivery):
            _edit(delivery, url, first, context)
        answer = ask(context, _address(url, wait=True), delivery.body)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, context)
    identity = str(json_object(answer.body).get("id") or "")
    return identity if _MESSAGE.fullmatch(identity) else ""


def _edit(delivery: Delivery, url: str, first: str, context: TransportContext) -> None:
    answer = ask(context, _address(url, f"/messages/{first}"), delivery.body, method="PATCH")
    if 200 <= answer.status < 300:
        return
    # Somebody deleted it, or it is in the channel of an earlier webhook.
    if answer.status == 404 and json_object(answer.body).get("code") == _UNKNOWN_MESSAGE:
        return
    raise _refusal(answer, context)


def _address(url: str, below: str = "", *, wait: bool = False) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    path = parts.path.rstrip("/")
    if not _HOOK.fullmatch(path):
        raise TransportError("the address is not that of a webhook of Discord")
    # A thread of a forum is named in the query.
    asked = "&".join(filter(None, [parts.query, "wait=true" if wait else ""]))
    return urlunsplit((parts.scheme, parts.netloc, path + below, asked, ""))


def _refusal(answer: Response, context: TransportContext) -> TransportError:
    fields = json_object(answer.body)
    code = fields.get("code")
    if answer.status == 404 and isinstance(code, int):
        return TransportError("the webhook or its channel was deleted", permanent=True, disables=True)
    if code == _INVALID_TOKEN:
        return TransportError("Discord does not know the webhook", permanent=True, disables=True)
    if code in _BAD_MESSAGE:
        return TransportError("Discord refuses the form of the message", permanent=True)
    if answer.status == 429:
        spans = (fields.get("retry_after"), answer.headers.get("x-ratelimit-reset-after"))
        wait = next((span for span in map(_wait, spans) if span is not None), None)
        if wait is not None:
            words, is_global = "Discord asks to wait", fields.get("global") is True
            return TransportError(words, retry_after=wait, blames_host=is_global)
    return refusal(answer, context.clock())


def _wait(seconds: object) -> timedelta | None:
    """Read seconds, which Discord gives with fractions; None for anything else."""
    try:
        number = float(str(seconds))
    except ValueError:
        return None
    if not math.isfinite(number) or number < 0:
        return None
    return min(timedelta(seconds=math.ceil(min(number, 1e8))), LONGEST_WAIT)


CHANNEL = Channel(kind="discord", events=ALL_EVENTS, compose=compose, host=target_host, send=send)
