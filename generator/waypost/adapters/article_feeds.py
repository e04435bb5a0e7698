"""The feeds of new and changed articles: Atom, RSS and JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from waypost.adapters.feeds import FeedHead, add_entry, clean, feed_bytes, newest, start_feed, tag_authority
from waypost.core.article_news import ArticleItem
from waypost.core.words import Words

FEED_TYPES = {
    "feed.atom": "application/atom+xml",
    "feed.rss": "application/rss+xml",
    "feed.json": "application/feed+json",
}
"""The files at the root of the help center, with their media types."""


@dataclass(frozen=True)
class FeedSource:
    """The help center that the feeds tell of."""

    home: str
    """Its absolute address, with a slash at its end."""
    name: str
    words: Words

    @property
    def title(self) -> str:
        """What readers list the feed as."""
        return self.words.say("outputs.feed.title", name=self.name)


def article_feeds(items: Sequence[ArticleItem], source: FeedSource) -> dict[str, bytes]:
    """Return the feeds by file name; the same items give the same bytes at any time."""
    updated = newest([item.at for item in items])
    files = {name: _xml(name, items, source, updated) for name in ("feed.atom", "feed.rss")}
    return {**files, "feed.json": _json(items, source)}


def _id(item: ArticleItem, source: FeedSource) -> str:
    return f"tag:{tag_authority(source.home)}:article/{quote(item.key, safe='/@')}"


def _xml(name: str, items: Sequence[ArticleItem], source: FeedSource, updated: datetime) -> bytes:
    description = source.words.say("outputs.feed.description", name=source.name)
    head = FeedHead(source.home, name, source.title, description, source.name, source.words.language, updated)
    feed = start_feed(head)
    for item in items:
        entry = add_entry(feed, source.home + quote(item.url), item.title)
        # It is the guid of RSS too, and there no address.
        entry.id(_id(item, source))
        entry.published(item.at)
        entry.updated(item.at)
        entry.description(clean(item.summary or item.title), isSummary=True)
        if item.category:
            entry.category(term=clean(item.category))
    return feed_bytes(feed, name)


def _json(items: Sequence[ArticleItem], source: FeedSource) -> bytes:
    document = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": clean(source.title),
        "home_page_url": source.home,
        "feed_url": f"{source.home}feed.json",
        "description": clean(source.words.say("outputs.feed.description", name=source.name)),
        "language": source.words.language,
        "authors": [{"name": clean(source.name), "url": source.home}],
        "items": [_json_item(item, source) for item in items],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _json_item(item: ArticleItem, source: FeedSource) -> dict[str, object]:
    at = item.at.isoformat(timespec="seconds")
    found: dict[str, object] = {
        "id": _id(item, source),
        "url": source.home + quote(item.url),
        "title": clean(item.title),
        "content_text": clean(item.summary or item.title),
        "date_published": at,
        "date_modified": at,
    }
    return {**found, "tags": [clean(item.category)]} if item.category else found
