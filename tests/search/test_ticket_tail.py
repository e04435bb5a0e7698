"""What the ticket form writes is read back: the question, and nothing that only looks like it."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.ticket_links import RequestContent, TicketRequest, TreeStep, describe, ticket_link
from helpers.tickets import decoded, example_form, field_for
from waypost.base.files.languages import languages, load_words
from waypost.formats.ticket import TicketProvider
from waypost.search.rules.ticket_tail import LONGEST, MOST, TicketLabels, questions_in, ticket_labels
from waypost.support.rules.ticket_providers import recipe

LABELS = ticket_labels(map(load_words, languages()))
CONTENT = RequestContent(
    details="It stops.\n\nSearched for: nothing of mine",
    answers=(("Gallery link", "x"),),
    category="Downloads",
    question="zip <b>stops</b> & ends?",
    steps=(TreeStep("Zip", "Searched for: it?", "Yes"),),
    articles=(("Zip: stops", "https://help.lumen.example/zip/"),),
    page="https://help.lumen.example/zip/",
)


def sent(provider: TicketProvider, content: RequestContent, language: str = "en") -> str:
    """Return the description as the provider's form gets it."""
    form = example_form(provider)
    text, context = describe(content, load_words(language))
    link = ticket_link(recipe(form), TicketRequest(subject="Zip", text=text, context=context))
    found = dict(link.body) if link.body else decoded(link.url)
    return str(found[field_for(form, "description")])


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("provider", TicketProvider)
def test_the_question_is_read_back_from_every_form(provider: TicketProvider, language: str) -> None:
    assert questions_in(sent(provider, CONTENT, language), LABELS) == (CONTENT.question,)


@pytest.mark.parametrize("language", languages())
def test_the_question_is_read_from_an_issue_with_headings(language: str) -> None:
    body = f"### What happened?\r\n\r\n{sent(TicketProvider.GITHUB, CONTENT, language)}\r\n\r\n### Plan\r\n\r\nPro\r\n"
    assert questions_in(body, LABELS) == (CONTENT.question,)


@pytest.mark.parametrize(
    ("text", "question", "why"),
    [
        ("", "", "nothing was written"),
        ("I searched for: zip", "", "no line of its own"),
        ("Searched for:", "", "nothing behind it"),
        ("Searched for:   zip \t stops  ", "zip stops", "spaces say nothing"),
        ("<p>It stops</p><p>Searched for: a &amp; b</p>", "a & b", "a help desk that keeps HTML"),
        ("It stops<BR/>Searched for: a &lt;br&gt; b<br>Page: x", "a <br> b", "what was escaped is text"),
        ("Searched for: zip<br>Page: x", "zip", "HTML without a first line"),
        ("Gesucht: zip", "zip", "another language of the site"),
        ("Searched for: old\nSearched for: new\n- more", "new", "what was gathered stands last"),
        ("Searched for: " + "x" * 500, "x" * LONGEST, "as long as the form writes it"),
        ("<" * 100_000 + "\nSearched for: zip", "zip", "a hostile text takes no time"),
        ("<p " * 50_000 + "\nSearched for: <br>", "", "a hostile text takes no time"),
    ],
)
def test_only_the_tail_counts(text: str, question: str, why: str) -> None:
    assert questions_in(text, LABELS) == ((question,) if question else ()), why


LETTERS = st.characters(exclude_categories=["C", "Z"], exclude_characters="<") | st.just(" ")
QUESTION = st.text(LETTERS, min_size=1, max_size=60).map(lambda text: " ".join(text.split()))


@given(QUESTION, st.text(max_size=80))
def test_any_question_survives_any_text_above_it(question: str, details: str) -> None:
    text, context = describe(RequestContent(details=details, question=question), load_words("en"))
    assert questions_in("\n\n".join([text, *context]), LABELS) == (question,) or not question


LISTED = TicketLabels(("Searched for:",), ("Searched for without an answer:",))


@pytest.mark.parametrize(
    ("text", "found", "why"),
    [
        (
            "Searched for: a\n\nSearched for without an answer:\n- b\n- c\n\nTried:\n- d",
            ("a", "b", "c"),
            "a list",
        ),
        ("Searched for without an answer:\n- b", ("b",), "the last question was left out or answered"),
        ("Searched for: b\n\nSearched for without an answer:\n- b\n- b", ("b",), "each counts once"),
        (
            "Searched for without an answer:\n- x\n\nSearched for without an answer:\n- b",
            ("b",),
            "the last list",
        ),
        ("a<br>Searched for: a<br>Searched for without an answer:<br>- b &lt; c<br>", ("a", "b < c"), "HTML"),
        ("Searched for without an answer: b\n- c", (), "a list begins below its label"),
        ("Searched for without an answer:\n" + "- \n" * 5, (), "nothing in it"),
    ],
)
def test_searches_without_an_answer_are_read_too(text: str, found: tuple[str, ...], why: str) -> None:
    assert questions_in(text, LISTED) == found, why


def test_no_more_is_read_than_the_form_writes() -> None:
    listed = "\n".join(f"- q{number}" for number in range(500))
    assert len(questions_in(f"Searched for without an answer:\n{listed}", LISTED)) == MOST


def test_the_address_carries_the_tail() -> None:
    form = example_form(TicketProvider.ZENDESK)
    text, context = describe(CONTENT, load_words("en"))
    url = ticket_link(recipe(form), TicketRequest(subject="Zip", text=text, context=context)).url
    assert "<br>" in dict(parse_qsl(urlsplit(url).query))["tf_description"], "Zendesk reads HTML"
