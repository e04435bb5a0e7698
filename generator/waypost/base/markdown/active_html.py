"""HTML that does more than show something: scripts, handlers, forms, frames, and links that run code.

Everything is judged as browsers read it, outside of code and comments. What cannot be decided counts as active.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from html import unescape
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token

from waypost.base.markdown.grammar import article_grammar

FORM_ELEMENTS = frozenset(("form", "input", "button", "select", "textarea", "keygen", "isindex"))
PLUGIN_ELEMENTS = frozenset(("object", "embed", "applet"))
PAGE_ELEMENTS = frozenset(("base", "link", "style"))
FRAME_ELEMENTS = frozenset(("iframe", "frame", "frameset", "portal", "fencedframe"))
ACTIVE_ELEMENTS = FORM_ELEMENTS | PLUGIN_ELEMENTS | PAGE_ELEMENTS | {"script"}
"""Elements that are active whatever their attributes say."""

WITH_CODE = frozenset(("script", "style"))
"""Elements whose text is no text for readers."""

_ADDRESSES = {
    *("href", "src", "action", "formaction", "xlink:href", "data", "poster", "background", "ping"),
    *("from", "to", "by", "values", "cite", "longdesc", "manifest", "codebase", "usemap"),
}
"""Attributes that hold an address, with those of animations, which may set one."""

_HANDLER = re.compile(r"on[a-z]{3,}")
_BEFORE_ADDRESS = re.compile(r"\A[\x00-\x20]+")
_RUNS = re.compile(
    r"(?:javascript|vbscript|livescript|mocha):"
    r"|data:(?:text/html|text/xml|application/(?:xhtml\+)?xml|text/xsl|image/svg\+xml)\b",
    re.IGNORECASE,
)
_SHOWN_DATA = re.compile(r"data:image/", re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:|[/\\]{2}", re.IGNORECASE)

# Everything is bounded, because a page of open tags must not take minutes.
_COMMENT_OR_TAG = re.compile(
    r"<!--(?:-?>|.*?--!?>)"
    r"|<[a-zA-Z](?>[^>=]{1,2000}|=\s{0,20}(?:\"[^\"]{0,2000}\"|'[^']{0,2000}')?){0,200}+>",
    re.DOTALL,
)
"""A comment, up to where the first browser ends it; or a tag, in which there is none."""
_NO_TAG = re.compile(r"<(?![a-zA-Z/])")
_WRITTEN_ADDRESS = re.compile(r"(?<=[(<])\s*(?:\w+script|data):", re.IGNORECASE)
_ATTRIBUTE_LIST = re.compile(r"\{:?([^{}\n]{1,1000})\}")
_ATTRIBUTE = re.compile(r"""([\w:.-]{1,60})[ \t]*=[ \t]*(?:"([^"]*)"|'([^']*)'|([^\s"'{}]+))""")
_MAY_BE_ACTIVE = re.compile(
    r"<[a-z!?/]|script|mocha|data:|\bon[a-z]+[ \t]*=|srcdoc|\]\([^)\n]*[&\\]|\]:.*[&\\]", re.IGNORECASE
)
"""Without any of these a text is not read at all."""


Attributes = tuple[tuple[str, str], ...]
"""The attributes of a tag, with names in small letters and values without entities."""

_GAPS = {
    "softbreak": "\n",
    "hardbreak": "\n",
    **dict.fromkeys(("code_inline", "html_inline", "text_special"), " "),
}
"""What stands between words where a token is no text."""


@dataclass(frozen=True, order=True)
class ActiveHtml:
    """One thing that is active."""

    line: int
    column: int
    what: str
    """In words: "the element `<script>`"."""
    element: str = ""
    """The name of the element that is active as a whole."""
    attribute: str = ""
    """The attribute that makes an element active; empty for links of Markdown, and where the whole element is."""
    text: str = ""
    """How its tag is written; empty for links of Markdown."""


