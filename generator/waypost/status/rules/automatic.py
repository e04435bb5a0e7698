"""Incidents that the checks find: derived from state changes, so that none can be lost or made twice.

The rows are gone through in the order in which they were known, together with the incidents of people and
the borders of maintenance. Each moment uses only what was known then: a published update stays, however the
incident goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from waypost.base.i18n import Words
from waypost.formats.incident_templates import UpdateKind
from waypost.formats.status import (
    ComponentStatus,
    EventSource,
    Incident,
    StateChange,
    Update,
    UpdateStatus,
    worst,
)
from waypost.formats.status_config import Component
from waypost.formats.status_site import StatusSite
from waypost.status.rules.automatic_words import UpdateContext, UpdateWriter
from waypost.status.rules.explanations import OUTAGES, TOGETHER, Declarations, Dependencies, Outage

ChangesByComponent = Mapping[str, Sequence[StateChange]]
"""The confirmed changes of each component as a whole, by its id; those of its checks are combined already."""


def automatic_incidents(
    site: StatusSite, changes: ChangesByComponent, now: datetime, words: Words
) -> tuple[Incident, ...]:
    """Derive the incidents of all components, the earliest published first.

    Only outages open one; slowness alone shows as the component's state. An outage inside announced
    maintenance is expected and opens none unless it outlives the window. Where a person wrote an
    incident about the same components, that one goes on and ours ends with a pointer to it; where the
    checks still fail a while after the person is done, a new one begins. A component that fails because
    another one failed that it needs is a part of the incident of that one.
    """
    dependencies = Dependencies(site.config.with_retired)
    declarations = Declarations(site, dependencies)
    writer = UpdateWriter(site, words)
    found: list[Incident] = []
    for cluster in dependencies.clusters:
        # Most components never had an outage, and nothing more needs to be known of them.
        if any(change.status in OUTAGES for member in cluster for change in changes.get(member.id, ())):
            found += _IncidentBuilder(cluster, dependencies, declarations, writer).build(changes, now)
    return tuple(sorted(found, key=lambda item: (item.updates[0].at, item.id)))


def _stamp(at: datetime) -> str:
    """Return a time in UTC as `20261120t100300`, faster than strftime does."""
    return at.isoformat()[:19].replace("-", "").replace(":", "").replace("T", "t")


@dataclass
class _DetectedOutage(Outage):
    """An outage that goes on, with its place in our incidents."""

    status: ComponentStatus
    published: ComponentStatus | None = None
    """The state in the last update about it, or None where it is in no incident of ours."""
    draft: _Draft | None = None


@dataclass
class _Pending:
    """The changes of one incident at one moment, before its update is written."""

    joined: dict[str, ComponentStatus] = field(default_factory=dict)
    changed: dict[str, ComponentStatus] = field(default_factory=dict)
    taken: dict[str, Incident] = field(default_factory=dict)
    """Components that an incident of a person takes over, with that incident."""
    merged: _Draft | None = None
    """The incident that takes over all of it."""

    def __bool__(self) -> bool:
        return bool(self.joined or self.changed or self.taken or self.merged)


@dataclass
class _Draft:
    """An automatic incident while updates are added to it."""

    id: str
    started: datetime
    title: str = ""
    components: dict[str, ComponentStatus] = field(default_factory=dict)
    """The worst state of each component of it."""
    open: dict[str, _DetectedOutage] = field(default_factory=dict)
    """Its outages that go on."""
    taken: set[str] = field(default_factory=set)
    """Components that an incident of a person took over."""
    updates: list[Update] = field(default_factory=list)
    update_ids: set[str] = field(default_factory=set)
    continued_as: str | None = None
    pending: _Pending = field(default_factory=_Pending)

    @property
    def worst(self) -> ComponentStatus:
        return worst(self.components.values())

    def note(self, component: str, status: ComponentStatus) -> None:
        """Keep the worst state of a component."""
        self.components[component] = worst([status, self.components.get(component, status)])

    def context(self, at: datetime, title: str = "") -> UpdateContext:
        """Return its state for the text of an update."""
        return UpdateContext(at, self.started, title or self.title, tuple(self.components), tuple(self.open))

    def add_update(self, status: UpdateStatus, at: datetime, body: str) -> None:
        """Add an update; two within one second get different ids."""
        identity = f"{_stamp(at)}z-{status}"
        if identity in self.update_ids:
            identity = f"{_stamp(at)}{at.microsecond:06d}z-{status}"
        self.update_ids.add(identity)
        changes = tuple(sorted({**self.pending.joined, **self.pending.changed}.items()))
        self.updates.append(Update(identity, status, at, body, changes=changes, source=EventSource.MEASURED))

    def incident(self) -> Incident:
        """Return it as the page shows it."""
        return Incident(
            id=self.id,
            title=self.title,
            impact=self.worst.impact,
            components=dict(self.components),
            started=self.started,
            updates=tuple(self.updates),
            automatic=True,
            continued_as=self.continued_as,
        )


class _IncidentBuilder:
    """Builds the incidents of components that need each other, from one moment to the next."""

    def __init__(
        self,
        cluster: Sequence[Component],
        dependencies: Dependencies,
        declarations: Declarations,
        writer: UpdateWriter,
    ) -> None:
        self._members = {component.id: place for place, component in enumerate(cluster)}
        self._dependencies = dependencies
        self._declarations = declarations
        self._writer = writer
        self._is_declared = any(declarations.has_incident(name) for name in self._members)
        self._outages: dict[str, _DetectedOutage] = {}
        self._failing: dict[str, datetime] = {}
        """The components with an outage, and since when."""
        self._unassigned: set[str] = set()
        """Those in no incident of ours."""
        self._moved: set[str] = set()
        """Those whose state changed at this moment."""
        self._ended: dict[str, datetime] = {}
        self._drafts: list[_Draft] = []

    def build(self, changes: ChangesByComponent, now: datetime) -> Iterator[Incident]:
        """Go through all changes that were known until `now`, and return their incidents."""
        rows = sorted(
            (change for member in self._members for change in changes.get(member, ())),
            key=lambda change: (change.confirmed_at, change.component, change.at, change.status),
        )
        known = {
            at.astimezone(UTC): list(group)
            for at, group in itertools.groupby(rows, key=lambda change: change.confirmed_at)
        }
        turns = {moment for member in self._members for moment in self._declarations.moments(member)}
        for at in sorted(moment for moment in turns | known.keys() if moment <= now):
            self._measure(known.get(at, ()), at)
            self._assign(at)
            self._write_updates(at)
        return (draft.incident() for draft in self._drafts)

    def _measure(self, changes: Iterable[StateChange], at: datetime) -> None:
        """Take over the changes that the checks found."""
        for change in changes:
            name, outage = change.component, self._outages.get(change.component)
            # With several checks the true start may lie before the end of the last outage.
            start = min(max(change.at.astimezone(UTC), self._ended.get(name, change.at)), at)
            if outage is None and change.status in OUTAGES:
                self._outages[name] = _DetectedOutage(name, start, self._failing, [], change.status)
                self._failing[name] = start
                self._unassigned.add(name)
            elif outage is not None and change.status is ComponentStatus.OPERATIONAL:
                self._end(outage, at)
            elif outage is not None and change.status.is_trouble:
                if outage.draft is None and outage.status not in OUTAGES:
                    # It was only slow for a while, and nothing before that was published.
                    outage.start = self._failing[name] = start
                outage.status = change.status
                self._moved.add(name)

    def _end(self, outage: _DetectedOutage, at: datetime) -> None:
        name = outage.component
        del self._outages[name], self._failing[name]
        self._unassigned.discard(name)
        self._moved.discard(name)
        self._ended[name] = at
        if outage.draft is not None:
            del outage.draft.open[name]
            outage.draft.pending.changed[name] = ComponentStatus.OPERATIONAL

    def _assign(self, at: datetime) -> None:
        """Put every outage into an incident; those first that others may follow from."""
        if self._is_declared:
            for outage in list(self._outages.values()):
                self._give_way(outage, at)
        for name in sorted(self._moved - self._unassigned, key=self._members.__getitem__):
            self._update(self._outages[name])
        self._moved.clear()
        for name in sorted(self._unassigned, key=self._members.__getitem__):
            outage = self._outages[name]
            is_declared = bool(outage.declared) and outage.declared[-1].is_open(at)
            if outage.status in OUTAGES and not is_declared:
                start = self._declarations.unexpected_since(outage, at)
                if start is not None:
                    self._place(outage, start, at)

    def _give_way(self, outage: _DetectedOutage, at: datetime) -> None:
        """Give way where an incident of a person is about an outage."""
        declared = self._declarations.incident_about(outage, at)
        if declared is None:
            return
        if declared not in outage.declared[-1:]:
            outage.declared.append(declared)
        if outage.draft is not None:
            del outage.draft.open[outage.component]
            outage.draft.taken.add(outage.component)
            outage.draft.pending.taken[outage.component] = declared.incident
            outage.draft = outage.published = None
            self._unassigned.add(outage.component)

    def _update(self, outage: _DetectedOutage) -> None:
        """Note the new state of an outage that is in an incident."""
        if outage.draft is not None and outage.status is not outage.published:
            outage.draft.pending.changed[outage.component] = outage.status
            outage.draft.note(outage.component, outage.status)
            outage.published = outage.status

    def _place(self, outage: _DetectedOutage, start: datetime, at: datetime) -> None:
        """Put an outage into an incident that explains it, or that it explains, or into one of its own."""
        below = [draft for draft in self._open_drafts() if self._explains(outage, draft)]
        home = self._known_to(outage) or self._above(outage)
        is_root = home is None
        if home is None:
            home = below[0] if below else self._new(outage, start)
        self._join(home, outage)
        if is_root:
            if home.updates:
                # It is the reason for the outages of before, not one more that is affected.
                home.pending.changed[outage.component] = home.pending.joined.pop(outage.component)
            home.title = self._writer.title(outage.component, outage.status, home.context(at))
        for draft in below:
            if draft is not home:
                self._merge(draft, home)

    def _open_drafts(self) -> list[_Draft]:
        return [draft for draft in self._drafts if draft.open]

    def _explains(self, outage: _DetectedOutage, draft: _Draft) -> bool:
        """Return whether all open outages of an incident follow from one."""
        return all(self._follows(victim, outage) for victim in draft.open.values())

    def _follows(self, victim: _DetectedOutage, outage: _DetectedOutage) -> bool:
        needed = self._dependencies.above(victim.component)
        return outage.component in needed and outage.start - TOGETHER <= victim.start

    def _known_to(self, outage: _DetectedOutage) -> _Draft | None:
        """Return an open incident that this component was in before."""
        drafts = (draft for draft in self._open_drafts() if outage.component in draft.components)
        return next(drafts, None)

    def _above(self, outage: _DetectedOutage) -> _Draft | None:
        """Return the incident of the nearest failing component that explains an outage."""
        for name in self._dependencies.above(outage.component):
            cause = self._outages.get(name)
            if cause is not None and cause.draft is not None and self._follows(outage, cause):
                return cause.draft
        return None

    def _new(self, outage: _DetectedOutage, start: datetime) -> _Draft:
        identity = f"auto-{outage.component}-{_stamp(start).replace('t', '-')}"
        taken = {draft.id for draft in self._drafts}
        free = (f"{identity}-{number}" for number in itertools.count(2))
        draft = _Draft(next(free) if identity in taken else identity, start)
        self._drafts.append(draft)
        return draft

    def _join(self, draft: _Draft, outage: _DetectedOutage) -> None:
        known = outage.component in draft.components
        pending = draft.pending.changed if known else draft.pending.joined
        pending[outage.component] = outage.status
        draft.note(outage.component, outage.status)
        draft.open[outage.component] = outage
        draft.taken.discard(outage.component)
        outage.draft, outage.published = draft, outage.status
        self._unassigned.discard(outage.component)

    def _merge(self, draft: _Draft, home: _Draft) -> None:
        """Move the outages of one incident into another."""
        for outage in list(draft.open.values()):
            self._join(home, outage)
        for component, status in draft.components.items():
            home.note(component, status)
        draft.open.clear()
        draft.pending.merged = home

    def _write_updates(self, at: datetime) -> None:
        """Write one update for every incident that changed."""
        for draft in self._drafts:
            if not draft.pending:
                continue
            if not draft.updates and draft.open:
                root = next(iter(draft.components))
                body = self._writer.opened(root, draft.components, draft.context(at))
                draft.add_update(UpdateStatus.INVESTIGATING, at, body)
            elif draft.open:
                draft.add_update(UpdateStatus.INVESTIGATING, at, self._progress(draft, at))
            else:
                self._close(draft, at)
            draft.pending = _Pending()

    def _progress(self, draft: _Draft, at: datetime) -> str:
        context, pending, text = draft.context(at), draft.pending, self._writer.text
        worse = {name: status for name, status in pending.changed.items() if status.is_trouble}
        better = {name: status for name, status in pending.changed.items() if not status.is_trouble}
        parts = [
            text(UpdateKind.CHANGED, worse, context),
            text(UpdateKind.JOINED, pending.joined, context),
            text(UpdateKind.CHANGED, better, context),
        ]
        for incident in {item.id: item for item in pending.taken.values()}.values():
            names = [name for name, item in pending.taken.items() if item is incident]
            parts.append(self._writer.handed_over(names, draft.worst, draft.context(at, incident.title)))
        return " ".join(part for part in parts if part)

    def _close(self, draft: _Draft, at: datetime) -> None:
        pending, names = draft.pending, [name for name in draft.components if name not in draft.taken]
        kind, title = UpdateKind.RESOLVED, ""
        if pending.merged is not None:
            kind, title, draft.continued_as = UpdateKind.MERGED, pending.merged.title, pending.merged.id
        elif pending.taken:
            incident = min(pending.taken.values(), key=lambda item: (item.updates[0].at, item.id))
            kind, title, draft.continued_as = UpdateKind.CONTINUED, incident.title, incident.id
            names = list(pending.taken)
        body = self._writer.closed(kind, names, draft.worst, draft.context(at, title))
        draft.add_update(UpdateStatus.RESOLVED, at, body)
