"""What other people's readers find in the feeds of the status page."""

from __future__ import annotations

import html
import itertools
import posixpath
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from helpers.feed_readers import Feed, read
from helpers.hostile_status import NOW, TEXTS, hostile_snapshot
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.feeds.feed import MOST_BYTES, NEVER, clean
from waypost.base.feeds.formats import FEED_FORMATS
from waypost.formats.status import Incident, UpdateStatus
from waypost.formats.status_site import History
from waypost.publishing.io.feeds import feed_files
from waypost.publishing.pages.render import default_shell, status_pages
from waypost.publishing.rules.feed_items import IMPACTS, LIMIT, selections
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

ROOT = "https://help.example.org/status/"
HISTORY = ("history.atom", "history.rss")
FOLDERS = ("", "components/web/", *(f"impact/{impact}/" for impact in IMPACTS))
UPDATES = tuple(f"{folder}feed.{ending}" for folder in FOLDERS for ending in FEED_FORMATS)
FILES = (*UPDATES, *HISTORY)
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
MOST = 1_000_000


@pytest.fixture(scope="module")
def feeds() -> dict[str, bytes]:
    return feed_files(hostile_snapshot())


def readings(files: Mapping[str, bytes]) -> dict[str, Feed]:
    return {name: read(name, data) for name, data in files.items()}


def edited(snapshot: Snapshot, title: str, body: str, at: datetime | None = None) -> Snapshot:
    """Return a picture in which other words stand in every incident and maintenance."""

    def again(item: Incident | MaintenanceSnapshot) -> dict[str, object]:
        return {
            "title": title,
            "updates": tuple(replace(update, body=body, edited=at) for update in item.updates),
        }

    return replace(
        snapshot,
        incidents=tuple(replace(item, **again(item)) for item in snapshot.incidents),  # type: ignore[arg-type]
        maintenances=tuple(
            replace(item, work=replace(item.work, title=title), updates=again(item)["updates"])  # type: ignore[arg-type]
            for item in snapshot.maintenances
        ),
    )


def test_every_selection_is_there_in_every_format_and_nothing_else(feeds: dict[str, bytes]) -> None:
    snapshot = hostile_snapshot()
    walked = {f"{one.folder}feed.{ending}" for one in selections(snapshot) for ending in FEED_FORMATS}
    assert set(feeds) == walked | set(HISTORY) == set(FILES)
    assert len({one.title for one in selections(snapshot)}) == len(FOLDERS)


@pytest.mark.parametrize("name", FILES)
def test_readers_accept_every_feed_whatever_people_wrote(feeds: dict[str, bytes], name: str) -> None:
    found = read(name, feeds[name])
    assert html.unescape(found.title).startswith("Status & <more>")
    assert found.own_address == ROOT + name
    assert found.home in (ROOT, f"{ROOT}components/web/")
    assert all(entry.link.startswith(ROOT) for entry in found.entries)
    assert FORBIDDEN.search(feeds[name].decode()) is None
    assert len(feeds[name]) < MOST
    count = len(TEXTS)
    expected = {"history": 2 * count, "impact/minor": 2 * count, "impact/maintenance": count}
    folder = name.rpartition("/")[0] or name.partition(".")[0]
    default = 0 if folder.startswith("impact/") else 3 * count
    assert len(found.entries) == expected.get(folder, default)


@pytest.mark.parametrize("name", FILES)
def test_items_are_unique_and_strictly_decreasing_in_time(feeds: dict[str, bytes], name: str) -> None:
    found = read(name, feeds[name])
    assert len({entry.id for entry in found.entries}) == len(found.entries)
    times = [entry.published for entry in found.entries]
    assert all(newer > older for newer, older in itertools.pairwise(times))
    assert len({entry.updated for entry in found.entries}) == len(found.entries)
    newest = max(
        (
            entry.updated
            for entry in read(name.replace(".rss", ".atom"), feeds[name.replace(".rss", ".atom")]).entries
        ),
        default=NEVER,
    )
    assert found.updated == newest or (found.updated is None and newest == NEVER)


@pytest.mark.parametrize("name", FILES)
def test_the_bytes_depend_on_what_happened_and_not_on_the_clock(feeds: dict[str, bytes], name: str) -> None:
    assert feed_files(hostile_snapshot(now=NOW + timedelta(hours=3)))[name] == feeds[name]


