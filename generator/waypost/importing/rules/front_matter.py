"""Map the front matter of other tools to the keys of Waypost, and keep the keys without a counterpart aside."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from waypost.base.markdown.plain_text import plain_text
from waypost.importing.rules.collection import SourcePage
from waypost.importing.rules.hosts import CANONICAL_KEYS, path_of

TITLE_KEYS = ("title", "sidebar_label", "linkTitle", "name")
SUMMARY_KEYS = ("summary", "description", "excerpt", "subtitle")
REVIEW_KEYS = ("reviewed", "last_reviewed", "reviewed_at", "last_reviewed_on", "lastReviewed")
OWNER_KEYS = ("owner", "author", "team")
POSITION_KEYS = ("position", "weight", "sidebar_position", "nav_order", "order")
PINNED_KEYS = ("pinned", "promoted")
ADDRESS_KEYS = ("redirect_from", "aliases", "permalink", "slug", "redirects", *CANONICAL_KEYS)
ID_KEYS = ("id", "zendesk_article_id", "intercom_id", "intercom_article_id", "article_id", "number")
_READ_ELSEWHERE = ("draft", "published", "kind", "category", "section", "section_name", "parent")

LONGEST = 160
"""As many characters fit into one line of front matter."""

_SENTENCE = re.compile(r"(?<=[.!?。])\s")
_TEMPLATE = re.compile(r"\{\{.{0,200}?\}\}|\{%.{0,200}?%\}|\{\{|\{%")
_TAGS = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_SLUG = re.compile(r"(?=.{1,64}\Z)[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_ID_IN_NAME = re.compile(r"(?:(\d{4,20})(?=[-_. ])|.{1,300}[-_. ](\d{6,20})(?=\.\w{1,8}$)).*")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")


@dataclass
class MappedFrontMatter:
    """The keys of one front matter in the terms of Waypost."""

    title: str = ""
    summary: str = ""
    keys: dict[str, Any] = field(default_factory=dict)
    """Other keys of an article, ready to be written."""
    position: float | None = None
    addresses: tuple[str, ...] = ()
    """Addresses that the page had, as they were written."""
    number: str = ""
    """The number by which links name the page, as in Zendesk."""
    aside: dict[str, Any] = field(default_factory=dict)
    """The keys that have no counterpart, as they were."""


def is_draft(page: SourcePage) -> bool:
    """Tell whether a page was not published."""
    return _truth(page.front.get("draft")) is True or _truth(page.front.get("published")) is False


def _truth(value: Any) -> bool | None:
    if isinstance(value, bool):
        return value
    return {"true": True, "yes": True, "false": False, "no": False}.get(str(value).lower())


def map_front(page: SourcePage, *, is_category: bool) -> MappedFrontMatter:
    """Read the keys that have a counterpart, and keep the others aside."""
    front, mapped = page.front, MappedFrontMatter()
    used = set(_READ_ELSEWHERE)
    mapped.title = _first_line(front, TITLE_KEYS, used)
    mapped.summary = shorten(_first_line(front, SUMMARY_KEYS, used))
    _map_position(front, mapped, used)
    if not is_category:
        _map_first("reviewed", REVIEW_KEYS, _DAY, front, mapped, used)
        _map_first("owner", OWNER_KEYS, _SLUG, front, mapped, used)
        for key in PINNED_KEYS:
            if _truth(front.get(key)) is True:
                mapped.keys["pinned"] = True
            used.add(key)
    mapped.addresses = tuple(_addresses(front, used))
    numbers = (str(front.get(key, "")) for key in ID_KEYS)
    in_name = _ID_IN_NAME.match(page.path.rpartition("/")[2])
    mapped.number = next(
        (it for it in numbers if it.isdecimal()), in_name[1] or in_name[2] if in_name else ""
    )
    used.update(ID_KEYS)
    mapped.aside = {
        key: value for key, value in front.items() if key not in used and value not in (None, "", [])
    }
    return mapped


def _first_line(front: Mapping[str, Any], keys: Iterable[str], used: set[str]) -> str:
    for key in keys:
        value = front.get(key)
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            used.update(keys)
            line = clean(str(value))
            if line:
                return line
    return ""


def _map_first(
    name: str,
    keys: Iterable[str],
    form: re.Pattern[str],
    front: Mapping[str, Any],
    mapped: MappedFrontMatter,
    used: set[str],
) -> None:
    """Map the first of some keys whose value begins as it should."""
    found = {key: form.match(value) for key in keys if isinstance(value := front.get(key), str)}
    for key, match in found.items():
        if match:
            mapped.keys[name] = match[0]
            used.add(key)
            return


def _map_position(front: Mapping[str, Any], mapped: MappedFrontMatter, used: set[str]) -> None:
    sidebar = front.get("sidebar")
    inner = sidebar.get("order") if isinstance(sidebar, dict) else None
    for key, value in [*((key, front.get(key)) for key in POSITION_KEYS), ("sidebar", inner)]:
        number = number_of(value)
        if number is not None:
            used.update((*POSITION_KEYS, "sidebar"))
            # Hugo takes a weight of zero for none.
            mapped.position = None if key == "weight" and not number else number
            return


def number_of(value: Any) -> float | None:
    """Return a number that was written as one or as text; None for anything else."""
    if isinstance(value, bool):
        return None
    return float(value) if re.fullmatch(r"-?\d{1,9}(?:\.\d{1,9})?", str(value)) else None


def _addresses(front: Mapping[str, Any], used: set[str]) -> Iterator[str]:
    for key in ADDRESS_KEYS:
        value = front.get(key)
        for address in value if isinstance(value, list) else [value]:
            if isinstance(address, str) and address.strip():
                used.add(key)
                # Only its path can lead anywhere on this host.
                yield path_of(address.strip())
    identity = front.get("id")
    if isinstance(identity, str) and not identity.isdigit() and "slug" not in front:
        yield identity


def clean(text: str) -> str:
    """Return words of any origin as one line that front matter may hold."""
    return " ".join(_CONTROL.sub(" ", _TEMPLATE.sub("", _TAGS.sub("", text))).split())


def shorten(text: str, longest: int = LONGEST) -> str:
    """Cut words at the end of a sentence, or of a word, so that they fit."""
    if len(text) <= longest:
        return text
    kept = ""
    for sentence in _SENTENCE.split(text[: longest + 1])[:-1]:
        kept = f"{kept} {sentence}".strip()
    if kept:
        return kept
    return text[: longest - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-")[: longest - 1] + "…"


def first_sentence(text: str) -> str:
    """Return the first sentence of a paragraph of Markdown, as one line."""
    words = clean(plain_text(text))
    return shorten(_SENTENCE.split(words, maxsplit=1)[0]) if words else ""
