"""A webhook of Discord on this machine, with the limits of embeds."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlsplit

from helpers.stand_ins import Asked, Given, StandIn

HOOK = "/api/webhooks/123456789012345678/planted-token"

_MENTION = re.compile(r"(?<!\\)<(?:@[!&]?|#|t:|a?:)")
_LINK = re.compile(r"(?<!\\)\]\(([^()\s]*)\)")


class Discord(StandIn):
    """Keeps the messages of one channel."""

    name: ClassVar[str] = "Discord"

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}
        """By their ids."""

    def accept(self, asked: Asked) -> Given:
        message = asked.document()
        assert set(message) == {"embeds", "allowed_mentions"}
        assert message["allowed_mentions"] == {"parse": []}
        assert len(message["embeds"]) == 1
        _check(message["embeds"][0])
        if self.next and self.next[0] is not None:
            return Given()
        if asked.method == "PATCH":
            return self._edit(asked, message)
        assert (asked.method, asked.path) == ("POST", HOOK)
        assert asked.query["wait"] == ["true"]
        identity = str(900_000_000_000_000_000 + len(self.messages))
        self.messages[identity] = message
        return Given(200, {"id": identity, "type": 0})

    def _edit(self, asked: Asked, message: dict[str, Any]) -> Given:
        head, _, identity = asked.path.rpartition("/")
        assert head == f"{HOOK}/messages"
        assert "wait" not in asked.query
        if identity not in self.messages:
            return Given(404, {"message": "Unknown Message", "code": 10008})
        self.messages[identity] = {**message, "edited": True}
        return Given(200, {"id": identity, "type": 0})


def _check(embed: dict[str, Any]) -> None:
    assert set(embed) == {"title", "url", "color", "description", "footer", "timestamp"}
    texts = [embed["title"], embed["description"], embed["footer"]["text"]]
    sizes = [len(text.encode("utf-16-le")) // 2 for text in texts]
    assert all(size <= most for size, most in zip(sizes, (256, 4096, 2048), strict=True)), sizes
    assert sum(sizes) <= 6000
    assert texts[0]
    assert texts[2]
    assert 0 <= embed["color"] <= 0xFFFFFF
    assert urlsplit(embed["url"]).scheme in ("http", "https")
    assert datetime.fromisoformat(embed["timestamp"]).tzinfo is not None
    code = re.compile(r"```.*?```|`[^`]*`", re.DOTALL)
    for text in texts[:2]:
        assert not _MENTION.search(code.sub("", text)), text
        for target in _LINK.findall(code.sub("", text)):
            assert re.match(r"(?:https?://|mailto:|tel:)", target), text
