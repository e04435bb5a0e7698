"""Every format of a feed, in one table: each feed is written in all of them.

Atom (RFC 4287) and RSS 2.0 come from feedgen, with its known traps closed: no hidden clock, no lost attributes.
JSON Feed is of version 1.1 (https://www.jsonfeed.org/version/1.1/).
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from waypost.base.feeds.feed import FeedHead, FeedItem, clean, last_change

ATOM_TYPE = "application/atom+xml"
RSS_TYPE = "application/rss+xml"

_ATTRIBUTES = ("rel", "type", "hreflang", "title", "length")


class _FeedgenEntry(FeedEntry):  # type: ignore[misc]  # the library has no types
    """An entry that keeps the attributes of its links: the library loses them in Atom (its issue 135).

    It is in several feeds, so it is turned into XML once.
    """

    _atom: Any = None
    _rss: Any = None
    plain = False
    """Whether the description is plain text: RSS takes it for HTML, so its marks are written as text there."""

    def atom_entry(self, extensions: bool = True) -> Any:
        if self._atom is None:
            self._atom = super().atom_entry(extensions)
            for element, link in zip(self._atom.iter("{*}link"), self.link(), strict=True):
                for name in _ATTRIBUTES:
                    if link.get(name):
                        element.set(name, link[name])
        return deepcopy(self._atom)

    def rss_entry(self, extensions: bool = True) -> Any:
        if self._rss is None:
            self._rss = super().rss_entry(extensions)
            if self.plain:
                for element in self._rss.iter("description"):
                    element.text = html.escape(element.text, quote=False)
        return deepcopy(self._rss)


def atom_bytes(head: FeedHead, items: Sequence[FeedItem]) -> bytes:
    """Write an Atom feed."""
    data: bytes = _feed(head, f"{head.name}.atom", ATOM_TYPE, items).atom_str(pretty=True)
    return data


def rss_bytes(head: FeedHead, items: Sequence[FeedItem]) -> bytes:
    """Write an RSS feed."""
    data: bytes = _feed(head, f"{head.name}.rss", RSS_TYPE, items).rss_str(pretty=True)
    return data


def _feed(head: FeedHead, path: str, media_type: str, items: Sequence[FeedItem]) -> FeedGenerator:
    feed = FeedGenerator()
    feed.id(head.id)
    feed.title(clean(head.title))
    feed.description(clean(head.description))
    feed.author({"name": clean(head.author)})
    feed.language(head.language)
    feed.link(href=head.home + path, rel="self", type=media_type)
    # feedgen takes the last link as the RSS channel's link.
    feed.link(href=head.page, rel="alternate", type="text/html")
    # Without a date feedgen takes the time of the build.
    updated = last_change(items)
    feed.updated(updated)
    feed.lastBuildDate(updated)
    feed.generator("Waypost")
    for item in items:
        feed.add_entry(_entry(item), order="append")
    return feed


@lru_cache(maxsize=4096)
def _entry(item: FeedItem) -> FeedEntry:
    entry = _FeedgenEntry()
    if item.id_is_link:
        entry.guid(item.id, permalink=True)
    else:
        entry.guid(item.id, permalink=False)
    # A title is no choice in Atom.
    entry.title(clean(item.title).strip() or item.link)
    entry.link(href=item.link, rel="alternate", type="text/html")
    entry.published(item.published)
    entry.updated(item.updated)
    if item.summary:
        entry.description(clean(item.summary), isSummary=True)
        entry.plain = True
    if item.html:
        entry.content(clean(item.html), type="html")
    for tag in item.tags:
        entry.category(term=clean(tag))
    return entry


JSON_FEED_TYPE = "application/feed+json"


def json_feed_bytes(head: FeedHead, items: Sequence[FeedItem]) -> bytes:
    """Write a JSON Feed."""
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(head.title),
        "home_page_url": head.page,
        "feed_url": f"{head.home}{head.name}.json",
        "description": clean(head.description),
        "language": head.language,
        "authors": [{"name": clean(head.author), "url": head.home}],
    }
    # One item a line, so that a change is one line in a comparison; indenting each key is ten times slower.
    lines = ",\n".join(_item(item) for item in items)
    return f'{json.dumps(document, ensure_ascii=False)[:-1]}, "items": [\n{lines}\n]}}\n'.encode()


@lru_cache(maxsize=4096)
def _item(item: FeedItem) -> str:
    """Return an item as text; it is in several feeds."""
    found: dict[str, object] = {
        "id": item.id,
        "url": item.link,
        "title": clean(item.title),
        "date_published": _time(item.published),
        "date_modified": _time(item.updated),
    }
    if item.html:
        # An item has one of the two; where there is a whole text, the summary is only for lists.
        found |= {"content_html": clean(item.html), "summary": clean(item.summary)}
    else:
        found["content_text"] = clean(item.summary)
    if not found.get("summary", "-"):
        del found["summary"]
    if item.tags:
        found["tags"] = [clean(tag) for tag in item.tags]
    return json.dumps(found, ensure_ascii=False)


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


@dataclass(frozen=True)
class FeedFormat:
    """One format."""

    media_type: str
    write: Callable[[FeedHead, Sequence[FeedItem]], bytes]
    """The same head and items give the same bytes at any time."""


FEED_FORMATS: Mapping[str, FeedFormat] = {
    "atom": FeedFormat(ATOM_TYPE, atom_bytes),
    "rss": FeedFormat(RSS_TYPE, rss_bytes),
    "json": FeedFormat(JSON_FEED_TYPE, json_feed_bytes),
}
"""By the ending of the file's name."""


def written(head: FeedHead, items: Sequence[FeedItem]) -> dict[str, bytes]:
    """Return a feed in every format by its path."""
    return {f"{head.name}.{name}": kind.write(head, items) for name, kind in FEED_FORMATS.items()}
