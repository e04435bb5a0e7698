from __future__ import annotations

import dataclasses

import pytest

from helpers.awareness import expected, now_document
from helpers.cases import Case, golden
from waypost.base.files.languages import load_words
from waypost.help.rules.status_notice import Topic, page_status, status_notice

OUTAGE = {"states": {"downloads": "major_outage", "uploads": "operational"}}


@golden("awareness/*.yml")
def test_what_matters_most_is_chosen(case: Case) -> None:
    found = page_status(now_document(case), case["about"])
    notice = {**dataclasses.asdict(found), "names": list(found.names)} if found else None
    assert notice == expected(case)


def test_trouble_is_in_the_page_with_its_time_in_the_zone_of_the_page() -> None:
    notice = status_notice(now_document(OUTAGE), ["downloads"], "Europe/Berlin", load_words())
    assert notice is not None
    assert (notice.status, notice.title) == ("major_outage", "Downloads cannot be used right now")
    assert notice.detail == "Downloads: since 20 Nov, 10:00. As of 20 Nov, 12:00 (Europe/Berlin)."
    assert (notice.path, notice.link) == ("", "See the status page")


def test_an_incident_is_in_the_page_with_the_way_to_follow_it() -> None:
    incident = {"title": "Zips stop", "impact": "major", "components": ["downloads"]}
    notice = status_notice(
        now_document({**OUTAGE, "incidents": [incident]}), ["downloads"], "UTC", load_words("de")
    )
    assert notice is not None
    assert notice.title == "Zips stop"
    assert notice.detail == "Downloads: Störung seit 20. Nov., 10:00. Stand 20. Nov., 11:00 (UTC)."
    assert (notice.path, notice.link) == ("incidents/0/", "Störung verfolgen")


@pytest.mark.parametrize("status", ["operational", "no_data"])
def test_good_news_is_not_in_the_page_because_it_would_grow_stale(status: str) -> None:
    now = now_document({"states": {"downloads": status}})
    assert page_status(now, ["downloads"]) is not None
    assert status_notice(now, ["downloads"], "UTC", load_words()) is None


def test_every_topic_has_its_words() -> None:
    words = load_words()
    for topic in Topic:
        assert words.say(f"live.aware.link.{topic}")
        assert words.say(f"live.aware.{topic}", names="Downloads", time="10:00")
