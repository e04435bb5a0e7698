"""Bring in the history of an Instatus page, from saved answers of its API."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from waypost.formats.status import ComponentStatus, Impact, UpdateStatus, worst
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
    line_of,
    mappings,
    rows_of,
    text_of,
)
from waypost.importing.rules.times import UTC, moment_of
from waypost.importing.rules.words import is_ending, known_state, known_status

MOST = (50, 100)
"""How many entries one answer holds: as it is, and with per_page=100."""

MAX_MINUTES = 60 * 24 * 366
"""The longest maintenance that can be meant."""

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_instatus(place: str) -> SourceHistory:
    """Join the saved answers at a place; raises ProblemsFound where one cannot be read."""
    notes = Notes()
    kinds: dict[str, dict[str, tuple[str, Json]]] = {
        "incident": {},
        "maintenance": {},
        "component": {},
        "page": {},
    }
    for name, document in saved_documents(Path(place)):
        rows = mappings(document)
        found = [(kind, row) for row in rows if (kind := _kind(row))]
        if not found:
            notes.add(name, "This is no answer of the Instatus API.")
        for number, (kind, row) in enumerate(found):
            kinds[kind].setdefault(text_of(row, "id") or f"{name}:{number}", (name, row))
        if len(rows) in MOST and found[0][0] in ("incident", "maintenance"):
            notes.add(
                name,
                f"One answer holds {len(rows)} entries at most. If there are more, save ?page=2 too.",
            )
    pages = [row for _, row in kinds["page"].values()]
    # The summary has the page in it; the list of pages has no address.
    page = next(
        (it["page"] for it in pages if isinstance(it.get("page"), Mapping)), pages[0] if pages else {}
    )
    entries = [_RowReader(*row, notes).incident() for row in kinds["incident"].values()]
    works = [_RowReader(*row, notes).maintenance() for row in kinds["maintenance"].values()]
    found_entries = [*entries, *(work for work in works if work)]
    components = list(_components([row for _, row in kinds["component"].values()]))
    return SourceHistory(
        name=text_of(page, "name"),
        url=_url(page),
        components=all_components(components, found_entries),
        entries=tuple(found_entries),
        notes=tuple(notes.merged()),
    )


def _kind(row: Json) -> str:
    """Tell what a row is, by the keys that only it has; empty for what is not read."""
    if isinstance(row.get("updates"), list):
        return "maintenance" if "start" in row else "incident" if "started" in row else ""
    if "subdomain" in row or isinstance(row.get("page"), Mapping):
        return "page"
    return "component" if "name" in row and "status" in row and "started" not in row else ""


def _url(page: Json) -> str:
    name = text_of(page, "subdomain")
    host = text_of(page, "customDomain") or (f"{name}.instatus.com" if name else "")
    return text_of(page, "url") or (f"https://{host}/" if host else "")


def _components(rows: Sequence[Json]) -> Iterator[SourceComponent]:
    groups = {_group(row) for row in rows}
    names = {text_of(row, "id"): text_of(row, "name") for row in rows}
    for row in rows:
        # What is archived is on the page no more.
        if text_of(row, "id") not in groups - {""} and row.get("archived") is not True:
            group = _group(row)
            description = text_of(row, "description")
            yield SourceComponent(line_of(text_of(row, "name")), description, names.get(group, group))


def _group(row: Json) -> str:
    """Return the id of the group of a component, or its name where the answer has only that."""
    group = row.get("group")
    if isinstance(group, Mapping):
        return text_of(group, "name") or text_of(group, "id")
    return group if isinstance(group, str) else ""


class _RowReader:
    """Reads one incident or maintenance."""

    def __init__(self, document: str, row: Json, notes: Notes) -> None:
        code = text_of(row, "id")
        self._row = row
        self._code = code if _CODE.fullmatch(code) else ""
        self._origin = f"{document}: {self._code or line_of(text_of(row, 'name'))[:60] or 'no id'}"
        self._notes = notes

    def incident(self) -> SourceEntry:
        """Return an incident with the states that the answer tells."""
        row = self._row
        updates = list(self._updates())
        ended = _time(row, "resolved")
        is_over = ended is not None or is_ending(text_of(row, "status"))
        by_impact = known_state(text_of(row, "impact"))
        named = rows_of(row, "components")
        if by_impact is None and is_over and named:
            self._note("It does not say how badly components were hit. Degraded performance was taken.")
        states: dict[str, ComponentStatus] = {}
        for item in named:
            # The states of components are those of today, which are those of the incident while it goes on.
            today = None if is_over else known_state(text_of(item, "status"))
            states[line_of(text_of(item, "name"))] = (
                today or by_impact or ComponentStatus.DEGRADED_PERFORMANCE
            )
        worst_state = worst([*states.values(), *([by_impact] if by_impact else [])])
        return SourceEntry(
            *(self._origin, text_of(row, "name") or "Untitled", worst_state.impact, states, updates),
            started=_time(row, "started"),
            ended=ended or (max((it.at for it in updates), default=None) if is_over else None),
            former=(f"incident/{self._code}/",) if self._code else (),
        )

    def maintenance(self) -> SourceEntry | None:
        """Return a maintenance; None for one without a time."""
        row = self._row
        start = _time(row, "start")
        minutes = row.get("duration")
        if start is None or not str(minutes).isdigit() or not 0 < int(str(minutes)) <= MAX_MINUTES:
            self._note("It does not say when the work was to begin or how long, so it was left out.")
            return None
        names = (line_of(text_of(item, "name")) for item in rows_of(row, "components"))
        return SourceEntry(
            *(self._origin, text_of(row, "name") or "Untitled", Impact.NONE),
            components=dict.fromkeys((name for name in names if name), ComponentStatus.UNDER_MAINTENANCE),
            updates=list(self._updates()),
            former=(f"maintenance/{self._code}/",) if self._code else (),
            window=(start, start + timedelta(minutes=int(str(minutes)))),
        )

    def _updates(self) -> Iterator[SourceUpdate]:
        for update in rows_of(self._row, "updates"):
            times = [_time(update, "started"), _time(update, "createdAt")]
            # The announcement of work has the time of the work, and was written before.
            is_announced = known_status(text_of(update, "status")) is UpdateStatus.SCHEDULED
            known = [time for time in times if time]
            if not known:
                self._note("An update has no time that can be read, so it was left out.")
                continue
            text = text_of(update, "message") or text_of(update, "messageHtml")
            yield SourceUpdate(text_of(update, "status"), min(known) if is_announced else known[0], text)

    def _note(self, message: str) -> None:
        self._notes.add(self._origin, message)


def _time(row: Json, key: str) -> datetime | None:
    return moment_of(text_of(row, key), UTC)


INSTATUS = Importer(
    "instatus",
    "FILE",
    """Bring in the incidents, maintenance and components of an Instatus page.

    Name a file or folder with saved answers of its API. Files that are in status/ already are kept.

    Example: waypost import instatus saved/ --dry-run
    """,
    read_instatus,
)
