"""Send a message to Slack, and say what its refusals mean."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from waypost.base.net.web import Response
from waypost.formats.notices import Letter, NoticeEvent
from waypost.formats.subscribers import SlackTarget, Subscriber
from waypost.notify.channels.base import Means, TransportError
from waypost.notify.channels.chat import first_of_thread, json_object, tells_the_state
from waypost.notify.channels.http_transport import ask, attempt, host_of, refusal, retry_after
from waypost.notify.channels.texts import json_body

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


class _Refused(TransportError):
    """Slack said no, and why."""

    def __init__(self, reason: str, error: TransportError) -> None:
        super().__init__(
            str(error),
            permanent=error.permanent,
            disables=error.disables,
            retry_after=error.retry_after,
            blames_host=error.blames_host,
        )
        self.has_no_first = reason in _NO_FIRST


def host(subscriber: Subscriber, means: Means) -> str:
    """Name the host of the webhook, or of the API."""
    target = _target(subscriber)
    return host_of(means.value(target.url or target.api))


def send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    """Send a letter; by a bot, return `channel:timestamp` of the message."""
    target = _target(subscriber)
    with attempt(means):
        if target.url is not None:
            answer = ask(means, means.value(target.url), letter.body, {"Content-Type": _JSON})
            _accepted(answer, answer.body.decode("utf-8", "replace").strip(), means)
            return ""
        return _by_bot(letter, _Bot(target, means))


def _target(subscriber: Subscriber) -> SlackTarget:
    target = subscriber.target
    assert isinstance(target, SlackTarget)  # noqa: S101  # the registry leads here for no other; it is for mypy
    return target


@dataclass(frozen=True)
class _Bot:
    target: SlackTarget
    means: Means

    def call(self, method: str, fields: dict[str, Any]) -> str:
        """Call a method with a message; return `channel:timestamp`."""
        headers = {
            "Authorization": f"Bearer {self.means.value(self.target.token or '')}",
            "Content-Type": _JSON,
        }
        url = f"{self.means.value(self.target.api).rstrip('/')}/{method}"
        body = json_body({"channel": self.target.channel, "parse": "none", **fields})
        answer = ask(self.means, url, body, headers)
        said = json_object(answer.body)
        _accepted(
            answer, "" if said.get("ok") is True else str(said.get("error") or "unreadable"), self.means
        )
        return f"{said.get('channel', '')}:{said.get('ts', '')}"


def _by_bot(letter: Letter, bot: _Bot) -> str:
    """Bring the first message of the thread up to date, then reply to it; doing it again edits to the same."""
    fields = json.loads(letter.body)
    channel, _, first = first_of_thread(letter).partition(":")
    if not first or channel != bot.target.channel:
        return bot.call("chat.postMessage", fields)
    try:
        if tells_the_state(letter):
            bot.call("chat.update", {**fields, "ts": first})
        return bot.call("chat.postMessage", {**fields, **_in_thread(letter, first)})
    except _Refused as refused:
        if not refused.has_no_first:
            raise
    return bot.call("chat.postMessage", fields)


def _in_thread(letter: Letter, first: str) -> dict[str, Any]:
    return {"thread_ts": first, "reply_broadcast": letter.delivery.event not in _QUIET}


def _accepted(answer: Response, reason: str, means: Means) -> None:
    """Raise what a refusal means; `reason` is the word that Slack gave for it, empty or ok where it did not refuse."""
    is_answered = 200 <= answer.status < 300
    if is_answered and reason in ("", "ok"):
        return
    if reason in _GONE:
        raise TransportError(_GONE[reason], permanent=True, disables=True)
    if reason in _BAD_MESSAGE:
        raise TransportError("Slack refuses the form of the message", permanent=True)
    if reason in _TROUBLE:
        raise TransportError("Slack is in trouble", blames_host=True)
    wait = retry_after(answer.headers.get("retry-after", ""), means.clock())
    if reason in _WAIT:
        raise TransportError("Slack asks to wait", retry_after=wait)
    if is_answered or reason in _MENDED_BY_OPERATOR:
        words = _MENDED_BY_OPERATOR.get(reason, "Slack refused the message")
        raise _Refused(reason, TransportError(words, retry_after=wait))
    raise refusal(answer, means.clock())
