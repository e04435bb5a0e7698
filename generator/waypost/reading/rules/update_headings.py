"""The heading of an update: `## status · time`, and behind it the states of components, or the day of a window."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from waypost.formats.field_types import read_moment
from waypost.formats.status import (
    CLOSED,
    INCIDENT_STATUSES,
    MEASURED,
    ComponentStatus,
    UpdateStatus,
    state_fault,
)
from waypost.problems import did_you_mean

_HEADING = re.compile(r"##\s+(?P<status>\S+)\s+[·|–-]\s+(?P<time>\S+)(?:\s+[·|–-]\s+(?P<rest>\S.*))?")
_STATE = re.compile(r"\s*(?P<name>[^\s:,]+)\s*:\s*(?P<state>[^\s:,]+)\s*")
_WITHOUT_STATES = (*CLOSED, UpdateStatus.POSTMORTEM)


@dataclass(frozen=True)
class UpdateHeading:
    """What a heading says of its update."""

    status: UpdateStatus
    at: datetime
    window: date | None = None
    """The day of the one window that it is about, where work repeats."""
    changes: tuple[tuple[str, ComponentStatus], ...] = ()
    """Components, and the state that each is in from then on."""


@dataclass(frozen=True)
class HeadingFault:
    """What is wrong with a heading, and at which column, counted from 1."""

    code: str
    message: str
    column: int = 1


def example_heading(allowed: Sequence[UpdateStatus]) -> str:
    """Return the advice on how a heading is written."""
    return f"Write it as `## {allowed[0]} · 2026-11-20T10:02:00+01:00`."


def read_heading(text: str, allowed: Sequence[UpdateStatus]) -> UpdateHeading | HeadingFault:
    """Read a heading; `allowed` are the statuses of an incident or those of a maintenance."""
    match = _HEADING.fullmatch(text.rstrip())
    if match is None:
        what = "This heading is not one" if text else "This text stands before the first heading"
        return HeadingFault(
            "update-heading", f"{what} of the form `## status · time`. {example_heading(allowed)}"
        )
    status, written = match["status"], match["time"]
    if status not in allowed:
        names = ", ".join(allowed)
        message = f"Unknown status '{status}'. Use one of: {names}.{did_you_mean(status, allowed)}"
        return HeadingFault("update-heading", message, match.start("status") + 1)
    at = read_moment(written)
    if at is None:
        message = (
            "The time cannot be read, or lacks its offset from UTC. Write it as 2026-11-20T10:02:00+01:00."
        )
        return HeadingFault("bad-date", message, match.start("time") + 1)
    heading = UpdateHeading(UpdateStatus(status), at)
    rest, column = match["rest"] or "", match.start("rest") + 1
    if not rest:
        return heading
    if tuple(allowed) == INCIDENT_STATUSES:
        return _with_states(heading, rest, column)
    return _with_day(heading, rest, column)


def _with_day(heading: UpdateHeading, text: str, column: int) -> UpdateHeading | HeadingFault:
    try:
        return UpdateHeading(heading.status, heading.at, date.fromisoformat(text))
    except ValueError:
        message = "The day of the window cannot be read. Write it as 2026-11-29."
        if ":" in text:
            message = "An update of work has no states: its components are under maintenance. Leave them out."
        return HeadingFault("bad-date", message, column)


def _with_states(heading: UpdateHeading, text: str, column: int) -> UpdateHeading | HeadingFault:
    if heading.status in _WITHOUT_STATES:
        message = (
            f"'{heading.status}' leaves no component in trouble, so it has no states. Leave them out, or "
            "write `monitoring` with them first."
        )
        return HeadingFault("update-heading", message, column)
    changes: dict[str, ComponentStatus] = {}
    for place, part in _parts(text):
        match = _STATE.fullmatch(part)
        if match is None:
            message = (
                "The states cannot be read. Write them as `api: degraded_performance, web: operational`."
            )
            return HeadingFault("update-heading", message, column + place)
        name, state = match["name"], match["state"]
        wrong = state_fault(state, MEASURED)
        if wrong:
            return HeadingFault("bad-value", wrong, column + place + match.start("state"))
        if name in changes:
            message = f"'{name}' stands here twice. Leave one out."
            return HeadingFault("update-heading", message, column + place + match.start("name"))
        changes[name] = ComponentStatus(state)
    return UpdateHeading(heading.status, heading.at, None, tuple(changes.items()))


def _parts(text: str) -> Iterator[tuple[int, str]]:
    place = 0
    for part in text.split(","):
        yield place, part
        place += len(part) + 1