@pytest.mark.parametrize("name", ["feed.atom", "feed.rss", *HISTORY])
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


@pytest.mark.parametrize("name", UPDATES)
def test_bodies_cannot_carry_markup_of_their_own(feeds: dict[str, bytes], name: str) -> None:
    for entry in read(name, feeds[name]).entries:
        assert not re.search(r"<(?!/?(?:p|a|em|strong|code)\b)", entry.text), entry.text
        if name.endswith(".rss"):
            assert "<" not in entry.summary, "RSS takes a description for HTML"
    if name == "feed.json":
        texts = [entry.text for entry in read(name, feeds[name]).entries]
        assert any('<a href="https://help.example.org/a/">Help</a>' in text for text in texts)
        assert any("&lt;script&gt;" in text for text in texts)


def test_a_summary_is_short_plain_text(feeds: dict[str, bytes]) -> None:
    for name in ("feed.atom", "feed.json"):
        summaries = [entry.summary for entry in read(name, feeds[name]).entries]
        assert max(map(len, summaries)) <= 300
        assert any(summary.endswith("…") for summary in summaries)
        assert any("<script>" in summary for summary in summaries), "here it is text and no markup"


def test_links_say_what_they_are(feeds: dict[str, bytes]) -> None:
    for entry in feedparser.parse(feeds["feed.atom"]).entries:
        assert [(link.rel, link.type) for link in entry.links] == [("alternate", "text/html")]
    assert b'rel="alternate" type="text/html"/>\n    <summary>' in feeds["feed.atom"]


def test_two_feeds_of_a_host_have_two_ids(feeds: dict[str, bytes]) -> None:
    ids = [feedparser.parse(feeds[name]).feed.id for name in FILES if name.endswith(".atom")]
    assert len(set(ids)) == len(ids)
    assert ids[0] == "tag:help.example.org,2005:/status/feed", "the help center has /feed"


def test_an_edit_changes_the_text_and_its_time_and_nothing_else() -> None:
    before = hostile_snapshot({"plain": "Old words"})
    silent, shown = edited(before, "New", "New words"), edited(before, "New", "New words", NOW)
    for name in UPDATES:
        old, new, named = (read(name, feed_files(each)[name]) for each in (before, silent, shown))
        assert [entry.id for entry in old.entries] == [entry.id for entry in new.entries]
        assert [entry.published for entry in old.entries] == [entry.published for entry in named.entries]
        assert [entry.updated for entry in old.entries] == [entry.updated for entry in new.entries]
        assert {entry.text for entry in named.entries} <= {"<p>New words</p>"}
        if not name.endswith(".rss"):
            seconds = [(entry.updated - NOW).total_seconds() for entry in reversed(named.entries)]
            assert seconds == sorted({*seconds} & {0, 1, 2}), "all at once, and still told apart"
            newest = [entry.updated for entry in named.entries[:1]]
            assert named.updated in (*(newest or [NEVER]), None), "JSON Feed has no time of its own"
    for name in HISTORY:
        assert read(name, feed_files(shown)[name]).updated == NOW + timedelta(seconds=1), "the later of two"


def test_each_component_and_impact_has_its_own_news() -> None:
    snapshot = take_snapshot(
        site(
            {"downloads": 0, "uploads": 0},
            incidents=[
                {"id": "small", "says": ["10:00 investigating", "10:30 resolved"], "impact": "minor"},
                {
                    "id": "large",
                    "says": ["11:00 investigating"],
                    "impact": "critical",
                    "components": {"uploads": "major_outage", "downloads": "partial_outage"},
                },
                {"id": "word", "says": ["12:00 monitoring"], "impact": "none"},
            ],
            maintenances=[
                {
                    "id": "work",
                    "window": "18:00-19:00",
                    "says": ["09:00 scheduled"],
                    "components": ["uploads"],
                }
            ],
        ),
        history([], []),
        moment("17:00"),
    )
    found = {
        name.removesuffix("/feed.json").removesuffix("feed.json"): [
            entry.link.split("/")[-2] for entry in read(name, data).entries
        ]
        for name, data in feed_files(snapshot).items()
        if name.endswith(".json")
    }
    assert found == {
        "": ["word", "large", "small", "small", "work"],
        "components/downloads": ["word", "large", "small", "small"],
        "components/uploads": ["large", "work"],
        "impact/minor": ["large", "small", "small"],
        "impact/major": ["large"],
        "impact/critical": ["large"],
        "impact/maintenance": ["work"],
    }


