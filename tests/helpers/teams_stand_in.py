"""A workflow of Teams on this machine, which posts Adaptive Cards of version 1.4 and nothing else."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from helpers.stand_ins import Asked, Given, StandIn

PATH = "/workflows/0123456789abcdef/triggers/manual/paths/invoke"
QUERY = "api-version=1&sig=planted-signature"

_LINK = re.compile(r"(?<!\\)\[(?:[^\[\]]|\\.)*\]\(([^()\s]*)\)")
_STYLES = {"default", "emphasis", "good", "attention", "warning", "accent"}


class Teams(StandIn):
    """Keeps the cards of one channel."""

    name: ClassVar[str] = "Teams"

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[dict[str, Any]] = []

    def accept(self, asked: Asked) -> Given:
        assert (asked.method, asked.path) == ("POST", PATH)
        assert asked.query == {"api-version": ["1"], "sig": ["planted-signature"]}
        assert len(asked.body) <= 28 * 1024
        message = asked.document()
        assert set(message) == {"type", "attachments"}
        assert message["type"] == "message"
        (attachment,) = message["attachments"]
        assert set(attachment) == {"contentType", "contentUrl", "content"}
        assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
        assert attachment["contentUrl"] is None
        _check(attachment["content"])
        if not self.next:
            self.cards.append(attachment["content"])
        return Given(202)


def _check(card: dict[str, Any]) -> None:
    assert set(card) == {"$schema", "type", "version", "fallbackText", "msteams", "body", "actions"}
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["msteams"] == {"width": "Full"}, "and no entities, which would be mentions"
    assert card["fallbackText"]
    assert card["body"]
    for element in card["body"]:
        _ELEMENTS[element["type"]](element)
    assert 0 < len(card["actions"]) <= 6
    for action in card["actions"]:
        assert set(action) == {"type", "title", "url"}
        assert action["type"] == "Action.OpenUrl"
        assert action["title"]
        assert re.fullmatch(r"https?://\S+", action["url"])


def _text_block(element: dict[str, Any]) -> None:
    assert set(element) <= {"type", "text", "wrap", "size", "weight", "isSubtle"}
    assert element["wrap"] is True
    assert element.get("size", "Default") in {"Small", "Default", "Medium", "Large", "ExtraLarge"}
    assert element.get("weight", "Default") in {"Lighter", "Default", "Bolder"}
    _text(element["text"])


def _fact_set(element: dict[str, Any]) -> None:
    assert set(element) == {"type", "facts"}
    assert element["facts"]
    for fact in element["facts"]:
        assert set(fact) == {"title", "value"}
        _text(fact["title"])
        _text(fact["value"])


def _container(element: dict[str, Any]) -> None:
    assert set(element) == {"type", "style", "bleed", "items"}
    assert element["style"] in _STYLES
    assert element["items"]
    for item in element["items"]:
        _ELEMENTS[item["type"]](item)


_ELEMENTS = {"TextBlock": _text_block, "FactSet": _fact_set, "Container": _container}


def _text(text: str) -> None:
    assert text
    for target in _LINK.findall(text):
        assert re.match(r"(?:https?://|mailto:|tel:)", target), text
