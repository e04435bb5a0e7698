"""The words of the status page: components, checks, incidents, maintenance, and what machines observe."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import (
    STRICT,
    ContentPath,
    Day,
    FormerStatusAddress,
    Line,
    Moment,
    Slug,
    fault,
)
from waypost.problems import did_you_mean


class ComponentStatus(StrEnum):
    """The state of a component; the names are those of the Statuspage API, and no data is our own."""

    OPERATIONAL = "operational"
    DEGRADED_PERFORMANCE = "degraded_performance"
    PARTIAL_OUTAGE = "partial_outage"
    MAJOR_OUTAGE = "major_outage"
    UNDER_MAINTENANCE = "under_maintenance"
    NO_DATA = "no_data"

    @property
    def severity(self) -> int:
        """How bad it is: no data and operational 0, maintenance 1, degraded 2, partial 3, major 4."""
        return _SEVERITY[self]

    @property
    def is_trouble(self) -> bool:
        """Whether customers notice something that was not announced."""
        return self.severity >= _SEVERITY[ComponentStatus.DEGRADED_PERFORMANCE]

    @property
    def impact(self) -> Impact:
        """The impact that it has on the page: none where it is no trouble."""
        return tuple(Impact)[MEASURED.index(self)] if self.is_trouble else Impact.NONE


_SEVERITY = {
    ComponentStatus.OPERATIONAL: 0,
    ComponentStatus.NO_DATA: 0,
    ComponentStatus.UNDER_MAINTENANCE: 1,
    ComponentStatus.DEGRADED_PERFORMANCE: 2,
    ComponentStatus.PARTIAL_OUTAGE: 3,
    ComponentStatus.MAJOR_OUTAGE: 4,
}

_RANK = {status: (severity, status is not ComponentStatus.NO_DATA) for status, severity in _SEVERITY.items()}

BY_SEVERITY = tuple(sorted(_RANK, key=_RANK.__getitem__))
"""Every state, the worst last; no data comes before operational."""

MEASURED = (
    ComponentStatus.OPERATIONAL,
    ComponentStatus.DEGRADED_PERFORMANCE,
    ComponentStatus.PARTIAL_OUTAGE,
    ComponentStatus.MAJOR_OUTAGE,
)
"""The states a check can measure, from the best to the worst."""


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """Return the most severe; operational beats no data, and nothing at all is no data."""
    return max(statuses, key=_RANK.__getitem__, default=ComponentStatus.NO_DATA)


class Impact(StrEnum):
    """How much an incident hurts customers, in the words of the Statuspage API."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"

    @property
    def severity(self) -> int:
        """How bad it is: none 0, minor 1, major 2, critical 3."""
        return list(Impact).index(self)

    @property
    def status(self) -> ComponentStatus:
        """The state of a component that stands for it, as Atlassian Statuspage derives one from the other."""
        return MEASURED[self.severity]


