"""Pages that are no articles are found as people ask for them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from waypost.base.files.languages import languages, load_words
from waypost.base.files.resources import theme_folder
from waypost.formats.article import PageKind
from waypost.formats.project import Project
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.language import search_language
from waypost.search.rules.ranking import AnswerState, rank
from waypost.search.rules.site_pages import CONTACT, PAGE_KINDS, SITE_PAGES, page_documents
from waypost.search.site_search import site_index


@pytest.fixture(scope="module")
def sample() -> Project:
    return load_project(Site(theme_folder().parent))


@pytest.mark.parametrize("code", languages())
def test_each_page_has_questions_and_texts_in_each_language(sample: Project, code: str) -> None:
    language, words = search_language(code), load_words(code)
    assert list(language.pages) == [*(page.name for page in SITE_PAGES[:2]), CONTACT, SITE_PAGES[2].name]
    for document in page_documents(sample.help_center, words, language.pages):
        assert document.title
        assert document.aliases
        assert document.kind in PAGE_KINDS


@pytest.mark.parametrize("code", languages())
def test_each_question_finds_its_page_first(sample: Project, code: str) -> None:
    language = search_language(code)
    index = site_index(sample.help_center, language)
    pages = {page.name: page.url for page in SITE_PAGES} | {CONTACT: sample.help_center.contact_url}
    for name, questions in language.pages.items():
        for question in questions:
            found = rank(index, question.lower())
            assert (found.hits[0].document.url, found.state) == (pages[name], AnswerState.ANSWER), question


def test_only_pages_that_there_are_can_be_found(sample: Project) -> None:
    center = replace(sample.help_center, support=None, pages={})
    found = [each.url for each in page_documents(center, load_words(), search_language("en").pages)]
    assert found == ["status/", "status/subscribe/"]


def test_the_contact_page_is_found_by_its_own_text_too(sample: Project) -> None:
    contact = sample.help_center.only(PageKind.CONTACT)
    assert contact
    documents = page_documents(sample.help_center, load_words(), {})
    [found] = [document for document in documents if document.path == contact.path]
    assert found.sections
    assert (found.title, found.url, found.kind) == (contact.title, "contact/", CONTACT)


def test_a_site_in_a_language_without_questions_has_its_pages_by_their_titles(sample: Project) -> None:
    index = site_index(sample.help_center, search_language("pt"))
    assert rank(index, "Status of the service").hits[0].document.url == "status/"
