from __future__ import annotations

import re

import pytest

from helpers.cases import Case, golden
from waypost.lint.rules import incident_words, leaks
from waypost.lint.rules.incident_words import own_words, sentences

KINDS = {
    "address": "an address of a private network",
    "host": "the name of an internal host",
    "trace": "a stack trace",
    "secret": "a password, key or token",
    "ticket": "the key of an internal ticket",
}


@golden("lint/leaks.yml")
def test_what_leaks_is_found_at_its_place_and_nothing_else(case: Case) -> None:
    found = {leak.start + 1: leak.what for leak in leaks._in_line(case["text"])}
    assert found == {column: KINDS[kind] for column, kind in case["finds"].items()}


@golden("lint/words.yml")
def test_a_text_says_what_people_read_in_it(case: Case) -> None:
    pattern: re.Pattern[str] = getattr(incident_words, case["sees"])
    assert [text for text in case.get("yes", []) if not pattern.search(text)] == []
    assert [text for text in case.get("no", []) if pattern.search(text)] == []


@pytest.mark.parametrize(
    ("text", "is_empty"),
    [
        ("We are currently investigating an issue.", True),
        ("We apologise for any inconvenience caused!", True),
        ("Our engineers are working to resolve this as soon as possible.", True),
        ("Wir arbeiten mit Hochdruck an der Behebung.", True),
        ("Wir bitten die Unannehmlichkeiten zu entschuldigen.", True),
        ("…", True),
        ("Server issues", True),
        ("Critical alert: general slowness", True),
        ("Login broken", False),
        ("PayPal outage", False),
        ("Anmeldung gestört", False),
        ("We are investigating an issue with downloads.", False),
        ("Photos load slowly.", False),
        ("Die Anmeldung geht nicht.", False),
    ],
)
def test_a_phrase_is_told_from_a_sentence(text: str, is_empty: bool) -> None:
    assert (own_words(text) == []) is is_empty


def test_sentences_lose_their_marks() -> None:
    body = "**We** see it! Do you?\n\n- [Here](/x/) it is.\n- And v1.2 too"
    assert list(sentences(body)) == ["We see it!", "Do you?", "Here it is.", "And v1.2 too"]
