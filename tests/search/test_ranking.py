from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import golden
from helpers.search_lists import index_of
from waypost.search.io.language import search_language
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.constants import LONGEST_QUESTION, NEAREST
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.index import Language
from waypost.search.rules.ranking import AnswerState, rank

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
        expected = question.get("state", "answer" if question["finds"] else "nothing")
        assert found.state == expected, question["why"]
        if found.hits:
            assert found.corrected == question.get("corrected", ""), question["why"]


def test_an_empty_index_answers_nothing() -> None:
    assert rank(index_documents([], Language("en", str)), "anything at all").hits == ()


def test_no_more_are_returned_than_asked_for() -> None:
    assert len(rank(SMALL, "zip").hits) == 2
    assert len(rank(SMALL, "zip", 1).hits) == 1


def test_the_nearest_are_named_where_nothing_answers() -> None:
    found = rank(SMALL, "an archive of grandmother in her attic")
    assert found.state is AnswerState.UNSURE
    assert found.confidence < SMALL.sure
    assert next(hit.document.url for hit in found.hits) == "zip/"
    assert len(found.hits) <= NEAREST


def test_a_very_long_question_is_looked_up_by_its_start() -> None:
    found = rank(SMALL, "zip " + "filler " * LONGEST_QUESTION + "card")
    assert [concept.asked for concept in found.concepts] == ["zip", "filler"]


def test_a_word_asked_twice_counts_once() -> None:
    assert rank(SMALL, "zip zip ZIP").hits == rank(SMALL, "zip").hits


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400), st.booleans())
def test_any_question_is_answered(question: str, typing: bool) -> None:  # hypothesis passes it
    found = rank(SMALL, question, typing=typing)
    assert bool(found.hits) is (found.state is not AnswerState.NOTHING)
    assert 0 <= found.confidence <= 1000


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
    index = index_documents([document, other], language)
    assert [hit.document.url for hit in rank(index, "pelican").hits] == ["a/"]


NAMES = {
    "language": "en",
    "documents": [
        {"url": f"{number}/", "title": title, "text": "How do I reset the password of a gallery? " * 9}
        for number, title in enumerate(("Open a gallery", "Galleries", "Opening hours", "What is it"))
    ],
}


@pytest.mark.parametrize(
    "ask", ["Open a gallery", "open a GALLERY!", "Open a gallerys", "What is it?", "galleries"]
)
def test_a_title_word_for_word_comes_first(ask: str) -> None:
    index = index_of(NAMES)
    found = rank(index, ask)
    wanted = ask.strip("?!s").casefold()
    assert found.hits[0].document.title.casefold().strip("s") == wanted
    assert found.state is AnswerState.ANSWER


def test_a_title_is_found_without_its_final_s_however_its_words_are_taken() -> None:
    index = index_of({"language": "en", "documents": [{"url": "a/", "title": "Refunds", "text": ""}]})
    for as_typed in (False, True):
        assert [hit.document.url for hit in rank(index, "refund", as_typed=as_typed).hits] == ["a/"]


def test_a_heading_word_for_word_comes_first_and_is_the_passage_that_is_named() -> None:
    documents = [
        SearchDocument(
            f"{number}/",
            f"{number}.md",
            f"Article {number} about the zip, its size and what you need",
            (),
            "page",
            "",
            (DocumentSection("need", heading, "You need a zip. What do you need?"),),
        )
        for number, heading in enumerate(("Sizes", "What you need", "Times"))
    ]
    found = rank(index_documents(documents, search_language("en")), "what you need")
    first = found.hits[0]
    assert first.document.url == "1/"
    assert first.document.passages[first.passage].text == "What you need"


def test_a_word_that_is_nowhere_weighs_like_the_mean_of_all() -> None:
    (zip_, unknown) = rank(SMALL, "zip qwertz").concepts
    rare = rank(SMALL, "archive").concepts[0]
    assert unknown.candidates == ()
    assert zip_.weight < unknown.weight < rare.weight
