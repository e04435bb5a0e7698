"""The history of another status page, as it was read, before it is brought into our form."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waypost.formats.status import ComponentStatus, Impact
from waypost.importing.rules.words import is_ending
from waypost.problems import Level, Location, Problem


@dataclass(frozen=True)
class SourceUpdate:
    """An update of an incident or a maintenance."""

    status: str
    """As the other page calls it."""
    at: datetime
    text: str
    states: Mapping[str, ComponentStatus] = field(default_factory=dict)
    """By the name of the component, the state that it is in from then on."""


@dataclass(frozen=True)
class SourceComponent:
    """A component of the other page."""

    name: str
    description: str = ""
    group: str = ""
    until: date | None = None
    """The day after the last entry that names it, where the page has it no more."""


@dataclass(frozen=True)
class SourceEntry:
    """An incident, or a maintenance where it has a window."""

    origin: str
    """Its place in the documents of the other page, as problems show it."""
    title: str
    impact: Impact
    components: Mapping[str, ComponentStatus]
    """By name, with the state that each is in from the first update on."""
    updates: Sequence[SourceUpdate]
    """Oldest first, as far as the other page knows."""
    started: datetime | None = None
    ended: datetime | None = None
    """When the other page says that it was over."""
    former: tuple[str, ...] = ()
    """Addresses below the root of the other page."""
    window: tuple[datetime, datetime] | None = None

    @property
    def names(self) -> Sequence[str]:
        """The components that it names, each once, in their order."""
        states = [self.components, *(update.states for update in self.updates)]
        return list(dict.fromkeys(name for those in states for name in those))


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


MAX_NAMED = 5
"""Places and names that one warning lists."""


@dataclass
class Notes:
    """Collects the warnings of an import of a history; those of one kind become one."""

    problems: list[Problem] = field(default_factory=list)
    """Warnings that stand for themselves."""
    _kinds: dict[str, dict[str, list[str]]] = field(default_factory=dict)

    def add(self, origin: str, message: str, *names: str) -> None:
        """Note something about a place of the other page; `{names}` in a message stands for those of all places."""
        self._kinds.setdefault(message, {}).setdefault(origin, []).extend(names)

    def merged(self) -> list[Problem]:
        """Return one warning for each kind, at its first place and with the others."""
        found = [*self.problems]
        for message, places in self._kinds.items():
            names = {name.casefold(): name for those in places.values() for name in reversed(those)}
            text = message.replace("{names}", _listed(sorted(names.values())))
            if len(places) > 1:
                text = f"{text} ({len(places)} places: {_listed(sorted(places))}.)"
            found.append(Problem(Location(min(places)), "import", text, Level.WARNING))
        return sorted(dict.fromkeys(found))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(line_of(name) for name in names[:MAX_NAMED])
    return f"{shown} and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else shown


Json = Mapping[str, Any]
MAX_TITLE = 160
_UNWRITABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff\u202a-\u202e\u2066-\u2069]"
)


def all_components(
    written: Iterable[SourceComponent], entries: Sequence[SourceEntry]
) -> tuple[SourceComponent, ...]:
    """Return each component once, with those that only entries name because the page has them no more.

    Where the page names no component at all, and while an entry that names it has no end, a component is there still.
    """
    found: dict[str, SourceComponent] = {}
    for component in written:
        if component.name:
            found.setdefault(component.name.casefold(), component)
    is_known = bool(found)
    for name in sorted({name for entry in entries for name in entry.names if name.casefold() not in found}):
        ends = [_end(entry) for entry in entries if name in entry.names]
        last = max((end for end in ends if end), default=None)
        gone = last.date() + timedelta(days=1) if is_known and last and all(ends) else None
        found.setdefault(name.casefold(), SourceComponent(name, until=gone))
    return tuple(found.values())


def _end(entry: SourceEntry) -> datetime | None:
    """Return the last moment of an entry; None while it goes on."""
    last = [entry.updates[-1]] if entry.updates and is_ending(entry.updates[-1].status) else []
    ends = [entry.ended, entry.window[1] if entry.window else None, *(update.at for update in last)]
    return max((end for end in ends if end), default=None)


def text_of(row: Json, key: str) -> str:
    """Return a text; empty where there is none, or something else."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def id_of(row: Json, key: str) -> str:
    """Return an id, which may be a text or a number; empty where there is none."""
    value = row.get(key)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def rows_of(document: Json, key: str) -> list[Json]:
    """Return the mappings of a list, without its other values."""
    rows = document.get(key)
    return mappings(rows) if isinstance(rows, list) else []


def mappings(rows: object) -> list[Json]:
    """Return the mappings of a list, without its other values; a mapping alone is a list of one."""
    rows = [rows] if isinstance(rows, Mapping) else rows
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
