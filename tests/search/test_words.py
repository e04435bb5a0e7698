from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import golden
from waypost.base.tokens import LONGEST, fold, word_groups, words_of


@golden("search/words.yml")
def test_words_are_those_of_the_golden_cases(case: dict[str, Any]) -> None:
    assert words_of(case["text"]) == case["words"]


@given(st.text(max_size=200))
def test_any_text_gives_words_without_case_that_are_found_again(text: str) -> None:
    words = words_of(text)
    assert all(word and word == fold(word) and len(word) <= LONGEST for word in words)
    assert not any(char.isspace() for word in words for char in word)


@given(st.text(alphabet="abcäß-' ,.12", max_size=60))
def test_groups_hold_the_words_in_their_order(text: str) -> None:
    assert [word for group in word_groups(text) for word in group] == words_of(text)


@given(st.text(max_size=80))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)
