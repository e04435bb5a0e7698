"""Searches that mean the same become one group, whatever order they come in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.gaps import LANGUAGE, content, searches
from waypost.search.rules import grouping
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.grouping import (
    Grouping,
    ReadNext,
    UnresolvedReason,
    UnresolvedSearch,
    group_searches,
    similarity,
)

DOCUMENTS = content().documents
INDEX = index_documents(DOCUMENTS, LANGUAGE)


def grouped(found: Sequence[UnresolvedSearch]) -> Grouping:
    return group_searches(found, INDEX, LANGUAGE)


def texts(rows: list[object]) -> list[list[str]]:
    return [[item.text for item in group.phrasings] for group in grouped(searches(rows)).groups]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("zip stops", "the ZIP stops!", "case and marks"),
        ("zip stops", "stops the zip", "order and stop words"),
        ("cancelled upload", "cancel uploads", "inflection"),
        ("gallery pasword", "gallery password", "a typing error in a known word"),
        ("lightroom plugin", "lightrom plugin", "a typing error in an unknown word"),
        ("erase account", "delete account", "synonyms"),
        ("log in fails", "fails to sign in", "synonyms of several words"),
        ("café wifi", "cafe wi-fi wifi", "diacritics and hyphens"),
    ],
)
def test_these_mean_the_same(one: str, other: str, why: str) -> None:
    assert len(texts([one, other])) == 1, why


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("zip refund", "zip password", "a word in common is not enough"),
        ("lightroom plugin", "lightroom presets", "of two words"),
        ("upload fails", "download fails", "alike to the eye"),
        ("refund", "invoice", "nothing in common"),
    ],
)
def test_these_do_not(one: str, other: str, why: str) -> None:
    assert len(texts([one, other])) == 2, why


def test_a_question_is_shown_as_most_people_spelt_it() -> None:
    rows: list[object] = ["ZIP stops", "zip stops", "zip  stops", "Zip stops."]
    (group,) = grouped(searches(rows)).groups
    (phrasing,) = group.phrasings
    assert (phrasing.text, phrasing.count, group.count) == ("zip stops", 4, 4)


def test_reasons_and_words_are_counted_together() -> None:
    rows = [["zip stops", "ticket", 2], ["zip stops", "no_answer"], ["zip stopping here", "no_answer", 3]]
    (group,) = grouped(searches(rows)).groups
    assert list(group.reasons.items()) == [(UnresolvedReason.NO_ANSWER, 4), (UnresolvedReason.TICKET, 2)]
    assert group.words == ("zip", "stopping", "stops")
    assert [item.text for item in group.phrasings] == ["zip stopping here", "zip stops"]


def test_what_was_read_and_the_category_of_tickets_are_counted_with_the_question() -> None:
    found = [UnresolvedSearch("zip stops", UnresolvedReason.TICKET, 2, "Downloads"), *searches(["zip stops"])]
    reads = [
        ReadNext("Zip  stops!", "zip.md"),
        ReadNext("zip stops", "zip.md"),
        ReadNext("refund", "refund.md"),
    ]
    (group,) = group_searches(found, INDEX, LANGUAGE, reads).groups
    (phrasing,) = group.phrasings
    assert (phrasing.count, phrasing.read, phrasing.categories) == (3, {"zip.md": 2}, {"Downloads": 2})


def test_of_equal_phrasings_the_most_central_comes_first() -> None:
    assert texts(["album zip cut", "zip cut", "bundle zip cut"]) == [
        ["zip cut", "album zip cut", "bundle zip cut"]
    ]


def test_like_is_like_and_not_by_a_chain() -> None:
    asked = ["alpha bravo charly", "bravo charly doughnut", "charly doughnut eclair"]
    rows: list[object] = [[text, "no_answer", 3 - at] for at, text in enumerate(asked)]
    assert texts(rows) == [asked[:2], asked[2:]]


def test_more_than_can_be_compared_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grouping, "MOST_PHRASINGS", 2)
    found = grouped(
        searches([["zip", "ticket", 3], ["pin", "ticket", 2], ["refund", "ticket", 1], "invoice"])
    )
    assert [group.phrasings[0].text for group in found.groups] == ["zip", "pin"]
    assert found.left_out == 2


def test_hostile_questions_are_only_words() -> None:
    hostile = [
        "zip " * 5000,
        "\x00\x1b[31m",
        "\ud800 zip",
        "<script>zip</script>",
        "(" * 2000,
        "\u202ezip",
        "ａ１" * 999,
    ]
    found = grouped(searches([*hostile]))
    assert sum(group.count for group in found.groups) + found.wordless == len(hostile)
    assert all(len(item.text) <= 2000 for group in found.groups for item in group.phrasings)


@pytest.mark.parametrize(
    ("question", "shown"),
    [
        ("zip for ann@example.org stops", "zip for stops"),
        ("zip for [email] stops at [number]", "zip for stops at"),
        ("call +49 30 1234567 about the zip", "call about the zip"),
        ("order 12345 zip", "order zip"),
        ("zip over 2000 photos, 4K", "zip over 2000 photos, 4K"),
        ("４９３０１２３４５６７ zip", "zip"),
        ("a" * 1990 + " @ zip", "a" * 1990 + " @ zip"),
    ],
)
def test_what_may_tell_who_asked_is_left_out(question: str, shown: str) -> None:
    assert texts([question]) == [[shown]]


WORDS = st.sampled_from(
    ["zip", "zips", "pin", "refund", "lightroom", "lightrom", "gallery", "the", "delete", "erase"]
)
ASKED = st.lists(
    st.builds(
        UnresolvedSearch,
        st.lists(WORDS, max_size=4).map(" ".join),
        st.sampled_from(UnresolvedReason),
        st.integers(1, 3),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(ASKED, st.randoms())
def test_order_makes_no_difference_and_nothing_is_lost(
    found: list[UnresolvedSearch], random: st.Random
) -> None:  # type: ignore[name-defined]  # hypothesis has no name for it
    first = grouped(found)
    random.shuffle(found)
    assert grouped(found) == first
    assert sum(g.count for g in first.groups) + first.wordless == sum(item.count for item in found)
    assert [g.count for g in first.groups] == sorted((g.count for g in first.groups), reverse=True)
    for group in first.groups:
        assert sum(group.reasons.values()) == group.count


WEIGHTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 50))


@settings(deadline=None)
@given(WEIGHTS, WEIGHTS)
def test_likeness_is_a_share(one: dict[str, int], other: dict[str, int]) -> None:
    assert 0 <= similarity(one, other) == similarity(other, one) <= 1
    assert similarity(one, one) == (1 if one else 0)
    assert (similarity(one, other) > 0) == bool(one.keys() & other.keys())


def test_likeness_by_hand() -> None:
    assert similarity({"a": 3, "b": 1}, {"a": 1, "c": 5}) == 1 / (4 + 6 - 1)
