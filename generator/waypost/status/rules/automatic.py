"""Incidents that the checks find: derived from state changes, so that none can be lost or made twice.

The rows are gone through in the order in which they were known, together with what people said and
the borders of maintenance. Each moment uses only what was known then: an update that was told once
stays, however the story goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from waypost.base.words import Words
from waypost.formats.incident_templates import Telling
from waypost.formats.status import ComponentStatus, Incident, StateChange, Update, UpdateStatus, worst
from waypost.formats.status_config import Component
from waypost.formats.status_site import StatusSite
from waypost.status.rules.automatic_words import Narrator, Scene
from waypost.status.rules.declarations import OUTAGES, TOGETHER, Announced, Trouble, Written
from waypost.status.rules.dependencies import Dependencies

Lines = Mapping[str, Sequence[StateChange]]
"""The confirmed changes of each component as a whole, by its id; those of its checks are combined already."""


def automatic_incidents(site: StatusSite, lines: Lines, now: datetime, words: Words) -> tuple[Incident, ...]:
    """Derive the incidents of all components, the earliest told first.

    Only outages open one; slowness alone shows as the component's state. An outage inside announced
    maintenance is expected and opens none unless it outlives the window. Where a person wrote an
    incident about the same components, that one goes on and ours ends with a pointer to it; where the
    checks still fail a while after the person is done, a new one begins. What fails because something
    it needs has failed is told in the incident of that.
    """
    dependencies = Dependencies(site.config.flat)
    announced = Announced(site, dependencies)
    narrator = Narrator(site, words)
    found: list[Incident] = []
    for cluster in dependencies.clusters:
        # Most components never had an outage, and nothing more needs to be known of them.
        if any(change.status in OUTAGES for member in cluster for change in lines.get(member.id, ())):
            telling = _Chronicle(cluster, dependencies, announced, narrator)
            found += telling.tell(lines, now)
    return tuple(sorted(found, key=lambda item: (item.updates[0].at, item.id)))


def _stamp(at: datetime) -> str:
    """Return a time in UTC as `20261120t100300`, faster than strftime does."""
    return at.isoformat()[:19].replace("-", "").replace(":", "").replace("T", "t")


@dataclass
class _Outage:
    """An outage that goes on: what is measured, and what was told of it."""

    component: str
    start: datetime
    status: ComponentStatus
    told: ComponentStatus | None = None
    """The state that was told last, or None where no incident of ours tells of it."""
    story: _Story | None = None
    tellers: list[Written] = field(default_factory=list)
    """The written incidents that have told of it, the latest last."""


@dataclass
class _News:
    """What happened to one incident at one moment."""

    joined: dict[str, ComponentStatus] = field(default_factory=dict)
    changed: dict[str, ComponentStatus] = field(default_factory=dict)
    taken: dict[str, Incident] = field(default_factory=dict)
    """Components that a person tells of from now on, with the written incident."""
    merged: _Story | None = None
    """The incident that tells of all of it from now on."""

    def __bool__(self) -> bool:
        return bool(self.joined or self.changed or self.taken or self.merged)


@dataclass
class _Story:
    """An automatic incident while it is told."""

    id: str
    started: datetime
    title: str = ""
    components: dict[str, ComponentStatus] = field(default_factory=dict)
    """The worst state of each component of it."""
    open: dict[str, _Outage] = field(default_factory=dict)
    """The outages that it tells of and that go on."""
    gone: set[str] = field(default_factory=set)
    """Components that a person took over."""
    updates: list[Update] = field(default_factory=list)
    said: set[str] = field(default_factory=set)
    """The ids of its updates."""
    continued_as: str | None = None
    news: _News = field(default_factory=_News)

    @property
    def worst(self) -> ComponentStatus:
        return worst(self.components.values())

    def note(self, component: str, status: ComponentStatus) -> None:
        """Remember the worst state of a component."""
        self.components[component] = worst([status, self.components.get(component, status)])

    def scene(self, at: datetime, title: str = "") -> Scene:
        """Describe how it stands."""
        return Scene(at, self.started, title or self.title, tuple(self.components), tuple(self.open))

    def say(self, status: UpdateStatus, at: datetime, body: str) -> None:
        """Add an update; two within one second get different ids."""
        identity = f"{_stamp(at)}z-{status}"
        if identity in self.said:
            identity = f"{_stamp(at)}{at.microsecond:06d}z-{status}"
        self.said.add(identity)
        changes = tuple(sorted({**self.news.joined, **self.news.changed}.items()))
        self.updates.append(Update(identity, status, at, body, changes=changes))

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


class _Chronicle:
    """Tells of components that have something to do with each other, from one moment to the next."""

    def __init__(
        self,
        cluster: Sequence[Component],
        dependencies: Dependencies,
        announced: Announced,
        narrator: Narrator,
    ) -> None:
        self._members = {component.id: place for place, component in enumerate(cluster)}
        self._dependencies = dependencies
        self._announced = announced
        self._narrator = narrator
        self._is_written_of = any(announced.is_written_of(name) for name in self._members)
        self._outages: dict[str, _Outage] = {}
        self._failing: dict[str, datetime] = {}
        """The components with an outage, and since when."""
        self._untold: set[str] = set()
        """Those of which no incident of ours tells."""
        self._moved: set[str] = set()
        """Those whose state changed at this moment."""
        self._ended: dict[str, datetime] = {}
        self._stories: list[_Story] = []

    def tell(self, lines: Lines, now: datetime) -> Iterator[Incident]:
        """Go through all that was known until `now`, and return the incidents it makes."""
        rows = sorted(
            (change for member in self._members for change in lines.get(member, ())),
            key=lambda change: (change.confirmed_at, change.component, change.at, change.status),
        )
        known = {
            at.astimezone(UTC): list(changes)
            for at, changes in itertools.groupby(rows, key=lambda change: change.confirmed_at)
        }
        spoken = {moment for member in self._members for moment in self._announced.moments(member)}
        for at in sorted(moment for moment in spoken | known.keys() if moment <= now):
            self._measure(known.get(at, ()), at)
            self._assign(at)
            self._speak(at)
        return (story.incident() for story in self._stories)

    def _measure(self, changes: Iterable[StateChange], at: datetime) -> None:
        """Take over what the checks found."""
        for change in changes:
            name, outage = change.component, self._outages.get(change.component)
            # With several checks the true start may lie before the end of the last outage.
            start = min(max(change.at.astimezone(UTC), self._ended.get(name, change.at)), at)
            if outage is None and change.status in OUTAGES:
                self._outages[name] = _Outage(name, start, change.status)
                self._failing[name] = start
                self._untold.add(name)
            elif outage is not None and change.status is ComponentStatus.OPERATIONAL:
                self._end(outage, at)
            elif outage is not None and change.status.is_trouble:
                if outage.story is None and outage.status not in OUTAGES:
                    # It was only slow for a while, and nobody heard of what was before.
                    outage.start = self._failing[name] = start
                outage.status = change.status
                self._moved.add(name)

    def _end(self, outage: _Outage, at: datetime) -> None:
        name = outage.component
        del self._outages[name], self._failing[name]
        self._untold.discard(name)
        self._moved.discard(name)
        self._ended[name] = at
        if outage.story is not None:
            del outage.story.open[name]
            outage.story.news.changed[name] = ComponentStatus.OPERATIONAL

    def _assign(self, at: datetime) -> None:
        """Give every outage to the incident that tells of it; those first that others may follow from."""
        if self._is_written_of:
            for outage in list(self._outages.values()):
                self._heed(outage, at)
        for name in sorted(self._moved - self._untold, key=self._members.__getitem__):
            self._update(self._outages[name])
        self._moved.clear()
        for name in sorted(self._untold, key=self._members.__getitem__):
            outage = self._outages[name]
            is_written = bool(outage.tellers) and outage.tellers[-1].is_open(at)
            if outage.status in OUTAGES and not is_written:
                start = self._announced.begins(self._trouble(outage), at)
                if start is not None:
                    self._place(outage, start, at)

    def _trouble(self, outage: _Outage) -> Trouble:
        return Trouble(outage.component, outage.start, self._failing, outage.tellers)

    def _heed(self, outage: _Outage, at: datetime) -> None:
        """Give way where a person tells of an outage."""
        teller = self._announced.teller(self._trouble(outage), at)
        if teller is None:
            return
        if teller not in outage.tellers[-1:]:
            outage.tellers.append(teller)
        if outage.story is not None:
            del outage.story.open[outage.component]
            outage.story.gone.add(outage.component)
            outage.story.news.taken[outage.component] = teller.incident
            outage.story = outage.told = None
            self._untold.add(outage.component)

    def _update(self, outage: _Outage) -> None:
        """Tell how an outage is now that was told before."""
        if outage.story is not None and outage.status is not outage.told:
            outage.story.news.changed[outage.component] = outage.status
            outage.story.note(outage.component, outage.status)
            outage.told = outage.status

    def _place(self, outage: _Outage, start: datetime, at: datetime) -> None:
        """Tell of an outage: in an incident that explains it, or that it explains, or in one of its own."""
        below = [story for story in self._open_stories() if self._explains(outage, story)]
        home = self._known_to(outage) or self._above(outage)
        is_root = home is None
        if home is None:
            home = below[0] if below else self._new(outage, start)
        self._join(home, outage)
        if is_root:
            if home.updates:
                # It is the reason for what was told until now, not one more that is affected.
                home.news.changed[outage.component] = home.news.joined.pop(outage.component)
            home.title = self._narrator.title(outage.component, outage.status, home.scene(at))
        for story in below:
            if story is not home:
                self._merge(story, home)

    def _open_stories(self) -> list[_Story]:
        return [story for story in self._stories if story.open]

    def _explains(self, outage: _Outage, story: _Story) -> bool:
        """Tell whether everything that an incident still tells of follows from an outage."""
        return all(self._follows(victim, outage) for victim in story.open.values())

    def _follows(self, victim: _Outage, outage: _Outage) -> bool:
        needed = self._dependencies.above(victim.component)
        return outage.component in needed and outage.start - TOGETHER <= victim.start

    def _known_to(self, outage: _Outage) -> _Story | None:
        """Return an open incident that told of this component before."""
        stories = (story for story in self._open_stories() if outage.component in story.components)
        return next(stories, None)

    def _above(self, outage: _Outage) -> _Story | None:
        """Return the incident of the nearest failing component that explains an outage."""
        for name in self._dependencies.above(outage.component):
            cause = self._outages.get(name)
            if cause is not None and cause.story is not None and self._follows(outage, cause):
                return cause.story
        return None

    def _new(self, outage: _Outage, start: datetime) -> _Story:
        identity = f"auto-{outage.component}-{_stamp(start).replace('t', '-')}"
        taken = {story.id for story in self._stories}
        free = (f"{identity}-{number}" for number in itertools.count(2))
        story = _Story(next(free) if identity in taken else identity, start)
        self._stories.append(story)
        return story

    def _join(self, story: _Story, outage: _Outage) -> None:
        known = outage.component in story.components
        news = story.news.changed if known else story.news.joined
        news[outage.component] = outage.status
        story.note(outage.component, outage.status)
        story.open[outage.component] = outage
        story.gone.discard(outage.component)
        outage.story, outage.told = story, outage.status
        self._untold.discard(outage.component)

    def _merge(self, story: _Story, home: _Story) -> None:
        """Go on telling of one incident in another."""
        for outage in list(story.open.values()):
            self._join(home, outage)
        for component, status in story.components.items():
            home.note(component, status)
        story.open.clear()
        story.news.merged = home

    def _speak(self, at: datetime) -> None:
        """Write one update for every incident that has news."""
        for story in self._stories:
            if not story.news:
                continue
            if not story.updates and story.open:
                self._begin(story, at)
            elif story.open:
                story.say(UpdateStatus.INVESTIGATING, at, self._progress(story, at))
            else:
                self._close(story, at)
            story.news = _News()

    def _begin(self, story: _Story, at: datetime) -> None:
        root = next(iter(story.components))
        body = self._narrator.opened(root, story.components, story.scene(at))
        story.say(UpdateStatus.INVESTIGATING, at, body)

    def _progress(self, story: _Story, at: datetime) -> str:
        scene, news, say = story.scene(at), story.news, self._narrator
        worse = {name: status for name, status in news.changed.items() if status.is_trouble}
        better = {name: status for name, status in news.changed.items() if not status.is_trouble}
        parts = [
            say.told(Telling.CHANGED, worse, scene),
            say.told(Telling.JOINED, news.joined, scene),
            say.told(Telling.CHANGED, better, scene),
        ]
        for written in {item.id: item for item in news.taken.values()}.values():
            names = [name for name, item in news.taken.items() if item is written]
            parts.append(say.handed_over(names, story.worst, story.scene(at, written.title)))
        return " ".join(part for part in parts if part)

    def _close(self, story: _Story, at: datetime) -> None:
        news, names = story.news, [name for name in story.components if name not in story.gone]
        telling, title = Telling.RESOLVED, ""
        if news.merged is not None:
            telling, title, story.continued_as = Telling.MERGED, news.merged.title, news.merged.id
        elif news.taken:
            written = min(news.taken.values(), key=lambda item: (item.updates[0].at, item.id))
            telling, title, story.continued_as = Telling.CONTINUED, written.title, written.id
            names = list(news.taken)
        body = self._narrator.closed(telling, names, story.worst, story.scene(at, title))
        story.say(UpdateStatus.RESOLVED, at, body)
