from __future__ import annotations

import math

import pytest

from waypost.search.rules.index import FIELDS, OWN_RARITY, holders, impacts, rarity


def test_a_rarer_word_tells_more_and_one_that_is_everywhere_tells_nearly_nothing() -> None:
    values = [rarity(count, 100) for count in (0, 1, 10, 50, 100)]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(math.log(1 + 0.5 / 100.5))
    assert min(values) > 0


def test_holders_counts_documents_and_not_mentions() -> None:
    documents = [({"zip": 3}, {}, {}, {"zip": 1}), ({}, {}, {}, {"zip": 1, "mail": 1})]
    assert holders(documents) == {"zip": 2, "mail": 1}


def test_the_impact_is_that_of_the_formula() -> None:
    documents = [({"zip": 1}, {}, {}, {"zip": 2, "mail": 2}), ({"mail": 2}, {}, {}, {"mail": 1})]
    title, _, _, text = FIELDS
    in_title = 1 / (1 + title.saturation * (1 - title.length + title.length * 1 / 1.5))
    in_text = 2 / (2 + text.saturation * (1 - text.length + text.length * 4 / 2.5))
    # "zip" is in one title and in one text, and in one document of two.
    once = rarity(1, 2)
    expected = title.weight * (title.saturation + 1) * once * in_title
    expected += text.weight * (text.saturation + 1) * once * in_text
    assert impacts(documents)["zip"][0] == pytest.approx(expected)
    assert set(impacts(documents)["zip"]) == {0}


def test_rarity_is_mostly_that_within_the_field() -> None:
    documents = [
        ({"zip": 1}, {}, {}, {}),
        ({"mail": 1}, {}, {}, {"zip": 1}),
        ({"mail": 1}, {}, {}, {"zip": 1}),
    ]
    title = FIELDS[0]
    mixed = OWN_RARITY * rarity(1, 3) + (1 - OWN_RARITY) * rarity(3, 3)
    length_norm = title.saturation
    assert impacts(documents)["zip"][0] == pytest.approx(
        title.weight * (title.saturation + 1) * mixed / (1 + length_norm)
    )


def test_no_documents_have_no_impacts() -> None:
    assert impacts([]) == {}
