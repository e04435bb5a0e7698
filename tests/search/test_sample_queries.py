"""The questions of the sample are an honest measure: many, of all categories, and not copied from what they find."""

from __future__ import annotations

from helpers.sites import ROOT
from waypost.base.tokens import words_of
from waypost.formats.search import NO_ANSWER
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.rules.documents import search_documents

HELP_CENTER = load_project(Site(ROOT)).help_center
QUERIES = HELP_CENTER.queries.queries


def test_there_are_enough_of_both_sorts() -> None:
    unanswerable = [query for query in QUERIES if query.answer == NO_ANSWER]
    assert len(QUERIES) - len(unanswerable) >= 60
    assert len(unanswerable) >= 15


def test_every_category_is_asked_for() -> None:
    asked = {query.answer.split("/")[0] for query in QUERIES if query.answer != NO_ANSWER}
    assert asked == {page.category for page in HELP_CENTER.articles}


def test_no_question_is_copied_from_a_title_or_an_alias() -> None:
    documents = search_documents(HELP_CENTER.articles)
    written = {tuple(words_of(text)) for one in documents for text in (one.title, *one.aliases)}
    assert [query.ask for query in QUERIES if tuple(words_of(query.ask)) in written] == []