def active_html(text: str, first_line: int = 1) -> tuple[ActiveHtml, ...]:
    """Return everything active in the Markdown of an article whose first line is `first_line` of its file."""
    if not _MAY_BE_ACTIVE.search(text):
        return ()
    reader = _Reader(text, first_line)
    reader.read(_grammar().parse(text.replace("\r", " ") + "\n"))
    return tuple(sorted(reader.found))


def may_act(attribute: str) -> bool:
    """Return whether an attribute can run code or lead somewhere, whatever it holds."""
    name = attribute.lower().rpartition(":")[2]
    return name.startswith(("on", "src")) or name in _ADDRESSES


def runs_code(address: str, *, is_shown: bool = False) -> bool:
    """Return whether following an address runs code; `is_shown` for a picture, which runs none."""
    plain = _plain_address(unescape(address))
    return bool(_RUNS.match(plain)) and not (is_shown and _SHOWN_DATA.match(plain))


def _plain_address(address: str) -> str:
    """Return an address without what browsers leave out of it."""
    return re.sub(r"[\t\n\r]", "", _BEFORE_ADDRESS.sub("", address))


def judge_tag(name: str, attributes: Attributes) -> Iterator[tuple[str, str, str]]:
    """Give what is active in a tag: in words, the element if it is the whole of it, and else the attribute."""
    values: Mapping[str, str] = dict(reversed(attributes))
    if name in ACTIVE_ELEMENTS or (name == "meta" and "http-equiv" in values):
        yield f"the element `<{name}>`", name, ""
        return
    source = _plain_address(values.get("src", ""))
    if name in FRAME_ELEMENTS and _ELSEWHERE.match(source) and not runs_code(source):
        yield f"the element `<{name}>`, which shows a page of another host,", name, ""
        return
    is_picture = name in ("img", "source", "video", "image")
    for key, value in dict.fromkeys(attributes):
        # An animation may go through several addresses.
        parts = value.split(";") if key == "values" else [value]
        if _HANDLER.fullmatch(key):
            yield f"the handler `{key}`", "", key
        elif key == "srcdoc":
            yield "the attribute `srcdoc`", "", key
        elif key in _ADDRESSES and any(runs_code(part, is_shown=is_picture) for part in parts):
            yield f"the address in `{key}`, which runs code,", "", key


@cache
def _grammar() -> MarkdownIt:
    grammar = article_grammar()
    # What an address must not be is what is looked for.
    grammar.validateLink = lambda url: True  # type: ignore[method-assign]
    # Characters that are escaped begin no tag and no attribute list.
    return grammar.disable("text_join")


