"""The option `look` of the plugin in mkdocs.yml: what makes a site look like its owner's."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import STRICT, fault


def _colour(text: str) -> str:
    digits = text.removeprefix("#")
    if not text.startswith("#") or len(digits) != 6 or set(digits.lower()) - set("0123456789abcdef"):
        message = 'Expected a colour in quotes with a # and six digits, such as "#3b4cca".'
        raise fault("bad-value", message)
    return text.lower()


def _font(text: str) -> str:
    words = text.replace(",", " ").replace("-", " ").split()
    if not words or not all(word.isascii() and word.isalnum() for word in words):
        raise fault(
            "bad-value", "Expected the name of a font, or several with commas, such as Inter, Verdana."
        )
    return text


Colour = Annotated[str, AfterValidator(_colour), Field(max_length=7)]
"""A colour in hexadecimal: "#3b4cca"."""

FontNames = Annotated[str, AfterValidator(_font), Field(max_length=200)]
"""Names of fonts, the first choice first."""

Radius = Annotated[int, Field(ge=0, le=24)]
"""Pixels."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Theme:
    """What makes a site look like its owner's; the logo is `theme.logo`, as for every MkDocs site."""

    colour: Colour | None = None
    """The colour of links and buttons, such as "#00796b". Where it is too pale to read, the nearest darker one."""
    dark_colour: Colour | None = None
    """The same on dark ground; without it, a lighter form of `colour`."""
    font: FontNames | None = None
    """The typeface: one that readers have, or one that a style sheet of yours brings along."""
    previews: bool = True
    """false leaves out what other services show of a page that somebody links to: title, summary and a picture."""
    radius: Radius | None = None
    """How round the corners of cards are, in pixels, 0 to 24; buttons and tags follow."""
