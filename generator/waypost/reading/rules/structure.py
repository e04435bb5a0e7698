"""What the text of each kind must hold so that its page can show it: questions, symptoms, steps, an outcome.

The parts are told by their form, never by their words, so that any language will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from waypost.base.markdown.blocks import BlockKind, blocks_of
from waypost.formats.article import Article, Kind

Part = Literal["question", "steps"]


@dataclass(frozen=True)
class Weakness:
    """What an article lacks that its kind promises."""

    line: int
    """The line of the file on which to begin, from 1."""
    message: str


def weakness(article: Article) -> Weakness | None:
    """Return what a text lacks to be shown as its kind; None where nothing is missing."""
    wanted = _WANTED.get(article.kind)
    if wanted is None or wanted[0] in _parts(article.body):
        return None
    return Weakness(article.body_line, wanted[1])


_WANTED: dict[Kind, tuple[Part, str]] = {
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


def _parts(body: str) -> Iterator[Part]:
    """Name the headings of the second level and the numbered lists that are not inside of other blocks."""
    for block in blocks_of(body):
        if block.depth:
            continue
        if block.level == 2 and block.text:
            yield "question"
        elif block.kind is BlockKind.NUMBERED_LIST:
            yield "steps"
