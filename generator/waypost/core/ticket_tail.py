"""Read back from a ticket what Waypost's form wrote into it: the question that was searched for."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from waypost.core.words import Words

LONGEST = 300
"""Characters of a question that the form writes."""

_BREAK = re.compile(r"<br ?/?>|</?(?:p|div|li|ul|h[1-6])(?: [^<>]{0,200})?>", re.IGNORECASE)


def question_labels(languages: Iterable[Words]) -> tuple[str, ...]:
    """Return what stands before the question in the tail of a ticket, in these languages."""
    return tuple(f"{words.say('live.ticket.told.question')}:" for words in languages)


def question_in(text: str, labels: tuple[str, ...]) -> str:
    """Return the question of a ticket; empty where the person left it out or wrote without searching.

    `text` is a whole description as a help desk gives it out: with line breaks of any kind, or as the HTML that
    what `describe` (core/tickets.py) wrote is turned into for a form that takes HTML.
    """
    found = _last_line(text, labels)
    if not found or _BREAK.search(found):
        found = _last_line(html.unescape(_BREAK.sub("\n", text)), labels) if _BREAK.search(text) else ""
    return " ".join(found.split())[:LONGEST]


def _last_line(text: str, labels: tuple[str, ...]) -> str:
    """Return what follows a label at the start of a line.

    Of several, the last: people may write such a line themselves, and what was gathered stands below their words.
    """
    lines = (line.strip() for line in reversed(text.splitlines()))
    return next(
        (line.removeprefix(label) for line in lines for label in labels if line.startswith(label)), ""
    )
