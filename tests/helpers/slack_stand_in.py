"""Slack on this machine: an incoming webhook, chat.postMessage and chat.update, with the limits of Block Kit."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from helpers.stand_ins import Asked, Given, StandIn

HOOK = "/services/T0000/B0000/planted-secret"
TOKEN = "xoxb-planted-token"  # noqa: S105  # opens nothing
CHANNEL = "C024BE91L"

_LINK = re.compile(r"<(?:https?|mailto|tel):[^<>|]+(?:\|[^<>|]+)?>")
_ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
_METHODS = {
    "/api/chat.postMessage": {"channel", "text", "blocks", "parse", "thread_ts", "reply_broadcast"},
    "/api/chat.update": {"channel", "text", "blocks", "parse", "ts"},
}


class Slack(StandIn):
    """Keeps the messages of one channel."""

    name: ClassVar[str] = "Slack"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        """By their timestamps."""
        self.hooked: list[dict[str, Any]] = []

    def accept(self, asked: Asked) -> Given:
        assert asked.method == "POST"
        fields = asked.document()
        if asked.path == HOOK:
            assert set(fields) == {"text", "blocks"}
            _check(fields)
            if not self.next:
                self.hooked.append(fields)
            return Given(200, "ok")
        assert asked.path in _METHODS, asked.path
        assert asked.headers["content-type"] == "application/json; charset=utf-8"
        assert set(fields) <= _METHODS[asked.path], set(fields)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return Given(200, {"ok": False, "error": "invalid_auth"})
        assert fields["parse"] == "none"
        _check(fields)
        if self.next and self.next[0] is not None:
            return Given()
        if fields["channel"] != CHANNEL:
            return Given(200, {"ok": False, "error": "channel_not_found"})
        return self._update(fields) if asked.path.endswith("update") else self._post(fields)

    def _post(self, fields: dict[str, Any]) -> Given:
        parent = fields.get("thread_ts")
        if parent is not None and parent not in self.messages:
            return Given(200, {"ok": False, "error": "thread_not_found"})
        assert parent is None or self.messages[parent].get("thread_ts") is None, "a reply to a reply"
        assert "reply_broadcast" not in fields or parent is not None
        timestamp = f"1700000000.{len(self.messages):06}"
        self.messages[timestamp] = fields
        return Given(200, {"ok": True, "channel": CHANNEL, "ts": timestamp})

    def _update(self, fields: dict[str, Any]) -> Given:
        if fields["ts"] not in self.messages:
            return Given(200, {"ok": False, "error": "message_not_found"})
        self.messages[fields["ts"]] |= {"text": fields["text"], "blocks": fields["blocks"], "edited": True}
        return Given(200, {"ok": True, "channel": CHANNEL, "ts": fields["ts"]})


def _check(fields: dict[str, Any]) -> None:
    assert 0 < len(fields["text"]) <= 40_000
    _check_escaped(fields["text"])
    assert 0 < len(fields["blocks"]) <= 50
    for block in fields["blocks"]:
        _BLOCKS[block["type"]](block)


def _header(block: dict[str, Any]) -> None:
    assert set(block) == {"type", "text"}
    _text(block["text"], 150, "plain_text")


def _section(block: dict[str, Any]) -> None:
    assert set(block) == {"type", "text"}
    _text(block["text"], 3000, "mrkdwn")


def _actions(block: dict[str, Any]) -> None:
    assert set(block) == {"type", "elements"}
    assert 0 < len(block["elements"]) <= 25
    for element in block["elements"]:
        assert set(element) == {"type", "text", "url", "action_id"}
        assert element["type"] == "button"
        _text(element["text"], 75, "plain_text")
        assert re.fullmatch(r"https?://\S{1,2990}", element["url"])
        assert 0 < len(element["action_id"]) <= 255


def _context(block: dict[str, Any]) -> None:
    assert set(block) == {"type", "elements"}
    assert 0 < len(block["elements"]) <= 10
    for element in block["elements"]:
        _text(element, 3000, "mrkdwn")


_BLOCKS = {"header": _header, "section": _section, "actions": _actions, "context": _context}


def _text(value: dict[str, Any], most: int, kind: str) -> None:
    assert value["type"] == kind
    assert set(value) == {"type", "text", "emoji" if kind == "plain_text" else "verbatim"}
    assert kind == "plain_text" or value["verbatim"] is True, "names in it would become mentions"
    assert 0 < len(value["text"].encode("utf-16-le")) // 2 <= most
    _check_escaped(value["text"], links=kind == "mrkdwn")


def _check_escaped(text: str, *, links: bool = False) -> None:
    rest = _LINK.sub("", text) if links else text
    assert "<" not in rest, text
    assert ">" not in rest, text
    assert not _ENTITY.search(text), text
