from __future__ import annotations

import math

import pytest

from waypost.search.rules.index import FIELDS, holders, impacts, rarity


def test_a_rarer_word_tells_more_and_one_that_is_everywhere_tells_nearly_nothing() -> None:
    values = [rarity(count, 100) for count in (0, 1, 10, 50, 100)]
    assert values == sorted(values, reverse=True)
    assert values[-1] == pytest.approx(math.log(1 + 0.5 / 100.5))
    assert min(values) > 0


def test_holders_counts_documents_and_not_mentions() -> None:
    documents = [({"zip": 3}, {}, {"zip": 1}), ({}, {}, {"zip": 1, "mail": 1})]
    assert holders(documents) == {"zip": 2, "mail": 1}


def test_the_impact_is_that_of_the_formula() -> None:
    documents = [({"zip": 1}, {}, {"zip": 2, "mail": 2}), ({"mail": 2}, {}, {"mail": 1})]
    title, _, text = FIELDS
    in_title = 1 / (1 + title.saturation * (1 - title.length + title.length * 1 / 1.5))
    in_text = 2 / (2 + text.saturation * (1 - text.length + text.length * 4 / 2.5))
    expected = (
        title.weight * (title.saturation + 1) * in_title + text.weight * (text.saturation + 1) * in_text
    )
    found = impacts(documents, {"zip": 3.0, "mail": 1.0})
    assert found["zip"] == {0: pytest.approx(3 * expected)}


def test_no_documents_have_no_impacts() -> None:
    assert impacts([], {}) == {}
