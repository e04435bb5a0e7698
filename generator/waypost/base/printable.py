"""Text without what steers a terminal or turns the direction of writing."""

from __future__ import annotations

import re
import unicodedata

STEERING = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters of seven and eight bits, separators, marks that reverse text, and what no terminal encodes."""

_JOINERS = "\u200c\u200d"
"""They join emoji and keep Persian letters apart, and turn nothing."""


def printable(text: str) -> str:
    """Return a text that people or servers sent as a terminal may show it: nothing in it can steer one."""
    return STEERING.sub("\N{REPLACEMENT CHARACTER}", text)


def clean(text: str) -> str:
    """Drop control characters, marks that turn the direction of writing, and what has no bytes; lines stay."""
    return "".join(letter for letter in text if letter == "\n" or _is_shown(letter))


def clean_line(text: str) -> str:
    """Return a text as one line of shown characters, in which nothing can steer a terminal."""
    spaced = (" " if letter.isspace() else letter for letter in text)
    return " ".join("".join(letter for letter in spaced if _is_shown(letter)).split())


def _is_shown(letter: str) -> bool:
    return letter in _JOINERS or not unicodedata.category(letter).startswith("C")
