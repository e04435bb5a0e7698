"""Headings of a foreign text: its title is taken out, levels are moved, anchors are written as here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from waypost.base.markdown.plain_text import heading_anchor, plain_text
from waypost.importing.rules.lines import Conversion, Lines, map_prose, marked

_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_NO_TEXT = re.compile(r"\s*(?:[-*+>|#<]|\d+[.)]\s|!!!|$)|\s{4}")
_ANCHOR = re.compile(r"[ \t]*\\?\{:?[ \t]*#([\w.:-]{1,200})[ \t]*\\?\}[ \t]*$")
_ATTRIBUTES = re.compile(r"[ \t]*\{[^}\n]{0,200}\}[ \t]*$")
_HTML_TITLE = re.compile(r"\s*<h1[^>\n]{0,300}>(.{1,300}?)</h1>\s*$", re.IGNORECASE)
_TAGS = re.compile(r"<[^<>\n]{0,300}>")


def convert_underlined(lines: Lines, conversion: Conversion) -> Lines:
    """Write headings that are underlined with marks in front, so that there is one form only."""
    del conversion
    made: Lines = []
    for line, is_code in marked(lines):
        found = None if is_code else _UNDERLINE.match(line.text)
        above = made[-1].text if made else ""
        is_alone = len(made) < 2 or not made[-2].text.strip()
        if found and is_alone and not _NO_TEXT.match(above):
            made[-1] = made[-1].with_text(f"{'#' if found[1][0] == '=' else '##'} {above.strip()}")
        else:
            made.append(line)
    return made


def convert_anchors(lines: Lines, conversion: Conversion) -> Lines:
    """Write the anchors of headings as Python-Markdown does: `## Title { #anchor }`."""
    del conversion
    made: Lines = []
    for line, is_code in marked(lines):
        heading = None if is_code else _HEADING.match(line.text)
        found = _ANCHOR.search(line.text) if heading else None
        made.append(line.with_text(f"{line.text[: found.start()]} {{ #{found[1]} }}") if found else line)
    return made


def split_title(lines: Lines) -> tuple[str, Lines]:
    """Return the heading of the first level that a text starts with, as plain words, and the text without it."""
    for index, (line, is_code) in enumerate(marked(lines)):
        if is_code:
            break
        found = _HEADING.match(line.text)
        html = _HTML_TITLE.match(line.text)
        if html or (found and len(found[1]) == 1):
            words = html[1] if html else found[2] if found else ""
            return _words(words), lines[:index] + lines[index + 1 :]
        if line.text.strip() and not line.text.lstrip().startswith(("<!--", "[", "!", "<a ", "<img", "<br")):
            break
    return "", lines


def _words(heading: str) -> str:
    return plain_text(_TAGS.sub("", _ATTRIBUTES.sub("", heading)))


def demote(lines: Lines) -> Lines:
    """Move all headings one level down where one of them is of the first level, which belongs to the title."""
    if not any(level == 1 for level, _ in headings(lines)):
        return lines
    made: Lines = []
    for line, is_code in marked(lines):
        found = None if is_code else _HEADING.match(line.text)
        deeper = found is not None and len(found[1]) < 6
        made.append(line.with_text(f"#{line.text.lstrip(' ')}") if deeper else line)
    return made


def headings(lines: Lines) -> Iterator[tuple[int, str]]:
    """Return the level and the words of each heading."""
    for line, is_code in marked(lines):
        found = None if is_code else _HEADING.match(line.text)
        if found:
            yield len(found[1]), _words(found[2])


def anchors_of(lines: Lines) -> dict[str, str]:
    """Return for each heading the anchors that other tools give it, with the one that it has here."""
    found: dict[str, str] = {}
    for line, is_code in marked(lines):
        heading = None if is_code else _HEADING.match(line.text)
        if heading is None:
            continue
        own = _ANCHOR.search(line.text)
        words = _words(heading[2])
        here = own[1] if own else heading_anchor(words)
        for other in (github_anchor(words), heading_anchor(words), here):
            found.setdefault(other, here)
    return found


def github_anchor(heading: str) -> str:
    """Return the anchor that GitHub, Docusaurus and Hugo give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def strip_attributes_of_links(lines: Lines, conversion: Conversion) -> Lines:
    """Leave out what other tools say of links in braces, such as `{:target="_blank"}`."""
    del conversion
    pattern = re.compile(r"(\))\{:?\s*(?:target|rel)=[^}\n]{0,120}\}")
    return map_prose(lines, lambda line, text: pattern.sub(r"\1", text) if "){" in text else text)
