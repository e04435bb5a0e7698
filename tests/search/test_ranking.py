from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import golden
from helpers.search_lists import index_of
from waypost.search.rules.constants import ENOUGH, MOST_WORDS
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.index import Language, build_index, count_forms
from waypost.search.rules.ranking import rank

DOCUMENTS = [
    {
        "url": "zip/",
        "title": "A zip download stops",
        "text": "archive",
        "kind": "troubleshooting",
        "category": "downloads",
    },
    {"url": "mail/", "title": "The mail with the zip", "text": "link", "kind": "faq", "category": "mail"},
    {"url": "pay/", "title": "Pay by card", "text": "bank"},
]
SMALL = index_of({"language": "en", "documents": DOCUMENTS})


@golden("search/lists.yml")
def test_lists_are_those_of_the_golden_cases(case: dict[str, Any]) -> None:
    index = index_of(case)
    for question in case["questions"]:
        found = rank(index, question["ask"], 5, typing=question.get("typing", False))
        assert [hit.document.url for hit in found.hits] == question["finds"], question["why"]
        if found.hits:
            assert found.corrected == question.get("corrected", ""), question["why"]


def test_an_empty_index_answers_nothing() -> None:
    assert rank(build_index([], [], Language("en", str)), "anything at all").hits == ()


def test_scores_fall_and_no_more_are_returned_than_asked_for() -> None:
    scores = [hit.score for hit in rank(SMALL, "zip", always=True).hits]
    assert scores == sorted(scores, reverse=True)
    assert len(rank(SMALL, "zip", 1).hits) == 1


def test_the_nearest_can_be_had_where_nothing_answers() -> None:
    question = "the archive of my grandmother in the attic of her house"
    refused = rank(SMALL, question)
    assert refused.hits == ()
    assert refused.confidence < ENOUGH
    assert next(hit.document.url for hit in rank(SMALL, question, always=True).hits) == "zip/"


def test_a_very_long_question_is_looked_up_by_its_start() -> None:
    found = rank(SMALL, "zip " + "filler " * (MOST_WORDS * 300) + "card")
    assert [concept.asked for concept in found.concepts] == ["zip", "filler"]


def test_a_word_asked_twice_counts_once() -> None:
    assert rank(SMALL, "zip zip ZIP").hits == rank(SMALL, "zip").hits


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.booleans())
def test_any_question_is_answered(question: str, typing: bool) -> None:  # hypothesis passes it
    found = rank(SMALL, question, typing=typing)
    assert all(hit.score > 0 for hit in found.hits)
    assert not found.hits or found.confidence >= ENOUGH


@pytest.mark.parametrize("weight", ["title", "aliases", "headings", "text"])
def test_every_field_is_found(weight: str) -> None:
    fields = {"title": "x", "aliases": (), "headings": "x", "text": "x"}
    fields[weight] = ("pelican",) if weight == "aliases" else "pelican"
    sections = (DocumentSection("a", str(fields["headings"]), str(fields["text"])),)
    document = SearchDocument(
        "a/", "a.md", str(fields["title"]), tuple(fields["aliases"]), "page", "", sections
    )
    language = Language("en", str)
    other = SearchDocument("b/", "b.md", "other", (), "page", "", ())
    index = build_index(
        [document, other], [count_forms(each, language, {}) for each in (document, other)], language
    )
    assert [hit.document.url for hit in rank(index, "pelican").hits] == ["a/"]
