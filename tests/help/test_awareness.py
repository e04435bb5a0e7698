from __future__ import annotations

import dataclasses

import pytest

from helpers.awareness import expected, now_document
from helpers.cases import Case, golden
from waypost.base.files.languages import load_words
from waypost.help.rules.status_notice import Topic, baked, story

OUTAGE = {"states": {"downloads": "major_outage", "uploads": "operational"}}


@golden("awareness/*.yml")
def test_the_story_that_matters_most_is_chosen(case: Case) -> None:
    found = story(now_document(case), case["about"])
    told = {**dataclasses.asdict(found), "names": list(found.names)} if found else None
    assert told == expected(case)


def test_trouble_is_baked_with_its_time_in_the_zone_of_the_page() -> None:
    told = baked(now_document(OUTAGE), ["downloads"], "Europe/Berlin", load_words())
    assert told is not None
    assert (told.status, told.title) == ("major_outage", "Downloads cannot be used right now")
    assert told.detail == "Downloads: since 20 Nov, 10:00. As of 20 Nov, 12:00 (Europe/Berlin)."
    assert (told.path, told.link) == ("", "See the status page")


def test_an_incident_is_baked_with_the_way_to_follow_it() -> None:
    incident = {"title": "Zips stop", "impact": "major", "components": ["downloads"]}
    told = baked(now_document({**OUTAGE, "incidents": [incident]}), ["downloads"], "UTC", load_words("de"))
    assert told is not None
    assert told.title == "Zips stop"
    assert told.detail == "Downloads: Störung seit 20. Nov., 10:00. Stand 20. Nov., 11:00 (UTC)."
    assert (told.path, told.link) == ("incidents/0/", "Störung verfolgen")


@pytest.mark.parametrize("status", ["operational", "no_data"])
def test_good_news_is_not_baked_because_it_would_grow_stale(status: str) -> None:
    now = now_document({"states": {"downloads": status}})
    assert story(now, ["downloads"]) is not None
    assert baked(now, ["downloads"], "UTC", load_words()) is None


def test_every_topic_has_its_words() -> None:
    words = load_words()
    for topic in Topic:
        assert words.say(f"live.aware.link.{topic}")
        assert words.say(f"live.aware.{topic}", names="Downloads", time="10:00")
