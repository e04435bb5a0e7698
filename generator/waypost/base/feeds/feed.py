"""The parts of every feed, whatever its format: a head, and items with text that any format can hold."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from urllib.parse import urlsplit

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

MOST_BYTES = 950_000
"""How much the items of a feed take together: several readers refuse more than a megabyte."""

_ITEM_FRAME = 700
"""Bytes of the marks around an item."""

_ESCAPES = {"&": 4, "<": 3, ">": 3, "\r": 4, '"': 1, "\\": 1, "\n": 1, "\t": 1}
"""How much longer a character gets in XML or JSON, in the worse of the two."""

NEVER = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of an empty feed: it has never changed, so it is fixed."""


@dataclass(frozen=True)
class FeedHead:
    """The title, address and author of a feed."""

    home: str
    """The absolute address of the site that publishes it, with a slash at its end."""
    name: str
    """Its path from there without the ending, such as `components/web/feed`."""
    title: str
    description: str
    author: str
    language: str
    about: str = ""
    """The path from home of the page with the same news, with a slash at its end; empty for home itself."""

    @property
    def page(self) -> str:
        """The address of the page with the same news."""
        return self.home + self.about

    @property
    def id(self) -> str:
        """Its permanent id: two feeds of one host must not share one."""
        return f"tag:{tag_authority(self.home)}:{urlsplit(self.home).path}{self.name}"


@dataclass(frozen=True)
class FeedItem:
    """One entry of a feed."""

    id: str
    """Permanent: it stays when anything else of the item changes."""
    link: str
    title: str
    published: datetime
    updated: datetime
    summary: str = ""
    """Plain text."""
    html: str = ""
    """The whole text as safe HTML; empty where the summary is all."""
    tags: tuple[str, ...] = ()
    id_is_link: bool = False
    """Whether the id is the address of a page, which RSS wants to know."""

    @cached_property
    def weight(self) -> int:
        """How many bytes it takes at most in any format."""
        texts = (self.id, self.link, self.link, self.title, self.html, *self.tags)
        # In RSS the marks of the summary are replaced twice.
        return _ITEM_FRAME + sum(map(weight, texts)) + 2 * weight(self.summary)


def fitting(items: Sequence[FeedItem]) -> tuple[FeedItem, ...]:
    """Return the first items as far as a feed of them stays below the size that readers take; one at least."""
    sizes = itertools.accumulate(item.weight for item in items)
    return tuple(
        item
        for place, (item, size) in enumerate(zip(items, sizes, strict=True))
        if place == 0 or size <= MOST_BYTES
    )


def weight(text: str) -> int:
    """Return how many bytes a text takes at most in any format, with what is written in place of its marks."""
    return len(text.encode(errors="replace")) + sum(
        text.count(mark) * extra for mark, extra in _ESCAPES.items()
    )


def last_change(items: Iterable[FeedItem]) -> datetime:
    """Return when a feed last changed."""
    return max((item.updated for item in items), default=NEVER)


def clean(text: str) -> str:
    """Remove what XML 1.0 forbids: a single such character would lose the whole feed."""
    return _FORBIDDEN.sub("", text)


def tag_authority(home: str) -> str:
    """Return the authority of the ids of a feed (RFC 4151); the year only has to stay the same."""
    return f"{urlsplit(home).hostname or 'localhost'},2005"
