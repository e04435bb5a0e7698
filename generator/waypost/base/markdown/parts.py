"""The parts of a Markdown text that can be checked without rendering it: headings, links and pictures.

Code is left out, in blocks and in lines, and so are comments. Reference: CommonMark 0.31, as far as
Python-Markdown follows it; what it reads differently is what it renders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from waypost.base.markdown.words import heading_anchor

_FENCE = re.compile(r"[ \t>]*(`{3,}|~{3,})(.*)")
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_CODE = re.compile(r"(`+)(?!`)(?:.{0,2000}?)(?<!`)\1(?!`)")
_CONTAINER = re.compile(r"[ \t]{0,3}(?:[-*+]|\d{1,9}[.)])[ \t]|[ \t]{0,3}(?:!!!|\?\?\?|===|\[\^|:[ \t])")
"""Lines whose indented lines belong to them, so that they are no code."""

_NO_HEADING = re.compile(r"[ \t]*(?:$|[>|]|[-*+][ \t]|\d+[.)][ \t])")
_ATTRIBUTES = re.compile(r"[ \t]*\{:?([^{}]{0,500})\}[ \t]*$")
_ID = re.compile(r"#([\w:.-]+)")
# Bounded, because a page of brackets must not take minutes.
_TARGET = r"(?:<([^<>\n]{0,2000})>|([^\s()<>]{0,2000}(?:\([^\s()]{0,500}\)[^\s()]{0,500})?))"
_TITLE = r"(?:[ \t]+(?:\"[^\"]{0,500}\"|'[^']{0,500}'))?"
_TEXT = r"((?:[^\[\]]|\[[^\[\]]{0,200}\]|!\[[^\[\]]{0,200}\]\([^()]{0,500}\)){0,500})"
_LINK = re.compile(rf"(!?)\[{_TEXT}\]\([ \t]*{_TARGET}{_TITLE}[ \t]*\)")
_REFERENCE = re.compile(rf" {{0,3}}\[([^\[\]^]{{1,200}})\]:[ \t]*{_TARGET}")
_USE = re.compile(r"!\[([^\[\]]{0,500})\]\[([^\[\]]{0,200})\]")
_TAG = re.compile(
    r"<(a|img|area|source)\b((?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,200})>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)[ \t]*=[ \t]*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_ANY_ID = re.compile(r"<[a-zA-Z][^<>]{0,1000}?\b(?:id|name)[ \t]*=[ \t]*[\"']?([\w:.-]+)")


@dataclass(frozen=True)
class Heading:
    """A heading, as it is written."""

    level: int
    text: str
    line: int
    anchor: str
    """The id that its element gets."""


@dataclass(frozen=True)
class Link:
    """A link or a picture."""

    target: str
    line: int
    column: int
    is_picture: bool = False
    alt: str | None = None
    """What stands for a picture; None where nothing was written."""
    is_html: bool = False


@dataclass(frozen=True)
class MarkdownParts:
    """What was found in one text."""

    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    ids: frozenset[str]
    """Every id that a link can lead to."""


def markdown_parts(body: str, first_line: int = 1) -> MarkdownParts:
    """Read a Markdown text whose first line is `first_line` of its file."""
    lines = list(_lines(body.split("\n"), first_line))
    headings = tuple(_headings(lines))
    links = tuple(link for line in lines for link in _links(line))
    written = {found for line in lines for found in _ANY_ID.findall(line.text)}
    listed = {
        name for line in lines for found in _ATTRIBUTES.findall(line.text) for name in _ID.findall(found)
    }
    return MarkdownParts(
        headings, links, frozenset({heading.anchor for heading in headings} | written | listed)
    )


def headings_of(body: str, first_line: int = 1) -> tuple[Heading, ...]:
    """Read only the headings of a Markdown text."""
    return tuple(_headings(list(_lines(body.split("\n"), first_line))))


@dataclass(frozen=True)
class _Line:
    number: int
    written: str
    text: str
    """The same with code and comments replaced by spaces, so that columns stay."""


def _lines(lines: list[str], first_line: int) -> Iterator[_Line]:
    """Give each line that is no block of code."""
    fence, in_comment, in_container, was_blank = "", False, False, True
    for number, line in enumerate(lines, start=first_line):
        mark = _FENCE.match(line)
        if fence:
            if mark and mark[1].startswith(fence) and not mark[2].strip():
                fence = ""
            continue
        if mark and "`" not in mark[2]:
            fence = mark[1]
            continue
        if line.strip() and not line.startswith(("    ", "\t")):
            in_container = bool(_CONTAINER.match(line))
        elif line.strip() and was_blank and not in_container:
            continue
        was_blank = not line.strip()
        text = _CODE.sub(lambda found: " " * len(found[0]), line)
        text, in_comment = _without_comments(text, is_open=in_comment)
        yield _Line(number, line, text)


def _without_comments(line: str, *, is_open: bool) -> tuple[str, bool]:
    kept = ""
    while line:
        mark = "-->" if is_open else "<!--"
        head, found, line = line.partition(mark)
        kept += " " * len(head + found) if is_open else head + " " * len(found)
        if found:
            is_open = not is_open
    return kept, is_open


def _headings(lines: list[_Line]) -> Iterator[Heading]:
    taken: set[str] = set()
    before = _Line(0, "", "")
    for line in lines:
        found = _HEADING.match(line.written) if line.text.strip() else None
        under = _UNDERLINE.match(line.text)
        if found:
            yield _heading(len(found[1]), found[2], line.number, taken)
        elif under and before.number == line.number - 1 and not _NO_HEADING.match(before.text):
            yield _heading(1 if under[1].startswith("=") else 2, before.written.strip(), before.number, taken)
        before = line


def _heading(level: int, text: str, line: int, taken: set[str]) -> Heading:
    attributes = _ATTRIBUTES.search(text)
    own = _ID.search(attributes[1]) if attributes else None
    words = _ATTRIBUTES.sub("", text)
    anchor = own[1] if own else _unique(heading_anchor(words), taken)
    taken.add(anchor)
    return Heading(level, words, line, anchor)


def _unique(anchor: str, taken: set[str]) -> str:
    """Number an anchor as Python-Markdown's `toc` does: the second of a name gets _1."""
    while not anchor or anchor in taken:
        counted = re.fullmatch(r"(.*)_([0-9]+)", anchor)
        anchor = f"{counted[1]}_{int(counted[2]) + 1}" if counted else f"{anchor}_1"
    return anchor


