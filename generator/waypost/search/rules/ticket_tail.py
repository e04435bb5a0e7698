"""Read back from a ticket what Waypost's form wrote into it: what was searched for, and its category."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import takewhile

from waypost.base.i18n import Words

LONGEST = 300
"""Characters of a question that the form writes."""

MOST = 20
"""Searches without an answer that the form writes."""

_BREAK = re.compile(r"<br ?/?>|</?(?:p|div|li|ul|h[1-6])(?: [^<>]{0,200})?>", re.IGNORECASE)


@dataclass(frozen=True)
class TicketLabels:
    """The labels of the questions in the tail of a ticket, in every language of Waypost."""

    question: tuple[str, ...]
    """Before the last one, on its line."""
    others: tuple[str, ...]
    """On a line of its own, before a list of others that found no answer."""
    category: tuple[str, ...] = ()
    """Before the name of the category, on its line."""


def ticket_labels(languages: Iterable[Words]) -> TicketLabels:
    """Return the labels as ticket_link.js writes them."""

    def label(name: str) -> tuple[str, ...]:
        key = f"live.ticket.told.{name}"
        return tuple(f"{words.say(key)}:" for words in known if key in words.texts)

    known = tuple(languages)
    return TicketLabels(label("question"), label("searches"), label("category"))


def questions_in(text: str, labels: TicketLabels) -> tuple[str, ...]:
    """Return the questions of a ticket; none where the person left them out or wrote without searching.

    `text` is a whole description as a help desk gives it out: with line breaks of any kind, or as the HTML that
    what the form wrote is turned into for a form that takes HTML.
    """
    found = _read(text, labels)
    if _BREAK.search(text) and (not found or any(_BREAK.search(question) for question in found)):
        found = _read(html.unescape(_BREAK.sub("\n", text)), labels)
    short = (" ".join(question.split())[:LONGEST] for question in found)
    return tuple(dict.fromkeys(filter(None, short)))


def category_in(text: str, labels: TicketLabels) -> str:
    """Return the category of a ticket, as the form names it; empty where it has none."""
    plain = html.unescape(_BREAK.sub("\n", text)) if _BREAK.search(text) else text
    for line in reversed(plain.splitlines()):
        for label in labels.category:
            if line.strip().startswith(label):
                return line.strip().removeprefix(label).strip()[:LONGEST]
    return ""


def _read(text: str, labels: TicketLabels) -> list[str]:
    """Return the texts behind the last label of each kind.

    The last: people may write such a line themselves, and what was gathered stands below their words.
    """
    lines = [line.strip() for line in text.splitlines()]
    found = []
    for line in reversed(lines):
        label = next((label for label in labels.question if line.startswith(label)), None)
        if label:
            found.append(line.removeprefix(label))
            break
    starts = [number for number, line in enumerate(lines) if line in labels.others]
    if starts:
        listed = takewhile(lambda line: line.startswith("- "), lines[starts[-1] + 1 :])
        found += [line.removeprefix("- ") for line in listed][:MOST]
    return found
