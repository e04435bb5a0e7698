"""The sentence that answers: which one it is, word for word, and when none is quoted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers.cases import CASES, read_yaml
from waypost.base.files.resources import theme_folder
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.language import search_language
from waypost.search.rules import constants
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.index import Index
from waypost.search.rules.quotes import Quote, quote
from waypost.search.rules.ranking import AnswerState, rank
from waypost.search.site_search import site_index, site_language

LONG = "The kettle " + "whistles and " * 40 + "stops."


def document(url: str, title: str, *sections: tuple[str, str, str]) -> SearchDocument:
    parts = tuple(DocumentSection(*section) for section in sections)
    return SearchDocument(url, f"{url.strip('/')}.md", title, (), "page", "About this.", parts)


DOCUMENTS = [
    document(
        "kettle/",
        "Descale the kettle",
        (
            "",
            "",
            "See below:\nWhy does it whistle?\nYes.\nThe kettle needs vinegar. It takes 40 minutes at least.",
        ),
        ("filter", "Filter cartridges", "Rinse cartridges in water. A cartridge lasts two months at most."),
    ),
    document("lid/", "Lid hinges", ("", "", f"{LONG}")),
    document(
        "blender/",
        "Find out why a blender stalls",
        ("", "", "Answer what you see."),
        ("", "Does the blender hum?", "Listen closely to it."),
        ("", "Is the jug locked?", "Turn the jug until it clicks."),
    ),
    *(document(f"other-{number}/", f"Appliance {number}", ("", "", "Nothing.")) for number in range(40)),
]


@pytest.fixture(scope="module")
def index() -> Index:
    return index_documents(DOCUMENTS, search_language("en"))


@pytest.fixture(scope="module")
def sample() -> Index:
    project = load_project(Site(theme_folder().parent))
    return site_index(project.help_center, site_language(project))


def asked(index: Index, question: str) -> Quote | None:
    return quote(index, rank(index, question))


@pytest.mark.parametrize(
    ("question", "text", "anchor"),
    [
        pytest.param(
            "descale the kettle", "It takes 40 minutes at least.", "", id="a number before the first sentence"
        ),
        pytest.param(
            "descale kettle with vinegar", "The kettle needs vinegar.", "", id="what the title does not say"
        ),
        pytest.param(
            "filter cartridges", "Rinse cartridges in water.", "filter", id="below the heading that was asked"
        ),
        pytest.param(
            "find out why a blender stalls",
            "Does the blender hum?",
            "",
            id="the first question of a troubleshooter",
        ),
    ],
)
def test_what_is_quoted(index: Index, question: str, text: str, anchor: str) -> None:
    found = asked(index, question)
    assert found
    assert (found.text, found.anchor) == (text, anchor)


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("lid hinges", "the sentence is too long to be read at a glance"),
        ("appliance 7", "one word is no statement"),
        ("how do i water my garden", "only one word of the question is known"),
        ("xyzzyq", "nothing is found"),
    ],
)
def test_what_is_not_quoted(index: Index, question: str, why: str) -> None:
    assert asked(index, question) is None, why


def test_nothing_is_quoted_where_it_is_not_sure_that_anything_answers(index: Index) -> None:
    ranking = rank(index, "descale the kettle")
    assert quote(index, ranking)
    assert quote(index, replace(ranking, state=AnswerState.UNSURE)) is None


def test_a_question_of_a_faq_leads_to_its_own_anchor(sample: Index) -> None:
    found = asked(sample, "How long does the download link work?")
    assert found
    assert (found.text, found.anchor) == (
        "For 24 hours after we send it.",
        "how-long-does-the-download-link-work",
    )


def test_every_quote_stands_in_the_text_of_its_article(sample: Index) -> None:
    quotes = [asked(sample, document.title) for document in sample.documents]
    found = [each for each in quotes if each]
    assert len(found) > len(quotes) / 2
    for each in found:
        texts = [section.text for section in each.document.sections]
        headings = [section.heading for section in each.document.sections if not section.anchor]
        assert any(each.text in text for text in texts) or each.text in headings
        assert len(each.text) <= constants.QUOTE_LONGEST
        assert each.text != each.document.title


def test_the_sample_quotes_more_that_answers_than_that_does_not(sample: Index) -> None:
    rows = [(asked(sample, case["ask"]), case["quotes"]) for case in read_yaml(CASES / "search/quotes.yml")]
    right = sum(found.text in quotes for found, quotes in rows if found)
    wrong = sum(found.text not in quotes for found, quotes in rows if found)
    assert right >= 0.15 * len(rows)
    assert wrong <= 0.12 * len(rows)