def test_two_thousand_updates_of_the_longest_kind() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    body = "<&>\"'\\ *ü* " * 900
    says = [f"{(start + timedelta(minutes=9 * n)).isoformat()} monitoring" for n in range(1999)]
    place = site(incidents=[{"id": "long", "says": [*says, "10:00 resolved"]}])
    incident = place.incidents[0]
    assert len(incident.updates) == 2000
    for text in (body, "Short."):
        long = replace(incident, updates=tuple(replace(update, body=text) for update in incident.updates))
        files = feed_files(take_snapshot(replace(place, incidents=(long,)), History(), moment("20:00")))
        assert max(map(len, files.values())) < MOST
        for name in ("feed.atom", "feed.rss", "feed.json", *HISTORY):
            found = read(name, files[name])
            if name.startswith("history"):
                (entry,) = found.entries
                assert re.findall(r"<strong>(.*?)</strong>", entry.text)[0] == "Resolved"
                assert entry.text.endswith(f'<p><a href="{incident_link()}">…</a></p>')
            else:
                assert len(found.entries) == LIMIT if text == "Short." else 2 < len(found.entries) < LIMIT
                assert found.entries[0].title == "[Resolved] Title of long"


def incident_link() -> str:
    return "https://help.lumen.example/status/incidents/long/"


def test_history_starts_with_the_present_status_as_clients_of_statuspage_expect(
    feeds: dict[str, bytes],
) -> None:
    entries = [
        each for each in read("history.atom", feeds["history.atom"]).entries if each.title == TEXTS["plain"]
    ]
    found = [re.search(r"<strong>(.*?)</strong>", each.text) for each in entries]
    assert {match[1] for match in found if match} == {"Resolved", "Scheduled"}
    assert all(
        re.fullmatch(r"tag:help\.example\.org,2005:(Incident|Maintenance)/\d+", each.id) for each in entries
    )


BLOCKS = [
    ("a paragraph", "It is **slow**."),
    ("several", "First.\n\nSecond, with\na line."),
    ("a list", "- one\n- two"),
    ("a paragraph and a list", "So:\n\n1. one\n2. two\n\nDone."),
    ("a loose list", "- one\n\n  more\n\n- two"),
    ("code", "```\nwaypost run\n```"),
    ("a quote and a table", "> said\n\n| a |\n|---|\n| b |"),
    ("a heading", "### What happened\n\nIt fell."),
    ("a rule and words after it", "Before\n\n---\n\nafter"),
    ("what looks like markup", "</p><p>&amp; <script>alert(1)</script>"),
    ("nothing", ""),
]


def whole_elements(text: str) -> list[str]:
    """Return the outermost elements of HTML; an end without its beginning, as of `<p>` in `<p>`, raises."""
    body = etree.HTML(f"<body>{text}</body>", etree.HTMLParser(recover=False))[0]
    return [element.tag for element in body]


def test_the_parser_sees_a_paragraph_in_a_paragraph() -> None:
    for wrong in ("<p>a<p>b</p></p>", "<p>a<ul><li>b</li></ul></p>"):
        with pytest.raises(etree.XMLSyntaxError, match="end tag : p"):
            whole_elements(wrong)


@pytest.mark.parametrize(("body"), [case[1] for case in BLOCKS], ids=[case[0] for case in BLOCKS])
def test_whatever_blocks_an_update_has_no_paragraph_stands_in_another(body: str) -> None:
    says = ["10:00 investigating", "10:20 monitoring", "10:30 resolved"]
    snapshot = edited(take_snapshot(site(incidents=[{"id": "a", "says": says}]), History(), NOW), "A", body)
    for name, data in feed_files(snapshot).items():
        found = read(name, data)
        for entry in found.entries:
            tags = whole_elements(entry.text)
            if name in HISTORY:
                assert tags[0] == "p", "clients take the first <strong> as the present status"
                assert entry.text.count("<small>") == len(says)


