"""A notice as an embed of Discord, within its limits: title 256, description 4096, all together 6000 characters."""

from __future__ import annotations

import re
from datetime import UTC
from typing import Any

from waypost.base.printable import clean_line
from waypost.formats.status import ComponentStatus
from waypost.notify.channels.base import Composition
from waypost.notify.channels.chat import chat_message
from waypost.notify.channels.dialects import Dialect, chat_text
from waypost.notify.channels.texts import escaped, json_body, length

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


_IN_ADDRESS = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E"})


def _link(url: str, shown: str) -> str:
    address = url.translate(_IN_ADDRESS)
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


def compose(composition: Composition) -> bytes:
    """Return the fields of a message, in which nobody is mentioned whatever its texts say."""
    message = chat_message(composition)
    facts = escaped("\n".join(message.facts), MOST_FACTS, escape)
    room = MOST_DESCRIPTION - length(facts) - 2
    body = chat_text(message.wording.body, message.help_url, DISCORD_MARKDOWN, room)
    embed: dict[str, Any] = {
        "title": escaped(message.headline, MOST_TITLE, escape),
        "url": message.wording.link,
        "color": COLOURS[message.status],
        "description": "\n\n".join(filter(None, [facts, body])),
        "footer": {"text": escaped(clean_line(composition.snapshot.page.name), MOST_FOOTER, str)},
        "timestamp": composition.notice.at.astimezone(UTC).isoformat(),
    }
    return json_body({"embeds": [embed], "allowed_mentions": {"parse": []}})