def _links(whole: _Line) -> Iterator[Link]:
    number, line = whole.number, whole.text
    for found in _LINK.finditer(line):
        target = found[3] if found[3] is not None else found[4]
        is_picture = bool(found[1])
        yield Link(target, number, found.start() + 1, is_picture, found[2] if is_picture else None)
        if not is_picture:
            for inner in _LINK.finditer(found[2]):
                target = inner[3] if inner[3] is not None else inner[4]
                yield Link(target, number, found.start(2) + inner.start() + 1, bool(inner[1]), inner[2])
    for use in _USE.finditer(line):
        yield Link("", number, use.start() + 1, is_picture=True, alt=use[1])
    reference = _REFERENCE.match(line)
    if reference:
        target = reference[2] if reference[2] is not None else reference[3]
        yield Link(target, number, reference.start(1))
    for tag in _TAG.finditer(line):
        values = {
            name.lower(): first or second or third
            for name, first, second, third in _ATTRIBUTE.findall(tag[2])
        }
        is_picture = tag[1].lower() == "img"
        named = values.get("src" if tag[1].lower() in ("img", "source") else "href", "")
        alt = values.get("alt", "" if re.search(r"\balt\b", tag[2]) else None)
        if named or is_picture:
            yield Link(named, number, tag.start() + 1, is_picture, alt if is_picture else None, is_html=True)
