"""The history of another status page, as it was read, before it is brought into our form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waypost.formats.status import ComponentStatus, Impact, UpdateStatus
from waypost.problems import Level, Location, Problem


@dataclass(frozen=True)
class SourceUpdate:
    """An update of an incident or a maintenance."""

    status: str
    """As the other page calls it."""
    at: datetime
    text: str


@dataclass(frozen=True)
class SourceComponent:
    """A component of the other page."""

    name: str
    description: str = ""
    group: str = ""


@dataclass(frozen=True)
class SourceEntry:
    """An incident, or a maintenance where it has a window."""

    origin: str
    """Its place in the documents of the other page, as problems show it."""
    title: str
    impact: Impact
    components: Mapping[str, ComponentStatus]
    """By name, with the worst state of each."""
    updates: Sequence[SourceUpdate]
    """Oldest first, as far as the other page knows."""
    started: datetime | None = None
    ended: datetime | None = None
    """When the other page says that it was over."""
    former: tuple[str, ...] = ()
    """Addresses below the root of the other page."""
    window: tuple[datetime, datetime] | None = None


@dataclass(frozen=True)
class SourceHistory:
    """The history of another status page."""

    name: str = ""
    url: str = ""
    time_zone: str = ""
    components: tuple[SourceComponent, ...] = ()
    entries: tuple[SourceEntry, ...] = ()
    notes: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Importer:
    """A kind of status page whose history `waypost import NAME` brings in."""

    name: str
    argument: str
    """What stands for the place of the history in the help, such as FOLDER."""
    help: str
    """The help of the command: what it reads, what it leaves alone, and an example."""
    read: Callable[[str], SourceHistory]
    """Reads the history at a place; raises ProblemsFound where there is none."""


@dataclass
class Notes:
    """Collects the warnings of an import of a history."""

    found: list[Problem] = field(default_factory=list)

    def add(self, origin: str, message: str) -> None:
        """Note something about a place of the other page."""
        self.found.append(Problem(Location(origin), "import", message, Level.WARNING))


SYNONYMS: Mapping[str, UpdateStatus] = {
    **dict.fromkeys(("watching", "observing", "recovering"), UpdateStatus.MONITORING),
    **dict.fromkeys(("fixed", "solved", "closed"), UpdateStatus.RESOLVED),
    "post-mortem": UpdateStatus.POSTMORTEM,
    "planned": UpdateStatus.SCHEDULED,
    "canceled": UpdateStatus.CANCELLED,
}
"""Words that other pages have for our states."""


def known_status(word: str) -> UpdateStatus | None:
    """Return the state that a word of another page means; None for a word that names no state, such as Update."""
    name = "_".join(word.strip().lower().split())
    return UpdateStatus(name) if name in list(UpdateStatus) else SYNONYMS.get(name)


Json = Mapping[str, Any]
MAX_TITLE = 160
_UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)


def all_components(
    written: Iterable[SourceComponent], entries: Sequence[SourceEntry]
) -> tuple[SourceComponent, ...]:
    """Return each component once, with components that only incidents name because the page has them no more."""
    named = (SourceComponent(name) for entry in entries for name in entry.components)
    found: dict[str, SourceComponent] = {}
    for component in (*written, *named):
        if component.name:
            found.setdefault(component.name.casefold(), component)
    return tuple(found.values())


def text_of(row: Json, key: str) -> str:
    """Return a text; empty where there is none, or something else."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def rows_of(document: Json, key: str) -> list[Json]:
    """Return the mappings of a list, without its other values."""
    rows = document.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def zone_of(name: str, origin: str, notes: Notes) -> ZoneInfo:
    """Return the time zone of this name; UTC where it has none, and with a note where it is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        notes.add(origin, f"The time zone '{line_of(name)[:60]}' is not known. UTC was taken.")
        return ZoneInfo("UTC")


def line_of(text: str) -> str:
    """Return a text as one line that our formats take: short, visible, and without code of templates."""
    plain = " ".join(_UNWRITABLE.sub(" ", text).split())
    for sign in ("{{", "{%", "${"):
        plain = plain.replace(sign, f"{sign[0]} {sign[1]}")
    return plain if len(plain) <= MAX_TITLE else plain[: MAX_TITLE - 1].rstrip() + "…"


def whole_milliseconds(moment: datetime) -> datetime:
    """Return a moment as files write it."""
    return moment - timedelta(microseconds=moment.microsecond % 1000)
