"""Texts of strangers made fit for messages: never longer than allowed, and no letter torn from its marks."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

_MODIFIERS = ("\ufe0e", "\ufe0f", "\u200d", *(chr(code) for code in range(0x1F3FB, 0x1F400)))
"""What belongs to the emoji before it: presentation, a joiner, colours of skin."""


def length(text: str) -> int:
    """Count as UTF-16 does, which no service counts longer than."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, most: int) -> str:
    """Return a text of at most `most` UTF-16 units: whole, or cut with an ellipsis, between words where it can be."""
    if length(text) <= most:
        return text
    kept = head(text, most - 1)
    words = kept.rpartition(" ")[0]
    # A long word is cut rather than lost.
    kept = words if 2 * len(words) >= len(kept) else kept
    return f"{kept.rstrip()}…" if most > 0 else ""


def escaped(text: str, most: int, escape: Callable[[str], str]) -> str:
    """Escape a text, cut before so that it is at most `most` UTF-16 units long afterwards."""
    kept = shorten(text, most)
    while (over := length(escape(kept)) - most) > 0:
        # An escaped letter is at most five long.
        kept = shorten(kept, length(kept) - max(1, over // 5))
    return escape(kept)


def head(text: str, most: int) -> str:
    """Return the beginning of a text within `most` UTF-16 units; a letter is not torn from its marks."""
    units, end = 0, 0
    for letter in text:
        units += 1 if ord(letter) < 0x10000 else 2
        if units > most:
            break
        end += 1
    while 0 < end < len(text) and (_belongs_to_the_last(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end]


def _belongs_to_the_last(letter: str) -> bool:
    return letter in _MODIFIERS or unicodedata.combining(letter) != 0


def json_body(document: Mapping[str, Any]) -> bytes:
    """Write a body that is JSON, in letters as they are."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
