"""Bring in the history of an Atlassian Statuspage: from its address, a saved file, or a folder of saved files."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from waypost.base.net.failures import Unanswered
from waypost.base.net.json_paths import read_json
from waypost.base.net.network import deadline
from waypost.formats.status import ComponentStatus, Impact
from waypost.importing.io.json_documents import MAX_SIZE, saved_documents, unusable
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
    rows_of,
    text_of,
    zone_of,
)
from waypost.importing.rules.times import UTC, moment_of
from waypost.importing.rules.words import is_ending, known_impact, known_state

TIMEOUT = timedelta(seconds=30)
"""For one document."""

LATEST = 50
"""The most incidents that the API returns."""

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DOCUMENTS = ("summary", "components", "incidents", "scheduled-maintenances")
_LOCAL = ("127.0.0.1", "localhost", "::1")


def _documents(place: str) -> list[tuple[str, Any]]:
    if "://" in place:
        return [(f"{name}.json", _fetched(place, name)) for name in _DOCUMENTS]
    return list(saved_documents(Path(place)))


def _fetched(place: str, name: str) -> Any:
    from waypost.base.net.web import Request, fetch  # noqa: PLC0415  # slow to load, and files need none of it

    url = _address(place, name)
    try:
        with deadline(TIMEOUT):
            answer = fetch(Request(url), max_size=MAX_SIZE, redirects=3)
        if answer.status != 200:
            raise Unanswered(f"the server answered with HTTP status {answer.status}")
        if len(answer.body) > MAX_SIZE:
            raise Unanswered(f"the answer is larger than {MAX_SIZE // 1024 // 1024} MiB")
        return read_json(answer.body)
    except Unanswered as error:
        raise unusable(url, f"The page cannot be read: {error}.") from None
    except OSError as error:
        raise unusable(url, f"The page cannot be read: {error.strerror or error}.") from None


def _address(place: str, name: str) -> str:
    """Return the address of a document; only encrypted answers, or those of this machine, are trusted."""
    try:
        parts = urlsplit(place)
        host = parts.hostname or ""
    except ValueError:
        raise unusable(place, "This is no address.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise unusable(place, "Expected an address that begins with https://.")
    if "@" in parts.netloc or not host:
        raise unusable(f"{parts.scheme}://{host}", "Leave name and password out of the address.")
    root = parts.path.partition("/api/v2")[0].rstrip("/")
    return parts._replace(path=f"{root}/api/v2/{name}.json", query="", fragment="").geturl()


def read_statuspage(place: str) -> SourceHistory:
    """Join the documents of the API at a place; raises ProblemsFound where one cannot be had or is no JSON."""
    notes = Notes()
    documents = _documents(place)
    usable = [(name, it) for name, it in documents if isinstance(it, Mapping)]
    for name, document in documents:
        if not isinstance(document, Mapping):
            notes.add(name, "This is no document of the Statuspage API.")
    page: Json = next((it["page"] for _, it in usable if isinstance(it.get("page"), Mapping)), {})
    rows = [
        row for _, row in _unique((name, row) for name, it in usable for row in rows_of(it, "components"))
    ]
    components = _components(rows)
    names = {code: component.name for code, component in components.items()}
    entries = [
        entry
        for key, is_work in (("incidents", False), ("scheduled_maintenances", True))
        for name, row in _unique((name, row) for name, it in usable for row in rows_of(it, key))
        if (entry := _EntryReader(name, row, names, notes, is_work=is_work).entry())
    ]
    for name, document in usable:
        if len(rows_of(document, "incidents")) == LATEST:
            message = f"The API tells of the latest {LATEST} incidents only. Older ones are not in it."
            notes.add(name, message)
    return SourceHistory(
        name=text_of(page, "name"),
        url=text_of(page, "url"),
        time_zone=zone_of(text_of(page, "time_zone"), "page", notes).key,
        components=all_components(components.values(), entries),
        entries=tuple(entries),
        notes=tuple(notes.merged()),
    )


def _unique(rows: Iterable[tuple[str, Json]]) -> Iterator[tuple[str, Json]]:
    """Leave out the rows of earlier documents: the summary repeats what is unresolved."""
    known: set[str] = set()
    for name, row in rows:
        identity = text_of(row, "id")
        if not identity or identity not in known:
            yield name, row
        known.add(identity)


def _components(rows: Sequence[Json]) -> dict[str, SourceComponent]:
    """Return each component by its id; the name of one that two groups have begins with its group."""
    groups = {text_of(row, "id"): text_of(row, "name") for row in rows if row.get("group") is True}
    members = [row for row in rows if row.get("group") is not True]
    often = Counter(_name(row).casefold() for row in members)
    found: dict[str, SourceComponent] = {}
    for row in members:
        name, group = _name(row), groups.get(text_of(row, "group_id"), "")
        name = line_of(f"{group}: {name}") if group and often[name.casefold()] > 1 else name
        found[text_of(row, "id")] = SourceComponent(name, text_of(row, "description"), group)
    return found


class _EntryReader:
    """Reads one incident or maintenance."""

    def __init__(
        self, document: str, row: Json, names: Mapping[str, str], notes: Notes, *, is_work: bool
    ) -> None:
        code = text_of(row, "id")
        self._row = row
        self._names = names
        self._code = code if _CODE.fullmatch(code) else ""
        self._origin = f"{document}: {self._code or line_of(text_of(row, 'name'))[:60] or 'no id'}"
        self._notes = notes
        self._is_work = is_work

    def entry(self) -> SourceEntry | None:
        """Return the incident, or the maintenance; None for maintenance without a time."""
        row = self._row
        updates = list(self._updates())
        started = _time(row, "started_at") or _time(row, "created_at")
        window = self._window(started) if self._is_work else None
        if self._is_work and window is None:
            self._note("It does not say when the work was to begin, so it was left out.")
            return None
        impact = known_impact(text_of(row, "impact"))
        is_over = is_ending(text_of(row, "status"))
        return SourceEntry(
            origin=self._origin,
            title=text_of(row, "name") or "Untitled",
            impact=impact or Impact.NONE,
            components=self._first(
                updates, impact.status if impact else ComponentStatus.DEGRADED_PERFORMANCE
            ),
            updates=updates,
            started=_time(row, "created_at") if self._is_work else started,
            ended=_time(row, "resolved_at") or (_time(row, "updated_at") if is_over else None),
            former=(f"incidents/{self._code}/",) if self._code else (),
            window=window,
        )

    def _updates(self) -> Iterator[SourceUpdate]:
        # The newest is first; those of one moment must not change places.
        for update in reversed(rows_of(self._row, "incident_updates")):
            at = _time(update, "display_at") or _time(update, "created_at")
            if at is None:
                self._note("An update has no time that can be read, so it was left out.")
                continue
            states = self._states(update, "new_status")
            yield SourceUpdate(text_of(update, "status"), at, text_of(update, "body"), states)

    def _window(self, started: datetime | None) -> tuple[datetime, datetime] | None:
        start = _time(self._row, "scheduled_for") or started
        if start is None:
            return None
        end = _time(self._row, "scheduled_until")
        if end is None or end <= start:
            self._note("It does not say when the work was to end. An hour after its beginning was taken.")
            end = start + timedelta(hours=1)
        return start, end

    def _first(self, updates: Sequence[SourceUpdate], usual: ComponentStatus) -> dict[str, ComponentStatus]:
        """Return the states before the first update: what the first word about a component says of the time before.

        A component that no update names has the state of the impact: those under `components` are of today.
        """
        before: dict[str, ComponentStatus] = {}
        for update in reversed(rows_of(self._row, "incident_updates")):
            before = self._states(update, "old_status") | before
        found = {name: state for name, state in before.items() if state.is_trouble}
        named = {name for update in updates for name in update.states}
        listed = [self._named(item, "id") for item in rows_of(self._row, "components")]
        return dict.fromkeys((name for name in listed if name and name not in named), usual) | found

    def _states(self, update: Json, key: str) -> dict[str, ComponentStatus]:
        states: dict[str, ComponentStatus] = {}
        for item in rows_of(update, "affected_components"):
            name, state = self._named(item, "code"), known_state(text_of(item, key))
            if state is ComponentStatus.UNDER_MAINTENANCE and not self._is_work:
                self._note(
                    "It puts components under maintenance, which no incident does here. It says operational."
                )
                state = ComponentStatus.OPERATIONAL
            if name and state:
                states[name] = state
        return states

    def _named(self, item: Json, key: str) -> str:
        return self._names.get(text_of(item, key)) or _name(item)

    def _note(self, message: str) -> None:
        self._notes.add(self._origin, message)


def _name(row: Json) -> str:
    """Return the name of a component as a line here can hold it."""
    return line_of(text_of(row, "name"))


def _time(row: Json, key: str) -> datetime | None:
    return moment_of(text_of(row, key), UTC)


STATUSPAGE = Importer(
    "statuspage",
    "URL|FILE",
    """Bring in the incidents, maintenance and components of an Atlassian Statuspage.

    Name the address of the page, or a file or folder with saved documents of its API. Files that are in status/
    already are kept.

    Example: waypost import statuspage https://status.example.com --dry-run
    """,
    read_statuspage,
)
