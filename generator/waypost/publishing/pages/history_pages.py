"""The history: what happened, by month and newest first, on as many pages as that takes."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from waypost.formats.status import Incident
from waypost.publishing.pages.page_spec import PageSpec
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.past import NOTHING, Past, PastMonth
from waypost.status.rules.snapshot import Snapshot

ON_A_PAGE = 50
"""Entries of the history on one page."""


@dataclass(frozen=True)
class HistoryEntry:
    """One line of the history: an incident or a maintenance."""

    at: datetime
    incident: Incident | None = None
    item: MaintenanceSnapshot | None = None

    @property
    def components(self) -> Iterable[str]:
        """The ids of the components that it is about."""
        if self.incident:
            return self.incident.components
        return self.item.work.components if self.item else ()

    def inputs(self, now: datetime) -> object:
        """Return the sources of a card about it."""
        return self.item if self.incident is None else incident_inputs(self.incident, now)


def incident_inputs(incident: Incident, now: datetime) -> object:
    """Return the sources of a text about an incident: while it lasts, the time too."""
    # The order of its components can be seen, and equal mappings need not share it.
    return incident, tuple(incident.components.items()), None if incident.resolved_at else now


def entries_of(
    incidents: Iterable[Incident], works: Iterable[MaintenanceSnapshot]
) -> tuple[HistoryEntry, ...]:
    """Return incidents and finished maintenance, the newest first; one that went on as another is left out."""
    shown = (item for item in incidents if item.continued_as is None)
    ordered = sorted(shown, key=lambda item: (item.started, item.id), reverse=True)
    entries = [HistoryEntry(item.started, incident=item) for item in ordered]
    entries += [HistoryEntry(item.history_at, item=item) for item in works if item.is_over]
    return tuple(sorted(entries, key=lambda entry: entry.at, reverse=True))


def history_entries(snapshot: Snapshot) -> tuple[HistoryEntry, ...]:
    """Return the entries of the history but for incidents that are kept as past, the newest first."""
    return entries_of(snapshot.fresh, snapshot.maintenances)


@dataclass(frozen=True)
class Month:
    """A month of the history."""

    name: str
    """Such as 2026-11."""
    first: date
    fresh: tuple[HistoryEntry, ...]
    """Its entries that are not kept as past."""
    past: PastMonth | None = None
    """The others, which are read only where they are shown."""
    is_over: bool = False
    """Whether no incident that checks find can begin in it any more."""

    @cached_property
    def count(self) -> int:
        """How many entries it has."""
        entries = self.past.entries if self.past else ()
        return len(self.fresh) + sum(not entry.is_continued for entry in entries)

    @cached_property
    def entries(self) -> tuple[HistoryEntry, ...]:
        """All of its entries, the newest first."""
        if self.past is None:
            return self.fresh
        fresh = [entry.incident for entry in self.fresh if entry.incident]
        works = [entry.item for entry in self.fresh if entry.item]
        return entries_of([*fresh, *(item.incident for item in self.past.load())], works)

    @property
    def pages(self) -> int:
        """How many pages it fills."""
        return max(1, -(-self.count // ON_A_PAGE))

    def path(self, number: int = 1) -> str:
        """Return the address of one of its pages, counted from 1."""
        return f"history/{self.name}/" if number == 1 else f"history/{self.name}/{number}/"

    def shown(self, number: int) -> tuple[HistoryEntry, ...]:
        """Return the entries of one of its pages."""
        return self.entries[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]


def months(entries: Iterable[HistoryEntry], zone: ZoneInfo, past: Past = NOTHING) -> tuple[Month, ...]:
    """Part the history by months of the page's zone, the newest first; months without an entry are left out."""
    parted = itertools.groupby(entries, key=lambda entry: f"{entry.at.astimezone(zone):%Y-%m}")
    fresh = {name: tuple(members) for name, members in parted}
    last = f"{past.checkpoint.at.astimezone(zone):%Y-%m}" if past.months else ""
    found = (
        Month(
            name,
            date.fromisoformat(f"{name}-01"),
            fresh.get(name, ()),
            past.months.get(name),
            name in past.months and name < last,
        )
        for name in sorted({*fresh, *past.months}, reverse=True)
    )
    return tuple(month for month in found if month.count)


@dataclass(frozen=True)
class HistoryPage:
    """One page of a month, and those before and after it."""

    month: Month
    number: int
    newer: tuple[Month, int] | None
    older: tuple[Month, int] | None
    all_months: tuple[Month, ...]
    names: tuple[str, ...]
    """Those of all months."""

    @property
    def path(self) -> str:
        """Its address."""
        return self.month.path(self.number)

    @property
    def context(self) -> dict[str, Any]:
        """What its template shows."""
        return {
            "months": self.all_months,
            "month": self.month,
            "entries": self.month.shown(self.number),
            "newer": self.newer,
            "older": self.older,
        }

    @property
    def place(self) -> tuple[object, ...]:
        """What of its context is not an entry."""
        # The number of entries of a month is not shown: each new one would change the pages of all months.
        beside = [(other[0].name, other[1]) if other else None for other in (self.newer, self.older)]
        return self.names, self.number, beside


def pages_of_history(snapshot: Snapshot, entries: Iterable[HistoryEntry]) -> list[HistoryPage]:
    """Return every page of every month, the newest first."""
    found = months(entries, ZoneInfo(snapshot.page.time_zone), snapshot.past)
    names = tuple(month.name for month in found)
    pages = [(month, number) for month in found for number in range(1, month.pages + 1)]
    beside = zip([None, *pages], pages, [*pages[1:], None], strict=False)
    return [HistoryPage(*page, newer, older, found, names) for newer, page, older in beside]


def history_pages(snapshot: Snapshot, pages: Sequence[HistoryPage]) -> Iterator[PageSpec]:
    """Return the first page of the history, and those of months that are not over."""
    title = snapshot.words.say("status.history.short")
    if not pages:
        empty: dict[str, Any] = {"months": (), "month": None, "newer": None, "older": None, "entries": ()}
        yield PageSpec("history/", "history", title, empty, inputs=())
    for place, page in enumerate(pages):
        if place and page.month.is_over:
            continue
        shown = page.month.shown(page.number)
        inputs = (*page.place, [entry.inputs(snapshot.now) for entry in shown])
        if not place:
            yield PageSpec("history/", "history", title, page.context, inputs=inputs)
        if not page.month.is_over:
            yield history_page(snapshot, page, inputs)


def history_page(snapshot: Snapshot, page: HistoryPage, inputs: object = None) -> PageSpec:
    """Return one page of a month."""
    title = snapshot.words.say("status.history.short")
    name = snapshot.words.date("status.date.month", page.month.first)
    return PageSpec(page.path, "history", f"{title}, {name}", page.context, inputs=inputs)
