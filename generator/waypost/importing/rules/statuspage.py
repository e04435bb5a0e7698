"""Understand the JSON of the Statuspage v2 API: page, components, incidents and scheduled maintenance."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from waypost.formats.field_types import read_moment
from waypost.formats.status import MEASURED, ComponentStatus, Impact, worst
from waypost.importing.rules.histories import ForeignComponent, ForeignStatus, ForeignUpdate, Notes, Story
from waypost.importing.rules.status_texts import line_of, whole_milliseconds
from waypost.importing.rules.values import Json, rows_of, text_of, zone_of

LATEST = 50
"""How many incidents the API tells of at most."""

_CODE = re.compile(r"[A-Za-z0-9_-]{1,64}")


def read_statuspage(documents: Sequence[tuple[str, Any]]) -> ForeignStatus:
    """Join documents of the API, each with the name of its source; what has no counterpart here is noted."""
    notes = Notes()
    usable = [(name, it) for name, it in documents if isinstance(it, Mapping)]
    for name, document in documents:
        if not isinstance(document, Mapping):
            notes.add(name, "This is no document of the Statuspage API.")
    page: Json = next((it["page"] for _, it in usable if isinstance(it.get("page"), Mapping)), {})
    rows = [
        row for _, row in _unique((name, row) for name, it in usable for row in rows_of(it, "components"))
    ]
    names = _names(rows)
    stories = [
        story
        for key, is_work in (("incidents", False), ("scheduled_maintenances", True))
        for name, row in _unique((name, row) for name, it in usable for row in rows_of(it, key))
        if (story := _Reader(name, row, names, notes).story(is_work=is_work))
    ]
    for name, document in usable:
        if len(rows_of(document, "incidents")) == LATEST:
            message = f"The API tells of the latest {LATEST} incidents only. Older ones are not in it."
            notes.add(name, message)
    return ForeignStatus(
        name=text_of(page, "name"),
        url=text_of(page, "url"),
        time_zone=zone_of(text_of(page, "time_zone"), "page", notes).key,
        components=tuple(_components(rows, names, stories)),
        stories=tuple(stories),
        findings=tuple(notes.found),
    )


def _unique(rows: Iterable[tuple[str, Json]]) -> Iterator[tuple[str, Json]]:
    """Leave out what another document told already: the summary repeats what is unresolved."""
    seen: set[str] = set()
    for name, row in rows:
        identity = text_of(row, "id")
        if not identity or identity not in seen:
            yield name, row
        seen.add(identity)


def _names(rows: Sequence[Json]) -> dict[str, str]:
    """Return the name of each component by its id; where two groups have one of the same name, with the group."""
    groups = {text_of(row, "id"): text_of(row, "name") for row in rows if row.get("group") is True}
    members = [row for row in rows if row.get("group") is not True]
    often = Counter(_name(row).casefold() for row in members)
    found: dict[str, str] = {}
    for row in members:
        name, group = _name(row), groups.get(text_of(row, "group_id"), "")
        found[text_of(row, "id")] = (
            line_of(f"{group}: {name}") if group and often[name.casefold()] > 1 else name
        )
    return found


def _components(
    rows: Sequence[Json], names: Mapping[str, str], stories: Sequence[Story]
) -> Iterator[ForeignComponent]:
    groups = {text_of(row, "id"): text_of(row, "name") for row in rows if row.get("group") is True}
    seen: set[str] = set()
    for row in rows:
        name = names.get(text_of(row, "id"), "")
        if row.get("group") is True or not name or name.casefold() in seen:
            continue
        seen.add(name.casefold())
        yield ForeignComponent(name, text_of(row, "description"), groups.get(text_of(row, "group_id"), ""))
    # What was taken off the page is still named by what happened to it.
    for name in dict.fromkeys(name for story in stories for name in story.components):
        if name.casefold() not in seen:
            seen.add(name.casefold())
            yield ForeignComponent(name)


class _Reader:
    """Reads one incident or maintenance."""

    def __init__(self, document: str, row: Json, names: Mapping[str, str], notes: Notes) -> None:
        code = text_of(row, "id")
        self._row = row
        self._names = names
        self._code = code if _CODE.fullmatch(code) else ""
        self._origin = f"{document}: {self._code or line_of(text_of(row, 'name'))[:60] or 'no id'}"
        self._notes = notes

    def story(self, *, is_work: bool) -> Story | None:
        """Return what is told; None for work of which nobody knows when it was to be."""
        row = self._row
        updates = list(self._updates())
        started = _time(row, "started_at") or _time(row, "created_at")
        window = self._window(started) if is_work else None
        if is_work and window is None:
            self._note("It does not say when the work was to begin, so it was left out.")
            return None
        impact = text_of(row, "impact")
        return Story(
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

    def _updates(self) -> Iterator[ForeignUpdate]:
        # The newest is first; those of one moment must not change places.
        for update in reversed(rows_of(self._row, "incident_updates")):
            at = _time(update, "display_at") or _time(update, "created_at")
            if at is None:
                self._note("An update has no time that can be read, so it was left out.")
                continue
            yield ForeignUpdate(text_of(update, "status"), at, text_of(update, "body"))

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
        """Return the components with the worst state that the updates name, else with what the impact suggests.

        What `components` says of their state is how they are today.
        """
        seen: dict[str, list[ComponentStatus]] = {}
        for update in rows_of(self._row, "incident_updates"):
            for item in rows_of(update, "affected_components"):
                states = [text_of(item, key) for key in ("old_status", "new_status")]
                found = [ComponentStatus(state) for state in states if state in MEASURED[1:]]
                seen.setdefault(self._named(item, "code"), []).extend(found)
        is_known = impact in list(Impact)[1:]
        usual = Impact(impact).status if is_known else ComponentStatus.DEGRADED_PERFORMANCE
        names = dict.fromkeys(
            [*(self._named(item, "id") for item in rows_of(self._row, "components")), *seen]
        )
        return {name: worst(seen[name]) if seen.get(name) else usual for name in names if name}

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
