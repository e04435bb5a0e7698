from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.base.ids import public_id, public_number

# Published ids stay for ever: these values may never change.
PINNED = [
    ("page", "https://help.lumen.example/status/", "4icft6otejxa", 764034515468),
    ("component", "downloads", "kwrgpgkk7zzy", 911919495748),
    ("incident", "2026-11-04-card-payments-fail", "wlln5w0fmu15", 943305998884),
]


@pytest.mark.parametrize(("kind", "name", "identity", "number"), PINNED)
def test_published_ids_never_change(kind: str, name: str, identity: str, number: int) -> None:
    assert public_id(kind, name) == identity
    assert public_number(kind, name) == number


@given(st.text(), st.text())
def test_ids_have_the_form_of_statuspage(kind: str, name: str) -> None:
    assert re.fullmatch(r"[a-z0-9]{12}", public_id(kind, name))
    assert 0 <= public_number(kind, name) < 10**12


def test_ids_of_a_lively_site_do_not_collide() -> None:
    names = [f"2026-{n}" for n in range(20_000)]
    assert len({public_id(kind, name) for kind in ("incident", "update") for name in names}) == 40_000
    assert len({public_number("incident", name) for name in names}) == 20_000


def test_a_component_and_a_group_of_one_name_differ() -> None:
    assert public_id("component", "api") != public_id("group", "api")
