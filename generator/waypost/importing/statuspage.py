"""Bring in the history of an Atlassian Statuspage: from its address, a saved file, or a folder of saved files."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from waypost.base.files.text_files import read_bytes, walk
from waypost.base.net.json_paths import read_json
from waypost.base.net.network import Unanswered, deadline
from waypost.formats.field_types import read_moment
from waypost.formats.status import MEASURED, ComponentStatus, Impact, worst
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
    whole_milliseconds,
    zone_of,
)
from waypost.problems import Location, Problem, ProblemsFound

MAX_SIZE = 20 * 1024 * 1024
"""Bytes of one document: fifty incidents with long timelines have about one million."""

MAX_FILES = 1000
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
    return list(_saved(Path(place)))


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
        raise _unusable(url, f"The page cannot be read: {error}.") from None
    except OSError as error:
        raise _unusable(url, f"The page cannot be read: {error.strerror or error}.") from None


def _address(place: str, name: str) -> str:
    """Return the address of a document; only encrypted answers, or those of this machine, are trusted."""
    try:
        parts = urlsplit(place)
        host = parts.hostname or ""
    except ValueError:
        raise _unusable(place, "This is no address.") from None
    if parts.scheme != "https" and not (parts.scheme == "http" and host in _LOCAL):
        raise _unusable(place, "Expected an address that begins with https://.")
    if "@" in parts.netloc or not host:
        raise _unusable(f"{parts.scheme}://{host}", "Leave name and password out of the address.")
    root = parts.path.partition("/api/v2")[0].rstrip("/")
    return parts._replace(path=f"{root}/api/v2/{name}.json", query="", fragment="").geturl()


def _saved(place: Path) -> Iterator[tuple[str, Any]]:
    if not place.exists():
        raise _unusable(place.as_posix(), "There is no file and no folder of this name.")
    root = place if place.is_dir() else place.parent
    files = walk(place, place, ".json")[0] if place.is_dir() else [place]
    if not files or len(files) > MAX_FILES:
        message = f"Expected one to {MAX_FILES} files that end in .json, such as incidents.json."
        raise _unusable(place.as_posix(), message)
    for file in files:
        data, problems = read_bytes(root, file, MAX_SIZE)
        if data is None:
            raise ProblemsFound(problems)
        try:
            yield file.relative_to(root).as_posix(), read_json(data)
        except Unanswered as error:
            raise ProblemsFound([_broken(file, data, error)]) from None


def _broken(file: Path, data: bytes, error: Unanswered) -> Problem:
    """Return the problem of a saved document, at the place where reading it ended."""
    cause = error.__cause__
    location, what = Location(file.as_posix()), str(error)
    if isinstance(cause, json.JSONDecodeError):
        reason = cause.msg.removesuffix(" starting at").lower()
        location = Location(file.as_posix(), cause.lineno, cause.colno)
        what = f"{what} from here on: {reason}"
    elif isinstance(cause, UnicodeDecodeError):
        before = data[: cause.start].rpartition(b"\n")
        line, column = before[0].count(b"\n") + bool(before[1]) + 1, len(before[2]) + 1
        location, what = Location(file.as_posix(), line, column), f"{what}, because it is not text in UTF-8"
    return Problem(location, "unreadable", f"The file {what}. Save the answer of the page again.")


def _unusable(place: str, message: str) -> ProblemsFound:
    return ProblemsFound([Problem(Location(place), "unreadable", message)])


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
        if (entry := _EntryReader(name, row, names, notes).entry(is_work=is_work))
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
        notes=tuple(notes.found),
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

    def __init__(self, document: str, row: Json, names: Mapping[str, str], notes: Notes) -> None:
        code = text_of(row, "id")
        self._row = row
        self._names = names
        self._code = code if _CODE.fullmatch(code) else ""
        self._origin = f"{document}: {self._code or line_of(text_of(row, 'name'))[:60] or 'no id'}"
        self._notes = notes

    def entry(self, *, is_work: bool) -> SourceEntry | None:
        """Return the incident, or the maintenance; None for maintenance without a time."""
        row = self._row
        updates = list(self._updates())
        started = _time(row, "started_at") or _time(row, "created_at")
        window = self._window(started) if is_work else None
        if is_work and window is None:
            self._note("It does not say when the work was to begin, so it was left out.")
            return None
        impact = text_of(row, "impact")
        return SourceEntry(
            origin=self._origin,
            title=text_of(row, "name") or "Untitled",
            impact=Impact(impact) if impact in list(Impact) else Impact.NONE,
            components=self._hit(impact),
            updates=updates,
            started=_time(row, "created_at") if is_work else started,
            ended=_time(row, "resolved_at"),
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
            yield SourceUpdate(text_of(update, "status"), at, text_of(update, "body"))

    def _window(self, started: datetime | None) -> tuple[datetime, datetime] | None:
        start = _time(self._row, "scheduled_for") or started
        if start is None:
            return None
        end = _time(self._row, "scheduled_until")
        if end is None or end <= start:
            self._note("It does not say when the work was to end. An hour after its beginning was taken.")
            end = start + timedelta(hours=1)
        return start, end

    def _hit(self, impact: str) -> dict[str, ComponentStatus]:
        """Return the components with the worst state that the updates name, else with the state of the impact.

        The states under `components` are the states of today.
        """
        states_of: dict[str, list[ComponentStatus]] = {}
        for update in rows_of(self._row, "incident_updates"):
            for item in rows_of(update, "affected_components"):
                states = [text_of(item, key) for key in ("old_status", "new_status")]
                found = [ComponentStatus(state) for state in states if state in MEASURED[1:]]
                states_of.setdefault(self._named(item, "code"), []).extend(found)
        is_known = impact in list(Impact)[1:]
        usual = Impact(impact).status if is_known else ComponentStatus.DEGRADED_PERFORMANCE
        names = [*(self._named(item, "id") for item in rows_of(self._row, "components")), *states_of]
        return {name: worst(states_of[name]) if states_of.get(name) else usual for name in names if name}

    def _named(self, item: Json, key: str) -> str:
        return self._names.get(text_of(item, key)) or _name(item)

    def _note(self, message: str) -> None:
        self._notes.add(self._origin, message)


def _name(row: Json) -> str:
    """Return the name of a component as a line here can hold it."""
    return line_of(text_of(row, "name"))


def _time(row: Json, key: str) -> datetime | None:
    moment = read_moment(text_of(row, key).strip())
    return whole_milliseconds(moment) if moment else None


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
