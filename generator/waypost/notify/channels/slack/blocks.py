"""A notice in Slack's Block Kit, within its limits: headers 150 characters, sections 3000."""

from __future__ import annotations

from typing import Any

from waypost.base.printable import clean_line
from waypost.notify.channels.base import Composition
from waypost.notify.channels.chat import chat_message
from waypost.notify.channels.dialects import Dialect, chat_text
from waypost.notify.channels.texts import escaped, json_body

MOST_HEADER = 150
MOST_SECTION = 3000
MOST_BUTTON = 75
MOST_NOTIFICATION = 300
"""What a notification on a phone has room for, and more."""


def escape(text: str) -> str:
    """Return a text in which nothing is a mention, a link or a command (docs.slack.dev, "Formatting message text")."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _link(url: str, shown: str) -> str:
    address = escape(url).replace("|", "%7C")
    return f"<{address}>" if address == shown else f"<{address}|{shown.replace('|', '¦')}>"


MRKDWN = Dialect(
    text=escape,
    strong=lambda text: f"*{text}*",
    emphasis=lambda text: f"_{text}_",
    struck=lambda text: f"~{text}~",
    code=lambda text: f"`{escape(text).replace('`', chr(39))}`",
    block=lambda text: f"```{escape(text).replace('```', chr(39) * 3)}```",
    link=_link,
)


def compose(composition: Composition) -> bytes:
    """Return the fields of a message: `blocks`, and `text` for notifications and screen readers."""
    message = chat_message(composition)
    said = message.wording
    body = chat_text(said.body, message.help_url, MRKDWN, MOST_SECTION)
    sections = [escaped("\n".join(message.facts), MOST_SECTION, escape), body]
    blocks = [
        {"type": "header", "text": _plain(escaped(message.headline, MOST_HEADER, escape))},
        *({"type": "section", "text": _mrkdwn(text)} for text in sections if text),
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": _plain(escaped(said.link_text, MOST_BUTTON, escape)),
                    "url": said.link,
                    "action_id": "open",
                }
            ],
        },
        {"type": "context", "elements": [_mrkdwn(escaped(message.footer, MOST_SECTION, escape))]},
    ]
    notification = " — ".join(filter(None, [message.headline, clean_line(said.plain_body)]))
    return json_body({"text": escaped(notification, MOST_NOTIFICATION, escape), "blocks": blocks})


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> dict[str, Any]:
    # Verbatim: names of channels and people in a text must not become links and mentions.
    return {"type": "mrkdwn", "text": text, "verbatim": True}
