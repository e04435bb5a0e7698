from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from waypost.formats.theme import Theme
from waypost.publishing.rules.stylesheet import (
    DARK_GROUND,
    LIGHT_GROUND,
    READABLE,
    contrast,
    readable,
    stylesheet,
)

colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@golden("look/*.yml")
def test_a_look_becomes_custom_properties(case: Case) -> None:
    text = stylesheet(Theme(**case["look"]))
    assert [line for line in case["lines"] if line not in text.splitlines()] == []
    assert bool(text) == bool(case["lines"])


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),  # the largest there is
        ("#ffffff", "#ffffff", 1.0),  # the smallest
        ("#777777", "#ffffff", 4.48),  # the grey that is known for just failing
        ("#767676", "#ffffff", 4.54),  # and its neighbour that passes
    ],
)
def test_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert round(contrast(first, second), 2) == ratio
    assert contrast(first, second) == contrast(second, first)


@given(colours, st.sampled_from([LIGHT_GROUND, DARK_GROUND]))
def test_every_colour_becomes_readable_on_every_ground(colour: str, ground: str) -> None:
    found = readable(colour, ground)
    assert contrast(found, ground) >= READABLE
    assert found == colour or contrast(colour, ground) < READABLE


@given(colours)
def test_text_on_a_button_can_be_read(colour: str) -> None:
    for rule in stylesheet(Theme(colour=colour)).splitlines()[:2]:
        values = dict(
            part.strip().split(": ") for part in rule.split("{")[1].rstrip("} ").split(";") if ":" in part
        )
        assert contrast(values["--wp-brand"], values["--wp-on-brand"]) >= READABLE


def test_without_scripts_the_systems_preference_counts() -> None:
    text = stylesheet(Theme(colour="#00796b"))
    assert '@media (prefers-color-scheme: dark) { .no-js, .no-js [data-md-color-scheme="default"] {' in text
