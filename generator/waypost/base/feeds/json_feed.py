"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from waypost.base.feeds.feed import FeedHead, FeedItem, clean

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
    lines = ",\n".join(_text(item) for item in items)
    return f'{json.dumps(document, ensure_ascii=False)[:-1]}, "items": [\n{lines}\n]}}\n'.encode()


@lru_cache(maxsize=4096)
def _text(item: FeedItem) -> str:
    """Return an item as text; it is in several feeds."""
    return json.dumps(_item(item), ensure_ascii=False)


def _item(item: FeedItem) -> dict[str, object]:
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
    return {**found, "tags": [clean(tag) for tag in item.tags]} if item.tags else found


def _time(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
