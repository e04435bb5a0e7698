"""Automatic incidents while they are made: their outages, and what is not in an update yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from waypost.formats.status import ComponentStatus, EventSource, Incident, Update, UpdateStatus, worst
from waypost.status.rules.automatic_words import UpdateContext
from waypost.status.rules.explanations import Outage

NEVER = datetime.max.replace(tzinfo=UTC)

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """Return a time in UTC as `20261120t100300`, faster than strftime does."""
    return at.isoformat()[:19].replace("-", "").replace(":", "").replace("T", "t")


@dataclass(eq=False)
class DetectedOutage(Outage):
    """An outage that goes on, with its place in our incidents."""

    status: ComponentStatus
    draft: IncidentDraft | None = None


@dataclass
class PendingUpdate:
    """The changes of one incident before their update is written."""

    joined: dict[str, ComponentStatus] = field(default_factory=dict)
    changed: dict[str, ComponentStatus] = field(default_factory=dict)
    taken: dict[str, Incident] = field(default_factory=dict)
    """Components that an incident of a person takes over, with that incident."""
    merged: IncidentDraft | None = None
    """The incident that takes over all of it."""
    due: datetime = NEVER
    """When the update is to be written at the latest."""

    def __bool__(self) -> bool:
        return bool(self.joined or self.changed or self.taken or self.merged)


@dataclass(eq=False)
class IncidentDraft:
    """An automatic incident while updates are added to it."""

    id: str
    number: int
    """Its place among all, the first that was opened first."""
    started: datetime
    gathers_until: datetime
    """Until when components that join are gathered for one update."""
    title: str = ""
    components: dict[str, ComponentStatus] = field(default_factory=dict)
    """The worst state of each component of it."""
    published: dict[str, ComponentStatus] = field(default_factory=dict)
    """The state of each in the last update about it."""
    causes: dict[str, None] = field(default_factory=dict)
    """The components that it is named after: those that do not fail because of another one in it."""
    named_for: ComponentStatus = ComponentStatus.NO_DATA
    """The worst state that one of them joined with."""
    open: dict[str, DetectedOutage] = field(default_factory=dict)
    """Its outages that go on."""
    ended: datetime = _LONG_AGO
    """The latest true end of an outage that was in it."""
    scopes: set[int] = field(default_factory=set)
    """The scopes of correlation that its components are in."""
    taken: set[str] = field(default_factory=set)
    """Components that an incident of a person took over."""
    updates: list[Update] = field(default_factory=list)
    update_ids: set[str] = field(default_factory=set)
    continued_as: str | None = None
    pending: PendingUpdate = field(default_factory=PendingUpdate)

    @property
    def worst(self) -> ComponentStatus:
        """The worst state of all."""
        return worst(self.components.values())

    @property
    def end(self) -> datetime:
        """When the last of its outages truly ended."""
        return max(self.started, self.ended)

    def note(self, component: str, status: ComponentStatus) -> None:
        """Keep the worst state of a component."""
        self.components[component] = worst([status, self.components.get(component, status)])

    def join(self, component: str, status: ComponentStatus) -> bool:
        """Take in an outage for the next update; return whether that may wait for others, or is no news at all."""
        pending = self.pending
        if component in pending.joined or component not in self.components:
            # Nothing was published of it yet, not even a recovery.
            pending.changed.pop(component, None)
            pending.joined[component] = status
            return bool(self.updates)
        was_well = pending.changed.pop(component, None) is ComponentStatus.OPERATIONAL
        if was_well and self.published.get(component) is status:
            return True
        pending.changed[component] = status
        return False

    def change(self, component: str, status: ComponentStatus) -> bool:
        """Take in a new state of an outage for the next update; return whether that may wait, or is no news at all."""
        joined = self.pending.joined
        if component in joined:
            joined[component] = status
            return True
        if self.pending.changed.get(component, self.published.get(component)) is status:
            return True
        self.pending.changed[component] = status
        return False

    def context(self, at: datetime, title: str = "") -> UpdateContext:
        """Return its state for the text of an update."""
        return UpdateContext(at, self.started, title or self.title, tuple(self.components), tuple(self.open))

    def add_update(self, status: UpdateStatus, at: datetime, body: str) -> None:
        """Write the update for what is pending; two within one second get different ids."""
        identity = f"{stamp(at)}z-{status}"
        if identity in self.update_ids:
            identity = f"{stamp(at)}{at.microsecond:06d}z-{status}"
        self.update_ids.add(identity)
        changes = {**self.pending.joined, **self.pending.changed}
        self.published |= changes
        self.updates.append(
            Update(
                identity,
                status,
                at,
                body,
                changes=tuple(sorted(changes.items())),
                source=EventSource.MEASURED,
            )
        )
        self.pending = PendingUpdate()

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
            ended=None if self.open or self.continued_as else self.end,
        )
