"""What messages of all chats share: texts of a limited length, Markdown in their dialects, the mark and the footer.

Markdown is read from the safe HTML that the page shows, so that both say the same, and nothing of a text can act as
markup of the chat.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from waypost.base.markdown.html import render_markdown
from waypost.base.printable import clean, clean_line
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.rules.deliveries import Delivery
from waypost.notify.rules.notices import Notice, SubjectKind
from waypost.notify.rules.wording import Wording, colour_status, page_time, wording_of
from waypost.status.rules.snapshot import Snapshot

_MODIFIERS = ("\ufe0e", "\ufe0f", "\u200d", *(chr(code) for code in range(0x1F3FB, 0x1F400)))
"""What belongs to the emoji before it: presentation, a joiner, colours of skin."""


def length(text: str) -> int:
    """Count as UTF-16 does, which no service counts longer than."""
    return len(text.encode("utf-16-le")) // 2


def shorten(text: str, most: int) -> str:
    """Return a text of at most `most` UTF-16 units: whole, or cut with an ellipsis, between words where it can be."""
    if length(text) <= most:
        return text
    kept = head(text, most - 1)
    words = kept.rpartition(" ")[0]
    # A long word is cut rather than lost.
    kept = words if 2 * len(words) >= len(kept) else kept
    return f"{kept.rstrip()}…" if most > 0 else ""


def escaped(text: str, most: int, escape: Callable[[str], str]) -> str:
    """Escape a text, cut before so that it is at most `most` UTF-16 units long afterwards."""
    kept = shorten(text, most)
    while (over := length(escape(kept)) - most) > 0:
        # An escaped letter is at most five long.
        kept = shorten(kept, length(kept) - max(1, over // 5))
    return escape(kept)


def head(text: str, most: int) -> str:
    """Return the beginning of a text within `most` UTF-16 units; a letter is not torn from its marks."""
    units, end = 0, 0
    for letter in text:
        units += 1 if ord(letter) < 0x10000 else 2
        if units > most:
            break
        end += 1
    while 0 < end < len(text) and (_belongs_to_the_last(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return text[:end]


def _belongs_to_the_last(letter: str) -> bool:
    return letter in _MODIFIERS or unicodedata.combining(letter) != 0


def json_body(document: Mapping[str, Any]) -> bytes:
    """Write a body that is JSON, in letters as they are."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


MOST_SOURCE = 10_000
"""Characters of Markdown that are read; no chat shows as many."""

_HEADS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "th"})
_MARKS = _HEADS | {"strong", "em", "del"}
IN_ADDRESS = str.maketrans({"(": "%28", ")": "%29", "<": "%3C", ">": "%3E"})
"""Escapes characters that end an address in Markdown."""

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
class _Piece:
    """A piece of text in one style."""

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
    reader = _PieceReader()
    reader.feed(render_markdown(clean(markdown)[:MOST_SOURCE], help_url))
    reader.close()
    return re.sub(r" +$", "", _fit(reader.pieces, dialect, most), flags=re.MULTILINE).strip()


def _fit(pieces: list[_Piece], dialect: Dialect, most: int) -> str:
    written: list[str] = []
    room = most
    for piece in pieces:
        text = _written(piece, dialect)
        if length(text) > room - 1:
            return ("".join(written) + _last(piece, dialect, room - 1)).rstrip() + "…"
        written.append(text)
        room -= length(text)
    return "".join(written)


