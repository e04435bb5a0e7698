from __future__ import annotations

import pytest

from waypost.base.files.languages import load_words


@pytest.mark.parametrize(
    ("names", "english", "german"),
    [
        ("", "", ""),
        ("A", "A", "A"),
        ("A B", "A and B", "A und B"),
        ("A B C", "A, B and C", "A, B und C"),
        ("A B C D", "A, B and 2 more", "A, B und 2 weitere"),
        ("A B C D E F", "A, B and 4 more", "A, B und 4 weitere"),
    ],
)
def test_names_are_joined_as_people_do(names: str, english: str, german: str) -> None:
    assert load_words("en").join(names.split()) == english
    assert load_words("de").join(names.split()) == german


def test_as_many_names_are_told_as_is_asked_for() -> None:
    words = load_words("en")
    assert words.join(["A", "B", "C", "D"], limit=4) == "A, B, C and D"
    assert words.join(["A", "B", "C", "D"], limit=2) == "A and 3 more"


def test_names_are_text_and_never_filled_in_again() -> None:
    assert load_words("en").join(["{count}", "{0}", "}{"]) == "{count}, {0} and }{"


def test_a_count_chooses_the_form() -> None:
    words = load_words("en")
    assert [words.say("status.duration.hours", count=count) for count in (0, 1, 2)] == [
        "0 hours",
        "1 hour",
        "2 hours",
    ]


def test_a_name_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError, match=r"status\.nothing"):
        load_words("en").say("status.nothing")
