"""The colours of the design are written in theme/base/tokens.css and nowhere else."""

from __future__ import annotations

import re

import pytest

from helpers.sites import ROOT
from waypost.formats.status import ComponentStatus
from waypost.publishing.io.theme_assets import colours, state_colours
from waypost.publishing.rules import stylesheet as theme
from waypost.publishing.rules.stylesheet import READABLE, contrast

THEME = ROOT / "theme"
TOKENS = THEME / "base/tokens.css"
COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\b")
ALLOWED = {
    "theme/base/icon.svg": ["#3b4cca", "#fff"],  # a picture by itself, which no property reaches
    "theme/help/kinds/kinds.css": ["#000", "#000"],  # beside a film
    "theme/support/ticket/ticket.css": ["#000"],  # a mask, of which only what it lets through counts
}


def test_no_style_script_template_or_mail_writes_a_colour_of_its_own() -> None:
    folders = (THEME, ROOT / "generator/waypost/notify/channels/email")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path != TOKENS]
    found = {
        path.relative_to(ROOT).as_posix(): COLOUR.findall(path.read_text(encoding="utf-8"))
        for path in files
        if path.suffix in (".css", ".html", ".js", ".py", ".svg")
    }
    assert {name: shown for name, shown in found.items() if shown} == ALLOWED
    assert ALLOWED["theme/base/icon.svg"][0] == colours("light")["brand"]


def test_without_scripts_the_dark_colours_are_the_same() -> None:
    blocks = re.findall(r"color-scheme: dark;(.*?)}", TOKENS.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 2
    assert blocks[0].split() == blocks[1].split()
    assert colours("light").keys() == colours("dark").keys()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("status", ComponentStatus)
def test_every_state_can_be_read(status: ComponentStatus, scheme: str) -> None:
    ink, wash = state_colours(status, scheme)
    assert contrast(ink, wash) >= READABLE
    assert contrast(ink, colours(scheme)["card"]) >= READABLE
    assert contrast(colours(scheme)["ink"], wash) >= READABLE


def test_a_look_is_made_readable_on_the_grounds_and_inks_of_the_design() -> None:
    light, dark = colours("light"), colours("dark")
    assert (light["card"], light["on-brand"]) == (theme.LIGHT_GROUND, theme.LIGHT_INK)
    assert (dark["card"], dark["on-brand"]) == (theme.DARK_GROUND, theme.DARK_INK)
