"""Lists and blocks of code as Python-Markdown reads them.

Most tools follow CommonMark: what belongs to an entry of a list stands below its first letter, and code may be fenced
anywhere. Python-Markdown wants four columns for each level, a blank line before a list, and fences at the margin only.
Without this step a list of steps falls apart, and every step is number one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from waypost.base.markdown import blocks
from waypost.base.markdown.blocks import LinePart
from waypost.importing.rules.collection import Conversion, Lines, SourceLine, indent_of, text_of

_ENTRY = re.compile(r"([-*+]|\d{1,9}[.)])( +|$)(.*)$")
_RULE = re.compile(r"(?:(?:\* *){3,}|(?:- *){3,}|(?:_ *){3,})$")
_BOX = re.compile(r"!!! ?\w")
_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*(.*)$")
_STANDS_ALONE = re.compile(r"#{1,6}(?:\s|$)|!!! ?\w|</?[A-Za-z!]|>")


@dataclass
class _State:
    """Where the writer is."""

    made: Lines = field(default_factory=list)
    levels: list[int] = field(default_factory=list)
    """The column at which the text of each open entry or box starts, from the outermost."""
    boxes: set[int] = field(default_factory=set)
    """Which of these, counted from 1, are boxes."""
    mark: str = ""
    """The marks that opened the present block of code."""
    fence: int = 0
    """How far those marks were moved in."""
    text_at: int = -1
    """At how many levels the paragraph stands that the line before belongs to; -1 where it belongs to none."""
    is_loose: bool = False
    """Whether there is a blank line in the present list."""

    in_code: bool = False
    """Whether the line before is code by being moved in."""
    slack: int = 0
    """By how many columns that code is moved in too far."""

    def put(self, line: SourceLine, text: str) -> None:
        self.made.append(line.with_text(text.rstrip()))

    def part(self, line: SourceLine) -> None:
        """Make sure that the line before is blank."""
        if self.made and self.made[-1].text:
            self.put(line, "")

    def leave(self, indent: int) -> None:
        """Close the entries and boxes that a line does not stand in."""
        while self.levels and indent < self.levels[-1] - (2 if len(self.levels) in self.boxes else 0):
            self.boxes.discard(len(self.levels))
            self.levels.pop()

    @property
    def pad(self) -> str:
        return "    " * len(self.levels)


def convert_lists(lines: Lines, _: Conversion) -> Lines:
    """Give entries of lists four columns a level, and bring fences to places where they are understood."""
    state = _State()
    blank = True
    for line, read in zip(lines, blocks.lines_of(text_of(lines)), strict=False):
        part = read.part
        if part is LinePart.OPENING_FENCE and not line.text.lstrip().startswith(">"):
            _open_fence(state, line)
        elif state.mark and part in (LinePart.FENCED_CODE, LinePart.CLOSING_FENCE):
            _code(state, line, part)
        else:
            state.mark = ""
            _text(state, line, blank=blank)
        blank = not line.text.strip()
    return state.made


def _text(state: _State, line: SourceLine, *, blank: bool) -> None:
    text = line.text.expandtabs(4)
    if text.strip():
        _prose(state, line, text, blank=blank)
        return
    if not state.made or state.made[-1].text:
        state.put(line, "")
    state.text_at = -1
    state.is_loose = bool(state.levels)


def _open_fence(state: _State, line: SourceLine) -> None:
    found = _FENCE.search(line.text.expandtabs(4))
    if found is None:
        return
    if found.string[: found.start()].strip():
        # The text of an entry may begin with code.
        _prose(state, line, found.string[: found.start()], blank=False)
    state.leave(found.start())
    state.mark, state.fence, state.text_at = found[1], found.start(), -1
    state.part(line)
    if not state.levels:
        state.put(line, state.mark + _language(found[2]))


def _code(state: _State, line: SourceLine, part: LinePart) -> None:
    text = _dedent(line.text, state.fence)
    if part is LinePart.CLOSING_FENCE:
        state.mark = ""
        state.put(line, "" if state.levels else text.strip())
    elif state.levels:
        state.put(line, f"{state.pad}    {text}" if text.strip() else "")
    else:
        state.made.append(line.with_text(text))


def _language(info: str) -> str:
    """Return the name of the language; more than that would keep the fence from being one."""
    found = re.match(r"\{?\.?([\w#+-]{1,40})", info)
    return found[1] if found else ""


def _dedent(text: str, columns: int) -> str:
    text = text.expandtabs(4) if "\t" in text[: columns + 1] else text
    return text[min(columns, indent_of(text)) :]


def _prose(state: _State, line: SourceLine, text: str, *, blank: bool) -> None:
    indent = indent_of(text)
    words = text.strip()
    found = None if _RULE.match(words) else _ENTRY.match(text.strip(" "))
    before = len(state.levels)
    is_lazy = not (blank or found or _STANDS_ALONE.match(words) or _RULE.match(words))
    if not (is_lazy and state.levels):
        state.leave(indent)
    extra = indent - (state.levels[-1] if state.levels else 0)
    was_code = state.in_code
    state.in_code = extra >= 4 and (blank or was_code or not state.levels)
    if state.in_code and not was_code:
        # Writers for Python-Markdown count from the margin, others from the first letter of the entry.
        state.slack = extra % 4
    if found and not state.in_code:
        left = before - len(state.levels)
        if state.is_loose and (left > 1 or (left and not _ENTRY.match(state.made[-1].text.strip()))):
            # Without it the entry would belong to what stands in the one before.
            state.part(line)
        _entry(state, line, found, indent)
    elif state.levels:
        state.put(line, state.pad + " " * (max(extra - state.slack, 4) if extra >= 4 else 0) + words)
    else:
        state.put(line, text)
    if not found:
        state.text_at = -1 if _STANDS_ALONE.match(words) else len(state.levels)
    if _BOX.match(words):
        # What is in a box stands four columns further in than its first line; those who wrote fewer meant it too.
        state.levels.append(indent + 4)
        state.boxes.add(len(state.levels))


def _entry(state: _State, line: SourceLine, found: re.Match[str], indent: int) -> None:
    mark, gap, rest = found.groups()
    if state.text_at == len(state.levels):
        if mark[0].isdigit() and mark[:-1] != "1":
            # A number at the start of a line of prose, such as a year.
            state.put(line, state.pad + line.text.strip())
            return
        state.part(line)
    mark = f"{mark[:-1]}." if mark.endswith(")") else mark
    state.put(line, f"{state.pad}{mark} {rest}" if rest else f"{state.pad}{mark}")
    width = len(found[1]) + (len(gap) if 1 <= len(gap) <= 4 else 1)
    state.levels.append(indent + width)
    state.text_at = -1
