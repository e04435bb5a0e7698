"""Write incidents, maintenance and status.yml in our form, from the history of another status page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.base.ids import slugify
from waypost.formats.status import ComponentStatus, UpdateStatus
from waypost.formats.status_config import Component, RetiredComponent, StatusConfig
from waypost.importing.rules.addresses import free_name
from waypost.importing.rules.histories import Notes, SourceComponent, SourceEntry, SourceHistory, line_of
from waypost.importing.rules.timelines import TimelineUpdate, timeline_of
from waypost.importing.rules.words import is_ending


@dataclass(frozen=True)
class PlannedEntry:
    """An incident or a maintenance as its file will be."""

    name: str
    """Of the file, without its ending."""
    entry: SourceEntry
    updates: tuple[TimelineUpdate, ...]
    states: tuple[Mapping[str, ComponentStatus], ...]
    """What each update changes, by the id of the component here."""

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
            lines.append(f"components: [{', '.join(self.states[0])}]")
            lines.append(f"scheduled_for: {written_time(entry.window[0])}")
            lines.append(f"scheduled_until: {written_time(entry.window[1])}")
        else:
            lines += [f"impact: {entry.impact}", f"components: {{{_written(self.states[0])}}}"]
            if entry.started and entry.started < self.updates[0].at:
                lines.append(f"started: {written_time(entry.started)}")
        if entry.former:
            lines.append(f"redirect_from: [{', '.join(map(quoted, entry.former))}]")
        updates = zip(self.updates, ({}, *self.states[1:]), strict=True)
        timeline = "\n\n".join(f"{_heading(update, states)}\n{update.text}" for update, states in updates)
        return "\n".join(["---", *lines, "---", f"{timeline}\n"])


def _heading(update: TimelineUpdate, states: Mapping[str, ComponentStatus]) -> str:
    return " · ".join(filter(None, (f"## {update.status}", written_time(update.at), _written(states))))


def _written(states: Mapping[str, ComponentStatus]) -> str:
    return ", ".join(f"{name}: {state}" for name, state in states.items())


def planned_entries(history: SourceHistory, ids: Mapping[str, str], notes: Notes) -> Iterator[PlannedEntry]:
    """Plan a file for each entry; `ids` gives the id here for each name of a component, in lower case."""
    taken: dict[bool, set[str]] = {True: set(), False: set()}
    for entry in sorted(history.entries, key=_begin):
        updates = timeline_of(entry, notes)
        if not updates:
            notes.add(entry.origin, "It has neither updates nor a time, so it was left out.")
            continue
        lost = [name for name in entry.names if name.casefold() not in ids]
        if lost:
            message = "These components are not in status/status.yml, so it does not name them: {names}."
            notes.add(entry.origin, message, *lost)
        elif not entry.names:
            notes.add(entry.origin, "It names no component. Add those that were hit, if you know them.")
        begun = entry.window[0] if entry.window else min(entry.started or updates[0].at, updates[0].at)
        name = free_name(f"{begun:%Y-%m-%d}-{slugify(entry.title)}", taken[entry.window is None])
        taken[entry.window is None].add(name)
        changes = [
            {ids[name.casefold()]: state for name, state in states.items() if name.casefold() in ids}
            for states in _changes(entry, updates, notes)
        ]
        yield PlannedEntry(name, entry, tuple(updates), tuple(changes))


def _changes(
    entry: SourceEntry, updates: Sequence[TimelineUpdate], notes: Notes
) -> Iterator[Mapping[str, ComponentStatus]]:
    """Give what each update changes, by the name of the component: a heading without states leaves all as they are.

    The end of an incident needs no states. What goes on after it has those of before, unless it says otherwise.
    """
    if entry.window:
        yield dict.fromkeys(entry.names, ComponentStatus.UNDER_MAINTENANCE)
        yield from ({} for _ in updates[1:])
        return
    are_written = any(update.states for update in updates)
    theirs, ours = dict(entry.components), dict[str, ComponentStatus]()
    for update in updates:
        is_end = is_ending(update.status)
        if is_end and are_written:
            theirs = dict.fromkeys(theirs, ComponentStatus.OPERATIONAL)
            left = [name for name, state in update.states.items() if state.is_trouble]
            if left and update.status is UpdateStatus.RESOLVED:
                message = (
                    "It was resolved while components were in trouble. They are well from then on: {names}."
                )
                notes.add(entry.origin, message, *left)
        theirs |= update.states
        changed = {} if is_end else {name: it for name, it in theirs.items() if ours.get(name) is not it}
        ours |= changed
        yield changed


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
    parts: tuple[RetiredComponent | Component, ...] = (*config.retired, *config.flat)
    present = {part.name.casefold(): part.id for part in parts}
    every = config.present_ids
    slugs = {component.name.casefold(): slugify(component.name) for component in components}
    return {name: every[slug] for name, slug in slugs.items() if slug in every} | present


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
    living = [component for component in history.components if component.until is None]
    for group in dict.fromkeys(component.group for component in living):
        members = {ids[item.name.casefold()]: item for item in living if item.group == group}
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
    gone = [component for component in history.components if component.until]
    lines += ["retired:"] if gone else []
    lines += [f"  - {component_line(item, ids[item.name.casefold()])}" for item in gone]
    return "\n".join(lines) + "\n"


def component_line(component: SourceComponent, name: str) -> str:
    """Return a component, or a retired one, as one entry of a list in status.yml."""
    until = f", until: {component.until}" if component.until else ""
    return f"{{id: {name}, name: {quoted(line_of(component.name))}{until}}}"


def quoted(text: str) -> str:
    """Return a text as a YAML scalar in double quotes, which JSON's rules fit."""
    return json.dumps(text, ensure_ascii=False)


def written_time(moment: datetime) -> str:
    """Return a moment as files have it, with milliseconds only where it has some."""
    has_part = moment.microsecond % 1_000_000 != 0
    return moment.isoformat(timespec="milliseconds" if has_part else "seconds")
