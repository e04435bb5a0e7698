"""Incidents that the checks find: derived from state changes, so that none can be lost or made twice.

The rows are gone through in the order in which they were known, together with the incidents of people and
the borders of maintenance. Each moment uses only what was known then: a published update stays, however the
incident goes on.
"""

from __future__ import annotations

import bisect
import heapq
import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from operator import attrgetter, itemgetter
from typing import NamedTuple

from waypost.base.i18n import Words
from waypost.formats.incident_templates import UpdateKind
from waypost.formats.status import ComponentStatus, Incident, StateChange, UpdateStatus, worst
from waypost.formats.status_site import StatusSite
from waypost.status.rules.automatic_words import UpdateWriter
from waypost.status.rules.correlation import Correlation
from waypost.status.rules.explanations import OUTAGES, TOGETHER, Declarations, Dependencies
from waypost.status.rules.incident_drafts import NEVER, DetectedOutage, IncidentDraft, PendingUpdate, stamp

ChangesByComponent = Mapping[str, Sequence[StateChange]]
"""The confirmed changes of each component as a whole, by its id; those of its checks are combined already."""


@dataclass(frozen=True)
class Checkpoint:
    """A moment at which no outage went on, and what must be known of the time before it to go on from there."""

    at: datetime
    """What was confirmed from this moment on is still to be gone through."""
    ended: Mapping[str, datetime] = field(default_factory=dict)
    """When the last outage of each component truly ended, by its id."""
    ids: frozenset[str] = frozenset()
    """The ids of incidents that a later one could be given too."""


BEGINNING = Checkpoint(datetime.min.replace(tzinfo=UTC))
"""Before anything is known."""


def automatic_incidents(
    site: StatusSite,
    changes: ChangesByComponent,
    now: datetime,
    words: Words,
    since: Checkpoint = BEGINNING,
) -> tuple[Incident, ...]:
    """Derive the incidents of all components, the earliest published first.

    Only outages open one; slowness alone shows as the component's state. An outage inside announced
    maintenance is expected and opens none unless it outlives the window. Where a person wrote an
    incident about the same components, that one goes on and ours ends with a pointer to it; where the
    checks still fail a while after the person is done, a new one begins. A component that fails because
    another one failed that it needs is a part of the incident of that one; components that fail within one
    confirmation time share one. Those that were over before `since` are left out.
    """
    found = [
        incident
        for builder in _builders(site, changes, words, since)
        for incident in builder.build(changes, now)
    ]
    return tuple(sorted(found, key=lambda item: (item.updates[0].at, item.id)))


def closed_incidents(
    site: StatusSite,
    changes: ChangesByComponent,
    until: Callable[[datetime], datetime],
    limit: datetime,
    words: Words,
    since: Checkpoint = BEGINNING,
) -> tuple[Checkpoint, tuple[Incident, ...]]:
    """Return the incidents after `since` that are over, and the checkpoint after the last of them.

    The checkpoint is the latest moment up to `limit` at which no outage went on and that `until` lets stand: that
    returns a moment as it is, or an earlier one to try.
    """
    builders = _builders(site, changes, words, since)
    found = [incident for builder in builders for incident in builder.build(changes, limit)]
    at, before = limit, None
    while at != before and at > since.at:
        before, at = at, min([until(at), *(builder.quiet_until(at) for builder in builders)])
    if at <= since.at:
        return since, ()
    over = sorted(
        (item for item in found if item.updates and item.updates[-1].at < at),
        key=lambda item: (item.started, item.id),
    )
    ended = {**since.ended}
    for builder in builders:
        ended |= builder.ended_by(at)
    return Checkpoint(at, ended, _reusable(over, since.ids, ended)), tuple(over)


def _reusable(
    over: Iterable[Incident], before: Iterable[str], ended: Mapping[str, datetime]
) -> frozenset[str]:
    """Return the ids that begin as those of outages would that begin in the second in which the last ones ended."""
    starts = tuple(f"{_identity(name, end)}" for name, end in ended.items())
    known = {*before, *(item.id for item in over)}
    return frozenset(name for name in known if name.startswith(starts))


