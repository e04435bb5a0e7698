"""Bring in the history of an OpenStatus page, from saved answers of its API."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from waypost.formats.status import ComponentStatus, Impact
from waypost.importing.io.json_documents import saved_documents
from waypost.importing.rules.histories import (
    Importer,
    Json,
    Notes,
    SourceComponent,
    SourceEntry,
    SourceHistory,
    SourceUpdate,
    all_components,
    id_of,
    line_of,
    mappings,
    text_of,
)
from waypost.importing.rules.outages import outage
from waypost.importing.rules.times import UTC, moment_of

_KEYS = (
    ("reports", "statusReportUpdateIds"),
    ("report_updates", "statusReportId"),
    ("maintenance_updates", "maintenanceId"),
    ("incidents", "startedAt"),
    ("pages", "slug"),
    ("monitors", "periodicity"),
)
"""Each kind of row with a key that only it has."""


@dataclass(frozen=True)
class _SavedAnswers:
    """The rows of all answers by their kind and id, each with the name of its document."""

    reports: dict[str, tuple[str, Json]] = field(default_factory=dict)
    report_updates: dict[str, tuple[str, Json]] = field(default_factory=dict)
    maintenances: dict[str, tuple[str, Json]] = field(default_factory=dict)
    maintenance_updates: dict[str, tuple[str, Json]] = field(default_factory=dict)
    incidents: dict[str, tuple[str, Json]] = field(default_factory=dict)
    pages: dict[str, tuple[str, Json]] = field(default_factory=dict)
    monitors: dict[str, tuple[str, Json]] = field(default_factory=dict)


def read_openstatus(place: str) -> SourceHistory:
    """Join the saved answers at a place; raises ProblemsFound where one cannot be read."""
    notes = Notes()
    rows = _SavedAnswers()
    for name, document in saved_documents(Path(place)):
        found = [(kind, row) for row in mappings(document) if (kind := _kind(row))]
        if not found:
            notes.add(name, "This is no answer of the OpenStatus API.")
        for number, (kind, row) in enumerate(found):
            getattr(rows, kind).setdefault(id_of(row, "id") or f"{name}:{number}", (name, row))
    page = next((row for _, row in rows.pages.values()), {})
    if len(rows.pages) > 1:
        notes.add("page", "There are several pages. All came over as one, with the name of the first.")
    names = _names(rows, notes)
    entries = [*_reports(rows, names, notes), *_works(rows, names, notes), *_outages(rows, names, notes)]
    host = text_of(page, "customDomain") or (
        f"{page['slug']}.openstatus.dev" if text_of(page, "slug") else ""
    )
    return SourceHistory(
        name=text_of(page, "title"),
        url=f"https://{host}/" if host else "",
        components=all_components(_components(rows, names), entries),
        entries=tuple(entries),
        notes=tuple(notes.merged()),
    )


def _kind(row: Json) -> str:
    if "from" in row and "to" in row:
        return "maintenances"
    return next((kind for kind, key in _KEYS if key in row), "")


def _names(rows: _SavedAnswers, notes: Notes) -> dict[str, str]:
    """Return the names of the monitors that the public may see: those on a page, and those that are public."""
    listed = {
        str(it.get("monitorId") if isinstance(it, Mapping) else it)
        for _, page in rows.pages.values()
        for it in _list(page, "monitors")
    }
    names: dict[str, str] = {}
    for code, (document, row) in rows.monitors.items():
        name = line_of(text_of(row, "externalName") or text_of(row, "name"))
        if code in listed or row.get("public") is True:
            names[code] = name
        else:
            notes.add(
                document,
                "These monitors are on no page and not public, so they were left out: {names}.",
                name,
            )
    return names


def _components(rows: _SavedAnswers, names: Mapping[str, str]) -> Iterator[SourceComponent]:
    for code, name in names.items():
        yield SourceComponent(name, text_of(rows.monitors[code][1], "description"))


def _monitors(row: Json, names: Mapping[str, str]) -> list[str]:
    found = [names.get(str(code), "") for code in _list(row, "monitorIds")]
    return [name for name in found if name]


def _list(row: Json, key: str) -> list[Any]:
    value = row.get(key)
    return value if isinstance(value, list) else []


def _reports(rows: _SavedAnswers, names: Mapping[str, str], notes: Notes) -> Iterator[SourceEntry]:
    for code, (document, row) in rows.reports.items():
        origin = f"{document}: report {code}"
        updates = list(_updates(rows.report_updates, "statusReportId", code, origin, notes))
        if len(updates) < len(_list(row, "statusReportUpdateIds")):
            notes.add(origin, "Not all of its updates were saved. Save them, and import again.")
        hit = _monitors(row, names)
        if hit:
            notes.add(
                origin, "A report does not say how badly components were hit. Degraded performance was taken."
            )
        state = ComponentStatus.DEGRADED_PERFORMANCE
        impact = state.impact if hit else Impact.NONE
        former = (f"events/report/{code}/",) if code.isdigit() else ()
        title = text_of(row, "title") or "Untitled"
        yield SourceEntry(origin, title, impact, dict.fromkeys(hit, state), updates, former=former)


def _works(rows: _SavedAnswers, names: Mapping[str, str], notes: Notes) -> Iterator[SourceEntry]:
    for code, (document, row) in rows.maintenances.items():
        origin = f"{document}: maintenance {code}"
        start, end = _time(row, "from"), _time(row, "to")
        if start is None or end is None or end <= start:
            notes.add(origin, "It does not say when the work was to begin and end, so it was left out.")
            continue
        updates = list(_updates(rows.maintenance_updates, "maintenanceId", code, origin, notes))
        yield SourceEntry(
            *(origin, text_of(row, "title") or "Untitled", Impact.NONE),
            components=dict.fromkeys(_monitors(row, names), ComponentStatus.UNDER_MAINTENANCE),
            updates=updates or [SourceUpdate("scheduled", start, text_of(row, "message"))],
            former=(f"events/maintenance/{code}/",) if code.isdigit() else (),
            window=(start, end),
        )


def _updates(
    rows: Mapping[str, tuple[str, Json]], key: str, code: str, origin: str, notes: Notes
) -> Iterator[SourceUpdate]:
    own = [row for _, row in rows.values() if id_of(row, key) == code]
    for row in sorted(own, key=lambda it: text_of(it, "date")):
        at = _time(row, "date")
        if at is None:
            notes.add(origin, "An update has no time that can be read, so it was left out.")
            continue
        # An update of a maintenance has no status: it says something new of what the clock shows.
        yield SourceUpdate(text_of(row, "status") or "update", at, text_of(row, "message"))


def _outages(rows: _SavedAnswers, names: Mapping[str, str], notes: Notes) -> Iterator[SourceEntry]:
    for code, (document, row) in rows.incidents.items():
        origin, name = f"{document}: incident {code}", names.get(id_of(row, "monitorId"))
        start, end = _time(row, "startedAt"), _time(row, "resolvedAt")
        if name and start and (end is None or end > start):
            yield outage(name, start, end, origin, notes)
        else:
            notes.add(origin, "It has no public monitor, or no time, so it was left out.")


def _time(row: Json, key: str) -> datetime | None:
    return moment_of(text_of(row, key), UTC)


OPENSTATUS = Importer(
    "openstatus",
    "FILE",
    """Bring in the reports, maintenance, incidents and monitors of an OpenStatus page.

    Name a file or folder with saved answers of its API. Files that are in status/ already are kept.

    Example: waypost import openstatus saved/ --dry-run
    """,
    read_openstatus,
)
