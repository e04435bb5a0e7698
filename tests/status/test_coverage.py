from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import TypeAdapter

from helpers.cases import Case, golden
from helpers.status_world import history, history_of, moment, site, site_of, take_snapshot
from waypost.base.files.languages import load_words
from waypost.formats.status_config import Policy, ReportedHistory
from waypost.formats.status_site import StatusSite
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.statuspage import status_json
from waypost.status.rules.coverage import figure, length_text


def place_of(case: Case) -> StatusSite:
    found = site_of(case)
    reported = TypeAdapter(tuple[ReportedHistory, ...]).validate_python(case.get("reported", ()))
    policy = TypeAdapter(Policy).validate_python({"least_coverage": case.get("least_coverage", "1h")})
    return replace(found, config=replace(found.config, reported=reported, policy=policy))


@golden("uptime/coverage.yml")
def test_a_figure_says_what_it_rests_on(case: Case) -> None:
    page = take_snapshot(place_of(case), history_of(case), moment(case["now"]))
    (component,) = (item for item in page.components if item.id == case.get("component", "downloads"))
    sentences = {
        name: figure(component.uptimes.windows[name], name, page.words).sentence
        for name in case.get("sentences", {})
    }
    assert sentences == case.get("sentences", {})
    found = {
        "status": component.status,
        "known": component.known_status,
        "indicator": page.indicator,
        "active": [item.id for item in page.active],
    }
    assert {key: found[key] for key in found if key in case} == {
        key: case[key] for key in found if key in case
    }
    assert status_json(page)["indicator"] == page.indicator


def test_where_there_is_no_percentage_nothing_else_has_a_number() -> None:
    rows = history(["11:50 http-1 major_outage"], ["11:50-12:00 http-1"])
    page = take_snapshot(site(), rows, moment("12:00"))
    found = now_document(page)["components"]["downloads"]
    assert found["uptime"]["24h"] is None
    assert found["uptime"]["with_maintenance"]["90d"] is None
    assert found["coverage"]["24h"] == {"percent": 1, "source": "measured"}
    assert (found["budget"]["allowed"], found["budget"]["spent"], found["budget"]["left"]) == (
        None,
        None,
        None,
    )
    assert set(found["budget"]["burn_rates"].values()) == {None}


def test_an_hour_that_was_watched_but_for_a_moment_has_its_burn_rate() -> None:
    rows = history(["10:00 http-1 operational", "11:30 http-1 major_outage"], ["10:00-11:56 http-1"])
    page = take_snapshot(site(policy=Policy(slo=50)), rows, moment("12:00"))
    assert page.components[0].uptimes.budget(page.policy).burn_rates["1h"] == pytest.approx(26 / 56 * 2)


@pytest.mark.parametrize(
    ("length", "english", "german"),
    [
        (timedelta(seconds=119), "1 minute", "1 Minute"),
        (timedelta(minutes=60), "60 minutes", "60 Minuten"),
        (timedelta(hours=2, minutes=59), "2 hours", "2 Stunden"),
        (timedelta(hours=47, minutes=59), "47 hours", "47 Stunden"),
        (timedelta(hours=48), "2 days", "2 Tage"),
    ],
)
def test_lengths_have_one_unit_and_are_rounded_down(length: timedelta, english: str, german: str) -> None:
    assert (length_text(length, load_words("en")), length_text(length, load_words("de"))) == (english, german)


def test_the_sentences_in_german() -> None:
    words = load_words("de")
    rows = history(["11-19 00:00 http-1 operational"], ["11-19 00:00-12:00 http-1"])
    place = site(incidents=[{"id": "a", "says": ["11-12 00:00 investigating", "11-12 08:00 resolved"]}])
    (component,) = take_snapshot(place, rows, moment("12:00")).components
    windows = component.uptimes.windows
    assert figure(windows["24h"], "24h", words).sentence == "100 % über 24 Stunden"
    assert figure(windows["7d"], "7d", words).sentence == "100 % über 36 Stunden Messung"
    assert (
        figure(windows["90d"], "90d", words).sentence
        == "94,54 % über 44 Stunden, gemessen oder aufgeschrieben"
    )
    rows = history(["11:48 http-1 operational"], ["11:48-12:00 http-1"])
    (young,) = take_snapshot(site(), rows, moment("12:00")).components
    assert figure(young.uptimes.windows["24h"], "24h", words).sentence == (
        "keine Prozentzahl: erst 12 Minuten gemessen"
    )
