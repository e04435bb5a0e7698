from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.status_world import history, moment, site, take_snapshot
from waypost.core.news import LIMIT, news, stories
from waypost.core.snapshot import Snapshot
from waypost.core.statuspage_words import LABELS
from waypost.model.project import History
from waypost.model.status import UpdateStatus

ROOT = "https://help.lumen.example/status/"


def seen(*incidents: dict[str, object], now: str = "20:00", **more: list[dict[str, object]]) -> Snapshot:
    return take_snapshot(site(incidents=incidents, **more), History(), moment(now))


def many(count: int) -> Snapshot:
    says = [f"{n // 60:02}:{n % 60:02} investigating" for n in range(count)]
    return seen({"id": "long", "says": says})


def test_each_update_is_an_item_newest_first() -> None:
    found = news(
        seen(
            {"id": "zip", "title": "Zip stops", "says": ["10:00 investigating", "11:00 resolved"]},
            maintenances=[
                {"id": "work", "window": "18:00-19:00", "says": ["10:30 scheduled", "18:00 in_progress"]}
            ],
        )
    )
    assert [(item.title, item.link, item.published) for item in found] == [
        ("[In progress] Title of work", f"{ROOT}maintenance/work/", moment("18:00")),
        ("[Resolved] Zip stops", f"{ROOT}incidents/zip/", moment("11:00")),
        ("[Scheduled] Title of work", f"{ROOT}maintenance/work/", moment("10:30")),
        ("[Investigating] Zip stops", f"{ROOT}incidents/zip/", moment("10:00")),
    ]
    assert found[1].guid == f"{ROOT}incidents/zip/#20261120t110000z-resolved"
    assert found[1].body == "It is resolved."


def test_what_the_checks_found_is_told_too() -> None:
    rows = history(["00:00 http-1 operational", "10:00>10:03 http-1 major_outage"])
    (item,) = news(take_snapshot(site(), rows, moment("20:00")))
    assert (item.title, item.published) == ("[Investigating] Downloads: outage", moment("10:03"))


def test_an_update_that_was_not_given_yet_is_not_told() -> None:
    found = news(seen({"id": "zip", "says": ["10:00 investigating", "11:00 resolved"]}, now="10:59"))
    assert [item.title for item in found] == ["[Investigating] Title of zip"]


def test_times_of_one_second_are_told_apart_in_a_fixed_order() -> None:
    items = [{"id": key, "says": ["10:00 investigating"]} for key in ("c", "a", "b")]
    found = news(seen(*items))
    assert [(item.link[-2], item.published - moment("10:00")) for item in found] == [
        ("c", timedelta(seconds=2)),
        ("b", timedelta(seconds=1)),
        ("a", timedelta(0)),
    ]
    assert news(seen(*reversed(items))) == found


def test_the_guid_stays_when_text_and_title_are_edited() -> None:
    before = seen({"id": "zip", "says": ["10:00 investigating"]})
    edited = replace(
        before.incidents[0], title="New", updates=(replace(before.incidents[0].updates[0], body="New"),)
    )
    after = replace(before, incidents=(edited,))
    assert news(after)[0].body != news(before)[0].body
    assert news(after)[0].guid == news(before)[0].guid


def test_a_feed_holds_the_latest_fifty() -> None:
    found = news(many(60))
    assert len(found) == LIMIT == 50
    assert (found[0].published, found[-1].published) == (moment("00:59"), moment("00:10"))


def test_a_feed_of_stories_holds_the_latest_fifty_begun() -> None:
    items = [{"id": f"n-{n:02}", "says": [f"10:{n:02} investigating", "19:00 resolved"]} for n in range(60)]
    found = stories(seen(*items))
    assert [story.slug for story in found] == [f"incident/n-{n:02}" for n in range(59, 9, -1)]


def test_a_story_is_told_newest_update_first() -> None:
    (story,) = stories(
        seen({"id": "zip", "started": "09:00", "says": ["10:00 investigating", "11:00 resolved"]})
    )
    assert [update.status for update in story.updates] == ["resolved", "investigating"]
    assert (story.started, story.updated) == (moment("10:00"), moment("11:00"))


def test_nothing_happened_is_an_empty_feed() -> None:
    assert news(seen()) == stories(seen()) == ()


def test_titles_are_in_the_language_of_the_site() -> None:
    rows = history(["00:00 http-1 operational", "10:00>10:03 http-1 major_outage"])
    (item,) = news(take_snapshot(site(), rows, moment("20:00"), "de"))
    assert item.title == "[Wird untersucht] Downloads: Ausfall"
    assert item.guid == news(take_snapshot(site(), rows, moment("20:00")))[0].guid


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
    found = news(seen(*items))
    assert all(item.published.microsecond == 0 for item in found)
    assert all(later.published > earlier.published for later, earlier in itertools.pairwise(found))
    assert len({item.guid for item in found}) == len(found) == min(LIMIT, sum(map(len, incidents)))
