from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.search.rules.constants import CANDIDATES
from waypost.search.rules.ranking import Nearness, distance, first_letters, near, related

WORDS = st.text(alphabet="abcd", max_size=7)


def plain_distance(one: str, other: str) -> int:
    """Optimal string alignment as its definition says, cell by cell."""
    table = {(row, 0): row for row in range(len(one) + 1)} | {
        (0, column): column for column in range(len(other) + 1)
    }
    for row in range(1, len(one) + 1):
        for column in range(1, len(other) + 1):
            options = [
                table[row - 1, column] + 1,
                table[row, column - 1] + 1,
                table[row - 1, column - 1] + (one[row - 1] != other[column - 1]),
            ]
            if (
                row > 1
                and column > 1
                and one[row - 1] == other[column - 2]
                and one[row - 2] == other[column - 1]
            ):
                options.append(table[row - 2, column - 2] + 1)
            table[row, column] = min(options)
    return table[len(one), len(other)]


@given(WORDS, WORDS, st.integers(0, 3))
def test_the_distance_is_that_of_its_definition_up_to_the_bound(one: str, other: str, most: int) -> None:
    expected = plain_distance(one, other)
    found = distance(one, other, most)
    assert found == expected if expected <= most else found > most


@pytest.mark.parametrize(
    ("word", "form", "worth", "is_correction"),
    [
        ("downlod", "download", 80, True),
        ("donwload", "download", 80, True),
        ("downlaod", "download", 80, True),
        ("dwonlaod", "download", 55, True),
        ("donwld", "download", 0, False),
        ("passwrods", "password", 55, True),
        ("abot", "bot", 0, False),
        ("ownload", "download", 65, True),
        ("ppassword", "password", 80, True),
        ("mail", "main", 80, True),
        ("archive", "arrive", 55, True),
        ("pictures", "picture", 80, False),
        ("galleries", "gallery", 56, False),
        ("𐌰𐌱𐌲𐌳𐌴𐌵", "𐌰𐌱𐌴𐌵", 0, False),
        ("𐌰𐌱𐌲𐌳𐌴", "𐌰𐌱𐌳𐌴", 80, True),
        ("gal", "gallery", 72, False),
        ("ga", "gallery", 0, False),
        ("zp", "zip", 0, False),
        ("cat", "car", 0, False),
        ("photo", "sign", 0, False),
        ("rephotograph", "photograph", 0, False),
    ],
)
def test_how_near_a_word_is_that_nobody_knows(word: str, form: str, worth: int, is_correction: bool) -> None:
    assert near(word, [form], typing=False) == ([Nearness(form, worth, is_correction)] if worth else [])


@pytest.mark.parametrize(
    ("word", "form", "worth"),
    [
        ("tear", "team", 0),
        ("eyes", "yes", 0),
        ("mails", "mail", 68),
        ("married", "marked", 0),
        ("black", "back", 0),
        ("marry", "married", 48),
        ("photographs", "photographer", 68),
        ("down", "download", 75),
    ],
)
def test_a_word_of_the_language_is_never_misspelt(word: str, form: str, worth: int) -> None:
    assert near(word, [form], typing=False, is_word=True) == ([Nearness(form, worth)] if worth else [])


def test_the_nearest_two_that_share_half_of_their_letters_are_related() -> None:
    forms = ["connected", "connections", "connector", "cone", "conform"]
    assert [each.form for each in related("connection", forms)] == ["connections", "connected"]
    assert related("tear", ["team", "tea", "tears"]) == [Nearness("tears", 59), Nearness("tea", 56)]


def test_a_word_that_is_being_typed_is_completed_from_its_first_letter() -> None:
    assert [each.form for each in near("g", ["gallery", "guest", "mail"], typing=True)] == [
        "guest",
        "gallery",
    ]


def test_only_the_nearest_are_candidates() -> None:
    forms = [f"prefix{number:02d}" for number in range(CANDIDATES * 3)]
    found = near("prefix", forms, typing=False)
    assert [each.form for each in found] == forms[:CANDIDATES]


def test_the_letters_that_a_near_word_can_begin_with() -> None:
    assert list(first_letters("zip")) == ["z", "i"]
    assert list(first_letters("aa")) == ["a"]
    assert list(first_letters("x")) == ["x"]
