from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from helpers.status_world import history, moment, site, take_snapshot, updates
from waypost.formats.status import Repetition, Update, UpdateStatus
from waypost.formats.status_site import History
from waypost.publishing.api.statuspage import LABELS
from waypost.publishing.rules.feed_items import (
    IMPACTS,
    LIMIT,
    by_selection,
    history_items,
    selections,
    update_items,
)
from waypost.reading.rules.recurrence import expand
from waypost.status.rules.snapshot import Snapshot

ROOT = "https://help.lumen.example/status/"


def page(*incidents: dict[str, object], now: str = "20:00", **more: list[dict[str, object]]) -> Snapshot:
    return take_snapshot(site(incidents=incidents, **more), History(), moment(now))


def many(count: int) -> Snapshot:
    says = [f"{n // 60:02}:{n % 60:02} investigating" for n in range(count)]
    return page({"id": "long", "says": says})


def test_each_update_is_an_item_newest_first() -> None:
    found = update_items(
        page(
            {"id": "zip", "title": "Zip stops", "says": ["10:00 investigating", "11:00 resolved"]},
            maintenances=[
                {"id": "work", "window": "18:00-19:00", "says": ["10:30 scheduled", "18:00 in_progress"]}
            ],
        )
    )
    assert [(item.title, item.link, item.published) for item in found] == [
        ("[Completed] Title of work", f"{ROOT}maintenance/work/", moment("19:00")),
        ("[In progress] Title of work", f"{ROOT}maintenance/work/", moment("18:00")),
        ("[Resolved] Zip stops", f"{ROOT}incidents/zip/", moment("11:00")),
        ("[Scheduled] Title of work", f"{ROOT}maintenance/work/", moment("10:30")),
        ("[Investigating] Zip stops", f"{ROOT}incidents/zip/", moment("10:00")),
    ]
    assert found[2].guid == f"{ROOT}incidents/zip/#20261120t110000z-resolved"
    assert found[2].body == "It is resolved."


def test_what_the_checks_found_is_told_too() -> None:
    rows = history(["00:00 http-1 operational", "10:00>10:03 http-1 major_outage"])
    (item,) = update_items(take_snapshot(site(), rows, moment("20:00")))
    assert (item.title, item.published) == ("[Investigating] Downloads: outage", moment("10:03"))


def test_an_update_that_was_not_given_yet_is_not_told() -> None:
    found = update_items(page({"id": "zip", "says": ["10:00 investigating", "11:00 resolved"]}, now="10:59"))
    assert [item.title for item in found] == ["[Investigating] Title of zip"]


def test_times_of_one_second_are_told_apart_in_a_fixed_order() -> None:
    items = [{"id": key, "says": ["10:00 investigating"]} for key in ("c", "a", "b")]
    found = update_items(page(*items))
    assert [(item.link[-2], item.published - moment("10:00")) for item in found] == [
        ("c", timedelta(seconds=2)),
        ("b", timedelta(seconds=1)),
        ("a", timedelta(0)),
    ]
    assert update_items(page(*reversed(items))) == found


def test_the_guid_stays_when_text_and_title_are_edited() -> None:
    before = page({"id": "zip", "says": ["10:00 investigating"]})
    edited = replace(
        before.incidents[0], title="New", updates=(replace(before.incidents[0].updates[0], body="New"),)
    )
    after = replace(before, incidents=(edited,))
    assert update_items(after)[0].body != update_items(before)[0].body
    assert update_items(after)[0].guid == update_items(before)[0].guid


def test_a_feed_holds_the_latest_fifty() -> None:
    found = by_selection(update_items(many(60)))[""]
    assert len(found) == LIMIT == 50
    assert (found[0].published, found[-1].published) == (moment("00:59"), moment("00:10"))


def test_a_feed_of_stories_holds_the_latest_fifty_begun() -> None:
    items = [{"id": f"n-{n:02}", "says": [f"10:{n:02} investigating", "19:00 resolved"]} for n in range(60)]
    found = history_items(page(*items))
    assert [history_item.slug for history_item in found] == [f"incident/n-{n:02}" for n in range(59, 9, -1)]


def test_a_story_is_told_newest_update_first() -> None:
    (history_item,) = history_items(
        page({"id": "zip", "started": "09:00", "says": ["10:00 investigating", "11:00 resolved"]})
    )
    assert [update.status for update in history_item.updates] == ["resolved", "investigating"]
    assert (history_item.started, history_item.updated) == (moment("10:00"), moment("11:00"))


def test_nothing_happened_is_an_empty_feed() -> None:
    assert update_items(page()) == history_items(page()) == ()


