from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from helpers.cases import golden
from waypost.adapters.whoosh_index import MAX_WORDS, SearchIndex
from waypost.app.site import Site, load_project
from waypost.core.search import SearchDocument, search_documents
from waypost.model.article import Kind

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample() -> SearchIndex:
    return SearchIndex(search_documents(load_project(Site(ROOT)).help_center.articles))


@golden("search/sample.yml")
def test_the_sample_answers_as_people_ask(sample: SearchIndex, case: dict[str, Any]) -> None:
    hits = sample.search(case["question"])
    assert (hits[0].document.url if hits else None) == case["first"]


def test_answers_come_best_first_and_no_more_than_asked_for(sample: SearchIndex) -> None:
    hits = sample.search("gallery password link", limit=4)
    assert len(hits) == 4
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_a_very_long_question_is_looked_up_by_its_start() -> None:
    documents = [
        SearchDocument("a/", "a.md", "Alpha", (), "", "alpha", Kind.PAGE),
        SearchDocument("b/", "b.md", "Omega", (), "", "omega", Kind.PAGE),
    ]
    question = "alpha " + "filler " * (MAX_WORDS * 300) + "omega"
    assert [hit.document.url for hit in SearchIndex(documents).search(question)] == ["a/"]


def test_an_empty_help_center_answers_nothing() -> None:
    assert SearchIndex([]).search("anything") == []
