"""Bring in the history of Uptime Kuma: from its database, or its components from a backup in JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from waypost.formats.status import ComponentStatus, Impact
from waypost.importing.io.json_documents import read_document, unusable
from waypost.importing.io.kuma_database import MAX_ROWS, is_database, read_tables
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
    rows_of,
    text_of,
    zone_of,
)
from waypost.importing.rules.outages import outage
from waypost.importing.rules.times import UTC, moment_of
from waypost.importing.rules.words import is_true, known_impact

_DOWN = "0"
"""The status of a heartbeat that failed; 1 is up, 2 pending, 3 maintenance."""


def read_kuma(place: str) -> SourceHistory:
    """Read kuma.db, or a backup in JSON; raises ProblemsFound where it is neither."""
    file = Path(place)
    if not file.is_file():
        raise unusable(file.as_posix(), "There is no file of this name. Name kuma.db, or a backup in JSON.")
    notes = Notes()
    if is_database(file):
        return _KumaReader(file.name, read_tables(file), notes).history()
    backup = read_document(file.parent, file)
    monitors = rows_of(backup, "monitorList") if isinstance(backup, Mapping) else []
    if monitors:
        message = (
            "A backup in JSON knows of no status page and no history. Leave out what is not for customers."
        )
        notes.add(file.name, message)
    names = {id_of(row, "id"): line_of(text_of(row, "name")) for row in monitors}
    components = [
        SourceComponent(names[id_of(row, "id")], group=names.get(id_of(row, "parent"), ""))
        for row in monitors
        if row.get("type") != "group"
    ]
    return SourceHistory(components=all_components(components, []), notes=tuple(notes.merged()))


class _KumaReader:
    """Reads what the public may see: monitors on published pages, and what happened to them."""

    def __init__(self, name: str, tables: Mapping[str, Sequence[Json]], notes: Notes) -> None:
        self._name = name
        self._tables = tables
        self._notes = notes
        # A page behind a password is for nobody else.
        self._pages = {
            id_of(row, "id"): row
            for row in self._rows("status_page")
            if is_true(row.get("published", 1)) and not row.get("password")
        }
        settings = {text_of(row, "key"): text_of(row, "value") for row in self._rows("setting")}
        self._zone = zone_of(settings.get("serverTimezone", "").strip('"'), name, notes)
        self._url = settings.get("primaryBaseURL", "").strip('"')
        self._components = self._listed()

    def history(self) -> SourceHistory:
        """Return everything; what cannot be told becomes a note."""
        page = next(iter(self._pages.values()), {})
        if len(self._pages) > 1:
            self._note("There are several pages. All came over as one, with the name of the first.")
        entries = [*self._outages(), *self._incidents(), *self._works()]
        hosts = [text_of(row, "domain") for row in self._rows("status_page_cname")]
        return SourceHistory(
            name=text_of(page, "title"),
            url=f"https://{hosts[0]}/" if hosts else self._url,
            time_zone=self._zone.key,
            components=all_components(self._components.values(), entries),
            entries=tuple(entries),
            notes=tuple(self._notes.merged()),
        )

    def _rows(self, table: str) -> Sequence[Json]:
        return self._tables.get(table, ())

    def _listed(self) -> dict[str, SourceComponent]:
        """Return the monitors on published pages by their id, in the order of the page."""
        monitors = {id_of(row, "id"): line_of(text_of(row, "name")) for row in self._rows("monitor")}
        groups = {
            id_of(row, "id"): text_of(row, "name")
            for row in self._ordered("group")
            if is_true(row.get("public")) and id_of(row, "status_page_id") in {"", *self._pages}
        }
        found: dict[str, SourceComponent] = {}
        for group, title in groups.items():
            for row in self._ordered("monitor_group"):
                code = id_of(row, "monitor_id")
                if id_of(row, "group_id") == group and code in monitors:
                    found.setdefault(code, SourceComponent(monitors[code], group=title))
        hidden = [name for code, name in monitors.items() if code not in found]
        if hidden:
            self._note("These monitors are on no published page, so they were left out: {names}.", *hidden)
        return found

    def _ordered(self, table: str) -> list[Json]:
        return sorted(self._rows(table), key=lambda row: (_number(row, "weight"), _number(row, "id")))

    def _outages(self) -> Iterator[SourceEntry]:
        """Give each time that a monitor was down: from the heartbeat that failed to the next of another state."""
        beats = self._rows("heartbeat")
        if len(beats) == MAX_ROWS:
            self._note(f"Only the latest {MAX_ROWS} changes of state were read.")
        since: dict[str, datetime] = {}
        for beat in reversed(beats):
            code, at = id_of(beat, "monitor_id"), moment_of(text_of(beat, "time"), UTC)
            if code not in self._components or at is None:
                continue
            if id_of(beat, "status") == _DOWN:
                since.setdefault(code, at)
            elif code in since and at > since[code]:
                yield self._outage(code, since.pop(code), at)
        for code, at in since.items():
            yield self._outage(code, at, None)

    def _outage(self, code: str, start: datetime, end: datetime | None) -> SourceEntry:
        return outage(self._components[code].name, start, end, f"{self._name}: monitor {code}", self._notes)

    def _incidents(self) -> Iterator[SourceEntry]:
        for row in self._rows("incident"):
            origin = f"{self._name}: incident {id_of(row, 'id')}"
            begun = moment_of(text_of(row, "created_date"), UTC)
            if begun is None or id_of(row, "status_page_id") not in {"", *self._pages}:
                self._notes.add(origin, "It has no time, or its page is not public, so it was left out.")
                continue
            impact = known_impact(text_of(row, "style")) or Impact.MINOR
            changed = moment_of(text_of(row, "last_updated_date"), UTC)
            # What only informs was never wrong, and is pinned for as long as it is of use.
            is_open = is_true(row.get("pin")) and is_true(row.get("active", 1)) and impact is not Impact.NONE
            end = None if is_open else max(begun + timedelta(minutes=1), changed or begun)
            if end and changed is None and impact is not Impact.NONE:
                self._notes.add(
                    origin, "It does not say when it was over. A minute after its beginning was taken."
                )
            updates = [SourceUpdate("investigating", begun, text_of(row, "content"))]
            updates += [SourceUpdate("resolved", end, "Resolved.")] if end else []
            yield SourceEntry(origin, text_of(row, "title") or "Untitled", impact, {}, updates, begun, end)

    def _works(self) -> Iterator[SourceEntry]:
        monitors: dict[str, list[str]] = {}
        for row in self._rows("monitor_maintenance"):
            component = self._components.get(id_of(row, "monitor_id"))
            monitors.setdefault(id_of(row, "maintenance_id"), []).extend(
                [component.name] if component else []
            )
        shown = {
            id_of(row, "maintenance_id")
            for row in self._rows("maintenance_status_page")
            if id_of(row, "status_page_id") in self._pages
        }
        for row in self._rows("maintenance"):
            code = id_of(row, "id")
            if code not in shown:
                self._note("Maintenance that is on no published page was left out.")
                continue
            hit = dict.fromkeys(monitors.get(code, []), ComponentStatus.UNDER_MAINTENANCE)
            origin, title = f"{self._name}: maintenance {code}", text_of(row, "title") or "Untitled"
            for window in self._windows(row, origin):
                update = SourceUpdate("scheduled", window[0], text_of(row, "description") or title)
                yield SourceEntry(origin, title, Impact.NONE, hit, [update], window=window)

    def _windows(self, row: Json, origin: str) -> list[tuple[datetime, datetime]]:
        """Return the windows of a maintenance: since 1.21 that of one that is done once, before that all in UTC."""
        rows, zone = [row], self._zone_of(row, origin)
        if "maintenance_timeslot" in self._tables:
            slots = self._rows("maintenance_timeslot")
            rows, zone = [it for it in slots if id_of(it, "maintenance_id") == id_of(row, "id")], UTC
        elif text_of(row, "strategy") != "single":
            self._notes.add(
                origin, "It repeats, or is begun by hand. It was left out: write it with `repeats`."
            )
            return []
        windows = [
            (start, end)
            for it in rows
            if (start := moment_of(text_of(it, "start_date"), zone))
            and (end := moment_of(text_of(it, "end_date"), zone))
            and start < end
        ]
        if not windows:
            self._notes.add(origin, "It does not say when the work was to begin and end, so it was left out.")
        return windows

    def _zone_of(self, row: Json, origin: str) -> ZoneInfo:
        name = text_of(row, "timezone")
        return self._zone if name in ("", "SAME_AS_SERVER") else zone_of(name, origin, self._notes)

    def _note(self, message: str, *names: str) -> None:
        self._notes.add(self._name, message, *names)


def _number(row: Json, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) else 0


KUMA = Importer(
    "kuma",
    "FILE",
    """Bring in the monitors, outages, incidents and maintenance of Uptime Kuma, from its kuma.db.

    A backup in JSON has monitors only. The file is only read. Files that are in status/ already are kept.

    Example: waypost import kuma kuma.db --dry-run
    """,
    read_kuma,
)
