"""Read one incident or maintenance from Markdown: front matter, then a timeline of `## status · time`."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from waypost.base.files.front_matter import MarkdownDocument, parse_markdown
from waypost.base.files.text_files import Source, read_source
from waypost.base.files.validation import validate
from waypost.base.markdown.blocks import update_blocks_of
from waypost.base.markdown.html import render_markdown
from waypost.formats.field_types import read_moment
from waypost.formats.status import (
    INCIDENT_STATUSES,
    MAINTENANCE_STATUSES,
    Incident,
    IncidentFrontMatter,
    Maintenance,
    MaintenanceFrontMatter,
    Update,
    UpdateStatus,
    update_id,
    worst_states,
)
from waypost.problems import Location, Problem
from waypost.reading.rules.recurrence import wrong_steps
from waypost.reading.rules.update_headings import HeadingFault, example_heading, read_heading

T = TypeVar("T")

MAX_UPDATE = 10_000
"""Characters of one update: a thorough postmortem has about 4,000."""

_PROMISE = re.compile(r"^[ \t]*Next update by (?P<time>\S+?)\.?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_EDITED = re.compile(r"^[ \t]*Edited (?P<time>\d{4}-\S+?)\.?[ \t]*$", re.MULTILINE | re.IGNORECASE)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class _TimelineEntry:
    """One update with the line of the file it starts on."""

    update: Update
    line: int


def load_incident(root: Path, file: Path) -> tuple[Incident | None, list[Problem]]:
    """Read status/incidents/ID.md."""
    source, problems = read_source(root, file)
    if source is None:
        return None, problems
    incident, found = _parsed(source, file.stem)
    return incident, [*found]


# A process that stays reads all files again when one has changed; what a text says depends on nothing else.
@lru_cache(4096)
def _parsed(source: Source, name: str) -> tuple[Incident | None, tuple[Problem, ...]]:
    incident, problems = parse_incident(source, name)
    return incident, tuple(problems)


def parse_incident(source: Source, name: str) -> tuple[Incident | None, list[Problem]]:
    """Read the text of an incident; `name` is that of its file without the ending."""
    document, front, problems = _parse(source, IncidentFrontMatter)
    if document is None or front is None:
        return None, problems
    entries, problems = _parse_timeline(document, INCIDENT_STATUSES)
    problems += _check_id(document, name)
    if front.started and entries and front.started > entries[0].update.at:
        message = "`started` is later than the first update. Correct one of the two."
        problems.append(document.front.problem_at(("started",), "incident-order", message))
    if problems:
        return None, problems
    first, *later = (entry.update for entry in entries)
    states = {**front.components, **dict(first.changes)}
    updates = (replace(first, changes=tuple(states.items())), *later)
    incident = Incident(
        *(name, front.title, front.impact, worst_states(updates), front.started or first.at, updates),
        articles=front.articles,
        continued_as=front.merged_into,
        redirect_from=front.redirect_from,
    )
    return incident, []


def load_maintenance(root: Path, file: Path) -> tuple[Maintenance | None, list[Problem]]:
    """Read status/maintenance/ID.md."""
    source, problems = read_source(root, file)
    return parse_maintenance(source, file.stem) if source else (None, problems)


def parse_maintenance(source: Source, name: str) -> tuple[Maintenance | None, list[Problem]]:
    """Read the text of a maintenance; `name` is that of its file without the ending.

    Of work that repeats this is the first window with everything that was said of all of them.
    """
    document, front, problems = _parse(source, MaintenanceFrontMatter)
    if document is None or front is None:
        return None, problems
    entries, problems = _parse_timeline(document, MAINTENANCE_STATUSES, repeats=front.repeats is not None)
    problems += _check_id(document, name)
    if front.scheduled_until <= front.scheduled_for:
        message = "The work ends before it starts. Correct `scheduled_for` or `scheduled_until`."
        problems.append(document.front.problem_at(("scheduled_until",), "incident-order", message))
    if problems:
        return None, problems
    window = (front.scheduled_for, front.scheduled_until)
    updates = tuple(entry.update for entry in entries)
    work = Maintenance(
        *(name, front.title, front.components, *window, updates, front.articles, front.repeats),
        redirect_from=front.redirect_from,
    )
    return work, []


def _parse(source: Source, model: type[T]) -> tuple[MarkdownDocument | None, T | None, list[Problem]]:
    document, problems = parse_markdown(source)
    if document is None:
        return None, None, problems
    front, problems = validate(document.front, model)
    return document, front, problems


def _check_id(document: MarkdownDocument, stem: str) -> list[Problem]:
    if _SLUG.fullmatch(stem):
        return []
    message = "The file's name becomes its address: use lower-case letters, digits and single hyphens."
    return [Problem(Location(document.source.path), "bad-value", message)]


def _split(document: MarkdownDocument) -> list[tuple[int, str, list[str]]]:
    """Cut the body at its second-level headings: (line, heading, lines below). Code blocks are left whole."""
    parts: list[tuple[int, str, list[str]]] = []
    headings = {
        block.start for block in update_blocks_of(document.body) if block.level == 2 and not block.depth
    }
    for index, text in enumerate(document.body.split("\n")):
        line = document.body_line + index
        if index in headings and text.startswith("## "):
            parts.append((line, text, []))
        elif parts:
            parts[-1][2].append(text)
        elif text.strip():
            parts.append((line, "", [text]))
    return parts


def update_lines(document: MarkdownDocument) -> tuple[int, ...]:
    """Return the line of the heading of each update, in their order."""
    return tuple(line for line, heading, _ in _split(document) if heading)


def _parse_timeline(
    document: MarkdownDocument, allowed: Sequence[UpdateStatus], *, repeats: bool = False
) -> tuple[list[_TimelineEntry], list[Problem]]:
    entries: list[_TimelineEntry] = []
    problems: list[Problem] = []
    for line, heading, below in _split(document):
        update, problem = _parse_update(document, line, heading, "\n".join(below).strip(), allowed)
        if update and update.window and not repeats:
            message = "Only work that repeats has several days to choose from. Leave the day out."
            problem = document.source.problem("update-heading", message, line, 1)
        if update:
            entries.append(_TimelineEntry(update, line))
        if problem:
            problems.append(problem)
    if not entries and not problems:
        message = f"The file has no update. Say what customers see. {example_heading(allowed)}"
        problems.append(document.source.problem("update-heading", message, document.body_line, 1))
    # Where an update is missing, the order of the others says nothing.
    if not problems:
        problems = _check_times(document, entries)
        # Each window of work that repeats has steps of its own.
        problems += [] if repeats else _check_steps(document, entries)
    return entries, problems


def _parse_update(
    document: MarkdownDocument, line: int, heading: str, body: str, allowed: Sequence[UpdateStatus]
) -> tuple[Update | None, Problem | None]:
    problem = document.source.problem
    read = read_heading(heading, allowed)
    if isinstance(read, HeadingFault):
        return None, problem(read.code, read.message, line, read.column)
    dates, wrong = _dates_in(body, read.at)
    if wrong:
        number = line + 1 + body.count("\n", 0, wrong[0])
        return None, problem("bad-date", wrong[1], number, 1)
    text = _EDITED.sub("", _PROMISE.sub("", body)).strip()
    if len(text) > MAX_UPDATE or not can_be_rendered(text):
        message = f"This update is too long or nests too deep. Write at most {MAX_UPDATE} characters of plain Markdown."
        return None, problem("too-complex", message, line, 1)
    if not text:
        return None, problem(
            "bad-value", "This update says nothing. Write a sentence below its heading.", line, 1
        )
    return Update(
        update_id(read.at, read.status), read.status, read.at, text, *dates, read.window, read.changes
    ), None


def _dates_in(
    body: str, at: datetime
) -> tuple[tuple[datetime | None, datetime | None], tuple[int, str] | None]:
    """Read when the next word is promised and when the text was edited; or where one is wrong, and why."""
    example = "Write it as 2026-11-20T10:02:00+01:00."
    found: list[datetime | None] = []
    for pattern, what in ((_PROMISE, "promised time"), (_EDITED, "time of the edit")):
        match = pattern.search(body)
        moment = read_moment(match["time"]) if match else None
        if match and moment is None:
            message = f"The {what} cannot be read, or lacks its offset from UTC. {example}"
            return (None, None), (match.start("time"), message)
        if match and moment and pattern is _EDITED and moment <= at:
            return (None, None), (
                match.start("time"),
                "The text was edited before it was said. Correct the time.",
            )
        found.append(moment)
    return (found[0], found[1]), None


def can_be_rendered(text: str) -> bool:
    """Tell whether some Markdown nests no deeper than can be turned into a page."""
    try:
        render_markdown(text, "/")
    except RecursionError:
        return False
    return True


def _check_times(document: MarkdownDocument, entries: Sequence[_TimelineEntry]) -> list[Problem]:
    message = "This update is not later than the one above it. Put the oldest first."
    same = (
        "This update has the time of the one above it. Write the seconds too, so that they can be told apart."
    )
    return [
        document.source.problem(
            "incident-order", same if later.update.at == earlier.update.at else message, later.line, 1
        )
        for earlier, later in itertools.pairwise(entries)
        if later.update.at <= earlier.update.at
    ]


def _check_steps(document: MarkdownDocument, entries: Sequence[_TimelineEntry]) -> list[Problem]:
    return [
        document.source.problem("incident-order", message, entries[index].line, 1)
        for index, message in wrong_steps([entry.update for entry in entries])
    ]