def test_whatever_happens_at_once_no_two_entries_have_one_time() -> None:
    says = ["10:00 investigating", "10:30 resolved"]
    at_once = [{"id": name, "says": says} for name in "abc"]
    works = [{"id": "work", "window": "18:00-19:00", "says": ["10:30 scheduled"]}]
    place = take_snapshot(site(incidents=at_once, maintenances=works), History(), NOW)
    for seen in (
        place,
        edited(place, "T", "Words.", moment("10:40")),
        edited(place, "T", "W", moment("10:31")),
    ):
        for name, data in feed_files(seen).items():
            entries = read(name, data).entries
            shown = [entry.published for entry in entries]
            assert all(newer > older for newer, older in itertools.pairwise(shown)), name
            assert len({entry.updated for entry in entries}) == len(entries), name
            assert all(entry.updated >= entry.published for entry in entries), name


def test_history_calls_cancelled_work_completed_and_says_so() -> None:
    works = [{"id": "work", "window": "18:00-19:00", "says": ["09:00 scheduled", "10:00 cancelled"]}]
    files = feed_files(take_snapshot(site(maintenances=works), History(), moment("20:00")))
    (entry,) = read("history.atom", files["history.atom"]).entries
    assert "<strong>Completed</strong> - Cancelled: It is cancelled." in entry.text
    assert read("feed.json", files["feed.json"]).entries[0].title == "[Cancelled] Title of work"


def test_an_empty_feed_is_a_feed_with_a_fixed_date() -> None:
    files = feed_files(hostile_snapshot({}))
    for name, found in readings(files).items():
        assert found.entries == (), name
        assert found.updated in (NEVER, None)
    assert b"2000-01-01T00:00:00" in files["feed.atom"]


def test_on_a_german_site_the_feed_speaks_german_and_the_history_the_words_of_statuspage() -> None:
    german, english = feed_files(hostile_snapshot(language="de")), feed_files(hostile_snapshot())
    titles = [entry.title for entry in read("feed.json", german["feed.json"]).entries]
    assert f"[Behoben] {TEXTS['plain']}" in titles
    assert f"[Geplant] {TEXTS['plain']}" in titles
    assert not [title for title in titles if title.startswith(("[Resolved]", "[Scheduled]"))]
    for name, found in readings(german).items():
        assert found.language == "de"
        assert [entry.id for entry in found.entries] == [
            entry.id for entry in read(name, english[name]).entries
        ], "the language changes no id"
    assert read("impact/critical/feed.json", german["impact/critical/feed.json"]).title.endswith(
        "Kritische Störungen"
    )
    # Programs look for these words.
    assert german["history.atom"].count(b"Resolved") == english["history.atom"].count(b"Resolved")


def test_pages_name_the_feeds_of_everything_and_that_of_a_component_its_own() -> None:
    snapshot = hostile_snapshot({"plain": "Words"})
    pages = status_pages(snapshot, {}, default_shell(snapshot.page, snapshot.words))
    link = re.compile(r'<link rel="alternate" type="([^"]+)" title="[^"]+" href="([^"]+)">')
    everything = [(kind.media_type, f"feed.{ending}") for ending, kind in FEED_FORMATS.items()]

    def found(path: str) -> list[tuple[str, str]]:
        page = f"/{path}".rpartition("/")[0]
        named = link.findall(pages[path].decode())
        return [(kind, posixpath.normpath(f"{page}/{href}").lstrip("/")) for kind, href in named]

    assert found("index.html") == everything
    own = [(kind, f"components/web/{name}") for kind, name in everything]
    # Readers take the first that they can read.
    assert found("components/web/index.html") == [*own, *everything]
    assert {path for _, path in [*own, *everything]} <= set(UPDATES)


TEXT = st.text(st.characters(codec=None), min_size=1, max_size=60)


@settings(max_examples=25, deadline=None)
@given(st.dictionaries(st.sampled_from([f"n{n}" for n in range(6)]), TEXT, max_size=4))
def test_no_text_at_all_breaks_a_feed(texts: dict[str, str]) -> None:
    files = feed_files(hostile_snapshot(texts))
    for name, found in readings(files).items():
        times = [entry.published for entry in found.entries]
        assert name in HISTORY or all(newer > older for newer, older in itertools.pairwise(times))
        assert len({entry.id for entry in found.entries}) == len(times)
    resolved = [entry for entry in read("feed.json", files["feed.json"]).entries if "resolved" in entry.id]
    assert len(resolved) == len(texts), UpdateStatus.RESOLVED


def test_the_limit_of_bytes_leaves_room_for_the_head() -> None:
    assert MOST_BYTES + 10_000 < MOST
