"""The blocks of a text, and the part that each of its lines plays in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from waypost.base.markdown.grammar import MAX_NESTING, article_grammar, update_grammar


class BlockKind(Enum):
    """The kinds of blocks that matter here."""

    HEADING = "heading_open"
    UNDERLINED_HEADING = "lheading"
    FENCED_CODE = "fence"
    INDENTED_CODE = "code_block"
    NUMBERED_LIST = "ordered_list_open"


@dataclass(frozen=True)
class Block:
    """One block, by its lines, which are counted from 0."""

    kind: BlockKind
    start: int
    end: int
    """The line after its last."""
    depth: int
    """How many other blocks it stands in."""
    level: int = 0
    """The level of a heading."""
    text: str = ""
    """The words of a heading, with their marks; the marks of a fence."""
    is_closed: bool = True
    """Whether fenced code ends with a fence, and not with the text or the block that it stands in."""


class LinePart(Enum):
    """The part of a line in a block."""

    TEXT = "text"
    OPENING_FENCE = "opening fence"
    FENCED_CODE = "fenced code"
    CLOSING_FENCE = "closing fence"
    INDENTED_CODE = "indented code"


@dataclass(frozen=True)
class MarkdownLine:
    """One line of a text."""

    number: int
    text: str
    part: LinePart

    @property
    def is_fence(self) -> bool:
        """Whether it is the first or the last line of fenced code."""
        return self.part in (LinePart.OPENING_FENCE, LinePart.CLOSING_FENCE)

    @property
    def is_fenced(self) -> bool:
        """Whether it belongs to fenced code, with the fences themselves."""
        return self.is_fence or self.part is LinePart.FENCED_CODE

    @property
    def is_code(self) -> bool:
        """Whether it belongs to code of any form."""
        return self.part is not LinePart.TEXT


def _only_blocks(grammar: MarkdownIt) -> MarkdownIt:
    grammar.core.ruler.enableOnly(["block"])
    # Where a link is defined changes no block, and a definition looks far ahead for its end.
    return grammar.disable("reference")


_DEEP_LINE = re.compile(rf"^[ \t>*+.)\d:!-]{{{MAX_NESTING // 2}}}", re.MULTILINE)
"""A line that can stand in so many blocks: each takes a mark of one character at least."""

_ARTICLES = _only_blocks(article_grammar())
_UPDATES = _only_blocks(update_grammar())


@lru_cache(1024)
def blocks_of(text: str) -> tuple[Block, ...]:
    """Return the blocks of an article, in the order of their first lines."""
    return _read(text, _ARTICLES)


def nests_too_deep(text: str) -> bool:
    """Tell whether so many lists, quotes and boxes of an article stand in one another that some are not read."""
    if not _DEEP_LINE.search(text):
        return False
    return any(token.level >= MAX_NESTING - 1 for token in _ARTICLES.parse(text) if token.nesting > 0)


@lru_cache(1024)
def update_blocks_of(text: str) -> tuple[Block, ...]:
    """Return the blocks of a text without HTML and containers, as an incident is rendered."""
    return _read(text, _UPDATES)


def _read(text: str, grammar: MarkdownIt) -> tuple[Block, ...]:
    # Callers split at \n alone, and the last line counts even where it is empty.
    tokens = grammar.parse(text.replace("\r", " ") + "\n")
    return tuple(_blocks([*tokens, Token("", "", 0)]))


def _blocks(tokens: list[Token]) -> Iterator[Block]:
    kinds = {kind.value: kind for kind in BlockKind}
    for token, follower in pairwise(tokens):
        kind = kinds.get(token.type)
        if kind is None or token.map is None:
            continue
        start, end = token.map
        if kind is BlockKind.HEADING:
            kind = BlockKind.UNDERLINED_HEADING if end - start > 1 else kind
            yield Block(kind, start, end, token.level, int(token.tag[1:]), follower.content)
        else:
            # Each line of the content ends with a newline, and the opening fence is no part of it.
            is_closed = kind is not BlockKind.FENCED_CODE or token.content.count("\n") < end - start - 1
            yield Block(kind, start, end, token.level, text=token.markup, is_closed=is_closed)


def lines_of(text: str, first_line: int = 1) -> Iterator[MarkdownLine]:
    """Return the lines of an article; the first has the number `first_line`."""
    parts = _parts(blocks_of(text))
    for index, line in enumerate(text.split("\n")):
        yield MarkdownLine(first_line + index, line, parts.get(index, LinePart.TEXT))


def _parts(blocks: tuple[Block, ...]) -> dict[int, LinePart]:
    """Return what the lines are that are no text."""
    parts: dict[int, LinePart] = {}
    for block in blocks:
        if block.kind is BlockKind.INDENTED_CODE:
            parts |= dict.fromkeys(range(block.start, block.end), LinePart.INDENTED_CODE)
        elif block.kind is BlockKind.FENCED_CODE:
            parts |= dict.fromkeys(range(block.start, block.end), LinePart.FENCED_CODE)
            parts[block.start] = LinePart.OPENING_FENCE
            if block.is_closed:
                parts[block.end - 1] = LinePart.CLOSING_FENCE
    return parts
