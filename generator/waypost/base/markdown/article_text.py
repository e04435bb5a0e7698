"""The words of an article as its page shows them, section by section."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from waypost.base.markdown.anchors import HEADINGS
from waypost.base.markdown.article_tree import article_tree

_BLOCKS = frozenset(
    (
        *HEADINGS,
        *("p", "li", "ul", "ol", "dl", "dt", "dd", "div", "details", "summary", "blockquote", "pre", "table"),
        *("thead", "tbody", "tr", "section", "figure", "figcaption", "caption", "label", "article"),
    )
)
_FOOTNOTE_MARKS = frozenset(("footnote-ref", "footnote-backref"))
"""Classes of the numbers of footnotes."""
_UNREAD = frozenset(("script", "style", "template", "svg", "math", "input"))


@dataclass
class TextSection:
    """A part of an article, from one heading to the next."""

    level: int = 0
    """The level of its heading; 0 for what stands before the first."""
    anchor: str = ""
    heading: str = ""
    blocks: list[str] = field(default_factory=list)
    """Each paragraph, item of a list, row of a table and block of code below the heading, as plain words."""


def text_sections(text: str, levels: Container[int] = range(1, 7)) -> list[TextSection]:
    """Cut an article at its headings of some levels that stand in nothing else."""
    sections = [TextSection()]
    root = article_tree(text)
    loose = [root.text or ""]
    for child in root:
        if HEADINGS.get(child.tag, 0) in levels:
            words = _joined(_inline(child))
            sections.append(TextSection(HEADINGS[child.tag], child.get("id", ""), words))
        elif child.tag in _BLOCKS:
            sections[-1].blocks += text_blocks(child)
        else:
            loose.append("".join(_inline(child)))
        loose.append(child.tail or "")
        if words := _joined(loose):
            sections[-1].blocks.append(words)
        loose = []
    return sections


def text_blocks(element: ET.Element) -> Iterator[str]:
    """Give the words of an element, a paragraph, an item or a row at a time."""
    if element.tag in _UNREAD:
        return
    if element.tag == "pre":
        yield from filter(None, (" ".join(line.split()) for line in "".join(element.itertext()).split("\n")))
        return
    if element.tag == "tr":
        cells = [words for cell in element if (words := _joined(_inline(cell)))]
        if cells:
            yield f"{', '.join(cells)}."
        return
    parts = [element.text or ""]
    for child in element:
        if child.tag in _BLOCKS:
            if words := _joined(parts):
                yield words
            parts = []
            yield from text_blocks(child)
        else:
            parts += _inline(child)
        parts.append(child.tail or "")
    if words := _joined(parts):
        yield words


def is_unread(element: ET.Element) -> bool:
    """Tell whether an element has no words for readers: a script, a drawing, the number of a footnote."""
    return element.tag in _UNREAD or not _FOOTNOTE_MARKS.isdisjoint(element.get("class", "").split())


def _inline(element: ET.Element) -> Iterator[str]:
    """Give the words in an element."""
    if is_unread(element):
        return
    if element.tag == "br":
        yield " "
    if element.tag == "img":
        yield element.get("alt", "")
    yield element.text or ""
    for child in element:
        yield from _inline(child)
        yield child.tail or ""
    if element.tag in _BLOCKS:
        yield " "


def _joined(parts: Iterator[str] | list[str]) -> str:
    return " ".join("".join(parts).split())
