"""Text without what steers a terminal or turns the direction of writing."""

from __future__ import annotations

import unicodedata

_JOINERS = "\u200c\u200d"
"""They join emoji and keep Persian letters apart, and turn nothing."""


def clean(text: str) -> str:
    """Drop control characters, marks that turn the direction of writing, and what has no bytes; lines stay."""
    return "".join(letter for letter in text if letter == "\n" or _is_shown(letter))


def clean_line(text: str) -> str:
    """Return a text as one line of shown characters, in which nothing can steer a terminal."""
    spaced = (" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(letter for letter in spaced if _is_shown(letter)).split())


def _is_shown(letter: str) -> bool:
    return letter in _JOINERS or not unicodedata.category(letter).startswith("C")
