"""Links and pictures in lines of Markdown: where each stands, where it leads, and how to change that."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from waypost.base.markdown.blocks import BlockKind, MarkdownLine, lines_of, update_blocks_of

# Everything is bounded, because a page of brackets must not take minutes.
_CODE_SPAN = re.compile(r"(?<!`)(`{1,9})(?!`)[^\n]{1,2000}?(?<!`)\1(?!`)")
# Angle brackets hold targets with spaces.
_INLINE_TARGET = re.compile(
    r"((?<!\\)\]\([ \t]*)(<[^<>\n]{1,500}>|[^()\s<>]{1,500}(?:\([^()\s<>]{0,200}\)[^()\s<>]{0,200})?)"
)
_DEFINED_TARGET = re.compile(r"^([ \t]{0,3}\[(?!\^)[^\[\]\n]{1,200}\]:[ \t]*)(<[^<>\n]{1,500}>|\S{1,500})")
_TARGET = (
    r"(?:<(?P<angled>[^<>\n]{0,2000})>|(?P<bare>[^\s()<>]{0,2000}(?:\([^\s()]{0,500}\)[^\s()]{0,500})?))"
)
_TITLE = r"(?:[ \t]+(?:\"[^\"]{0,500}\"|'[^']{0,500}'))?"
_TEXT = r"(?P<text>(?:[^\[\]]|\[[^\[\]]{0,200}\]|!\[[^\[\]]{0,200}\]\([^()]{0,500}\)){0,500})"
_LINK = re.compile(rf"(?P<mark>!?)\[{_TEXT}\]\([ \t]*{_TARGET}{_TITLE}[ \t]*\)")
_DEFINITION = re.compile(rf" {{0,3}}\[(?P<name>[^\[\]^]{{1,200}})\]:[ \t]*{_TARGET}")
_PICTURE_BY_NAME = re.compile(r"!\[([^\[\]]{0,500})\]\[([^\[\]]{0,200})\]")
_TAG = re.compile(
    r"<(a|img|area|source)\b((?:[^<>\"']|\"[^\"]{0,2000}\"|'[^']{0,2000}'){0,200})>", re.IGNORECASE
)
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)[ \t]*=[ \t]*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")


@dataclass(frozen=True)
class Link:
    """A link or a picture."""

    target: str
    line: int
    column: int
    is_picture: bool = False
    alt: str | None = None
    """The text in place of a picture; None where nothing was written."""
    is_html: bool = False


def outside_code(line: str, change: Callable[[str], str]) -> str:
    """Return a line with everything changed that is not between backticks."""
    parts: list[str] = []
    end = 0
    for span in _CODE_SPAN.finditer(line) if "`" in line else ():
        parts += [change(line[end : span.start()]), span[0]]
        end = span.end()
    return "".join([*parts, change(line[end:])])


def map_links(text: str, change: Callable[[str], str]) -> str:
    """Return Markdown with the target of each link and picture changed; fenced code stays as it is."""
    return "\n".join(line.text if line.is_fenced else map_line(line.text, change) for line in lines_of(text))


def map_line(line: str, change: Callable[[str], str]) -> str:
    """Do the same to one line that is no fenced code."""

    def replace(found: re.Match[str]) -> str:
        target = found[2]
        if target.startswith("<"):
            return f"{found[1]}<{change(target[1:-1])}>"
        return found[1] + change(target)

    if "]" not in line:
        return line
    mapped = outside_code(line, lambda part: _INLINE_TARGET.sub(replace, part))
    return _DEFINED_TARGET.sub(replace, mapped)


# A publication writes the same updates into several documents, and again the next time.
@lru_cache(8192)
def absolute_links(text: str, root: str) -> str:
    """Return an update whose links and pictures that start with `/` lead to `root`; code stays as it is.

    Pages lead them there by themselves, and a program that reads Markdown does not know where that is.
    """

    def absolute(target: str) -> str:
        return root + target[1:] if target.startswith("/") and not target.startswith("//") else target

    if "/" not in text or "]" not in text:
        return text
    kinds = (BlockKind.FENCED_CODE, BlockKind.INDENTED_CODE)
    blocks = [block for block in update_blocks_of(text) if block.kind in kinds]
    code = {number for block in blocks for number in range(block.start, block.end)}
    lines = enumerate(text.split("\n"))
    return "\n".join(line if number in code else map_line(line, absolute) for number, line in lines)


def shown_lines(text: str, first_line: int = 1) -> Iterator[MarkdownLine]:
    """Return the lines that are no code, with code and comments in them replaced by spaces, so that columns stay."""
    in_comment = False
    for line in lines_of(text, first_line):
        if not line.is_code:
            shown = _CODE_SPAN.sub(lambda found: " " * len(found[0]), line.text)
            shown, in_comment = _without_comments(shown, is_open=in_comment)
            yield MarkdownLine(line.number, shown, line.part)


def _without_comments(line: str, *, is_open: bool) -> tuple[str, bool]:
    kept = ""
    while line:
        mark = "-->" if is_open else "<!--"
        head, found, line = line.partition(mark)
        kept += " " * len(head + found) if is_open else head + " " * len(found)
        if found:
            is_open = not is_open
    return kept, is_open


def links_in(line: MarkdownLine) -> Iterator[Link]:
    """Return the links and pictures of one of `shown_lines`; a picture in a link comes after it."""
    for found in _LINK.finditer(line.text):
        yield _link(found, line.number)
        if not found["mark"]:
            for inner in _LINK.finditer(found["text"]):
                yield _link(inner, line.number, found.start("text"))
    for use in _PICTURE_BY_NAME.finditer(line.text):
        yield Link("", line.number, use.start() + 1, is_picture=True, alt=use[1])
    defined = _DEFINITION.match(line.text)
    if defined:
        yield Link(_target(defined), line.number, defined.start("name"))
    for tag in _TAG.finditer(line.text):
        yield from _linked_by_tag(tag, line.number)


def links_of(text: str) -> Iterator[Link]:
    """Return the links and pictures of a text."""
    for line in shown_lines(text):
        yield from links_in(line)


def _link(found: re.Match[str], line: int, offset: int = 0) -> Link:
    is_picture = bool(found["mark"])
    column = offset + found.start() + 1
    return Link(_target(found), line, column, is_picture, found["text"] if is_picture else None)


def _target(found: re.Match[str]) -> str:
    return found["angled"] if found["angled"] is not None else found["bare"]


def _linked_by_tag(tag: re.Match[str], line: int) -> Iterator[Link]:
    name, written = tag[1].lower(), tag[2]
    values = {
        key.lower(): first or second or third for key, first, second, third in _ATTRIBUTE.findall(written)
    }
    is_picture = name == "img"
    target = values.get("src" if name in ("img", "source") else "href", "")
    alt = values.get("alt", "" if re.search(r"\balt\b", written) else None)
    if target or is_picture:
        yield Link(target, line, tag.start() + 1, is_picture, alt if is_picture else None, is_html=True)


_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.IGNORECASE)


def leads_elsewhere(link: str) -> bool:
    """Return whether a link names another host or something that is no page, such as a mail address."""
    return _ELSEWHERE.match(link) is not None


def split_link(link: str) -> tuple[str, str, str]:
    """Cut a link into its path, a # where it has one, and its anchor, as plain text; a query is left out."""
    path, mark, anchor = link.partition("#")
    return unquote(path.partition("?")[0]), mark, unquote(anchor)


def target_path(path: str, folder: str) -> str:
    """Return the path from content/ that a path means in a file of `folder`; one with a slash counts from content/."""
    whole = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
    return posixpath.normpath(whole)
