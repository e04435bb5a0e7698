"""The words of the status page: components, checks, incidents, maintenance, and what machines observe."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urljoin

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.model.types import (
    STRICT,
    ContentPath,
    DirectoryUrl,
    Duration,
    Line,
    Moment,
    Slug,
    TimeZone,
    WebUrl,
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


_SEVERITY = {
    ComponentStatus.OPERATIONAL: 0,
    ComponentStatus.NO_DATA: 0,
    ComponentStatus.UNDER_MAINTENANCE: 1,
    ComponentStatus.DEGRADED_PERFORMANCE: 2,
    ComponentStatus.PARTIAL_OUTAGE: 3,
    ComponentStatus.MAJOR_OUTAGE: 4,
}

MEASURED = (
    ComponentStatus.OPERATIONAL,
    ComponentStatus.DEGRADED_PERFORMANCE,
    ComponentStatus.PARTIAL_OUTAGE,
    ComponentStatus.MAJOR_OUTAGE,
)
"""The states a check can measure, from the best to the worst."""


def worst(statuses: Iterable[ComponentStatus]) -> ComponentStatus:
    """Return the most severe; operational beats no data, and nothing at all is no data."""
    ranked = sorted(statuses, key=lambda status: (status.severity, status is not ComponentStatus.NO_DATA))
    return ranked[-1] if ranked else ComponentStatus.NO_DATA


class Impact(StrEnum):
    """How much an incident hurts customers, in the words of the Statuspage API."""

    NONE = "none"
    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


class UpdateStatus(StrEnum):
    """What an update says of an incident, and below the line of a scheduled maintenance."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MONITORING = "monitoring"
    RESOLVED = "resolved"
    POSTMORTEM = "postmortem"
    SCHEDULED = "scheduled"
    IN_PROGRESS = "in_progress"
    VERIFYING = "verifying"
    COMPLETED = "completed"


INCIDENT_STATUSES = tuple(UpdateStatus)[:5]
MAINTENANCE_STATUSES = tuple(UpdateStatus)[5:]


def _measured_trouble(status: Any) -> Any:
    if status not in MEASURED[1:]:
        names = ", ".join(MEASURED[1:])
        raise fault("bad-value", f"Expected one of: {names}.{did_you_mean(str(status), MEASURED[1:])}")
    return status


Trouble = Annotated[
    ComponentStatus,
    BeforeValidator(_measured_trouble),
    WithJsonSchema({"type": "string", "enum": [status.value for status in MEASURED[1:]]}),
]
"""degraded_performance, partial_outage or major_outage."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Expect:
    """What a good answer looks like."""

    status: Annotated[int, Field(ge=100, le=599)] = 200
    """The HTTP status code."""
    body_contains: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """A text that the body holds."""
    body_json: dict[str, Any] = Field(default_factory=dict)
    """Paths into a JSON body and the values they have, such as `{"$.ok": true}`."""
    within: Duration | None = None
    """An answer that takes longer counts as degraded_performance."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class HttpCheck:
    """A page or an API that is fetched again and again."""

    http: WebUrl
    """The address to fetch with GET."""
    id: Slug | None = None
    """Its name in the history; without it, its kind and place (http-1). Name checks that may change places."""
    every: Duration = timedelta(seconds=60)
    """How often."""
    timeout: Duration = timedelta(seconds=10)
    """The whole time an answer may take: name lookup, connection, headers and body together."""
    expect: Expect = Field(default_factory=Expect)
    """What a good answer looks like."""
    fails_as: Trouble = ComponentStatus.MAJOR_OUTAGE
    """The state of the component when the check fails."""

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            message = "A check runs at most once a second; set `every` to 1s or more."
            raise fault("bad-value", message, "every")
        if self.timeout > self.every:
            message = "`timeout` is longer than `every`, so that checks would pile up. Shorten it."
            raise fault("bad-value", message, "timeout")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Component:
    """A part of the service that customers know by name."""

    id: Slug
    """Its name for machines; it never changes, because public ids derive from it."""
    name: Line
    """Its name for people."""
    description: Line = ""
    """What it does, in a few words."""
    checks: tuple[HttpCheck, ...] = ()
    """How its health is measured; without one, only written incidents set its state."""

    @property
    def named_checks(self) -> tuple[tuple[str, HttpCheck], ...]:
        """The checks with the ids that their observations are kept under."""
        return tuple(
            (check.id or f"http-{number}", check) for number, check in enumerate(self.checks, start=1)
        )


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ComponentGroup:
    """Components that are shown together."""

    group: Line
    """The name of the group."""
    components: Annotated[tuple[Component, ...], Field(min_length=1)]
    """The components of the group, in the order of the page."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class PageConfig:
    """The status page as a whole."""

    name: Line
    """Its name, shown in titles and feeds."""
    url: DirectoryUrl
    """Where it is published."""
    help_center: DirectoryUrl | None = None
    """Where the help center is published; without it, the folder above the status page."""
    time_zone: TimeZone = "UTC"
    """The zone of its times and days."""

    @property
    def help_url(self) -> str:
        """The address of the help center's root."""
        return self.help_center or urljoin(self.url, "../")

    @property
    def is_inside_help_center(self) -> bool:
        """Whether the status page is a folder right below the help center, so that links can be relative."""
        return urljoin(self.url, "../") == self.help_url