def _identity(component: str, start: datetime) -> str:
    return f"auto-{component}-{stamp(start).replace('t', '-')}"


def _builders(
    site: StatusSite, changes: ChangesByComponent, words: Words, since: Checkpoint
) -> list[_IncidentBuilder]:
    """Return one builder for each cluster of components that may share incidents."""
    dependencies, correlation = Dependencies(site.config.with_retired), Correlation(site.config)
    site_rules = _SiteRules(
        dependencies, correlation, Declarations(site, dependencies), UpdateWriter(site, words)
    )
    builders = []
    for cluster in dependencies.clusters(correlation.scopes):
        # Most components never had an outage, and nothing more needs to be known of them.
        members = [
            member.id
            for member in cluster
            if any(change.status in OUTAGES for change in changes.get(member.id, ()))
        ]
        if members:
            builders.append(_IncidentBuilder(members, site_rules, since))
    return builders


class _SiteRules(NamedTuple):
    """What holds for all components of a site."""

    dependencies: Dependencies
    correlation: Correlation
    declarations: Declarations
    writer: UpdateWriter


class _IncidentBuilder:
    """Builds the incidents of components that may share some, from one moment to the next."""

    def __init__(self, members: Sequence[str], rules: _SiteRules, since: Checkpoint) -> None:
        self._places = {name: place for place, name in enumerate(members)}
        self._since = since.at
        self._dependencies, self._correlation, self._declarations, self._writer = rules
        self._outages: dict[str, DetectedOutage] = {}
        self._failing: dict[str, datetime] = {}
        """The components with an outage, and since when."""
        self._unassigned: set[str] = set()
        """Those in no incident of ours."""
        self._moved: set[str] = set()
        """Those whose state changed at this moment."""
        self._concerned: set[str] = set()
        """Those for which something turned at this moment: they, what they need, or what people wrote."""
        self._ended: dict[str, datetime] = {
            name: since.ended[name] for name in members if name in since.ended
        }
        self._ends: list[tuple[datetime, str, datetime]] = []
        """Each end of an outage: when it was known, of which component, and when it truly was."""
        self._quiet: list[tuple[datetime, datetime]] = []
        """The times without any outage: from after a moment up to the next one, which is the first that counts."""
        self._ids: set[str] = {*since.ids}
        self._drafts: list[IncidentDraft] = []
        self._homes: dict[str, IncidentDraft] = {}
        """The latest incident of each component."""
        self._scopes: dict[int, list[tuple[datetime, int, IncidentDraft]]] = defaultdict(list)
        """The incidents of each scope of correlation, by their start."""
        self._unwritten: dict[IncidentDraft, None] = {}
        """The incidents with a pending update."""
        self._renamed: dict[IncidentDraft, datetime] = {}
        """Those whose title is out of date, and since when."""
        self._moments: list[datetime] = []
        """A heap of the moments at which something happens."""
        self._first = NEVER
        """The first of them: until then nothing happens."""

    def build(self, changes: ChangesByComponent, now: datetime) -> Iterator[Incident]:
        """Go through all changes that were known until `now`, and return their incidents."""
        known: dict[datetime, list[StateChange]] = defaultdict(list)
        for member in self._places:
            rows = changes.get(member, ())
            first = bisect.bisect_left(rows, self._since, key=attrgetter("confirmed_at"))
            for change in itertools.islice(rows, first, None):
                if change.confirmed_at > now:
                    break
                known[change.confirmed_at.astimezone(UTC)].append(change)
        turns = {at: members for at, members in self._turns().items() if at >= self._since}
        self._moments = [*(turns.keys() | known.keys())]
        heapq.heapify(self._moments)
        self._first = self._moments[0] if self._moments else NEVER
        while self._moments and self._moments[0] <= now:
            at = heapq.heappop(self._moments)
            while self._moments and self._moments[0] == at:
                heapq.heappop(self._moments)
            rows = known.get(at, ())
            self._measure(sorted(rows, key=lambda change: (change.component, change.at, change.status)), at)
            self._assign(turns.get(at, set()), at)
            self._write_updates(at)
            if not (self._outages or self._unwritten or self._renamed):
                self._quiet.append((at, self._moments[0] if self._moments else NEVER))
        self._write_titles(list(self._renamed))
        return (draft.incident() for draft in self._drafts)

    def quiet_until(self, at: datetime) -> datetime:
        """Return the latest moment up to `at` at which no outage goes on; the one it began from where there is none."""
        place = bisect.bisect_left(self._quiet, at, key=itemgetter(0))
        if not place:
            return min(at, self._first)
        return min(at, self._quiet[place - 1][1])

    def ended_by(self, at: datetime) -> dict[str, datetime]:
        """Return when the last outage of each component truly ended, of those that had ended before `at`."""
        return {name: end for known, name, end in self._ends if known < at}

    def _turns(self) -> Mapping[datetime, set[str]]:
        """Return the moments at which declarations may begin, change or end, with the components that they concern."""
        turns: dict[datetime, set[str]] = defaultdict(set)
        for member in self._places:
            for name in (member, *self._dependencies.above(member)):
                for moment in self._declarations.moments(name):
                    turns[moment].add(member)
        return turns

    def _measure(self, changes: Iterable[StateChange], at: datetime) -> None:
        """Take over the changes that the checks found."""
        for change in changes:
            name, outage = change.component, self._outages.get(change.component)
            # With several checks the true start may lie before the end of the last outage.
            start = min(max(change.at.astimezone(UTC), self._ended.get(name, change.at)), at)
            if outage is None and change.status in OUTAGES:
                self._outages[name] = DetectedOutage(name, start, self._failing, [], change.status)
                self._fails(name, start)
                self._unassigned.add(name)
            elif outage is not None and change.status is ComponentStatus.OPERATIONAL:
                self._end(outage, start, at)
            elif outage is not None and change.status.is_trouble:
                if outage.draft is None and outage.status not in OUTAGES:
                    # It was only slow for a while, and nothing before that was published.
                    outage.start = start
                    self._fails(name, start)
                outage.status = change.status
                self._moved.add(name)
                self._concerned.add(name)

    def _fails(self, name: str, start: datetime) -> None:
        self._failing[name] = start
        # Since when it fails may explain the outages of what needs it.
        self._concerned |= {name, *self._dependencies.below(name)}

    def _end(self, outage: DetectedOutage, end: datetime, at: datetime) -> None:
        name, draft = outage.component, outage.draft
        del self._outages[name], self._failing[name]
        self._unassigned.discard(name)
        self._moved.discard(name)
        self._concerned |= self._dependencies.below(name).keys()
        self._ended[name] = end = max(end, outage.start)
        self._ends.append((at, name, end))
        if draft is not None:
            del draft.open[name]
            draft.ended = max(draft.ended, end)
            draft.pending.changed[name] = ComponentStatus.OPERATIONAL
            self._write_by(draft, end + self._correlation.window(name), at)

    def _write_by(self, draft: IncidentDraft, due: datetime, at: datetime) -> None:
        """Have the pending update of an incident written at some moment, or now where that has passed."""
        due = max(due, at)
        draft.pending.due = min(draft.pending.due, due)
        self._unwritten[draft] = None
        if due > at:
            heapq.heappush(self._moments, due)

    def _assign(self, turned: set[str], at: datetime) -> None:
        """Put every outage into an incident; those first that others may follow from."""
        concerned = sorted((turned | self._concerned) & self._outages.keys(), key=self._places.__getitem__)
        for name in concerned:
            self._give_way(self._outages[name], at)
        for name in sorted(self._moved - self._unassigned, key=self._places.__getitem__):
            self._update(self._outages[name], at)
        self._moved.clear()
        self._concerned.clear()
        for name in concerned:
            outage = self._outages[name]
            is_declared = bool(outage.declared) and outage.declared[-1].is_open(at)
            if name in self._unassigned and outage.status in OUTAGES and not is_declared:
                start = self._declarations.unexpected_since(outage, at)
                if start is not None:
                    self._place(outage, start, at)

    def _give_way(self, outage: DetectedOutage, at: datetime) -> None:
        """Give way where an incident of a person is about an outage."""
        declared = self._declarations.incident_about(outage, at)
        if declared is None:
            return
        if declared not in outage.declared[-1:]:
            outage.declared.append(declared)
        draft = outage.draft
        if draft is not None:
            del draft.open[outage.component]
            draft.ended = max(draft.ended, at)
            draft.taken.add(outage.component)
            draft.pending.taken[outage.component] = declared.incident
            self._write_by(draft, at, at)
            outage.draft = None
            self._unassigned.add(outage.component)

    def _update(self, outage: DetectedOutage, at: datetime) -> None:
        """Note the new state of an outage that is in an incident."""
        draft = outage.draft
        if draft is not None:
            draft.note(outage.component, outage.status)
            if not draft.change(outage.component, outage.status):
                self._write_by(draft, at, at)

    def _place(self, outage: DetectedOutage, start: datetime, at: datetime) -> None:
        """Put an outage into an incident that explains it, or that it explains or shares, or into one of its own."""
        below = self._explained_by(outage)
        home = self._known_to(outage) or self._above(outage)
        if home is not None:
            self._join(home, outage, at)
        else:
            home = next(iter(below), None) or self._correlated(outage, start) or self._new(outage, start)
            self._join(home, outage, at)
            if home in below:
                self._explain(home, outage, at)
            self._name_after(home, outage, at)
        for draft in below:
            if draft is not home:
                self._merge(draft, home, at)

    def _explained_by(self, outage: DetectedOutage) -> list[IncidentDraft]:
        """Return the incidents all of whose outages follow from one, the earliest opened first."""
        victims = map(self._outages.get, self._dependencies.below(outage.component))
        drafts = {victim.draft for victim in victims if victim is not None and victim.draft is not None}
        return sorted(
            (
                draft
                for draft in drafts
                if all(self._follows(victim, outage) for victim in draft.open.values())
            ),
            key=lambda draft: draft.number,
        )

    def _follows(self, victim: DetectedOutage, outage: DetectedOutage) -> bool:
        needed = self._dependencies.above(victim.component)
        return outage.component in needed and outage.start - TOGETHER <= victim.start

    def _known_to(self, outage: DetectedOutage) -> IncidentDraft | None:
        """Return an open incident that this component was in before."""
        home = self._homes.get(outage.component)
        return home if home is not None and home.open else None

    def _above(self, outage: DetectedOutage) -> IncidentDraft | None:
        """Return the incident of the nearest failing component that explains an outage."""
        for name in self._dependencies.above(outage.component):
            cause = self._outages.get(name)
            if cause is not None and cause.draft is not None and self._follows(outage, cause):
                return cause.draft
        return None

    def _correlated(self, outage: DetectedOutage, start: datetime) -> IncidentDraft | None:
        """Return an open incident that began within one confirmation time of an outage: of what began later."""
        scope = self._correlation.scopes.get(outage.component)
        if scope is None:
            return None
        rules, drafts = self._correlation, self._scopes[scope]
        first = bisect.bisect_left(drafts, start - rules.window(outage.component), key=lambda item: item[0])
        for place in range(first, len(drafts)):
            begun, _, draft = drafts[place]
            if begun > start + rules.longest:
                break
            if draft.open and begun <= start + rules.window(next(iter(draft.components))):
                return draft
        return None

    def _new(self, outage: DetectedOutage, start: datetime) -> IncidentDraft:
        identity = _identity(outage.component, start)
        names = itertools.chain([identity], (f"{identity}-{number}" for number in itertools.count(2)))
        identity = next(name for name in names if name not in self._ids)
        self._ids.add(identity)
        gathers_until = start + self._correlation.window(outage.component)
        draft = IncidentDraft(identity, len(self._drafts), start, gathers_until)
        self._drafts.append(draft)
        return draft

    def _join(self, draft: IncidentDraft, outage: DetectedOutage, at: datetime) -> None:
        name = outage.component
        may_wait = draft.join(name, outage.status)
        self._write_by(draft, draft.gathers_until if may_wait else at, at)
        self._note(draft, name, outage.status)
        draft.open[name] = outage
        draft.taken.discard(name)
        outage.draft = draft
        self._unassigned.discard(name)

    def _note(self, draft: IncidentDraft, name: str, status: ComponentStatus) -> None:
        """Make a component a part of an incident."""
        draft.note(name, status)
        self._homes[name] = draft
        scope = self._correlation.scopes.get(name)
        entry = (draft.started, draft.number, draft)
        if scope is not None and scope not in draft.scopes:
            draft.scopes.add(scope)
            bisect.insort(self._scopes[scope], entry, key=lambda item: item[:2])

    def _explain(self, draft: IncidentDraft, outage: DetectedOutage, at: datetime) -> None:
        """Make an outage the reason for those of before, rather than one more that is affected."""
        draft.causes.clear()
        draft.named_for = outage.status
        if draft.updates:
            draft.pending.changed[outage.component] = draft.pending.joined.pop(outage.component)
            self._write_by(draft, at, at)

    def _name_after(self, draft: IncidentDraft, outage: DetectedOutage, at: datetime) -> None:
        """Name an incident after an outage too, and no longer after those that follow from it."""
        for name in self._dependencies.below(outage.component):
            if name in draft.open and self._follows(draft.open[name], outage):
                draft.causes.pop(name, None)
        draft.causes[outage.component] = None
        draft.named_for = worst([draft.named_for, outage.status])
        self._renamed[draft] = at

    def _merge(self, draft: IncidentDraft, home: IncidentDraft, at: datetime) -> None:
        """Move the outages of one incident into another."""
        for outage in list(draft.open.values()):
            self._join(home, outage, at)
        for component, status in draft.components.items():
            self._note(home, component, status)
        draft.open.clear()
        draft.pending.merged = home
        self._write_by(home, at, at)
        self._write_by(draft, at, at)

    def _write_updates(self, at: datetime) -> None:
        """Write one update for every incident that changed, unless it waits for more."""
        due = [draft for draft in self._unwritten if not draft.open or draft.pending.due <= at]
        self._write_titles(due)
        for draft in due:
            del self._unwritten[draft]
            if not draft.pending:
                draft.pending = PendingUpdate()
            elif not draft.open:
                self._close(draft, at)
            elif draft.updates:
                draft.add_update(UpdateStatus.INVESTIGATING, at, self._progress(draft, at))
            else:
                body = self._writer.opened(draft.causes, draft.components, draft.context(at))
                draft.add_update(UpdateStatus.INVESTIGATING, at, body)

    def _write_titles(self, drafts: Iterable[IncidentDraft]) -> None:
        """Give these incidents a title after all that they are named after by now."""
        for draft in drafts:
            at = self._renamed.pop(draft, None)
            if at is not None:
                draft.title = self._writer.title(draft.causes, draft.named_for, draft.context(at))

    def _progress(self, draft: IncidentDraft, at: datetime) -> str:
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

    def _close(self, draft: IncidentDraft, at: datetime) -> None:
        pending, names = draft.pending, [name for name in draft.components if name not in draft.taken]
        kind, title = UpdateKind.RESOLVED, ""
        if pending.merged is not None:
            kind, title, draft.continued_as = UpdateKind.MERGED, pending.merged.title, pending.merged.id
        elif pending.taken:
            incident = min(pending.taken.values(), key=lambda item: (item.updates[0].at, item.id))
            kind, title, draft.continued_as = UpdateKind.CONTINUED, incident.title, incident.id
            names = list(pending.taken)
        ended = at if draft.continued_as else draft.end
        body = self._writer.closed(kind, names, draft.worst, draft.context(ended, title))
        draft.add_update(UpdateStatus.RESOLVED, at, body)
