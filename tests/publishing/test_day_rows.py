"""The days of a component in words, and as the entries of the lists on three pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from lxml import html

from helpers.hostile_status import hostile_snapshot
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.cache import PageCache
from waypost.base.files.languages import load_words
from waypost.publishing.pages.day_rows import DayRow, day_rows, rows_shown
from waypost.publishing.pages.filters import StatusFormat
from waypost.publishing.pages.render import default_shell, status_pages
from waypost.status.rules.snapshot import Snapshot

NOW = moment("11-21 12:00")
WATCHED = ("08-01 00:00-11-21 12:00 http-1",)
STOP = {
    "id": "stop",
    "title": "Downloads stop",
    "says": ["10:00 investigating", "10:10 monitoring · downloads: degraded_performance", "15:10 resolved"],
    "components": {"downloads": "major_outage"},
}


def page(language: str = "en", *incidents: Mapping[str, Any], **how: Any) -> Snapshot:
    place = site(how.pop("components", {"downloads": 1}), incidents, **how)
    return take_snapshot(place, history(["08-01 00:00 http-1 operational"], WATCHED), NOW, language)


def rows(snapshot: Snapshot) -> list[DayRow]:
    return list(StatusFormat(snapshot, {}).days(snapshot.components[0]))


@pytest.mark.parametrize(
    ("language", "name", "lines", "known"),
    [
        (
            "en",
            "Friday 20 November",
            ("Major outage for 10 minutes", "Degraded performance for 5 hours"),
            "Data for the whole day",
        ),
        (
            "de",
            "Freitag, 20. November",
            ("Ausfall: 10 Minuten", "Eingeschränkt: 5 Stunden"),
            "Daten für den ganzen Tag",
        ),
    ],
)
def test_a_day_says_what_happened_how_long_and_where_to_read_on(
    language: str, name: str, lines: tuple[str, ...], known: str
) -> None:
    (row,) = rows(page(language, STOP))
    assert (row.first, row.last, row.name) == (date(2026, 11, 20), date(2026, 11, 20), name)
    assert row.status == "major_outage"
    assert (row.lines, row.known) == (lines, known)
    assert row.links == (("incidents/stop/", "Downloads stop"),)


def test_work_is_named_and_linked() -> None:
    (row,) = rows(page(maintenances=[{"id": "disks", "window": "10:00-12:00"}]))
    assert row.lines == ("Under maintenance for 2 hours",)
    assert row.links == (("maintenance/disks/", "Title of disks"),)


def test_what_people_report_on_claims_no_data() -> None:
    (row,) = rows(page("en", STOP, components={"downloads": 0}))
    assert row.known == ""


@pytest.mark.parametrize(
    ("watched", "known"),
    [
        # The share is rounded down: it is never all where a part is missing.
        (["08-01 00:00-11-20 06:00 http-1", "11-20 12:00-11-21 12:00 http-1"], "Data for 75 % of the day"),
        (["08-01 00:00-11-20 06:00 http-1", "11-20 06:02-11-21 12:00 http-1"], "Data for 99 % of the day"),
        (
            ["08-01 00:00-11-21 00:00 http-1", "11-21 09:00-11-21 12:00 http-1"],
            "Data for 25 % of the day so far",
        ),
    ],
)
def test_a_day_in_part_without_data_says_how_much_there_is(watched: list[str], known: str) -> None:
    snapshot = take_snapshot(site(), history(["08-01 00:00 http-1 operational"], watched), NOW)
    (row,) = rows(snapshot)
    assert (row.lines, row.known, row.links) == (("No trouble",), known, ())


def test_neighbouring_days_without_data_are_one_entry_and_days_with_them_stand_between() -> None:
    watched = ["11-10 00:00-11-10 12:00 http-1", "11-12 00:00-11-21 12:00 http-1"]
    snapshot = take_snapshot(site(), history(["08-01 00:00 http-1 operational"], watched), NOW)
    assert [(row.name, row.lines, row.known) for row in rows(snapshot)] == [
        ("Wednesday 11 November", ("No data",), ""),
        ("Tuesday 10 November", ("No trouble",), "Data for 50 % of the day"),
        ("24 August to 9 November", ("No data",), ""),
    ]


def test_of_many_incidents_of_a_day_the_first_are_named() -> None:
    many = [
        {**STOP, "id": f"stop-{n}", "says": [f"{n + 8}:00 investigating", f"{n + 8}:30 resolved"]}
        for n in range(2, 9)
    ]
    (row,) = rows(page("en", *many))
    assert [path for path, _ in row.links] == [*(f"incidents/stop-{n}/" for n in range(2, 6)), "history/"]
    assert row.links[-1][1] == "3 more"


def pages(snapshot: Snapshot) -> dict[str, html.HtmlElement]:
    made = status_pages(snapshot, {}, default_shell(snapshot.page, snapshot.words))
    return {path: html.fromstring(text.decode()) for path, text in made.items()}


def test_every_page_with_bars_lists_the_days_below_details() -> None:
    made = pages(page("en", STOP))
    for path, root in (
        ("index.html", "./"),
        ("mine/index.html", "../"),
        ("components/downloads/index.html", "../../"),
    ):
        (entry,) = made[path].xpath("//details[@class='wp-days']//ul[@data-wp-days='downloads']/li")
        assert entry.get("data-wp-day") == "2026-11-20"
        assert entry.xpath("string(b)") == "Friday 20 November"
        assert entry.xpath("a/@href") == [f"{root}incidents/stop/"]
        (track,) = made[path].xpath("//*[@data-wp-bar='downloads']")
        assert track.get("data-wp-last") == "2026-11-21"


def test_without_any_such_day_the_lists_say_so() -> None:
    made = pages(page())
    assert made["index.html"].xpath("//*[@data-wp-days]") == []
    text = made["components/downloads/index.html"].xpath("string(//details[@class='wp-days'])")
    assert "No trouble on any of these days" in text


def test_a_page_of_many_components_lists_the_latest_days_and_leads_to_the_rest() -> None:
    names = [f"part-{n}" for n in range(100)]
    says = ["11-01 10:00 investigating", "11-20 11:00 resolved"]
    snapshot = page(
        "en",
        {**STOP, "says": says, "components": dict.fromkeys(names, "partial_outage")},
        components=dict.fromkeys(names, 0),
    )
    made = pages(snapshot)
    entries = made["index.html"].xpath("//ul[@data-wp-days='part-7']/li")
    assert [entry.get("data-wp-day") for entry in entries] == ["2026-11-20", "2026-11-19", "2026-11-18", None]
    assert entries[-1].get("data-wp-earlier") == "2026-11-18"
    assert entries[-1].xpath("a/@href") == ["./components/part-7/#days"]
    own = made["components/part-7/index.html"]
    assert len(own.xpath("//ul[@data-wp-days='part-7']/li")) == 20
    assert own.xpath("//details//*[@id='days']")


@pytest.mark.parametrize(("components", "shown"), [(1, 200), (25, 8), (100, 3), (1000, 3), (0, 200)])
def test_a_page_of_all_components_stays_light(components: int, shown: int) -> None:
    assert rows_shown(components) == shown


def test_a_new_day_is_a_new_page_though_nothing_happened() -> None:
    place, cache = site(), PageCache()
    rows = history(["08-01 00:00 http-1 operational"], ["08-01 00:00-11-25 00:00 http-1"])
    for passed, last in enumerate(("2026-11-21", "2026-11-22")):
        snapshot = take_snapshot(place, rows, NOW + timedelta(days=passed))
        shell = default_shell(snapshot.page, snapshot.words)
        cache.begin("the same")
        made = status_pages(snapshot, {}, shell, cache)
        cache.end()
        for path in ("index.html", "mine/index.html", "components/downloads/index.html"):
            assert f'data-wp-last="{last}"'.encode() in made[path], path


def test_titles_are_text() -> None:
    snapshot = hostile_snapshot({"script": "</li><script>alert(1)</script>"})
    found = [row for component in snapshot.components for row in StatusFormat(snapshot, {}).days(component)]
    titles = {title for row in found for _, title in row.links}
    assert any("<script" in title for title in titles)
    lists = pages(snapshot)["index.html"].xpath("//*[@data-wp-days]")
    assert not [element.tag for part in lists for element in part.xpath(".//script | .//img")]


def test_words_are_those_of_the_page() -> None:
    silent = [date(2026, 11, 1), date(2026, 11, 2)]
    (row,) = day_rows((), silent, load_words("de"), is_measured=True)
    assert (row.name, row.lines) == ("1. November bis 2. November", ("Keine Daten",))
