from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from helpers.hostile_status import TEXTS
from waypost.base.feeds.feed import clean
from waypost.base.files.languages import load_words
from waypost.help.outputs import FEED_TYPES, article_feeds
from waypost.help.rules.feed_items import ArticleItem
from waypost.publishing.rules.help_site import HelpSite

NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
SOURCE = HelpSite('Help & "more" <b>', load_words("de"), "https://help.example.org/base/")
ITEMS = tuple(
    ArticleItem(
        f"a/größe {n}/@2026-11-10",
        f"a/größe {n}/",
        text,
        text,
        (text, text[::-1]),
        NOON - timedelta(seconds=n),
    )
    for n, text in enumerate(TEXTS.values())
)
XML = ("feed.atom", "feed.rss")


@pytest.fixture(scope="module")
def feeds() -> dict[str, bytes]:
    return article_feeds(ITEMS, SOURCE)


def plain(text: str) -> str:
    return " ".join(clean(text).split())


@pytest.mark.parametrize("name", XML)
def test_readers_accept_the_feed_whatever_people_wrote(feeds: dict[str, bytes], name: str) -> None:
    parsed = feedparser.parse(feeds[name])
    assert parsed.bozo == 0, parsed.get("bozo_exception")
    assert len(parsed.entries) == len(ITEMS)
    assert [link.href for link in parsed.feed.links if link.rel == "self"] == [
        f"https://help.example.org/base/{name}"
    ]
    assert parsed.feed.link == "https://help.example.org/base/"
    assert parsed.feed.updated_parsed[:6] == (2026, 11, 10, 12, 0, 0)
    times = [entry.published_parsed for entry in parsed.entries]
    assert times == sorted(set(times), reverse=True)
    assert {entry.link for entry in parsed.entries} == {
        f"https://help.example.org/base/a/gr%C3%B6%C3%9Fe%20{n}/" for n in range(len(ITEMS))
    }
    ids = {entry.id for entry in parsed.entries}
    assert len(ids) == len(ITEMS)
    assert all(each.startswith("tag:help.example.org,2005:article/a/gr%C3%B6") for each in ids)


@pytest.mark.parametrize("name", XML)
def test_titles_arrive_as_they_were_written_but_for_what_xml_forbids(
    feeds: dict[str, bytes], name: str
) -> None:
    root = ET.fromstring(feeds[name])  # noqa: S314  # our own output
    tag = "{http://www.w3.org/2005/Atom}title" if name.endswith("atom") else "title"
    titles = [plain(element.text or "") for element in root.iter(tag)]
    assert titles == [plain(f"{SOURCE.name}: Artikel"), *(plain(text) for text in TEXTS.values())]


def test_the_rss_guid_is_no_address(feeds: dict[str, bytes]) -> None:
    root = ET.fromstring(feeds["feed.rss"])  # noqa: S314  # our own output
    assert {element.get("isPermaLink") for element in root.iter("guid")} == {"false"}
    assert [element.text for element in root.iter("language")] == ["de"]


REQUIRED: dict[str, type] = {"version": str, "title": str, "items": list}
OPTIONAL: dict[str, type] = {
    "home_page_url": str,
    "feed_url": str,
    "description": str,
    "language": str,
    "authors": list,
}
ITEM_KEYS = {"id", "url", "title", "content_text", "date_published", "date_modified", "tags"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)")


def test_json_feed_has_the_keys_of_its_specification(feeds: dict[str, bytes]) -> None:
    document: dict[str, Any] = json.loads(feeds["feed.json"])
    assert document.keys() == REQUIRED.keys() | OPTIONAL.keys()
    assert all(isinstance(document[key], kind) for key, kind in {**REQUIRED, **OPTIONAL}.items())
    assert document["version"] == "https://jsonfeed.org/version/1.1"
    assert document["feed_url"] == "https://help.example.org/base/feed.json"
    assert document["authors"] == [{"name": SOURCE.name, "url": SOURCE.url}]
    assert len(document["items"]) == len(ITEMS)
    for item, source in zip(document["items"], ITEMS, strict=True):
        assert item.keys() == ITEM_KEYS
        assert item["title"] == clean(source.title)
        assert item["content_text"] == clean(source.summary)
        assert item["tags"] == [clean(title) for title in source.place]
        assert RFC3339.fullmatch(item["date_published"])
        assert item["url"].startswith("https://help.example.org/base/a/")


def test_all_formats_tell_the_same_events_by_the_same_ids(feeds: dict[str, bytes]) -> None:
    document = json.loads(feeds["feed.json"])
    ids = [item["id"] for item in document["items"]]
    for name in XML:
        assert [entry.id for entry in feedparser.parse(feeds[name]).entries] == ids


def test_what_has_no_summary_and_no_category_says_its_title() -> None:
    files = article_feeds([ArticleItem("a/", "a/", "Title", "", (), NOON)], SOURCE)
    [item] = json.loads(files["feed.json"])["items"]
    assert item["content_text"] == "Title"
    assert "tags" not in item
    for name in XML:
        [entry] = feedparser.parse(files[name]).entries
        assert entry.summary == "Title"
        assert "tags" not in entry


def test_the_same_items_give_the_same_bytes() -> None:
    assert article_feeds(ITEMS, SOURCE) == article_feeds(list(ITEMS), SOURCE)
    assert set(article_feeds(ITEMS, SOURCE)) == set(FEED_TYPES)


def test_an_empty_feed_is_a_feed_with_a_fixed_date() -> None:
    files = article_feeds((), SOURCE)
    for name in XML:
        parsed = feedparser.parse(files[name])
        assert (parsed.bozo, parsed.entries) == (0, [])
    assert b"2000-01-01T00:00:00" in files["feed.atom"]
    assert json.loads(files["feed.json"])["items"] == []
