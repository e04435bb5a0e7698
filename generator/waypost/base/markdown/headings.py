"""The headings of an article with their anchors and their lines."""

from __future__ import annotations

import re
from dataclasses import dataclass

from waypost.base.markdown.anchors import heading_anchor, unique_anchor
from waypost.base.markdown.blocks import Block, blocks_of

_ATTRIBUTES = re.compile(r"\{:?([^{}]{0,500})\}[ \t]*$")
_ID = re.compile(r"#([\w:.-]+)")


@dataclass(frozen=True)
class Heading:
    """A heading, as it is written."""

    level: int
    text: str
    line: int
    last_line: int
    """Another one where it is underlined."""
    anchor: str
    """The id that its element gets."""
    is_nested: bool = False
    """Whether it stands in a list, a quote or a box, so that it begins no section of the text."""


def headings_of(text: str, first_line: int = 1) -> tuple[Heading, ...]:
    """Return the headings of an article, in their order."""
    taken: dict[str, str] = {}
    return tuple(_heading(block, first_line, taken) for block in blocks_of(text) if block.level)


def _heading(block: Block, first_line: int, taken: dict[str, str]) -> Heading:
    attributes = _ATTRIBUTES.search(block.text)
    own = _ID.search(attributes[1]) if attributes else None
    words = block.text[: attributes.start()].rstrip() if attributes else block.text
    anchor = own[1] if own else unique_anchor(heading_anchor(words), taken)
    taken.setdefault(anchor, anchor)
    lines = (first_line + block.start, first_line + block.end - 1)
    return Heading(block.level, words, *lines, anchor, block.depth > 0)