class UpdateStatus(StrEnum):
    """What an update says of an incident, and below the line of a scheduled maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    WITHDRAWN = "withdrawn"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


INCIDENT_STATUSES = tuple(UpdateStatus)[:6]
MAINTENANCE_STATUSES = tuple(UpdateStatus)[6:]
CLOSED = (UpdateStatus.RESOLVED, UpdateStatus.WITHDRAWN)
"""What ends an incident: it is over, or it never was one."""
ENDED = (UpdateStatus.COMPLETED, UpdateStatus.CANCELLED)
"""What a maintenance is when nothing of it is to come."""

MAX_WINDOWS = 100
"""How many windows one file may hold: a weekly one of nearly two years."""


def state_fault(written: str, allowed: Sequence[ComponentStatus] = MEASURED) -> str:
    """Return what is wrong with a word for a state, or nothing where it is one of those allowed."""
    if written in allowed:
        return ""
    return f"Expected one of: {', '.join(allowed)}.{did_you_mean(written, allowed)}"


def _state_of(allowed: Sequence[ComponentStatus]) -> tuple[BeforeValidator, WithJsonSchema]:
    def check(status: Any) -> Any:
        message = state_fault(str(status), allowed)
        if message:
            raise fault("bad-value", message)
        return status

    schema = WithJsonSchema({"type": "string", "enum": [status.value for status in allowed]})
    return BeforeValidator(check), schema


Trouble = Annotated[ComponentStatus, *_state_of(MEASURED[1:])]
"""degraded_performance, partial_outage or major_outage."""

DeclaredState = Annotated[ComponentStatus, *_state_of(MEASURED)]
"""operational, degraded_performance, partial_outage or major_outage."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class IncidentFrontMatter:
    """Front matter of a file in status/incidents/."""

    title: Line
    """What customers cannot do, in their words."""
    impact: Impact
    """none, minor, major or critical."""
    components: dict[Slug, DeclaredState] = Field(default_factory=dict)
    """The components it is about, and the state of each from the first update on; later updates may change it."""
    articles: tuple[ContentPath, ...] = ()
    """Articles with a way round, from content/."""
    started: Moment | None = None
    """When it began, if that was before the first update."""
    redirect_from: tuple[FormerStatusAddress, ...] = ()
    """Addresses that its page had once, from the root of the status page, such as `incidents/kctbh9vrtdwd/`."""
    merged_into: Slug | None = None
    """The name of the incident that goes on with it, where two turned out to be one."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Repetition:
    """How often the work is done again, at the same time of day in the zone of the page."""

    every: Literal["day", "week", "2 weeks", "4 weeks", "month"]
    """The time from one window to the next; a month keeps the day of the month."""
    count: Annotated[int, Field(ge=2, le=MAX_WINDOWS)] | None = None
    """How many windows there are, with the first; write this or `until`."""
    until: Day | None = None
    """The last day on which a window may begin."""

    def __post_init__(self) -> None:
        """Refuse both ends, and none."""
        if (self.count is None) == (self.until is None):
            raise fault(
                "bad-value", "Say when the repetition ends: write either `count` or `until`.", "every"
            )


@dataclass(frozen=True, config=STRICT, kw_only=True)
class MaintenanceFrontMatter:
    """Front matter of a file in status/maintenance/."""

    title: Line
    """What is done, and what customers notice."""
    components: tuple[Slug, ...]
    """The components worked on; only with `redirect_from` it may be empty."""
    scheduled_for: Moment
    """When the work starts."""
    scheduled_until: Moment
    """When it ends at the latest."""
    repeats: Repetition | None = None
    """Where it is done again: how often, and until when. Every window has a page of its own."""
    articles: tuple[ContentPath, ...] = ()
    """Articles that say more, from content/."""
    redirect_from: tuple[FormerStatusAddress, ...] = ()
    """Addresses that its page had once, from the root of the status page, such as `incidents/kctbh9vrtdwd/`."""

    def __post_init__(self) -> None:
        """Refuse a list without an entry, unless another page told of it, which may not have known more."""
        if not self.components and not self.redirect_from:
            raise fault("bad-value", "This is empty. Add at least one entry.", "components")


class EventSource(StrEnum):
    """Who or what made something happen."""

    MEASURED = "measured"
    """Checks found it."""
    WRITTEN = "written"
    """A person wrote it."""
    CLOCK = "clock"
    """The time came that was announced for it."""


def update_id(at: datetime, word: str) -> str:
    """Return the id of an update, of its time and its status: `20261120t090200z-in-progress`."""
    fraction = f"{at.microsecond:06d}" if at.microsecond else ""
    return f"{at.astimezone(UTC):%Y%m%dt%H%M%S}{fraction}z-{word.replace('_', '-')}"


@dataclasses.dataclass(frozen=True)
class Update:
    """One entry of a timeline."""

    id: str
    """Unique within its incident and unchanged when the text is edited."""
    status: UpdateStatus
    at: datetime
    """When it was said, with its offset."""
    body: str
    """Markdown."""
    next_update_by: datetime | None = None
    """When the next word was promised."""
    edited: datetime | None = None
    """When its text was last changed after it was published, where its writer says so."""
    window: date | None = None
    """The day of the one window that it is about, where the work repeats; None for what its place in time says."""
    changes: tuple[tuple[str, ComponentStatus], ...] = ()
    """Components by id whose states it names, and the state that each is in from now on."""
    source: EventSource = EventSource.WRITTEN
    moved_to: tuple[datetime, datetime] | None = None
    """The new window, where nobody wrote that the work was moved, and the page says it by itself."""


def worst_states(updates: Iterable[Update]) -> dict[str, ComponentStatus]:
    """Return the worst state that updates name for each component, in the order in which they name them."""
    found: dict[str, ComponentStatus] = {}
    for update in updates:
        for name, status in update.changes:
            found[name] = worst([status, found.get(name, status)])
    return found


@dataclasses.dataclass(frozen=True)
class Incident:
    """Something that went wrong, with its timeline, oldest update first."""

    id: str
    title: str
    impact: Impact
    components: Mapping[str, ComponentStatus]
    """The worst state of each component that it names."""
    started: datetime
    updates: tuple[Update, ...]
    articles: tuple[str, ...] = ()
    automatic: bool = False
    """Whether the checks found it, rather than a person."""
    continued_as: str | None = None
    """The id of the incident that took over from an automatic one: a written one, or that of what it needs."""
    redirect_from: tuple[str, ...] = ()
    """Addresses that its page had once, from the root of the status page."""
    ended: datetime | None = None
    """When an automatic incident truly ended, which the checks confirmed later."""

    @cached_property
    def resolved_at(self) -> datetime | None:
        """When customers were no longer hit, or None while they are; of one that was reopened, the last time."""
        end = self.open_intervals[-1][1]
        return end if end is None or self.ended is None else self.ended

    @cached_property
    def open_intervals(self) -> tuple[tuple[datetime, datetime | None], ...]:
        """When it was open, oldest first; the last has no end while it is open."""
        found: list[tuple[datetime, datetime | None]] = [(self.started, None)]
        for update in self.updates:
            start, end = found[-1]
            if update.status in CLOSED:
                found[-1] = (start, end or update.at)
            elif end is not None and update.status is not UpdateStatus.POSTMORTEM:
                found.append((update.at, None))
        return tuple(found)

    @cached_property
    def is_withdrawn(self) -> bool:
        """Whether it was opened by mistake: then it never hit anything."""
        return any(update.status is UpdateStatus.WITHDRAWN for update in self.updates)

    def is_open(self, at: datetime) -> bool:
        """Return whether customers are hit by it at a moment."""
        return any(start <= at and (end is None or at < end) for start, end in self.open_intervals)

    def until(self, count: int) -> Incident:
        """Return it with its first updates alone, as it stood when the last of them was new."""
        if count >= len(self.updates):
            return self
        updates = self.updates[:count]
        components = self.components if self.automatic else worst_states(updates)
        return dataclasses.replace(
            self, updates=updates, components=components, continued_as=None, ended=None
        )

    @property
    def status(self) -> UpdateStatus:
        """What the latest update says."""
        return self.updates[-1].status

    @property
    def updated_at(self) -> datetime:
        """When something was last said."""
        return self.updates[-1].at


def with_present_ids(incident: Incident, names: Mapping[str, str]) -> Incident:
    """Return an incident whose components are called by the ids that they have now, by the ids they had."""
    if all(names.get(name, name) == name for name in incident.components):
        return incident
    updates = tuple(
        dataclasses.replace(it, changes=tuple((names.get(name, name), state) for name, state in it.changes))
        for it in incident.updates
    )
    return dataclasses.replace(incident, updates=updates, components=worst_states(updates))


@dataclasses.dataclass(frozen=True)
class Maintenance:
    """Work that was announced, with its timeline, oldest update first."""

    id: str
    title: str
    components: tuple[str, ...]
    scheduled_for: datetime
    scheduled_until: datetime
    updates: tuple[Update, ...]
    articles: tuple[str, ...] = ()
    repeats: Repetition | None = None
    """How the work goes on, in what a file says as a whole; each window that is made of it has none."""
    series: str | None = None
    """The name of its file, where that holds several windows and this is one of them."""
    redirect_from: tuple[str, ...] = ()
    """Addresses that its page had once, from the root of the status page."""

    @property
    def file_name(self) -> str:
        """The name of its file in status/maintenance/, without the ending."""
        return self.series or self.id

    @property
    def updated_at(self) -> datetime:
        """When a person last wrote of it."""
        return self.updates[-1].at

    @property
    def is_cancelled(self) -> bool:
        """Whether it was called off."""
        return self.updates[-1].status is UpdateStatus.CANCELLED

    @property
    def ended_at(self) -> datetime | None:
        """When a person said that it was done or called off, or None."""
        return next((update.at for update in self.updates if update.status in ENDED), None)


@dataclasses.dataclass(frozen=True)
class Observation:
    """The outcome of one run of a check."""

    component: str
    check: str
    at: datetime
    """When the run started."""
    status: ComponentStatus
    """operational, degraded_performance for a slow answer, or what the check fails as."""
    latency: timedelta
    """From the start to the end of the answer, or to the failure."""
    reason: str = ""
    """Why it is not operational, in words without secrets."""
    region: str = ""
    """Where it was run from; empty where the check has no regions."""


@dataclasses.dataclass(frozen=True, slots=True)
class StateChange:
    """A check's confirmed change of state; uptime, incidents and feeds all derive from these rows."""

    component: str
    check: str
    at: datetime
    """When it truly began: the first observation that differed, not the moment of confirmation."""
    status: ComponentStatus
    confirmed_at: datetime
    """When the policy believed it."""
    reason: str = ""
    region: str = ""
    """Where it was seen from; empty where the check has no regions."""


@dataclasses.dataclass(frozen=True, slots=True)
class Coverage:
    """A stretch of time in which a check was really watched; outside of it there is no data."""

    component: str
    check: str
    start: datetime
    end: datetime
    region: str = ""


@dataclasses.dataclass(frozen=True)
class UplinkGap:
    """A time in which our own connection was down, so that nothing was judged."""

    start: datetime
    end: datetime | None
    """None while it lasts."""
    region: str = ""


@dataclasses.dataclass(frozen=True)
class Certificate:
    """The certificate that a check last saw."""

    component: str
    check: str
    expires: datetime
    seen_at: datetime
    warn_days: int
    """Days before its end from which on it is told of."""