def _last(piece: _Piece, dialect: Dialect, room: int) -> str:
    """Write as much of a piece as there is room for; a marked piece is whole or left out."""
    if piece != _Piece(piece.text):
        return ""
    text = head(piece.text, room)
    while text and (over := length(dialect.text(text)) - room) > 0:
        # An escaped letter is at most five long.
        text = head(text, length(text) - max(1, over // 5))
    return dialect.text(text.rpartition(" ")[0] or text)


def _written(piece: _Piece, dialect: Dialect) -> str:
    if piece.block:
        return dialect.block(piece.text)
    if piece.mark:
        return piece.text.replace("*", dialect.bullet)
    core = piece.text.strip()
    if not core:
        return piece.text
    # No chat takes a blank right behind a mark.
    before, after = piece.text.split(core, 1)
    if piece.code:
        shown = dialect.code(core)
    else:
        shown = dialect.text(core)
        marks = (
            (piece.emphasis, dialect.emphasis),
            (piece.strong, dialect.strong),
            (piece.struck, dialect.struck),
        )
        for is_marked, mark in marks:
            shown = mark(shown) if is_marked else shown
    if piece.href:
        shown = dialect.link(piece.href, shown)
    return f"{before}{shown}{after}"


class _PieceReader(HTMLParser):
    """Reads HTML of `render_markdown` as pieces of text."""

    _LINES = frozenset(
        {"p", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "ul", "ol", "table", "blockquote", "hr"}
    )

    _FRAMES = frozenset({"ul", "ol", "table", "thead", "tbody", "tr"})
    """What holds no text of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[_Piece] = []
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
            self.pieces.append(_Piece(" · "))
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
        if self._gap or self._mark or not self.pieces or self.pieces[-1].text.endswith((" ", "\n")):
            text = text.lstrip(" ")
        if text:
            self._add(text)

    def _add(self, text: str) -> None:
        if self._gap and self.pieces:
            self.pieces.append(_Piece("\n" * self._gap))
        if self._mark:
            self.pieces.append(_Piece(self._mark, mark=True))
        self._gap, self._mark = 0, ""
        # What is long must be cut where there is no room for it, which nothing marked can be.
        opened = set(self._open) - (_MARKS if len(text) > 1000 else set())
        is_head = bool(opened & _HEADS)
        self.pieces.append(
            _Piece(
                text,
                strong=is_head or "strong" in opened,
                emphasis="em" in opened,
                struck="del" in opened,
                code="code" in opened,
                block="pre" in opened,
                href=self._href if _SHOWN_LINK.match(self._href) else "",
            )
        )


MARKS = {
    ComponentStatus.OPERATIONAL: "🟢",
    ComponentStatus.DEGRADED_PERFORMANCE: "🟡",
    ComponentStatus.PARTIAL_OUTAGE: "🟠",
    ComponentStatus.MAJOR_OUTAGE: "🔴",
    ComponentStatus.UNDER_MAINTENANCE: "🔵",
    ComponentStatus.NO_DATA: "⚪",
}
"""What stands in front of a message in the colours of the status page; the words say the same."""

_THREADS = (SubjectKind.INCIDENT, SubjectKind.MAINTENANCE, SubjectKind.MONITOR)
"""What has a beginning and an end. The states of a component go on for ever, and nobody reads up to the first."""

_NO_STATE = (NoticeEvent.UPDATE_OVERDUE, NoticeEvent.ESCALATION)
"""Events that say nothing about how the incident is."""

_TO_DO = (
    NoticeEvent.CERTIFICATE_EXPIRING,
    NoticeEvent.ENDPOINT_DISABLED,
    NoticeEvent.MONITOR_TROUBLE,
)
"""Nothing of the service fails yet, and somebody must act."""


@dataclass(frozen=True)
class ChatMessage:
    """The parts of a message that every chat shows."""

    wording: Wording
    status: ComponentStatus
    """The state whose colour it has."""
    headline: str
    """In one line, with the mark in front."""
    facts: tuple[str, ...]
    footer: str
    """The page and the time."""
    help_url: str
    """Where links that start with `/` lead."""


def chat_message(notice: Notice, snapshot: Snapshot) -> ChatMessage:
    """Return the parts of a message, in the language of the page; only the body has markup."""
    wording = wording_of(notice, snapshot)
    is_to_do = notice.event in _TO_DO
    status = ComponentStatus.DEGRADED_PERFORMANCE if is_to_do else colour_status(notice)
    return ChatMessage(
        wording=wording,
        status=status,
        headline=clean_line(f"{MARKS[status]} {wording.headline}"),
        facts=tuple(map(clean_line, wording.facts)),
        footer=clean_line(f"{snapshot.page.name} · {page_time(snapshot, notice.at)}"),
        help_url=snapshot.page.help_url,
    )


def first_of_thread(delivery: Delivery) -> str:
    """Return the receiver's id for the first message of the delivery's thread; empty where there is none."""
    kind = delivery.subject.partition("/")[0]
    return delivery.first_remote if kind in _THREADS else ""


def shows_state(delivery: Delivery) -> bool:
    """Tell whether a message shows the present state, so that the first message of its thread is edited to it."""
    return delivery.event not in _NO_STATE


def json_object(body: bytes) -> dict[str, Any]:
    """Read an answer that should be a JSON object; empty for anything else."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
