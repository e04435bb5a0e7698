"""Readers of feeds as others have them: feedparser for XML, and the rules of JSON Feed 1.1 written down.

The rules are those of https://www.jsonfeed.org/version/1.1/: a reader may refuse what breaks one of them.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import feedparser

_TOP = {
    "version": str,
    "title": str,
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "user_comment": str,
    "next_url": str,
    "icon": str,
    "favicon": str,
    "authors": list,
    "language": str,
    "expired": bool,
    "hubs": list,
    "items": list,
}
_ITEM = {
    "id": str,
    "url": str,
    "external_url": str,
    "title": str,
    "content_html": str,
    "content_text": str,
    "summary": str,
    "image": str,
    "banner_image": str,
    "date_published": str,
    "date_modified": str,
    "authors": list,
    "tags": list,
    "language": str,
    "attachments": list,
}
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True)
class Entry:
    """An item as its reader shows it."""

    id: str
    link: str
    title: str
    published: datetime
    updated: datetime
    text: str
    """The whole text, as HTML where there is any."""
    summary: str


@dataclass(frozen=True)
class Feed:
    """A feed as its reader shows it."""

    title: str
    language: str
    own_address: str
    home: str
    updated: datetime | None
    entries: tuple[Entry, ...]


def read(name: str, data: bytes) -> Feed:
    """Read a feed by the ending of its name; AssertionError where its format is broken."""
    return _read_json(data) if name.endswith(".json") else _read_xml(data)


def json_feed_faults(document: Any) -> list[str]:
    """Name every rule that a JSON Feed breaks."""
    if not isinstance(document, dict):
        return ["the feed is no object"]
    faults = _members("feed", document, _TOP, ("version", "title", "items"))
    if document.get("version") != "https://jsonfeed.org/version/1.1":
        faults.append("version is not that of 1.1")
    faults += _addresses("feed", document, ("home_page_url", "feed_url", "next_url", "icon", "favicon"))
    faults += _people("feed", document)
    if "language" in document and not _LANGUAGE.fullmatch(str(document["language"])):
        faults.append("feed: language is no tag of a language")
    items = document.get("items", [])
    for number, item in enumerate(items if isinstance(items, list) else []):
        faults += _item_faults(f"item {number}", item)
    ids = [item.get("id") for item in items if isinstance(item, dict)]
    if len(set(map(str, ids))) != len(ids):
        faults.append("two items have one id")
    return faults


def _item_faults(where: str, item: Any) -> list[str]:
    if not isinstance(item, dict):
        return [f"{where} is no object"]
    faults = _members(where, item, _ITEM, ("id",))
    if not item.get("id"):
        faults.append(f"{where}: the id is empty")
    if "content_html" not in item and "content_text" not in item:
        faults.append(f"{where}: there is neither content_html nor content_text")
    faults += _addresses(where, item, ("url", "external_url", "image", "banner_image"))
    faults += _people(where, item)
    for key in ("date_published", "date_modified"):
        if key in item and not _is_time(item[key]):
            faults.append(f"{where}: {key} is no time as of RFC 3339")
    if any(not isinstance(tag, str) for tag in item.get("tags", [])):
        faults.append(f"{where}: a tag is no text")
    return faults


def _members(where: str, document: Any, known: dict[str, type], needed: tuple[str, ...]) -> list[str]:
    faults = [f"{where}: {key} is missing" for key in needed if key not in document]
    for key, value in document.items():
        if not key.startswith("_") and key not in known:
            faults.append(f"{where}: {key} is no key of JSON Feed")
        elif key in known and not isinstance(value, known[key]):
            faults.append(f"{where}: {key} has the wrong type")
    return faults


def _addresses(where: str, document: Any, keys: tuple[str, ...]) -> list[str]:
    wrong = (
        key
        for key in keys
        if key in document and urlsplit(str(document[key])).scheme not in ("http", "https")
    )
    return [f"{where}: {key} is no whole address" for key in wrong]


def _people(where: str, document: Any) -> list[str]:
    authors = document.get("authors", [])
    empty = [author for author in authors if not {"name", "url", "avatar"} & set(author)]
    return [f"{where}: an author says nothing"] if empty else []


def _is_time(text: object) -> bool:
    try:
        datetime.fromisoformat(str(text))
    except ValueError:
        return False
    return bool(_RFC_3339.fullmatch(str(text)))


def _read_json(data: bytes) -> Feed:
    document = json.loads(data)
    assert json_feed_faults(document) == []
    entries = tuple(
        Entry(
            item["id"],
            item["url"],
            item["title"],
            datetime.fromisoformat(item["date_published"]),
            datetime.fromisoformat(item["date_modified"]),
            item.get("content_html", item.get("content_text", "")),
            item.get("summary", ""),
        )
        for item in document["items"]
    )
    return Feed(
        document["title"],
        document["language"],
        document["feed_url"],
        document["home_page_url"],
        max((entry.updated for entry in entries), default=None),
        entries,
    )


def _read_xml(data: bytes) -> Feed:
    parsed = feedparser.parse(data, sanitize_html=False, resolve_relative_uris=False)
    assert parsed.bozo == 0, parsed.get("bozo_exception")
    own = [link.href for link in parsed.feed.links if link.rel == "self"]
    entries = tuple(
        Entry(
            entry.id,
            entry.link,
            entry.title,
            _time(entry.published_parsed),
            _time(dict.get(entry, "updated_parsed") or entry.published_parsed),
            entry.content[0].value if "content" in entry else entry.get("summary", ""),
            entry.get("summary", ""),
        )
        for entry in parsed.entries
    )
    feed = parsed.feed
    return Feed(feed.title, feed.language, own[0], feed.link, _time(feed.updated_parsed), entries)


def _time(parts: Any) -> datetime:
    return datetime.fromisoformat(f"{'{:04}-{:02}-{:02}T{:02}:{:02}:{:02}'.format(*parts[:6])}+00:00")
