from __future__ import annotations

import pytest

from waypost.notify.rules.signing import WeakKey, leaving_token, who_leaves

KEY = "sixteen letters+"
PEOPLE = ("anna", "bert", "cara")


def test_a_link_leads_to_the_one_whose_it_is() -> None:
    for name in PEOPLE:
        assert who_leaves(KEY, leaving_token(KEY, name), PEOPLE) == name


def test_a_link_is_the_same_for_ever_and_holds_no_name() -> None:
    assert leaving_token(KEY, "anna") == "cbotSoAITixuvQEkeVvJ9Pu5WZYB2k4I"
    assert "anna" not in leaving_token(KEY, "anna")
    assert len({leaving_token(KEY, name) for name in PEOPLE}) == 3


@pytest.mark.parametrize("token", ["", "anna", "x" * 32, "ä" * 32, "\ud800", leaving_token(KEY, "dora")])
def test_any_other_link_is_nobodys(token: str) -> None:
    assert who_leaves(KEY, token, PEOPLE) is None


def test_a_part_of_a_link_is_none() -> None:
    token = leaving_token(KEY, "anna")
    for other in (token[:-1], token + "A", token.swapcase(), f" {token}"):
        assert who_leaves(KEY, other, PEOPLE) is None


def test_another_key_makes_other_links() -> None:
    assert who_leaves(KEY, leaving_token("another key, long", "anna"), PEOPLE) is None


@pytest.mark.parametrize("key", ["", "fifteen letters"])
def test_a_weak_key_signs_nothing_and_is_not_repeated(key: str) -> None:
    with pytest.raises(WeakKey) as raised:
        leaving_token(key, "anna")
    assert not key or key not in str(raised.value)
    with pytest.raises(WeakKey):
        who_leaves(key, "x", PEOPLE)