Weight = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Policy:
    """When a failure counts, and how downtime is weighed."""

    down_after: Annotated[int, Field(ge=1, le=100)] = 3
    """Failures in a row before a component's state changes."""
    up_after: Annotated[int, Field(ge=1, le=100)] = 2
    """Good answers in a row before it is operational again."""
    weights: dict[Trouble, Weight] = Field(default_factory=dict)
    """How much of the time in a state counts as downtime; major 1, partial 0.3 and degraded 0 if not set."""
    slo: Annotated[float, Field(gt=0, lt=100)] = 99.9
    """The availability goal, in percent."""

    def weight(self, status: ComponentStatus) -> float:
        """Return the share of a second in this state that counts as downtime, 0 to 1."""
        return self.weights.get(status, DEFAULT_WEIGHTS.get(status, 0.0))


DEFAULT_WEIGHTS = {ComponentStatus.MAJOR_OUTAGE: 1.0, ComponentStatus.PARTIAL_OUTAGE: 0.3}
"""Weights of Atlassian Statuspage: partial outages count 30 %, degraded performance not at all."""


def _entry_kind(entry: Any) -> str:
    is_group = isinstance(entry, ComponentGroup) or (isinstance(entry, Mapping) and "group" in entry)
    return "group" if is_group else "component"


Entry = Annotated[
    Annotated[ComponentGroup, Tag("group")] | Annotated[Component, Tag("component")],
    Discriminator(_entry_kind),
]
"""A group of components, or a component on its own."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class StatusConfig:
    """The file status/status.yml."""

    page: PageConfig
    """The status page as a whole."""
    policy: Policy = Field(default_factory=Policy)
    """When a failure counts, and how downtime is weighed."""
    components: Annotated[tuple[Entry, ...], Field(min_length=1)]
    """Groups of components, or single components, in the order of the page."""

    @property
    def groups(self) -> tuple[tuple[str, tuple[Component, ...]], ...]:
        """Every group with its components; a component on its own is a group without a name."""
        return tuple(
            (entry.group, entry.components) if isinstance(entry, ComponentGroup) else ("", (entry,))
            for entry in self.components
        )

    @property
    def flat(self) -> tuple[Component, ...]:
        """All components in the order of the page."""
        return tuple(component for _, members in self.groups for component in members)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class IncidentFrontMatter:
    """Front matter of a file in status/incidents/."""

    title: Line
    """What customers cannot do, in their words."""
    impact: Impact
    """none, minor, major or critical."""
    components: Annotated[dict[Slug, Trouble], Field(min_length=1)]
    """The components hit, and the state each is in until the incident is resolved."""
    articles: tuple[ContentPath, ...] = ()
    """Articles with a way round, from content/."""
    started: Moment | None = None
    """When it began, if that was before the first update."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class MaintenanceFrontMatter:
    """Front matter of a file in status/maintenance/."""

    title: Line
    """What is done, and what customers notice."""
    components: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """The components worked on."""
    scheduled_for: Moment
    """When the work starts."""
    scheduled_until: Moment
    """When it ends at the latest."""
    articles: tuple[ContentPath, ...] = ()
    """Articles that say more, from content/."""


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


@dataclasses.dataclass(frozen=True)
class Incident:
    """Something that went wrong, with its timeline, oldest update first."""

    id: str
    title: str
    impact: Impact
    components: Mapping[str, ComponentStatus]
    started: datetime
    updates: tuple[Update, ...]
    articles: tuple[str, ...] = ()
    automatic: bool = False
    """Whether the checks found it, rather than a person."""
    continued_as: str | None = None
    """The id of the written incident that took over from an automatic one."""

    @property
    def resolved_at(self) -> datetime | None:
        """When customers were no longer hit, or None while they are."""
        return next((update.at for update in self.updates if update.status is UpdateStatus.RESOLVED), None)

    @property
    def status(self) -> UpdateStatus:
        """What the latest update says."""
        return self.updates[-1].status

    @property
    def updated_at(self) -> datetime:
        """When something was last said."""
        return self.updates[-1].at


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

    @property
    def updated_at(self) -> datetime:
        """When something was last said."""
        return self.updates[-1].at

    @property
    def ended_at(self) -> datetime | None:
        """When a person said that it was done, or None."""
        return next((update.at for update in self.updates if update.status is UpdateStatus.COMPLETED), None)


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


@dataclasses.dataclass(frozen=True)
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


@dataclasses.dataclass(frozen=True)
class Coverage:
    """A stretch of time in which a check was really watched; outside of it there is no data."""

    component: str
    check: str
    start: datetime
    end: datetime