def test_titles_are_in_the_language_of_the_site() -> None:
    rows = history(["00:00 http-1 operational", "10:00>10:03 http-1 major_outage"])
    (item,) = update_items(take_snapshot(site(), rows, moment("20:00"), "de"))
    assert item.title == "[Wird untersucht] Downloads: Ausfall"
    assert item.guid == update_items(take_snapshot(site(), rows, moment("20:00")))[0].guid


def test_every_status_has_the_label_of_statuspage() -> None:
    assert set(LABELS) == set(UpdateStatus)
    assert set(LABELS.values()) == {
        "Investigating",
        "Identified",
        "Monitoring",
        "Resolved",
        "Postmortem",
        "Scheduled",
        "In progress",
        "Verifying",
        "Completed",
    }


@given(st.lists(st.lists(st.integers(0, 90), min_size=1, max_size=8, unique=True), max_size=12))
def test_times_are_whole_seconds_and_strictly_decreasing(incidents: list[list[int]]) -> None:
    items = [
        {"id": f"n{n}", "says": [f"10:{at // 60:02}:{at % 60:02}.5 monitoring" for at in sorted(seconds)]}
        for n, seconds in enumerate(incidents)
    ]
    found = update_items(page(*items))
    assert all(item.published.microsecond == 0 for item in found)
    assert all(later.published > earlier.published for later, earlier in itertools.pairwise(found))
    assert len({item.guid for item in found}) == len(found) == sum(map(len, incidents))
    for members in by_selection(found).values():
        assert members == [item for item in found if item in members][:LIMIT]


def repeated(*text: Update) -> Snapshot:
    """Return work of four weeks that was announced on 1 November, and what was said of it."""
    place = site(maintenances=[{"id": "work", "window": "11-06 10:00-11-06 11:00"}])
    (work,) = place.maintenances
    every_week = Repetition(every="week", count=4)
    whole = replace(work, updates=(*work.updates, *text), repeats=every_week)
    works, faults = expand(whole, ZoneInfo("UTC"))
    assert faults == []
    return take_snapshot(replace(place, maintenances=works), History(), moment("11-14 00:00"))


def test_what_is_said_of_all_windows_of_work_that_repeats_is_one_item() -> None:
    more = updates(["11-06 10:00 in_progress", "11-08 00:00 scheduled"])
    cancelled = replace(updates(["11-12 00:00 cancelled"])[0], window=date(2026, 11, 13))
    found = update_items(repeated(*more, cancelled))
    assert [(item.title.partition("]")[0][1:], item.link.removeprefix(ROOT)) for item in found] == [
        ("Cancelled", "maintenance/work-2026-11-13/"),
        ("Scheduled", "maintenance/work-2026-11-13/"),
        ("Completed", "maintenance/work-2026-11-06/"),
        ("In progress", "maintenance/work-2026-11-06/"),
        ("Scheduled", "maintenance/work-2026-11-06/"),
    ]
    assert found[0].guid == f"{ROOT}maintenance/work/#20261112t000000z-cancelled"
    assert len({item.guid for item in found}) == 5


def test_the_feed_of_stories_holds_the_next_window_and_those_that_were() -> None:
    assert [history_item.slug for history_item in history_items(repeated())] == [
        f"maintenance/work-2026-11-{day}" for day in ("20", "13", "06")
    ]
    assert len(repeated().maintenances) == 4


def test_an_item_says_when_its_words_were_edited_once_that_has_happened() -> None:
    place = site(incidents=[{"id": "zip", "says": ["10:00 investigating", "11:00 resolved"]}])
    (incident,) = place.incidents
    first = replace(incident.updates[0], edited=moment("19:30"))
    place = replace(place, incidents=(replace(incident, updates=(first, incident.updates[1])),))
    for now, expected in (("19:29", "10:00"), ("19:30", "19:30"), ("23:00", "19:30")):
        snapshot = take_snapshot(place, History(), moment(now))
        item = update_items(snapshot)[1]
        assert (item.published, item.updated) == (moment("10:00"), moment(expected))
        assert history_items(snapshot)[0].updated == max(moment("11:00"), moment(expected))


def test_every_item_is_in_the_selections_of_its_components_and_its_impact() -> None:
    snapshot = page({"id": "zip", "impact": "major", "says": ["10:00 investigating"]})
    assert list(by_selection(update_items(snapshot))) == [
        "",
        "components/downloads/",
        "impact/minor/",
        "impact/major/",
    ]
    known = [selection.folder for selection in selections(snapshot)]
    assert known == ["", "components/downloads/", *(f"impact/{impact}/" for impact in IMPACTS)]
    assert [selection.about for selection in selections(snapshot)] == ["", "components/downloads/", *[""] * 4]
