"""JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from waypost.core.feed import FeedHead, FeedItem, clean

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
        "items": [_item(item) for item in items],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


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
