"""A collection of Markdown that was not written for Waypost, as it was read, and what is found in it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from waypost.problems import Level, Location, Problem


@dataclass(frozen=True)
class ForeignPage:
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
    """What a file beside the pages says of their folder, such as `_category_.json`."""

    title: str = ""
    summary: str = ""
    position: int | None = None
    address: str = ""
    """The address that the folder had, where the file names one."""


@dataclass(frozen=True)
class ForeignTree:
    """All that was read of a collection."""

    shown: str
    """The folder that is imported, as problems show it."""
    pages: tuple[ForeignPage, ...]
    folders: Mapping[str, FolderNote] = field(default_factory=dict)
    """Notes by the path of the folder."""
    files: frozenset[str] = frozenset()
    """Paths of everything that is no page."""
    large: frozenset[str] = frozenset()
    """Those of them that are too large to be copied."""


@dataclass(frozen=True)
class Finding:
    """Something that a person should look at; findings of one group become one problem with a count."""

    problem: Problem
    group: str = ""


def merged(findings: Iterable[Finding]) -> list[Problem]:
    """Return one problem for each group, at its first place and with the number of places, and all others."""
    problems: list[Problem] = []
    groups: dict[str, list[Problem]] = {}
    for finding in findings:
        if finding.group:
            groups.setdefault(finding.group, []).append(finding.problem)
        else:
            problems.append(finding.problem)
    for members in groups.values():
        first = min(members)
        files = len({problem.location.path for problem in members})
        if len(members) > 1:
            count = f"{len(members)} places in {files} file{'' if files == 1 else 's'}"
            first = dataclasses.replace(first, message=f"{first.message} ({count}; this is the first.)")
        problems.append(first)
    return sorted(dict.fromkeys(problems))
