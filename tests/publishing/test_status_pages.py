from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from functools import cache
from html.parser import HTMLParser
from posixpath import join, normpath

import pytest

from helpers.hostile_status import NOW, TEXTS, hostile_snapshot
from helpers.sites import ROOT
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.cache import PageCache
from waypost.base.files.languages import load_words
from waypost.formats.status import ComponentStatus
from waypost.publishing.pages.charts import STATUS_CODES
from waypost.publishing.pages.filters import StatusFormat
from waypost.publishing.pages.render import default_shell, status_pages
from waypost.status.rules.snapshot import Snapshot

ELSEWHERE = re.compile(
    # What other parts of a publication make.
    r"(feed|history)\.(atom|rss|json)|maintenance\.ics|(components/[\w-]+|impact/\w+)/(feed\.(atom|rss|json)|maintenance\.ics)"
    r"|api/v2/summary\.json|(now|waypost)\.json|status\.txt|badge/[\w-]+\.svg|assets/[\w.]+"
)


class Page(HTMLParser):
    """The links, ids and words of a page, and whatever in it a strict content policy forbids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.forbidden: list[str] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {key: value or "" for key, value in attrs}
        self.links += [values[key] for key in ("href", "src") if key in values and tag != "base"]
        self.ids += [values["id"]] if "id" in values else []
        self.forbidden += [key for key in values if key.startswith("on") or key == "style"]
        if tag == "style" or (tag == "script" and "src" not in values):
            self.forbidden.append(tag)
        self.open.append(tag)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def words(self) -> str:
        return " ".join(" ".join(self.texts).split())


def made(shown_page: Snapshot, memory: PageCache | None = None) -> dict[str, str]:
    shell = default_shell(shown_page.page, shown_page.words)
    return {path: page.decode() for path, page in status_pages(shown_page, {}, shell, memory).items()}


@cache
def world(language: str = "en") -> Mapping[str, str]:
    """A page with all that can be there: an outage that went on, maintenance, and a history."""
    place = site(
        {"Galleries": {"downloads": 1, "search": 0}, "mail": 0},
        [
            {
                "id": "old",
                "says": ["11-02 10:00 investigating", "11-02 10:30 resolved", "11-03 09:00 postmortem"],
            },
            {
                "id": "stop",
                "started": "10:00",
                "says": ["10:02 investigating", "10:20 identified"],
                "title": "Downloads stop",
                "components": {"downloads": "major_outage", "search": "degraded_performance"},
            },
            {
                "id": "before",
                "says": ["10-02 10:00 investigating", "10-02 10:30 resolved"],
                "title": "Downloads stop early",
            },
        ],
        [
            {"id": "disks", "window": "11-21 02:00-11-21 03:00", "components": ["search"]},
            {"id": "done", "window": "11-19 02:00-11-19 03:00", "components": ["mail"]},
        ],
        zone="Europe/Berlin",
    )
    rows = history(["00:00 http-1 operational"], ["00:00-11:59 http-1"])
    return made(take_snapshot(place, rows, moment("12:00"), language))


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_link_leads_somewhere(language: str) -> None:
    pages = world(language)
    for path, text in pages.items():
        page = Page(text)
        folder = path.removesuffix("index.html")
        for link in page.links:
            address, _, anchor = link.partition("#")
            where = normpath(join("status", folder, address))
            target = where.removeprefix("status").removeprefix("/")
            # The help center is not published here.
            if re.match(r"https?:", link) or not where.startswith("status"):
                continue
            if ELSEWHERE.fullmatch(target):
                continue
            file = f"{target}/index.html".removeprefix("/") if address else path
            assert file in pages, f"{path}: {link}"
            assert not anchor or anchor in Page(pages[file]).ids, f"{path}: {link}"


def test_every_page_keeps_to_a_strict_content_policy_and_names_nothing_twice() -> None:
    for path, text in world().items():
        page = Page(text)
        assert page.forbidden == [], path
        assert len(page.ids) == len(set(page.ids)), path
        assert page.open.count("h1") == 1, path
        assert text.startswith("<!doctype html>"), path


def test_the_page_of_a_component() -> None:
    page = Page(world()["components/downloads/index.html"])
    for words in (
        *("Downloads Major outage", "In this state since 20 Nov, 11:00", "Now Major Downloads stop"),
        *("Recent days", "Uptime 24 hours 7 days 30 days 90 days", "The goal is 99.9 % in 30 days."),
        *("Past incidents and maintenance Resolved Title of old", "Follow: Downloads", "JSON Feed"),
    ):
        assert words in page.words
    assert "How fast it answers" not in page.words, "nothing was summed up"
    text = world()["components/downloads/index.html"]
    for kind, ending in (("atom+xml", "atom"), ("rss+xml", "rss"), ("feed+json", "json")):
        assert (
            f'<link rel="alternate" type="application/{kind}" title="Downloads: status" '
            f'href="../../components/downloads/feed.{ending}">' in text
        )
    assert "&lt;img src=&#34;https://help.lumen.example/status/badge/downloads.svg&#34;" in text


def test_the_page_of_an_incident() -> None:
    page = Page(world()["incidents/stop/index.html"])
    for words in (
        *("Identified Impact: major", "20 Nov, 11:20 18 minutes after the update before"),
        *("Investigating 20 Nov, 11:02 2 minutes after it began",),
        *("Downloads Major outage 20 Nov, 11:00 now", "Search Degraded performance 20 Nov, 11:00 now"),
        *("Incidents like this one Downloads stop early 2 Oct, 12:00 · 30 minutes",),
    ):
        assert words in page.words
    assert "wp-postmortem" not in world()["incidents/stop/index.html"]
    old = world()["incidents/old/index.html"]
    assert old.index('class="wp-timeline"') < old.index('class="wp-postmortem"')
    assert Page(old).words.count("It is postmortem.") == 1
    assert "Downloads Partial outage 2 Nov, 11:00 2 Nov, 11:30 30 minutes" in Page(old).words


@pytest.mark.parametrize("page", ["index.html", "components/downloads/index.html"])
def test_work_that_runs_stands_under_now_and_work_to_come_under_planned(page: str) -> None:
    works = [
        {"id": "running", "window": "11:00-13:00"},
        {"id": "watched", "window": "11:00-13:00", "says": ["09:00 scheduled", "11:30 verifying"]},
        {"id": "next", "window": "14:00-15:00"},
    ]
    shown_page = take_snapshot(
        site(maintenances=works), history(["00:00 http-1 operational"]), moment("12:00")
    )
    # The first sentence names planned work too.
    words = Page(made(shown_page)[page]).words.partition("imes in UTC")[2]
    order = [
        words.index(text)
        for text in ("Now ", "Title of running", "Title of watched", "Planned ", "Title of next")
    ]
    assert order == sorted(order)
    calm = take_snapshot(site(maintenances=works[2:]), history(["00:00 http-1 operational"]), moment("12:00"))
    assert "Now Planned" not in Page(made(calm)[page]).words
    assert "Planned Planned Title of next" in Page(made(calm)[page]).words


def test_a_component_that_is_still_affected_says_for_how_long() -> None:
    page = Page(world()["incidents/stop/index.html"])
    assert "Downloads Major outage 20 Nov, 11:00 now for 2 hours" in page.words


def test_groups_say_what_is_worst_in_them() -> None:
    text = world()["index.html"]
    assert '<h3 data-status="major_outage" data-wp-worst>Galleries' in text


def test_a_promise_says_its_time_to_people_and_to_scripts() -> None:
    place = site(incidents=[{"id": "stop", "says": ["11:30 investigating"]}])
    shown_page = take_snapshot(place, history(), moment("12:00"))
    (incident,) = place.incidents
    update = incident.updates[0]
    promised = type(update)(update.id, update.status, update.at, update.body, moment("12:30"))
    later = replace(incident, updates=(promised,))
    shown_page = replace(shown_page, incidents=(later,), active=(later,))
    for path in ("index.html", "incidents/stop/index.html"):
        text = made(shown_page)[path]
        assert 'data-wp-due="2026-11-20T12:30:00Z"' in text
        assert "Next update by 20 Nov, 12:30" in Page(text).words


def test_an_incident_that_is_silent_too_long_says_since_when_on_both_pages() -> None:
    place = site(incidents=[{"id": "stop", "says": ["10:00 investigating"]}])
    for path in ("index.html", "incidents/stop/index.html"):
        text = made(take_snapshot(place, history(), moment("12:00")))[path]
        assert 'class="wp-due wp-due--late" data-wp-due="2026-11-20T11:00:00Z"' in text
        assert load_words("en").say("status.overdue", time="20 Nov, 11:00") in Page(text).words
    over = site(incidents=[{"id": "stop", "says": ["10:00 investigating", "11:30 resolved"]}])
    assert (
        "data-wp-due"
        not in made(take_snapshot(over, history(), moment("12:00")))["incidents/stop/index.html"]
    )


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts_make_no_markup(name: str) -> None:
    shown_page = hostile_snapshot(
        {name: TEXTS[name].replace("\ud800", "")}, now=NOW - timedelta(days=1) + timedelta(minutes=1)
    )
    for path, text in made(shown_page).items():
        page = Page(text)
        assert page.forbidden == [], path
        assert "b" not in page.open or path in ("index.html", "mine/index.html") or "data-wp-stale" in text, (
            path
        )


def test_pages_made_from_memory_are_those_of_a_fresh_process() -> None:
    place = site(
        {"downloads": 1, "mail": 0},
        [{"id": "old", "says": ["11-02 10:00 investigating", "11-02 10:30 resolved"]}],
    )
    memory = PageCache()
    for minute, rows in enumerate(
        (
            ["00:00 http-1 operational"],
            # Slowness opens no incident, and still shows.
            ["00:00 http-1 operational", "12:00:30 http-1 degraded_performance"],
            ["00:00 http-1 operational", "12:00:30 http-1 major_outage"],
            ["00:00 http-1 operational", "12:00:30 http-1 major_outage", "12:01:30 http-1 operational"],
        )
    ):
        shown_page = take_snapshot(
            place, history(rows, ["00:00-13:00 http-1"]), moment("12:00") + timedelta(minutes=minute)
        )
        memory.begin(shown_page.page)
        again = made(shown_page, memory)
        memory.end()
        assert again == made(shown_page)


def test_scripts_draw_the_same_marks_as_pages() -> None:
    script = (ROOT / "theme/status/status.js").read_text(encoding="utf-8")
    shown_page = take_snapshot(site(), history(), moment("12:00"))
    mark = StatusFormat(shown_page, {}).filters("")["mark"]
    for status in ComponentStatus:
        (drawing,) = re.findall(r'd="([^"]+)"', str(mark(status)))
        key = re.search(rf'\b{status}: "{re.escape(drawing)}"', script)
        assert key or f'const ALARM = "{drawing}"' in script, status
    assert set(STATUS_CODES) == set(ComponentStatus)


@pytest.mark.parametrize("language", ["en", "de"])
def test_an_empty_page_says_what_would_be_there(language: str) -> None:
    pages = made(take_snapshot(site(), history([], []), moment("12:00"), language))
    words = load_words(language)
    assert words.say("status.history.empty") in Page(pages["history/index.html"]).words
    assert words.say("status.component.no_past") in Page(pages["components/downloads/index.html"]).words
