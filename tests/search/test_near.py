from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.search.rules.constants import CANDIDATES
from waypost.search.rules.ranking import distance, first_letters, near

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
    ("word", "form", "nearness"),
    [
        ("downlod", "download", 80),
        ("donwload", "download", 80),
        ("downlaod", "download", 80),
        ("dwonlaod", "download", 55),
        ("ownload", "download", 65),
        ("ppassword", "password", 80),
        ("pictures", "picture", 80),
        ("galleries", "gallery", 70),
        ("gal", "gallery", 72),
        ("ga", "gallery", 0),
        ("zp", "zip", 0),
        ("mail", "main", 80),
        ("cat", "car", 0),
        ("archive", "arrive", 55),
        ("photo", "sign in", 0),
    ],
)
def test_how_near_a_word_is(word: str, form: str, nearness: int) -> None:
    assert near(word, [form], typing=False) == ([(form, nearness)] if nearness else [])


def test_a_word_that_is_being_typed_is_completed_from_its_first_letter() -> None:
    assert [form for form, _ in near("g", ["gallery", "guest", "mail"], typing=True)] == ["guest", "gallery"]


def test_only_the_nearest_are_candidates() -> None:
    forms = [f"prefix{number:02d}" for number in range(CANDIDATES * 3)]
    found = near("prefix", forms, typing=False)
    assert [form for form, _ in found] == forms[:CANDIDATES]


def test_the_letters_that_a_near_word_can_begin_with() -> None:
    assert list(first_letters("zip")) == ["z", "i"]
    assert list(first_letters("aa")) == ["a"]
    assert list(first_letters("x")) == ["x"]
