"""What the page of an article shows of its text: links, pictures, ids, and marks that were meant to be no text.

It is read from the elements that the page is made of, so that nothing is found that readers do not get.
"""

from __future__ import annotations

import html
import re
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from waypost.base.markdown.anchors import HEADINGS
from waypost.base.markdown.article_tree import FROM_HTML, LINE, article_tree
from waypost.base.markdown.headings import Heading, headings_of
from waypost.base.markdown.links import Link, links_in, shown_lines

_ADDRESSES = {
    "a": "href",
    "area": "href",
    **dict.fromkeys(("img", "source", "video", "audio", "track", "iframe"), "src"),
}

_HTML = frozenset(
    (
        *("a", "abbr", "acronym", "address", "area", "article", "aside", "audio", "b", "base", "bdi"),
        *("bdo", "big", "blockquote", "body", "br", "button", "canvas", "caption", "center", "cite"),
        *("code", "col", "colgroup", "data", "datalist", "dd", "del", "details", "dfn", "dialog"),
        *("div", "dl", "dt", "em", "embed", "fieldset", "figcaption", "figure", "font", "footer"),
        *("form", "frame", "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "hgroup"),
        *("hr", "html", "i", "iframe", "img", "input", "ins", "kbd", "label", "legend", "li", "link"),
        *("main", "map", "mark", "menu", "meta", "meter", "nav", "noscript", "object", "ol"),
        *("optgroup", "option", "output", "p", "param", "picture", "pre", "progress", "q", "rp", "rt"),
        *("ruby", "s", "samp", "script", "search", "section", "select", "slot", "small", "source"),
        *("span", "strike", "strong", "style", "sub", "summary", "sup", "svg", "table", "tbody", "td"),
        *("template", "textarea", "tfoot", "th", "thead", "time", "title", "tr", "track", "tt", "u"),
        *("ul", "var", "video", "wbr", "math", "path", "g", "circle", "rect", "line", "polyline"),
        *("polygon", "ellipse", "text", "tspan", "defs", "use", "symbol", "clippath", "mask"),
        *("pattern", "lineargradient", "radialgradient", "stop", "desc", "marker"),
    )
)
"""The elements of HTML, with those of pictures in it; others show nothing of themselves."""

_LEFTOVERS = tuple(
    (marks.split(), re.compile(pattern, re.DOTALL), what)
    for marks, pattern, what in (
        ("{% {{< {{%", r"\{%.{0,200}?%\}|\{\{[<%].{0,200}?[>%]\}\}", "a mark of another program"),
        (":::", r"(?:^|\n)[ \t]*:{3,}[ \t]*[\w-]*[^\n]{0,80}", "the line of a box"),
        ("!!! ???", r"(?:^|\n)[ \t]*(?:!!!|\?\?\?\+?)[ \t]+\w[^\n]{0,80}", "the line of a box"),
        ("===", r"(?:^|\n)[ \t]*===[!+]?[ \t]+\"[^\n]{0,80}", "the line of a tab"),
        ("[^", r"\[\^[^\]\s]{1,60}\]", "a footnote without its text"),
        ("[!", r"(?:^|\n)\[![A-Za-z]{2,20}\]", "the mark of a box"),
        ("import", r"(?:^|\n)import[ \t]+[\w{*][^\n]{0,200}?[\"'][^\n]{0,80}", "code"),
        ("export", r"(?:^|\n)export[ \t]+(?:const|default|function|let)\b[^\n]{0,80}", "code"),
        ("{/*", r"\{/\*.{0,200}?\*/\}", "a comment"),
        ("##", r"(?:^|\n)#{2,6}[^\s#][^\n]{0,80}", "a heading without a space behind its marks"),
        ("---", r"(?:^|\n)\|?[ \t]*:?-{3,}:?[ \t]*\|[^\n]{0,80}", "a table that is none"),
        ("](", r"!?\[[^\[\]\n]{1,200}\]\([^()\n]{1,300}\)", "a link that is none"),
        ("][", r"(?<![\w\]])!?\[[^\[\]\n]{2,200}\]\[[^\[\]\n]{1,100}\]", "a link whose address is not given"),
        ("**", r"\*\*[^*\n]{1,200}\*\*", "marks of bold text"),
        ("``` ~~~", r"(?:^|\n)[ \t]*(?:```|~~~)[^\n]{0,80}", "the line of a block of code"),
        ("{:", r"\{:[ \t]*[#.\w][^{}\n]{0,200}\}", "an attribute list that belongs to nothing"),
    )
)
"""Marks that show as text, because they are not known or stand where they do not count: what is in each of them,
their form, and their name in a message."""


@dataclass(frozen=True)
class Leftover:
    """Something in a text that its page shows as it is written, or does not show at all."""

    line: int
    column: int
    written: str
    """The beginning of what is written."""
    what: str
    """What it is, as a message says it: "the line of a box"."""
    is_shown: bool = True
    """Whether readers see it as it is written; else they see nothing of it."""


@dataclass(frozen=True)
class PageParts:
    """The headings, links, ids and leftovers of one text."""

    headings: tuple[Heading, ...]
    links: tuple[Link, ...]
    ids: frozenset[str]
    """Every id that a link can lead to."""
    leftovers: tuple[Leftover, ...]
    split_lists: tuple[int, ...]
    """The lines of steps that begin a list of their own, though one before them is not over."""


def page_parts(text: str, first_line: int = 1) -> PageParts:
    """Read the text of an article whose first line is `first_line` of its file."""
    root = article_tree(text, None, first_line)
    ids = {name for element in root.iter() for key in ("id", "name") if (name := element.get(key))}
    places = _Places(text, first_line)
    links = tuple(_links(root, places))
    leftovers: dict[tuple[int, int], Leftover] = {}
    for item in _leftovers(root, places):
        leftovers.setdefault((item.line, item.column), item)
    return PageParts(
        headings_of(text, first_line),
        links,
        frozenset(ids),
        tuple(item for _, item in sorted(leftovers.items())),
        tuple(_split_lists(root)),
    )


def _split_lists(root: ET.Element) -> Iterator[int]:
    """Find numbered lists of one item that begin with 1 below another such list, without a heading between."""
    is_after = False
    for child in root:
        if child.tag == "ol":
            is_single = len(child) == 1 and child.get("start", "1") == "1"
            if is_single and is_after:
                yield int(child.get(LINE, 1))
            is_after = is_single
        elif child.tag in HEADINGS:
            is_after = False


class _Places:
    """Finds where in a file something stands that its page shows."""

    def __init__(self, text: str, first_line: int) -> None:
        self._lines = text.split("\n")
        self.first_line = first_line
        self._links: dict[str, list[Link]] = defaultdict(list)
        for line in shown_lines(text, first_line):
            for link in links_in(line):
                self._links[_same(link.target)].append(link)

    def of_link(self, target: str, block_line: int, *, is_picture: bool) -> tuple[int, int]:
        """Return the line and column of the next link to an address, from the line of its block on."""
        # A picture may be written with the name of its address in place of that.
        found = [
            (link.line, link.column, waiting, index)
            for waiting in (self._links[_same(target)], *([self._links[""]] if is_picture else []))
            for index, link in enumerate(waiting)
            if link.line >= block_line
        ]
        if not found:
            return self.of_text(target, block_line)
        line, column, waiting, index = min(found, key=lambda place: place[:2])
        del waiting[index]
        return line, column

    def of_text(self, written: str, block_line: int) -> tuple[int, int]:
        """Return the line and column of a piece of text, from the line of its block on."""
        piece = written.strip().split("\n")[0]
        for index in range(max(0, block_line - self.first_line), len(self._lines)):
            column = self._lines[index].find(piece)
            if column >= 0:
                return self.first_line + index, column + 1
        return block_line, 1


def _same(target: str) -> str:
    """Return an address in the form in which two spellings of it are equal."""
    return unquote(html.unescape(target)).strip()


def _with_lines(element: ET.Element, line: int) -> Iterator[tuple[ET.Element, int]]:
    """Give every element with the line on which its block begins."""
    line = int(element.get(LINE, line))
    yield element, line
    for child in element:
        yield from _with_lines(child, line)


def _links(root: ET.Element, places: _Places) -> Iterator[Link]:
    for element, line in _with_lines(root, places.first_line):
        name = _ADDRESSES.get(element.tag)
        target = element.get(name) if name else None
        is_picture = element.tag == "img"
        if (target is None and not is_picture) or "footnote-" in element.get("class", ""):
            continue
        at = places.of_link(target or "", line, is_picture=is_picture)
        is_html = element.get(FROM_HTML) is not None
        alt = element.get("alt") if is_picture else None
        yield Link(target or "", *at, is_picture, alt, is_html)


def _leftovers(root: ET.Element, places: _Places) -> Iterator[Leftover]:
    for element, line in _with_lines(root, places.first_line):
        if element.tag not in _HTML and "-" not in element.tag:
            # Its name is written as it is in the file, with its capitals.
            written = f"<{element.get(FROM_HTML) or element.tag}"
            place = places.of_text(written, line)
            yield Leftover(*place, f"{written}>", "an element that browsers do not know", is_shown=False)
    for words, line in _texts(root, places.first_line):
        for marks, pattern, what in _LEFTOVERS:
            if not any(mark in words for mark in marks):
                continue
            for found in pattern.finditer(words):
                # What is no text ends a mark.
                written = found[0].strip("\x00 \t\n").partition("\x00")[0]
                yield Leftover(*places.of_text(written, line), written[:60], what)


def _texts(element: ET.Element, line: int) -> Iterator[tuple[str, int]]:
    """Give the text of every block, without code; what stands in marks of its own is left out."""
    line = int(element.get(LINE, line))
    if element.tag in ("pre", "code", "script", "style", "kbd", "samp", "textarea", "svg"):
        return
    parts = [element.text or ""]
    for child in element:
        yield from _texts(child, line)
        # Something that is no text, so that no mark reaches over it.
        parts += ["\x00", child.tail or ""]
    words = "".join(parts)
    if words.strip("\x00 \n"):
        yield words, line
