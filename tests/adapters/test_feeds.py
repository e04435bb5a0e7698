from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import feedparser
import pytest

from helpers.hostile_status import NOW, TEXTS, hostile_snapshot
from waypost.adapters.feeds import feed_files
from waypost.core.feed import clean

FILES = ("feed.atom", "feed.rss", "history.atom", "history.rss")
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@pytest.fixture(scope="module")
def feeds() -> dict[str, bytes]:
    return feed_files(hostile_snapshot())


def parse(data: bytes) -> Any:
    return feedparser.parse(data)


@pytest.mark.parametrize("name", FILES)
def test_readers_accept_every_feed_whatever_people_wrote(feeds: dict[str, bytes], name: str) -> None:
    parsed = parse(feeds[name])
    assert parsed.bozo == 0, parsed.get("bozo_exception")
    assert html.unescape(parsed.feed.title) == "Status & <more>"
    expected = 3 * len(TEXTS) if name.startswith("feed") else 2 * len(TEXTS)
    assert len(parsed.entries) == expected
    assert FORBIDDEN.search(feeds[name].decode()) is None


@pytest.mark.parametrize("name", FILES)
def test_every_title_arrives_as_it_was_written_but_for_what_xml_forbids(
    feeds: dict[str, bytes], name: str
) -> None:
    root = ET.fromstring(feeds[name])  # noqa: S314  # our own output
    tag = "{http://www.w3.org/2005/Atom}title" if name.endswith("atom") else "title"
    titles = {
        " ".join(re.sub(r"^\[\w[\w ]*\] ", "", element.text or "").split()) for element in root.iter(tag)
    }
    for text in TEXTS.values():
        assert " ".join(clean(text).split()) in titles


@pytest.mark.parametrize("name", FILES)
def test_ids_and_times_are_unique_and_do_not_depend_on_the_clock(feeds: dict[str, bytes], name: str) -> None:
    entries = parse(feeds[name]).entries
    assert len({entry.id for entry in entries}) == len(entries)
    if name.startswith("feed"):
        times = [entry.published_parsed for entry in entries]
        assert times == sorted(set(times), reverse=True)
    newest = max(entry.updated_parsed for entry in parse(feeds[name.replace("rss", "atom")]).entries)
    assert parse(feeds[name]).feed.updated_parsed == newest
    assert feed_files(hostile_snapshot())[name] == feeds[name]
    assert feed_files(hostile_snapshot(now=NOW + timedelta(hours=3)))[name] == feeds[name]


def test_bodies_cannot_carry_markup_of_their_own(feeds: dict[str, bytes]) -> None:
    root = ET.fromstring(feeds["feed.atom"])  # noqa: S314  # our own output
    bodies = [element.text or "" for element in root.iter("{http://www.w3.org/2005/Atom}content")]
    assert len(bodies) == 3 * len(TEXTS)
    for body in bodies:
        assert not re.search(r"<(?!/?(?:p|a|em|strong|code)\b)", body), body
    assert any('<a href="https://help.example.org/a/">Help</a>' in body for body in bodies)
    assert any("&lt;script&gt;" in body for body in bodies)


def test_a_summary_is_short_plain_text(feeds: dict[str, bytes]) -> None:
    root = ET.fromstring(feeds["feed.atom"])  # noqa: S314  # our own output
    summaries = [element.text or "" for element in root.iter("{http://www.w3.org/2005/Atom}summary")]
    assert max(len(summary) for summary in summaries) <= 300
    assert any(summary.endswith("…") for summary in summaries)


def test_links_lead_to_the_page_of_the_incident(feeds: dict[str, bytes]) -> None:
    for name in FILES:
        parsed = parse(feeds[name])
        assert all(entry.link.startswith("https://help.example.org/status/") for entry in parsed.entries)
        own = [link.href for link in parsed.feed.links if link.rel == "self"]
        assert own == [f"https://help.example.org/status/{name}"]


def test_history_starts_with_the_present_status_as_clients_of_statuspage_expect(
    feeds: dict[str, bytes],
) -> None:
    entry = next(entry for entry in parse(feeds["history.atom"]).entries if entry.title == TEXTS["plain"])
    found = [
        re.search(r"<strong>(.*?)</strong>", each.content[0].value)
        for each in parse(feeds["history.atom"]).entries
        if each.title == TEXTS["plain"]
    ]
    assert {match[1] for match in found if match} == {"Resolved", "Scheduled"}
    assert re.fullmatch(r"tag:help\.example\.org,2005:(Incident|Maintenance)/\d+", entry.id)


def test_an_empty_feed_is_a_feed_with_a_fixed_date() -> None:
    files = feed_files(hostile_snapshot({}))
    for name in FILES:
        parsed = parse(files[name])
        assert (parsed.bozo, parsed.entries) == (0, [])
    assert b"2000-01-01T00:00:00" in files["feed.atom"]


def test_on_a_german_site_the_feed_speaks_german_and_the_history_the_words_of_statuspage() -> None:
    files = feed_files(hostile_snapshot(language="de"))
    titles = [entry.title for entry in parse(files["feed.atom"]).entries]
    assert f"[Behoben] {TEXTS['plain']}" in titles
    assert f"[Geplant] {TEXTS['plain']}" in titles
    assert not [title for title in titles if title.startswith(("[Resolved]", "[Scheduled]"))]
    for name in FILES:
        feed = parse(files[name]).feed
        assert feed.language == "de"
        assert feed.subtitle.startswith("Störungen und Wartungen: Status &")
    # Programs look for these words.
    assert files["history.atom"].count(b"Resolved") == feed_files(hostile_snapshot())["history.atom"].count(
        b"Resolved"
    )


def test_the_language_changes_no_id() -> None:
    german, english = feed_files(hostile_snapshot(language="de")), feed_files(hostile_snapshot())
    for name in FILES:
        assert [entry.id for entry in parse(german[name]).entries] == [
            entry.id for entry in parse(english[name]).entries
        ]
