"""The file status/status.yml: the page, its components and their checks, and when a failure counts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.base.intervals import day_start
from waypost.formats.checks import Check, Confirmation, Flapping, Rules, kind_of
from waypost.formats.field_types import (
    STRICT,
    Day,
    DirectoryUrl,
    Duration,
    HostPort,
    Line,
    MomentOrDay,
    Slug,
    TimeZone,
    Trust,
    fault,
)
from waypost.formats.status import ComponentStatus, Trouble


def _needed(value: Any) -> Any:
    if value in ("any", "all") or (type(value) is int and 1 <= value <= 100):
        return value
    raise fault("bad-value", "Expected `any`, `all`, or how many checks must fail, such as 2.")


Combine = Annotated[
    Literal["any", "all"] | int,
    BeforeValidator(_needed),
    WithJsonSchema({"oneOf": [{"enum": ["any", "all"]}, {"type": "integer", "minimum": 1, "maximum": 100}]}),
]
"""any, all, or the number of checks that must fail before their component does."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Component:
    """A part of the service that customers know by name."""

    id: Slug
    """Its name for machines; it never changes, because public ids derive from it."""
    name: Line
    """Its name for people."""
    description: Line = ""
    """What it does, in a few words."""
    checks: tuple[Check, ...] = ()
    """How its health is measured; without one, only written incidents set its state."""
    combine: Combine = "any"
    """How many of its checks must fail: `any` of them, `all`, or a number (a quorum)."""
    depends_on: tuple[Slug, ...] = ()
    """Components it cannot work without: while one of them is in trouble, it is told as part of that trouble."""
    policy: Confirmation = Field(default_factory=Confirmation)
    """When its checks' answers are believed, where that differs from the page."""
    formerly: tuple[Slug, ...] = ()
    """Ids that it had before, the oldest first: its history, old incidents and addresses stay with it."""

    @property
    def named_checks(self) -> tuple[tuple[str, Check], ...]:
        """The checks with the ids that their observations are kept under."""
        return tuple(
            (check.id or f"{kind_of(check)}-{number}", check)
            for number, check in enumerate(self.checks, start=1)
        )


@dataclass(frozen=True, config=STRICT, kw_only=True)
class RetiredComponent:
    """A component that the service has no more, whose history and addresses stay."""

    id: Slug
    """The id that it had: old incidents name it."""
    name: Line
    """Its name for people."""
    until: Day
    """The last day on which it was a part of the service."""
    description: Line = ""
    """What it did, in a few words."""
    formerly: tuple[Slug, ...] = ()
    """Ids that it had before, the oldest first."""
    depends_on: tuple[Slug, ...] = ()
    """Components that it could not work without: outages of both are one incident."""


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
    retry_every: Duration | None = None
    """How soon a check is run again while its answers differ from what is believed; without it, after `every`."""
    flapping: Flapping = Field(default_factory=Flapping)
    """When a check that keeps changing must be well for a while before it is operational again."""
    correlate: Literal["page", "group", "off"] = "page"
    """Which components that fail at once share one automatic incident: those of the `page`, of a `group`, or none."""
    weights: dict[Trouble, Weight] = Field(default_factory=dict)
    """How much of the time in a state counts as downtime; major 1, partial 0.3 and degraded 0 if not set."""
    slo: Annotated[float, Field(gt=0, lt=100)] = 99.9
    """The availability goal, in percent."""
    least_coverage: Duration = timedelta(hours=1)
    """How much of a window must have been watched before a percentage is given; half of a window always is enough."""

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
class Uplink:
    """Well known hosts that answer whenever our own connection works."""

    targets: Annotated[tuple[HostPort, ...], Field(min_length=1, max_length=10)]
    """Addresses to connect to, such as `"1.1.1.1:443"`; our connection works if one of them answers."""
    every: Duration = timedelta(seconds=30)
    """How often."""
    timeout: Duration = timedelta(seconds=3)
    """How long an answer may take."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ReportedHistory:
    """A time in which every incident was written down, by people or another page, though no check of ours watched."""

    start: MomentOrDay = Field(alias="from")
    """From when on: a moment, or the beginning of a day in the zone of the page."""
    until: MomentOrDay
    """Until when: a moment, or the end of a day in the zone of the page."""
    source: Line = ""
    """Where it was kept, such as the address of the page before this one."""

    def __post_init__(self) -> None:
        """Refuse a time that ends before it begins."""
        start, end = self.interval(ZoneInfo("UTC"))
        if start >= end:
            raise fault("bad-value", "This lies before `from`. Give the later of the two.", "until")

    def interval(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return its start and end, with the days of a zone."""
        start, end = self.start, self.until
        return (
            start if isinstance(start, datetime) else day_start(start, zone),
            end if isinstance(end, datetime) else day_start(end + timedelta(days=1), zone),
        )


@dataclass(frozen=True, config=STRICT, kw_only=True)
class StatusConfig:
    """The file status/status.yml."""

    page: PageConfig
    """The status page as a whole."""
    policy: Policy = Field(default_factory=Policy)
    """When a failure counts, and how downtime is weighed."""
    components: Annotated[tuple[Entry, ...], Field(min_length=1)]
    """Groups of components, or single components, in the order of the page."""
    regions: dict[Slug, Line] = Field(default_factory=dict)
    """Places that checks are run from, and their names on the page."""
    uplink: Uplink | None = None
    """How Waypost knows that its own connection works; while it does not, nothing is judged."""
    trust: Trust | None = None
    """Whom checks trust beside the well known authorities: a file of certificates in PEM, or `system`."""
    reported: tuple[ReportedHistory, ...] = ()
    """Times in which every incident was written down: what has checks and no measurement there was operational."""
    retired: tuple[RetiredComponent, ...] = ()
    """Components that the service has no more: old incidents may name them."""

    @property
    def present_ids(self) -> dict[str, str]:
        """Every id that a component has or had, retired ones too, with the id that it has now."""
        parts: tuple[RetiredComponent | Component, ...] = (*self.retired, *self.flat)
        return {name: part.id for part in parts for name in (*part.formerly, part.id)}

    @property
    def with_retired(self) -> tuple[Component, ...]:
        """All components that history may be about: those of the page in its order, and then retired ones."""
        gone = (
            Component(id=item.id, name=item.name, formerly=item.formerly, depends_on=item.depends_on)
            for item in self.retired
        )
        return (*self.flat, *gone)

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

    def rules(self, component: Component, check: Check) -> Rules:
        """Return when a check's answers are believed: its own word, its component's, or the page's."""
        own, above, page = check.policy, component.policy, self.policy
        return Rules(
            down_after=own.down_after or above.down_after or page.down_after,
            up_after=own.up_after or above.up_after or page.up_after,
            retry_every=min(
                own.retry_every or above.retry_every or page.retry_every or check.every, check.every
            ),
            flapping=own.flapping or above.flapping or page.flapping,
        )

    def confirmation_time(self, component: Component) -> timedelta:
        """Return how long a component may fail at most before that is confirmed, where its checks are run on time.

        Of each check that is one interval until it is run, its retries, and the timeout of the last one; of
        several checks, the time until as many as `combine` needs have confirmed it.
        """
        times = []
        for check in component.checks:
            rules = self.rules(component, check)
            times.append(check.every + (rules.down_after - 1) * rules.retry_every + check.timeout)
        if not times:
            return timedelta(0)
        needed = {"any": 1, "all": len(times)}.get(str(component.combine), component.combine)
        return sorted(times)[min(int(needed), len(times)) - 1]
