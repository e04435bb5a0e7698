"""A collection of Markdown from elsewhere: its pages, their lines while they are converted, and notes about them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from waypost.base.markdown import blocks
from waypost.base.markdown.links import outside_code
from waypost.importing.rules.outline import Outline
from waypost.problems import Level, Location, Problem


@dataclass(frozen=True)
class SourcePage:
    """One Markdown file of the collection."""

    path: str
    """Its path from the folder that is imported, with forward slashes."""
    shown: str
    """Its path as problems show it."""
    front: Mapping[str, Any] = field(default_factory=dict)
    places: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Where each key of the front matter stands: (line, column), from 1."""
    body: str = ""
    body_line: int = 1
    """The line of the file on which the body starts, from 1."""
    html: str = ""
    """The text that the body was made of, where that was HTML."""
    is_part: bool = False
    """Whether it is only shown inside of other pages."""

    def problem(self, code: str, message: str, line: int = 0, column: int = 0) -> Problem:
        """Build a warning at a line and column of this file; the line itself is shown where it is in the body."""
        number = line - self.body_line
        source_line = self._lines[number] if 0 <= number < len(self._lines) else ""
        return Problem(Location(self.shown, line, column), code, message, Level.WARNING, source_line)

    @cached_property
    def _lines(self) -> list[str]:
        return self.body.split("\n")


@dataclass(frozen=True)
class FolderNote:
    """The facts about a folder in a file beside its pages, such as `_category_.json`."""

    title: str = ""
    summary: str = ""
    position: float | None = None
    order: tuple[str, ...] = ()
    """Names of files and folders in it, as `.pages` orders them."""
    address: str = ""
    """The address that its page had."""


@dataclass(frozen=True)
class SourceTree:
    """All that was read of a collection."""

    shown: str
    """The folder that is imported, as problems show it."""
    pages: tuple[SourcePage, ...]
    folders: Mapping[str, FolderNote] = field(default_factory=dict)
    """Notes by the path of the folder."""
    files: frozenset[str] = frozenset()
    """Paths of everything that is no page."""
    large: frozenset[str] = frozenset()
    """Those of them that are too large to be copied."""
    roots: tuple[str, ...] = ()
    """Folders whose files stood at the root of the site, from the folder that is imported: `../static/`."""
    outline: Outline | None = None
    """The order of all pages, where a file of its own had it."""
    former: Mapping[str, str] = field(default_factory=dict)
    """Addresses that the site had once, each with the page that it led to."""
    fetched: Mapping[str, str] = field(default_factory=dict)
    """Files of other hosts that were brought over, by their addresses."""
    has_files: bool = True
    """Whether the paths of pages are those of files, from which tools make addresses."""
    problems: tuple[Problem, ...] = ()
    """What reading it found."""


@dataclass(frozen=True)
class ImportNote:
    """Something that a person should look at; notes of one group become one problem with a count."""

    problem: Problem
    group: str = ""


def merged(notes: Iterable[ImportNote]) -> list[Problem]:
    """Return one problem for each group, at its first place and with the number of places, and all others."""
    problems: list[Problem] = []
    groups: dict[str, list[Problem]] = {}
    for note in notes:
        if note.group:
            groups.setdefault(note.group, []).append(note.problem)
        else:
            problems.append(note.problem)
    for members in groups.values():
        first = min(members)
        files = len({problem.location.path for problem in members})
        if len(members) > 1:
            count = f"{len(members)} places in {files} file{'' if files == 1 else 's'}"
            first = dataclasses.replace(first, message=f"{first.message} ({count}; this is the first.)")
        problems.append(first)
    return sorted(dict.fromkeys(problems))


@dataclass(frozen=True)
class SourceLine:
    """One line, with its number in the file it came from."""

    text: str
    number: int

    def with_text(self, text: str) -> SourceLine:
        """Return the same line with another text."""
        return replace(self, text=text)


Lines = list[SourceLine]


@dataclass
class Conversion:
    """A text that is being converted, with the notes about it."""

    page: SourcePage
    notes: list[ImportNote] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    """Names of files that links showed, in whose places the titles of pages stand."""

    def note(
        self,
        line: SourceLine,
        message: str,
        needle: str = "",
        code: str = "import",
        *,
        is_grouped: bool = True,
    ) -> None:
        """Report something at a line, in the column of `needle`; grouped notes of the same words are counted."""
        problem = self.at(line, needle, message, code)
        self.notes.append(ImportNote(problem, f"{code}:{message}" if is_grouped else ""))

    def at(self, line: SourceLine, needle: str, message: str = "", code: str = "import") -> Problem:
        """Build a problem at a line, in the column of `needle`."""
        written = self.page.problem(code, message, line.number, 1).source_line
        return self.page.problem(code, message, line.number, max(written.find(needle) + 1, 1))


def lines_of(page: SourcePage) -> Lines:
    """Return the body of a page as lines."""
    return [SourceLine(text, page.body_line + index) for index, text in enumerate(page.body.split("\n"))]


def text_of(lines: Iterable[SourceLine]) -> str:
    """Return lines as text again."""
    return "\n".join(line.text for line in lines)


def marked(lines: Lines) -> Iterator[tuple[SourceLine, bool]]:
    """Return each line, and whether it belongs to a fenced block of code."""
    # A text without lines is read as one empty line.
    read = zip(lines, blocks.lines_of(text_of(lines)), strict=False)
    return ((line, found.is_fenced) for line, found in read)


def collapse(lines: Lines, _: Conversion) -> Lines:
    """Leave out blank lines that follow another one, outside of code."""
    made: Lines = []
    for line, is_code in marked(lines):
        if is_code or line.text.strip() or not made or made[-1].text.strip():
            made.append(line)
    return made


def map_prose(lines: Lines, change: Callable[[SourceLine, str], str]) -> Lines:
    """Return lines with each piece changed that is not code."""

    def changed(line: SourceLine) -> SourceLine:
        return line.with_text(outside_code(line.text, lambda text: change(line, text)))

    return [line if is_code else changed(line) for line, is_code in marked(lines)]


def indent_of(text: str) -> int:
    """Return how far a line is moved in; a tab moves to the next multiple of four."""
    whole = text.expandtabs(4)
    return len(whole) - len(whole.lstrip(" "))
