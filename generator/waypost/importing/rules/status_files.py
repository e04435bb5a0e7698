"""Write incidents, maintenance and status.yml in our form, from the history of another status page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.base.ids import slugify
from waypost.formats.status_config import StatusConfig
from waypost.importing.rules.addresses import free_name
from waypost.importing.rules.histories import Notes, SourceComponent, SourceEntry, SourceHistory, line_of
from waypost.importing.rules.timelines import TimelineUpdate, timeline_of


@dataclass(frozen=True)
class PlannedEntry:
    """An incident or a maintenance as its file will be."""

    name: str
    """Of the file, without its ending."""
    entry: SourceEntry
    updates: tuple[TimelineUpdate, ...]
    components: Mapping[str, str]
    """States by the id of the component here."""

    @property
    def path(self) -> str:
        """Where the file stands, from the root of the site."""
        return f"status/{'maintenance' if self.entry.window else 'incidents'}/{self.name}.md"

    @property
    def text(self) -> str:
        """The whole file."""
        entry = self.entry
        lines = [f"title: {quoted(line_of(entry.title) or 'Incident')}"]
        if entry.window:
            lines.append(f"components: [{', '.join(self.components)}]")
            lines.append(f"scheduled_for: {_time(entry.window[0])}")
            lines.append(f"scheduled_until: {_time(entry.window[1])}")
        else:
            states = ", ".join(f"{name}: {state}" for name, state in self.components.items())
            lines += [f"impact: {entry.impact}", f"components: {{{states}}}"]
            if entry.started and entry.started < self.updates[0].at:
                lines.append(f"started: {_time(entry.started)}")
        if entry.former:
            lines.append(f"redirect_from: [{', '.join(map(quoted, entry.former))}]")
        timeline = "\n\n".join(f"## {it.status} · {_time(it.at)}\n{it.text}" for it in self.updates)
        return "\n".join(["---", *lines, "---", f"{timeline}\n"])


def planned_entries(history: SourceHistory, ids: Mapping[str, str], notes: Notes) -> Iterator[PlannedEntry]:
    """Plan a file for each entry; `ids` gives the id here for each name of a component, in lower case."""
    taken: dict[bool, set[str]] = {True: set(), False: set()}
    for entry in sorted(history.entries, key=_begin):
        updates = timeline_of(entry, notes)
        if not updates:
            notes.add(entry.origin, "It has neither updates nor a time, so it was left out.")
            continue
        lost = [name for name in entry.components if name.casefold() not in ids]
        if lost:
            names = ", ".join(line_of(name) for name in lost)
            message = f"These components are not in status/status.yml, so it does not name them: {names}."
            notes.add(entry.origin, message)
        elif not entry.components:
            notes.add(entry.origin, "It names no component. Add those that were hit, if you know them.")
        states = entry.components.items()
        known = {ids[name.casefold()]: state for name, state in states if name.casefold() in ids}
        begun = entry.window[0] if entry.window else min(entry.started or updates[0].at, updates[0].at)
        name = free_name(f"{begun:%Y-%m-%d}-{slugify(entry.title)}", taken[entry.window is None])
        taken[entry.window is None].add(name)
        yield PlannedEntry(name, entry, tuple(updates), known)


def _begin(entry: SourceEntry) -> tuple[float, str]:
    moments = [entry.started, entry.window[0] if entry.window else None, *(it.at for it in entry.updates)]
    return min((moment.timestamp() for moment in moments if moment), default=0.0), entry.origin


def new_ids(components: Sequence[SourceComponent]) -> dict[str, str]:
    """Choose an id for each component by its name; two that would share one get a number."""
    ids: dict[str, str] = {}
    for component in components:
        ids.setdefault(component.name.casefold(), free_name(slugify(component.name), ids.values()))
    return ids


def present_ids(components: Sequence[SourceComponent], config: StatusConfig) -> dict[str, str]:
    """Return the ids of components that a site has already, by the names of the other page."""
    present = {component.name.casefold(): component.id for component in config.flat}
    every = {component.id for component in config.flat}
    slugs = {component.name.casefold(): slugify(component.name) for component in components}
    return {name: slug for name, slug in slugs.items() if slug in every} | present


def status_yml(history: SourceHistory, ids: Mapping[str, str]) -> str:
    """Return a status.yml with the page and the components of another one."""
    lines = [
        "# The components of the page that this one takes over from. Give them checks: docs/checks.md.",
        "page:",
        f"  name: {quoted(line_of(history.name) or 'Status')}",
        f"  url: {quoted(history.url)}",
        f"  time_zone: {history.time_zone or 'UTC'}",
        "components:",
    ]
    written: set[str] = set()
    for group in dict.fromkeys(component.group for component in history.components):
        members = {ids[item.name.casefold()]: item for item in history.components if item.group == group}
        members = {name: item for name, item in members.items() if name not in written}
        if not members:
            continue
        written.update(members)
        lines += [f"  - group: {quoted(line_of(group))}", "    components:"] if group else []
        indent = "      " if group else "  "
        for name, item in members.items():
            lines += [f"{indent}- id: {name}", f"{indent}  name: {quoted(line_of(item.name))}"]
            if line_of(item.description):
                lines.append(f"{indent}  description: {quoted(line_of(item.description))}")
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a text as a YAML scalar in double quotes, which JSON's rules fit."""
    return json.dumps(text, ensure_ascii=False)


def _time(moment: datetime) -> str:
    has_part = moment.microsecond % 1_000_000 != 0
    return moment.isoformat(timespec="milliseconds" if has_part else "seconds")
