"""What the text of each kind must hold so that its page can show it: questions, symptoms, steps, an outcome.

The parts are told by their form, never by their words, so that any language will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from waypost.model.article import Article, Kind

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_HEADING = re.compile(r"##(?!#)[ \t]*\S")
_UNDERLINE = re.compile(r"-{2,}[ \t]*")
_STEP = re.compile(r" {0,3}\d+\. +\S")

Block = Literal["question", "steps"]


@dataclass(frozen=True)
class Weakness:
    """What an article lacks that its kind promises."""

    line: int
    """The line of the file on which to begin, from 1."""
    message: str


def weakness(article: Article) -> Weakness | None:
    """Return what a text lacks to be shown as its kind; None where nothing is missing."""
    wanted = _WANTED.get(article.kind)
    if wanted is None or wanted[0] in _blocks(article.body):
        return None
    return Weakness(article.body_line, wanted[1])


_WANTED: dict[Kind, tuple[Block, str]] = {
    Kind.FAQ: (
        "question",
        "This faq has no question. Write each as a heading, `## How do refunds work?`, with its answer below.",
    ),
    Kind.TROUBLESHOOTING: (
        "steps",
        "This troubleshooting article has no steps. Write what to do as a numbered list: `1. Do this first.`",
    ),
    Kind.TUTORIAL: (
        "steps",
        "This tutorial has no steps. Write them as a numbered list: `1. Do this first.`",
    ),
}
"""What each kind cannot do without, and what to tell its writer."""


def _blocks(body: str) -> Iterator[Block]:
    """Name the headings of the second level and the numbered lists that are not inside of code or other blocks."""
    fence, before = "", ""
    for line in body.split("\n"):
        found = _FENCE.match(line)
        if fence:
            # A fence closes with at least as many of its own marks, and nothing behind them.
            if found and found[1].startswith(fence) and not line.strip().strip(fence[0]):
                fence = ""
        elif found:
            fence = found[1]
        elif _HEADING.match(line) or (before.strip() and _UNDERLINE.fullmatch(line)):
            yield "question"
        elif _STEP.match(line) and (not before.strip() or before.startswith("#")):
            yield "steps"
        before = line
