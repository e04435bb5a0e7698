"""Headings of a page from elsewhere: title, levels and anchors, and the kind of article that they suggest."""

from __future__ import annotations

import re
from collections.abc import Sequence

from waypost.base.markdown.anchors import heading_anchor
from waypost.base.markdown.blocks import Block, BlockKind, blocks_of
from waypost.base.markdown.plain_text import plain_text
from waypost.help.kinds import ARTICLE_KINDS, DEFAULT_KIND
from waypost.help.kinds.kind import Signs
from waypost.importing.rules.collection import Conversion, Lines, map_prose, marked, text_of
from waypost.reading.rules.structure import weakness

_ANCHOR = re.compile(r"[ \t]*\\?\{:?[ \t]*#([\w.:-]{1,200})[ \t]*\\?\}[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{[^}\n]{0,200}\}[ \t]*$")
_HTML_TITLE = re.compile(r"\s*<h1[^>\n]{0,300}>(.{1,300}?)</h1>\s*$", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>\n]{0,300}>")


def _headings(lines: Lines, kind: BlockKind = BlockKind.HEADING) -> list[Block]:
    """Return the headings that stand by themselves."""
    return [block for block in blocks_of(text_of(lines)) if block.kind is kind and not block.depth]


def convert_underlined(lines: Lines, _: Conversion) -> Lines:
    """Write headings that are underlined with marks in front, so that there is one form only."""
    made = list(lines)
    for block in reversed(_headings(lines, BlockKind.UNDERLINED_HEADING)):
        if block.end - block.start == 2:
            marks = "#" * block.level
            made[block.start : block.end] = [lines[block.start].with_text(f"{marks} {block.text}")]
    return made


def convert_anchors(lines: Lines, _: Conversion) -> Lines:
    """Write the anchors of headings as Python-Markdown does: `## Title { #anchor }`."""
    made = list(lines)
    for block in _headings(lines):
        line = lines[block.start]
        if found := _ANCHOR.search(line.text):
            made[block.start] = line.with_text(f"{line.text[: found.start()]} {{ #{found[1]} }}")
    return made


def split_title(lines: Lines) -> tuple[str, Lines]:
    """Return the heading of the first level that a text starts with, as plain words, and the text without it."""
    titles = {block.start: block.text for block in _headings(lines) if block.level == 1}
    for index, (line, is_code) in enumerate(marked(lines)):
        if is_code:
            break
        html = _HTML_TITLE.match(line.text)
        if html or index in titles:
            return _words(html[1] if html else titles[index]), lines[:index] + lines[index + 1 :]
        if line.text.strip() and not line.text.lstrip().startswith(("<!--", "[", "!", "<a ", "<img", "<br")):
            break
    return "", lines


def _words(heading: str) -> str:
    return plain_text(_TAGS.sub("", _ATTRIBUTES.sub("", heading)))


def demote(lines: Lines) -> Lines:
    """Move all headings one level down where one of them is of the first level, which belongs to the title."""
    blocks = _headings(lines)
    made = list(lines)
    if any(block.level == 1 for block in blocks):
        for block in blocks:
            if block.level < 6:
                line = lines[block.start]
                made[block.start] = line.with_text(f"#{line.text.lstrip(' ')}")
    return made


def anchors_of(lines: Lines) -> dict[str, str]:
    """Return for each heading the anchors that other tools give it, with the one that it has here."""
    found: dict[str, str] = {}
    for block in _headings(lines):
        own = _ANCHOR.search(block.text)
        words = _words(block.text)
        here = own[1] if own else heading_anchor(words)
        for other in (github_anchor(words), heading_anchor(words), here):
            found.setdefault(other, here)
    return found


def github_anchor(heading: str) -> str:
    """Return the anchor that GitHub, Docusaurus and Hugo give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def strip_attributes_of_links(lines: Lines, _: Conversion) -> Lines:
    """Leave out the attributes of links that other tools write in braces, such as `{:target="_blank"}`."""
    pattern = re.compile(r"(\))\{:?\s*(?:target|rel)=[^}\n]{0,120}\}")
    return map_prose(lines, lambda line, text: pattern.sub(r"\1", text) if "){" in text else text)


_STEP = re.compile(r"\d+\. +\S")


def kind_of(title: str, lines: Lines) -> str:
    """Return the kind that fits an article; an article that would lack parts of its kind stays a page."""
    sections = [_words(block.text) for block in _headings(lines) if block.level == 2]
    steps = sum(1 for line, is_code in marked(lines) if not is_code and _STEP.match(line.text))
    fitting = (
        name
        for name, record in ARTICLE_KINDS.items()
        if record.signs and _has(record.signs, title, sections, steps)
    )
    kind = next(fitting, DEFAULT_KIND)
    return DEFAULT_KIND if weakness(kind, text_of(lines)) else kind


def _has(signs: Signs, title: str, sections: Sequence[str], steps: int) -> bool:
    """Tell whether an article has all signs of a kind."""
    questions = sum(words.rstrip(" *_").endswith(("?", "？")) for words in sections)
    begins = re.compile(signs.headings, re.IGNORECASE)
    named = {words.split()[0].lower().rstrip("s") for words in sections if words and begins.match(words)}
    return (
        bool(re.match(signs.title, title, re.IGNORECASE))
        and (not signs.headings or len(named) > 1)
        and (not signs.questions or (questions > 1 and questions * 3 >= len(sections) * 2))
        and steps >= signs.steps
    )
