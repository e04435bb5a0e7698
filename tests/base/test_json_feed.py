"""JSON Feed 1.1 as its rules have it, and that the rules would notice what breaks them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from helpers.feed_readers import json_feed_faults
from waypost.base.feeds.feed import MOST_BYTES, FeedHead, FeedItem, fitting, last_change, weight
from waypost.base.feeds.formats import FEED_FORMATS, json_feed_bytes, written

HEAD = FeedHead(
    "https://a.example/status/", "components/web/feed", "Web", "News", "A", "en", "components/web/"
)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ITEM = FeedItem(
    id="tag:a.example,2005:1",
    link="https://a.example/1/",
    title="One",
    published=NOON,
    updated=NOON.astimezone(timezone(timedelta(hours=1))) + timedelta(hours=1),
    summary="Short",
    html="<p>Long</p>",
    tags=("a", "b"),
)
PLAIN = FeedItem("2", "https://a.example/2/", "Two", NOON, NOON, summary="Only a summary")


def document(*items: FeedItem) -> Any:
    return json.loads(json_feed_bytes(HEAD, items))


def test_a_feed_has_what_the_format_asks_for() -> None:
    found = document(ITEM, PLAIN)
    assert json_feed_faults(found) == []
    assert found == {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Web",
        "home_page_url": "https://a.example/status/components/web/",
        "feed_url": "https://a.example/status/components/web/feed.json",
        "description": "News",
        "language": "en",
        "authors": [{"name": "A", "url": "https://a.example/status/"}],
        "items": [
            {
                "id": "tag:a.example,2005:1",
                "url": "https://a.example/1/",
                "title": "One",
                "date_published": "2026-11-20T12:00:00+00:00",
                "date_modified": "2026-11-20T14:00:00+01:00",
                "content_html": "<p>Long</p>",
                "summary": "Short",
                "tags": ["a", "b"],
            },
            {
                "id": "2",
                "url": "https://a.example/2/",
                "title": "Two",
                "date_published": "2026-11-20T12:00:00+00:00",
                "date_modified": "2026-11-20T12:00:00+00:00",
                "content_text": "Only a summary",
            },
        ],
    }


def test_an_item_is_one_line_and_nothing_happened_is_an_empty_list() -> None:
    assert json_feed_bytes(HEAD, [ITEM, PLAIN]).count(b"\n") == 4
    assert document()["items"] == []


BREAKS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "another version": (lambda feed: feed.update(version="1.1"), "version is not that of 1.1"),
    "no items": (lambda feed: feed.pop("items"), "feed: items is missing"),
    "a key of nobody": (lambda feed: feed.update(link="x"), "feed: link is no key of JSON Feed"),
    "a wrong type": (lambda feed: feed.update(title=1), "feed: title has the wrong type"),
    "half an address": (lambda feed: feed.update(feed_url="feed.json"), "feed: feed_url is no whole address"),
    "a language": (lambda feed: feed.update(language="German"), "feed: language is no tag of a language"),
    "an author": (lambda feed: feed.update(authors=[{}]), "feed: an author says nothing"),
    "an empty id": (lambda feed: feed["items"][0].update(id=""), "item 0: the id is empty"),
    "an id of two": (lambda feed: feed["items"][0].update(id="2"), "two items have one id"),
    "no content": (
        lambda feed: feed["items"][0].pop("content_html"),
        "item 0: there is neither content_html nor content_text",
    ),
    "a time without offset": (
        lambda feed: feed["items"][0].update(date_published="2026-11-20T12:00:00"),
        "item 0: date_published is no time as of RFC 3339",
    ),
    "a day that is none": (
        lambda feed: feed["items"][1].update(date_modified="2026-02-30T12:00:00Z"),
        "item 1: date_modified is no time as of RFC 3339",
    ),
    "a tag": (lambda feed: feed["items"][0].update(tags=[1]), "item 0: a tag is no text"),
}


@pytest.mark.parametrize("name", BREAKS)
def test_the_rules_notice_what_breaks_them(name: str) -> None:
    damage, fault = BREAKS[name]
    found = copy.deepcopy(document(ITEM, PLAIN))
    damage(found)
    assert json_feed_faults(found) == [fault]


def test_every_format_is_written_at_its_place() -> None:
    files = written(HEAD, [ITEM])
    assert list(files) == [f"components/web/feed.{ending}" for ending in ("atom", "rss", "json")]
    assert list(FEED_FORMATS) == ["atom", "rss", "json"]
    assert len({kind.media_type for kind in FEED_FORMATS.values()}) == 3
    assert written(HEAD, [ITEM]) == files


@pytest.mark.parametrize("text", ["a", "&<>\"'", "\\\n\t\r", "ü", "👩‍👩‍👧‍👦", "&amp;" * 50])
def test_no_item_takes_more_than_its_weight(text: str) -> None:
    item = FeedItem(ITEM.id, ITEM.link, text, NOON, NOON, text * 20, text * 200, (text,))
    for name, data in written(HEAD, [item]).items():
        rest = written(HEAD, [])[name]
        assert len(data) - len(rest) <= item.weight, name
    assert weight(text) >= len(text.encode())


def test_what_is_too_much_is_left_out_from_the_end_and_one_item_stays() -> None:
    large = FeedItem("1", "https://a.example/", "Large", NOON, NOON, html="x" * (MOST_BYTES // 3))
    small = FeedItem("2", "https://a.example/", "Small", NOON, NOON)
    assert fitting([large] * 5) == (large, large)
    assert fitting([small] * 50) == (small,) * 50
    huge = FeedItem("3", "https://a.example/", "Huge", NOON, NOON, html="x" * MOST_BYTES)
    assert fitting([huge, small]) == (huge,)
    assert fitting([]) == ()


def test_a_feed_changed_when_its_latest_item_did() -> None:
    assert last_change([PLAIN, ITEM]) == NOON + timedelta(hours=1)
    assert last_change([]).year == 2000
    assert HEAD.id == "tag:a.example,2005:/status/components/web/feed"