class _Reader:
    """Collects the tags of a text, and the links of Markdown that run code, with their places."""

    def __init__(self, text: str, first_line: int) -> None:
        self._lines = text.split("\n")
        self._first_line = first_line
        self._regions: dict[tuple[int, int], _SearchedLines] = {}
        self.found: set[ActiveHtml] = set()

    def read(self, tokens: list[Token]) -> None:
        lines = (0, 1)
        for token in tokens:
            lines = (token.map[0], token.map[1]) if token.map else lines
            if token.type == "html_block":
                self._html(token.content, lines)
                self._attribute_lists(token.content, lines)
            elif token.type == "fence":
                self._attribute_lists(token.info, lines)
            elif token.type == "container_open":
                # The title of a box is Markdown too, and stands in its first line.
                line = self._lines[lines[0]] if lines[0] < len(self._lines) else ""
                self._inline(_grammar().parseInline(line)[0].children or [], (lines[0], lines[0] + 1))
            elif token.children:
                self._inline(token.children, lines)

    def _inline(self, tokens: list[Token], lines: tuple[int, int]) -> None:
        shown = ""
        for token in tokens:
            shown += token.content if token.type == "text" else _GAPS.get(token.type, "")
            if token.type == "html_inline":
                self._html(token.content, lines)
            address = str(token.attrs.get("href") or token.attrs.get("src") or "")
            is_picture = token.type == "image"
            if token.type in ("link_open", "image") and runs_code(address, is_shown=is_picture):
                line, column = self._place(_WRITTEN_ADDRESS, lines)
                what = "the picture" if is_picture else "the link"
                self.found.add(ActiveHtml(line, column, f"{what} whose address runs code"))
            if token.children:
                self._inline(token.children, lines)
        self._attribute_lists(shown, lines)
        # No tag for code hosts, but there are readers of Markdown that take it for one.
        self._html(_NO_TAG.sub(" ", shown), lines)

    def _attribute_lists(self, text: str, lines: tuple[int, int]) -> None:
        for found in _ATTRIBUTE_LIST.finditer(text):
            pairs = [(name.lower(), a or b or c) for name, a, b, c in _ATTRIBUTE.findall(found[1])]
            self._add("", tuple(pairs), found[0], lines)

    def _html(self, text: str, lines: tuple[int, int]) -> None:
        if "<" not in text:
            return
        for name, attributes, written in _tags(text):
            self._add(name, attributes, written, lines)

    def _add(self, name: str, attributes: Attributes, text: str, lines: tuple[int, int]) -> None:
        active = list(judge_tag(name, attributes))
        if active:
            # In a quote or a list each line of a tag begins with marks that are no part of it.
            pattern = r"\n[ \t>]*".join(re.escape(part.strip()) for part in text.strip().split("\n"))
            place = self._place(re.compile(pattern), lines)
            self.found |= {ActiveHtml(*place, *what, text) for what in active}

    def _place(self, pattern: re.Pattern[str], lines: tuple[int, int]) -> tuple[int, int]:
        if lines not in self._regions:
            self._regions[lines] = _SearchedLines(
                "\n".join(self._lines[slice(*lines)]), self._first_line + lines[0]
            )
        return self._regions[lines].next(pattern)


class _SearchedLines:
    """Some lines of a text, in which one thing after another is searched."""

    def __init__(self, text: str, first_line: int) -> None:
        self._text = text
        self._counted = self._end = len(text) - len(text.lstrip())
        self._first = (first_line + text.count("\n", 0, self._end), self._column(self._end))
        self._line = self._first[0]

    def _column(self, at: int) -> int:
        return at - self._text.rfind("\n", 0, at)

    def next(self, pattern: re.Pattern[str]) -> tuple[int, int]:
        """Return line and column of the next match; where there is none, those of the first word."""
        found = pattern.search(self._text, self._end)
        if found is None:
            return self._first
        self._line += self._text.count("\n", self._counted, found.start())
        self._counted, self._end = found.start(), found.end()
        return self._line, self._column(found.start())


class _TagParser(HTMLParser):
    def __init__(self, added: str = "") -> None:
        super().__init__(convert_charrefs=True)
        self._added = added
        self.tags: list[tuple[str, Attributes, str]] = []

    def set_cdata_mode(self, elem: str, *, escapable: bool = False) -> None:
        """Read the text of every element, as if it were HTML: a script must not hide what follows it."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = tuple((name.lower(), value or "") for name, value in attrs)
        self.tags.append((tag, values, (self.get_starttag_text() or "").removesuffix(self._added)))


def _tags(html: str) -> list[tuple[str, Attributes, str]]:
    """Return the first tags in a piece of HTML: names, attributes, and how they are written."""
    last_end = html.rfind("-->") + 3 if "-->" in html else 0

    def hide(found: re.Match[str]) -> str:
        return " " * len(found[0]) if found[0].startswith("<!--") else found[0]

    parser = _TagParser()
    # Behind the last end that all readers know, nothing is hidden.
    parser.feed(_NO_TAG.sub(" ", _COMMENT_OR_TAG.sub(hide, html[:last_end]) + html[last_end:]))
    # What is never closed is by the first mark below it; where a quote is open, readers begin again somewhere.
    for piece in re.split(r"(?=<[a-zA-Z])", parser.rawdata):
        for end in (">", "'>", '">'):
            last = _TagParser(end)
            last.feed(piece + end)
            parser.tags += last.tags
            if last.tags:
                break
    return parser.tags
