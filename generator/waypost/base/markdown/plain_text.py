"""Plain words from Markdown, for summaries, search and calendars, and Markdown from plain words."""

from __future__ import annotations

import re

# Bounded on purpose: without limits a page of brackets would take minutes.
_IMAGE_OR_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\([^()]{0,2000}\)")
_LINE_START = re.compile(r"^[ \t]*(?:#+|[-*+]|\d+\.|>)\s+", re.MULTILINE)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMPHASIS = re.compile(r"(?<![\w*_`\\])[*_`]{1,3}(?=\S)|(?<=[^\s\\])[*_`]{1,3}(?![\w*_`])")
_CODE = re.compile(r"(?<!`)(`{1,3})(?!`)(.{1,160}?)(?<!`)\1(?!`)")
_SPECIAL = re.compile(r"[\\`*_\[\]]|<(?=[A-Za-z/!?])|&(?=#?\w{1,32};)")
# Not every reader of Markdown takes a backslash before these two.
_ENTITIES = {"<": "&lt;", "&": "&amp;"}


def plain_text(text: str) -> str:
    """Return Markdown as one line without its marks."""
    text = _LINE_START.sub("", _IMAGE_OR_LINK.sub(r"\1", text))
    return " ".join(_ESCAPE.sub(r"\1", _EMPHASIS.sub("", text)).split())


def code_parts(line: str) -> tuple[tuple[str, bool], ...]:
    """Split a line at its `code`: each part without backticks, and whether it is code."""
    parts: list[tuple[str, bool]] = []
    end = 0
    for found in _CODE.finditer(line):
        parts += [(line[end : found.start()], False), (found[2].strip(), True)]
        end = found.end()
    return tuple(part for part in (*parts, (line[end:], False)) if part[0])


def plain_code(line: str) -> str:
    """Return a line with its `code` as plain words."""
    return "".join(text for text, _ in code_parts(line)) if "`" in line else line


def as_markdown(text: str) -> str:
    """Write plain words so that Markdown shows them as they are: `a * b` becomes `a \\* b`."""
    return _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), text)
