from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import incident, moment
from waypost.base.files.languages import languages, load_words
from waypost.formats.status import ComponentStatus, worst
from waypost.status.rules.headline import Headline, headline

ENGLISH = load_words("en")


def published(case: Case, language: str) -> Headline:
    active = [
        incident({**item, "id": "any", "says": ["10:00 investigating"],
                  "components": dict.fromkeys(item["components"], "partial_outage")})
        for item in case.get("active", [])
    ]  # fmt: skip
    states = [(name, ComponentStatus(status)) for name, status in case["components"].items()]
    offline_since = moment(case["offline_since"]) if "offline_since" in case else None
    is_blind = case.get("is_blind", False)
    return headline(states, active, load_words(language), is_blind=is_blind, offline_since=offline_since)


@golden("sentences/headlines.yml")
def test_the_first_line_is_true(case: Case) -> None:
    found = published(case, "en")
    assert (found.sentence, found.detail, found.status) == (case["says"], case["detail"], case["status"])


@golden("sentences/headlines.yml")
def test_the_first_line_is_true_in_german(case: Case) -> None:
    found = published(case, "de")
    assert [found.sentence, found.detail, found.status] == [*case["in_german"], case["status"]]


@pytest.mark.parametrize("language", languages())
def test_every_state_has_words_of_its_own(language: str) -> None:
    words = load_words(language)
    assert len({words.say(f"status.state.{status}") for status in ComponentStatus}) == len(ComponentStatus)


@given(st.lists(st.sampled_from(ComponentStatus), max_size=6))
def test_without_written_incidents_good_news_needs_data_for_everything(states: list[ComponentStatus]) -> None:
    found = headline([(f"C{n}", status) for n, status in enumerate(states)], [], ENGLISH)
    assert found.status is worst(states)
    all_well = bool(states) and set(states) == {ComponentStatus.OPERATIONAL}
    assert (found.sentence == "Everything is working") == all_well
    if ComponentStatus.NO_DATA in states and found.status is not ComponentStatus.NO_DATA:
        assert "No data for" in found.detail
        assert "Everything else works" not in found.detail
