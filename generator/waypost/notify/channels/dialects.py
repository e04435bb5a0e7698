"""Markdown of updates in the dialects of chats: what the page shows is written anew in what each of them reads.

It is read from the safe HTML that the page shows, so that both say the same, and nothing of a text can act as markup
of the chat.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

from waypost.base.markdown.html import render_markdown
from waypost.base.printable import clean
from waypost.notify.channels.texts import head, length

MOST_SOURCE = 10_000
"""Characters of Markdown that are looked at; no chat shows as many."""

_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "th"})
_MARKS = _HEADS | {"strong", "em", "del"}
_SHOWN_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)


@dataclass(frozen=True)
class Dialect:
    """How a chat writes what Markdown can say. Texts come with lines joined, and are not escaped yet."""

    text: Callable[[str], str]
    """Makes sure that a text is shown as it is."""
    strong: Callable[[str], str]
    """Marks a text that is escaped."""
    emphasis: Callable[[str], str]
    """The same for a text that is stressed."""
    struck: Callable[[str], str]
    """The same for a text that is struck through."""
    code: Callable[[str], str]
    """Writes a piece of code in a line."""
    block: Callable[[str], str]
    """Writes lines of code."""
    link: Callable[[str, str], str]
    """Writes an address (first) behind a text that is escaped."""
    bullet: str = "•"


@dataclass(frozen=True)
class _Run:
    """A piece of text of one look."""

    text: str
    strong: bool = False
    emphasis: bool = False
    struck: bool = False
    code: bool = False
    block: bool = False
    mark: bool = False
    """What an entry of a list begins with: a number, or * for a bullet."""
    href: str = ""


def chat_text(markdown: str, help_url: str, dialect: Dialect, most: int) -> str:
    """Return Markdown in a dialect, at most `most` UTF-16 units of it; links that start with `/` lead to `help_url`.

    What is too long is cut with an ellipsis, and no markup is left open.
    """
    reader = _Reader()
    reader.feed(render_markdown(clean(markdown)[:MOST_SOURCE], help_url))
    reader.close()
    return re.sub(r" +$", "", _fit(reader.runs, dialect, most), flags=re.MULTILINE).strip()


def _fit(runs: list[_Run], dialect: Dialect, most: int) -> str:
    written: list[str] = []
    room = most
    for run in runs:
        piece = _written(run, dialect)
        if length(piece) > room - 1:
            return ("".join(written) + _last(run, dialect, room - 1)).rstrip() + "…"
        written.append(piece)
        room -= length(piece)
    return "".join(written)


def _last(run: _Run, dialect: Dialect, room: int) -> str:
    """Write as much of a piece as there is room for; a marked piece is whole or left out."""
    if run.strong or run.emphasis or run.struck or run.code or run.block or run.mark or run.href:
        return ""
    text = head(run.text, room)
    while text and (over := length(dialect.text(text)) - room) > 0:
        # An escaped letter is at most five long.
        text = head(text, length(text) - max(1, over // 5))
    return dialect.text(text.rpartition(" ")[0] or text)


def _written(run: _Run, dialect: Dialect) -> str:
    if run.block:
        return dialect.block(run.text)
    if run.mark:
        return run.text.replace("*", dialect.bullet)
    core = run.text.strip()
    if not core:
        return run.text
    # No chat takes a blank right behind a mark.
    before, after = run.text[: run.text.index(core)], run.text[run.text.index(core) + len(core) :]
    shown = dialect.code(core) if run.code else dialect.text(core)
    if run.emphasis and not run.code:
        shown = dialect.emphasis(shown)
    if run.strong and not run.code:
        shown = dialect.strong(shown)
    if run.struck and not run.code:
        shown = dialect.struck(shown)
    if run.href:
        shown = dialect.link(run.href, shown)
    return f"{before}{shown}{after}"


class _Reader(HTMLParser):
    """Reads HTML that `render_markdown` made into runs of text."""

    _LINES = frozenset(
        {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "table", "blockquote", "hr"}
    )

    _FRAMES = frozenset({"ul", "ol", "table", "thead", "tbody", "tr"})
    """What holds no text of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[_Run] = []
        self._open: list[str] = []
        self._href = ""
        self._lists: list[int | None] = []
        """Open lists: the number of the next entry, or None where they have none."""
        self._gap = 0
        self._mark = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in ("br", "img", "hr"):
            self._alone(tag, values)
            return
        self._open.append(tag)
        if tag in self._LINES and not ("li" in self._open and tag in ("p", "ul", "ol")):
            self._break(2)
        if tag in ("ul", "ol"):
            self._lists.append(int(values.get("start") or 1) if tag == "ol" else None)
        elif tag == "li":
            self._break(1)
            self._mark = self._entry()
        elif tag == "tr":
            self._break(1)
        elif tag in ("td", "th") and self._gap == 0:
            self.runs.append(_Run(" · "))
        elif tag == "a":
            self._href = values.get("href") or ""

    def _alone(self, tag: str, values: dict[str, str | None]) -> None:
        if tag == "img":
            self.handle_data(values.get("alt") or "")
        else:
            self._break(1 if tag == "br" else 2)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag)]
        if tag in ("ul", "ol") and self._lists:
            self._lists.pop()
        if tag in self._LINES:
            self._break(1 if self._lists else 2)
        elif tag == "a":
            self._href = ""

    def _entry(self) -> str:
        indent = "  " * (len(self._lists) - 1)
        number = self._lists[-1] if self._lists else None
        if number is None:
            return f"{indent}* "
        self._lists[-1] = number + 1
        return f"{indent}{number}. "

    def _break(self, lines: int) -> None:
        self._gap = max(self._gap, lines)

    def handle_data(self, data: str) -> None:
        if "pre" in self._open:
            if data.strip():
                self._add(data.strip("\n"))
            return
        if self._open and self._open[-1] in self._FRAMES:
            return
        text = re.sub(r"\s+", " ", data)
        if self._gap or self._mark or not self.runs or self.runs[-1].text.endswith((" ", "\n")):
            text = text.lstrip(" ")
        if text:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._gap and self.runs:
            self.runs.append(_Run("\n" * self._gap))
        if self._mark:
            self.runs.append(_Run(self._mark, mark=True))
        self._gap, self._mark = 0, ""
        # What is long must be cut where there is no room for it, which nothing marked can be.
        opened = set(self._open) - (_MARKS if len(text) > 1000 else set())
        is_head = bool(opened & _HEADS)
        self.runs.append(
            _Run(
                text,
                strong=is_head or "strong" in opened,
                emphasis="em" in opened,
                struck="del" in opened,
                code="code" in opened,
                block="pre" in opened,
                href=self._href if _SHOWN_LINK.match(self._href) else "",
            )
        )
