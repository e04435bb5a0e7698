"""What an article holds: its headings with their anchors, its links, and every id that a link can lead to."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from waypost.base.markdown.blocks import Block, Line, blocks_of, lines_of
from waypost.base.markdown.links import Link, links_in, shown_lines
from waypost.base.markdown.words import heading_anchor

_ATTRIBUTES = re.compile(r"\{:?([^{}]{0,500})\}[ \t]*$")
_ID = re.compile(r"#([\w:.-]+)")
_ID_OF_TAG = re.compile(r"<[a-zA-Z][^<>]{0,1000}?\b(?:id|name)[ \t]*=[ \t]*[\"']?([\w:.-]+)")


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


@dataclass(frozen=True)
class Section:
    """A part of a text, from one heading to the next."""

    heading: Heading | None
    """None for what stands before the first."""
    lines: tuple[Line, ...]
    """What stands below the heading."""


@dataclass(frozen=True)
class MarkdownParts:
    """What was found in one text."""

    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    ids: frozenset[str]
    """Every id that a link can lead to."""


def markdown_parts(text: str, first_line: int = 1) -> MarkdownParts:
    """Read the Markdown of an article whose first line is `first_line` of its file."""
    headings = headings_of(text, first_line)
    lines = list(shown_lines(text, first_line))
    written = {found for line in lines for found in _ID_OF_TAG.findall(line.text)}
    listed = {
        name for line in lines for found in _ATTRIBUTES.findall(line.text) for name in _ID.findall(found)
    }
    anchors = {heading.anchor for heading in headings}
    links = tuple(link for line in lines for link in links_in(line))
    return MarkdownParts(headings, links, frozenset(anchors | written | listed))


def headings_of(text: str, first_line: int = 1) -> tuple[Heading, ...]:
    """Return the headings of an article, in their order."""
    return tuple(_headings(text, first_line))


def sections_of(text: str, first_line: int = 1, levels: Container[int] = range(1, 7)) -> tuple[Section, ...]:
    """Cut an article at its headings of some levels; the first part is what stands before all of them."""
    lines = list(lines_of(text, first_line))
    cuts = [
        heading
        for heading in headings_of(text, first_line)
        if heading.level in levels and not heading.is_nested
    ]
    ends = [heading.line - first_line for heading in cuts] + [len(lines)]
    sections = [Section(None, tuple(lines[: ends[0]]))]
    for heading, end in zip(cuts, ends[1:], strict=True):
        sections.append(Section(heading, tuple(lines[heading.last_line - first_line + 1 : end])))
    return tuple(sections)


def _headings(text: str, first_line: int) -> Iterator[Heading]:
    taken: dict[str, str] = {}
    for block in blocks_of(text):
        if block.level:
            yield _heading(block, first_line, taken)


def _heading(block: Block, first_line: int, taken: dict[str, str]) -> Heading:
    attributes = _ATTRIBUTES.search(block.text)
    own = _ID.search(attributes[1]) if attributes else None
    words = block.text[: attributes.start()].rstrip() if attributes else block.text
    anchor = own[1] if own else _unique(heading_anchor(words), taken)
    taken.setdefault(anchor, anchor)
    lines = (first_line + block.start, first_line + block.end - 1)
    return Heading(block.level, words, *lines, anchor, block.depth > 0)


def _unique(name: str, taken: dict[str, str]) -> str:
    """Number an anchor as Python-Markdown's `toc` does: the second of a name gets _1.

    For each anchor, `taken` keeps the last that was made of it, so that a thousand of one name are soon numbered.
    """
    anchor = taken.get(name, name)
    while not anchor or anchor in taken:
        counted = re.fullmatch(r"(.*)_([0-9]+)", anchor)
        anchor = f"{counted[1]}_{int(counted[2]) + 1}" if counted else f"{anchor}_1"
    taken[name] = anchor
    return anchor
