"""The lines of a foreign text while it is converted: each remembers where it came from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace

from waypost.base.markdown import blocks
from waypost.base.markdown.blocks import LinePart
from waypost.base.markdown.links import outside_code
from waypost.importing.rules.source import Finding, ForeignPage
from waypost.problems import Problem


@dataclass(frozen=True)
class Line:
    """One line, with its number in the file it came from."""

    text: str
    number: int

    def with_text(self, text: str) -> Line:
        """Return the same line with another text."""
        return replace(self, text=text)


Lines = list[Line]


@dataclass
class Conversion:
    """One text on its way, and what was found in it."""

    page: ForeignPage
    findings: list[Finding] = field(default_factory=list)

    def note(self, line: Line, message: str, needle: str = "", code: str = "import") -> None:
        """Report something at a line; findings of the same words are counted together."""
        self.findings.append(Finding(self.problem(line, message, needle, code), f"{code}:{message}"))

    def report(self, line: Line, message: str, needle: str = "", code: str = "import") -> None:
        """Report something at a line that needs its own place."""
        self.findings.append(Finding(self.problem(line, message, needle, code)))

    def problem(self, line: Line, message: str, needle: str, code: str) -> Problem:
        """Build the warning; its column is where `needle` stands in the line as it was written."""
        found = self.page.problem(code, message, line.number, 1)
        column = found.source_line.find(needle) + 1 if needle else 1
        return self.page.problem(code, message, line.number, max(column, 1))


def lines_of(page: ForeignPage) -> Lines:
    """Return the body of a page as lines."""
    return [Line(text, page.body_line + index) for index, text in enumerate(page.body.split("\n"))]


def text_of(lines: Iterable[Line]) -> str:
    """Return lines as text again."""
    return "\n".join(line.text for line in lines)


def marked(lines: Lines) -> Iterator[tuple[Line, bool]]:
    """Return each line, and whether it belongs to a fenced block of code."""
    fenced = (LinePart.OPENING_FENCE, LinePart.FENCED_CODE, LinePart.CLOSING_FENCE)
    return ((line, part in fenced) for line, part in parts_of(lines))


def parts_of(lines: Lines) -> Iterator[tuple[Line, LinePart]]:
    """Return each line, and what it is of the text."""
    parts = (line.part for line in blocks.lines_of(text_of(lines)))
    # A text without lines is one empty line to those who split it.
    return zip(lines, parts, strict=False)


def map_prose(lines: Lines, change: Callable[[Line, str], str]) -> Lines:
    """Return lines with each piece changed that is not code."""

    def changed(line: Line) -> Line:
        return line.with_text(outside_code(line.text, lambda text: change(line, text)))

    return [line if is_code else changed(line) for line, is_code in marked(lines)]


def indent_of(text: str) -> int:
    """Return how far a line is moved in; a tab moves to the next multiple of four."""
    whole = text.expandtabs(4)
    return len(whole) - len(whole.lstrip(" "))
