"""Slack: by an incoming webhook, or by a bot that keeps one thread an incident and edits its first message.

Messages keep within the limits of Block Kit: headers 150 characters, sections 3000.
"""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from waypost.base.net.web import Response
from waypost.base.printable import clean_line
from waypost.formats.subscribers import NoticeEvent, SlackTarget, Subscriber
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.chat import (
    Dialect,
    chat_message,
    chat_text,
    escaped,
    first_of_thread,
    json_body,
    json_object,
    shows_state,
)
from waypost.notify.channels.http_transport import ask, attempt, host_of, refusal, retry_after
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice
from waypost.status.rules.snapshot import Snapshot

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


def compose(notice: Notice, snapshot: Snapshot) -> bytes:
    """Return the fields of a message: `blocks`, and `text` for notifications and screen readers."""
    message = chat_message(notice, snapshot)
    body = chat_text(message.wording.body, message.help_url, MRKDWN, MOST_SECTION)
    sections = [escaped("\n".join(message.facts), MOST_SECTION, escape), body]
    blocks = [
        {"type": "header", "text": _plain(escaped(message.headline, MOST_HEADER, escape))},
        *({"type": "section", "text": _mrkdwn(text)} for text in sections if text),
        {
            "type": "actions",
            "elements": [
                {
                    "type": "button",
                    "text": _plain(escaped(message.wording.link_text, MOST_BUTTON, escape)),
                    "url": message.wording.link,
                    "action_id": "open",
                }
            ],
        },
        {"type": "context", "elements": [_mrkdwn(escaped(message.footer, MOST_SECTION, escape))]},
    ]
    notification = " — ".join(filter(None, [message.headline, clean_line(message.wording.plain_body)]))
    return json_body({"text": escaped(notification, MOST_NOTIFICATION, escape), "blocks": blocks})


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> dict[str, Any]:
    # Verbatim: names of channels and people in a text must not become links and mentions.
    return {"type": "mrkdwn", "text": text, "verbatim": True}


_JSON = "application/json; charset=utf-8"

_QUIET = (
    NoticeEvent.INCIDENT_OPENED,
    NoticeEvent.INCIDENT_UPDATED,
    NoticeEvent.INCIDENT_POSTMORTEM,
    NoticeEvent.MAINTENANCE_UPDATED,
)
"""What stays in the thread; every other reply is shown in the channel too, because nobody must miss it."""

_GONE = {
    "account_inactive": "the account of the bot was removed",
    "action_prohibited": "Slack does not let the webhook post there",
    "channel_is_archived": "the channel is archived",
    "channel_not_found": "the channel does not exist, or the bot cannot see it",
    "invalid_auth": "Slack does not know the token",
    "invalid_token": "Slack does not know the webhook",
    "is_archived": "the channel is archived",
    "no_active_hooks": "the webhook was switched off",
    "no_service": "the webhook was removed or switched off",
    "no_team": "the workspace does not exist",
    "team_disabled": "the workspace was closed",
    "token_revoked": "the token was revoked",
}
"""Nothing will ever be accepted again, until somebody changes the configuration."""

_BAD_MESSAGE = frozenset(
    {
        "invalid_arguments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_payload",
        "markdown_text_conflict",
        "missing_text_or_fallback_or_attachments",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
    }
)
"""The message itself is refused, and would be again."""

_TROUBLE = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "rollup_error", "service_unavailable"}
)

_WAIT = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})

_MENDED_BY_OPERATOR = {
    "missing_scope": "the token lacks the scope chat:write",
    "not_in_channel": "the bot is not in the channel: invite it",
    "restricted_action": "Slack does not let the bot post there",
    "token_expired": "the token has expired",
}

_NO_FIRST = frozenset(
    {
        "cannot_reply_to_message",
        "cant_update_message",
        "edit_window_closed",
        "message_not_found",
        "thread_not_found",
    }
)
"""The first message cannot be edited or replied to, mostly because somebody deleted it."""


class _NoFirstMessage(TransportError):
    """Slack refuses to edit the first message of a thread, or to reply to it."""


def host(subscriber: Subscriber, context: TransportContext) -> str:
    """Name the host of the webhook, or of the API."""
    target: SlackTarget = subscriber.target
    return host_of(context.value(target.url or target.api))


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    """Send a message; by a bot, return its `channel:timestamp`."""
    target: SlackTarget = subscriber.target
    with attempt(context):
        if target.url is not None:
            answer = ask(context, context.value(target.url), delivery.body, {"Content-Type": _JSON})
            _check(answer, answer.body.decode("utf-8", "replace").strip(), context)
            return ""
        return _send_by_bot(delivery, target, context)


def _send_by_bot(delivery: Delivery, target: SlackTarget, context: TransportContext) -> str:
    """Bring the first message of the thread up to date, then reply to it; doing it again edits to the same."""
    fields = json.loads(delivery.body)
    channel, _, first = first_of_thread(delivery).partition(":")
    if first and channel == target.channel:
        in_thread = {"thread_ts": first, "reply_broadcast": delivery.event not in _QUIET}
        with suppress(_NoFirstMessage):
            if shows_state(delivery):
                _call("chat.update", {**fields, "ts": first}, target, context)
            return _call("chat.postMessage", {**fields, **in_thread}, target, context)
    return _call("chat.postMessage", fields, target, context)


def _call(method: str, fields: dict[str, Any], target: SlackTarget, context: TransportContext) -> str:
    """Call a method with a message; return `channel:timestamp`."""
    headers = {"Authorization": f"Bearer {context.value(target.token or '')}", "Content-Type": _JSON}
    url = f"{context.value(target.api).rstrip('/')}/{method}"
    answer = ask(context, url, json_body({"channel": target.channel, "parse": "none", **fields}), headers)
    result = json_object(answer.body)
    reason = "" if result.get("ok") is True else str(result.get("error") or "unreadable")
    _check(answer, reason, context)
    return f"{result.get('channel', '')}:{result.get('ts', '')}"


def _check(answer: Response, reason: str, context: TransportContext) -> None:
    """Raise TransportError for a refusal; `reason` is the word of Slack for it, empty or ok where there is none."""
    is_answered = 200 <= answer.status < 300
    if is_answered and reason in ("", "ok"):
        return
    if reason in _GONE:
        raise TransportError(_GONE[reason], permanent=True, disables=True)
    if reason in _BAD_MESSAGE:
        raise TransportError("Slack refuses the form of the message", permanent=True)
    if reason in _TROUBLE:
        raise TransportError("Slack is in trouble", blames_host=True)
    wait = retry_after(answer.headers.get("retry-after", ""), context.clock())
    if reason in _WAIT:
        raise TransportError("Slack asks to wait", retry_after=wait)
    if is_answered or reason in _MENDED_BY_OPERATOR:
        words = _MENDED_BY_OPERATOR.get(reason, "Slack refused the message")
        error = _NoFirstMessage if reason in _NO_FIRST else TransportError
        raise error(words, retry_after=wait)
    raise refusal(answer, context.clock())


CHANNEL = Channel(kind="slack", events=ALL_EVENTS, compose=compose, host=host, send=send)
