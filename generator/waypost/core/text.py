"""Markdown as plain words: for summaries, search and calendars, where marks would only disturb."""

from __future__ import annotations

import re
import unicodedata

_IMAGE_OR_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_LINE_START = re.compile(r"^\s*(?:#+|[-*+]|\d+\.|>)\s+", re.MULTILINE)
_EMPHASIS = re.compile(r"[*_`]{1,3}(\S(?:.*?\S)?)[*_`]{1,3}")


def plain_text(text: str) -> str:
    """Return Markdown as one line without its marks."""
    text = _LINE_START.sub("", _IMAGE_OR_LINK.sub(r"\1", text))
    return " ".join(_EMPHASIS.sub(r"\1", text).split())


def heading_anchor(heading: str) -> str:
    """Return the anchor that Python-Markdown's toc extension gives a heading."""
    ascii_only = unicodedata.normalize("NFKD", plain_text(heading)).encode("ascii", "ignore").decode()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", ascii_only).strip().lower())
