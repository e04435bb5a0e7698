from __future__ import annotations

import pytest

from waypost.notify.rules.signing import WeakKey, subscriber_of_token, unsubscribe_token

KEY = "sixteen letters+"
PEOPLE = ("anna", "bert", "cara")


def test_a_link_leads_to_the_one_whose_it_is() -> None:
    for name in PEOPLE:
        assert subscriber_of_token(KEY, unsubscribe_token(KEY, name), PEOPLE) == name


def test_a_link_is_the_same_for_ever_and_holds_no_name() -> None:
    assert unsubscribe_token(KEY, "anna") == "cbotSoAITixuvQEkeVvJ9Pu5WZYB2k4I"
    assert "anna" not in unsubscribe_token(KEY, "anna")
    assert len({unsubscribe_token(KEY, name) for name in PEOPLE}) == 3


@pytest.mark.parametrize("token", ["", "anna", "x" * 32, "ä" * 32, "\ud800", unsubscribe_token(KEY, "dora")])
def test_any_other_link_is_nobodys(token: str) -> None:
    assert subscriber_of_token(KEY, token, PEOPLE) is None


def test_a_part_of_a_link_is_none() -> None:
    token = unsubscribe_token(KEY, "anna")
    for other in (token[:-1], token + "A", token.swapcase(), f" {token}"):
        assert subscriber_of_token(KEY, other, PEOPLE) is None


def test_another_key_makes_other_links() -> None:
    assert subscriber_of_token(KEY, unsubscribe_token("another key, long", "anna"), PEOPLE) is None


@pytest.mark.parametrize("key", ["", "fifteen letters"])
def test_a_weak_key_signs_nothing_and_is_not_repeated(key: str) -> None:
    with pytest.raises(WeakKey) as raised:
        unsubscribe_token(key, "anna")
    assert not key or key not in str(raised.value)
    with pytest.raises(WeakKey):
        subscriber_of_token(key, "x", PEOPLE)
