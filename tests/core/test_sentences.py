from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import incident
from waypost.core.sentences import STATUS_WORDS, headline, join_names
from waypost.model.status import ComponentStatus, worst


@golden("sentences/headlines.yml")
def test_the_first_line_is_true(case: Case) -> None:
    active = [
        incident({**item, "id": "any", "says": ["10:00 investigating"],
                  "components": dict.fromkeys(item["components"], "partial_outage")})
        for item in case.get("active", [])
    ]  # fmt: skip
    found = headline([(name, ComponentStatus(status)) for name, status in case["components"].items()], active)
    assert (found.sentence, found.detail, found.status) == (case["says"], case["detail"], case["status"])


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ("", ""),
        ("A", "A"),
        ("A B", "A and B"),
        ("A B C", "A, B and C"),
        ("A B C D", "A, B and 2 more"),
        ("A B C D E F", "A, B and 4 more"),
    ],
)
def test_names_are_joined_as_people_do(names: str, text: str) -> None:
    assert join_names(names.split()) == text


def test_every_state_has_words() -> None:
    assert set(STATUS_WORDS) == set(ComponentStatus)


@given(st.lists(st.sampled_from(ComponentStatus), max_size=6))
def test_without_written_incidents_good_news_needs_data_for_everything(states: list[ComponentStatus]) -> None:
    found = headline([(f"C{n}", status) for n, status in enumerate(states)], [])
    assert found.status is worst(states)
    all_well = bool(states) and set(states) == {ComponentStatus.OPERATIONAL}
    assert (found.sentence == "Everything is working") == all_well
    if ComponentStatus.NO_DATA in states and found.status is not ComponentStatus.NO_DATA:
        assert "No data for" in found.detail
        assert "Everything else works" not in found.detail
