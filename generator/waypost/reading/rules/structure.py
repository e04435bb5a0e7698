"""What the text of each kind must hold so that its page can show it: questions, symptoms, steps, an outcome.

The parts are recognised by their form, never by their words, so that any language will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waypost.base.markdown.blocks import BlockKind, blocks_of
from waypost.formats.article import Article
from waypost.help.kinds.kind import Structure


@dataclass(frozen=True)
class Weakness:
    """What an article lacks that its kind promises."""

    line: int
    """The line of the file on which to begin, from 1."""
    message: str


def weakness(article: Article) -> Weakness | None:
    """Return what a text lacks to be shown as its kind; None where nothing is missing."""
    kind = article.article_kind
    if kind is None or not kind.advice or kind.structure in _structures(article.body):
        return None
    return Weakness(article.body_line, kind.advice)


def _structures(body: str) -> Iterator[Structure]:
    """Return the structures that headings of the second level and numbered lists outside of other blocks make."""
    for block in blocks_of(body):
        if block.depth:
            continue
        if block.level == 2 and block.text:
            yield Structure.QUESTIONS
        elif block.kind is BlockKind.NUMBERED_LIST:
            yield from (Structure.STEPS, Structure.REMEDY)
