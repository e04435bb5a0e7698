"""The values that pass between the runner of checks and the store: plans, claims, outcomes, states and roll-ups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from waypost.formats.status import ComponentStatus, Observation, StateChange


class Series(NamedTuple):
    """A check as one region sees it: what a row of observations, states and the schedule is about."""

    component: str
    check: str
    region: str = ""


@dataclass(frozen=True)
class Plan:
    """How often a series is to be run."""

    series: Series
    every: timedelta
    phase: float
    """Its place within the interval, 0 to 1, so that not all checks run at once."""
    lease: timedelta
    """How long a poller may work on its claim before others may claim the series: the timeout and a little."""


@dataclass(frozen=True)
class Claim:
    """The right to run a series once."""

    series: Series
    due_at: datetime
    epoch: int
    """Grows with every claim of the series: what comes from an older claim is refused (a fencing token)."""


@dataclass(frozen=True)
class Streak:
    """A streak of answers at least (or at most) as bad as some level."""

    count: int = 0
    first: Observation | None = None


class FailedAnswer(NamedTuple):
    """An answer that was not good, as it is remembered to notice failures that come and go."""

    number: int
    """Which answer of the series it was, counted from 1."""
    at: datetime
    status: ComponentStatus


@dataclass(frozen=True)
class SeriesState:
    """All that must be known of a series to judge its next answer; kept beside its rows."""

    status: ComponentStatus | None = None
    """The confirmed state; None before there was any."""
    held_since: datetime | None = None
    """Since when it is well, while flapping keeps that from being certain; None at all other times."""
    at_least: Mapping[ComponentStatus, Streak] = field(default_factory=dict)
    """The present streak of answers at least as bad as each trouble."""
    at_most: Mapping[ComponentStatus, Streak] = field(default_factory=dict)
    """The present streak of answers at most as bad as each measured state."""
    recent: tuple[Observation, ...] = ()
    """The newest answers, oldest first, five at most: a change takes its reason from them."""
    changed: tuple[datetime, ...] = ()
    """When the latest changes were confirmed, held back or not, oldest first, at most twenty."""
    answered: int = 0
    """How many answers there were in all."""
    failures: tuple[FailedAnswer, ...] = ()
    """Those of the latest 24 answers that were not good, since the present state began; oldest first."""
    has_later_rows: bool = False
    """Whether there are rows that are later than the latest answer, since a clock was set back."""

    @property
    def judged(self) -> ComponentStatus | None:
        """The state that the answers speak for: the confirmed one, or operational while that is held back."""
        return self.status if self.held_since is None else ComponentStatus.OPERATIONAL

    @property
    def newest(self) -> Observation | None:
        """The latest answer."""
        return self.recent[-1] if self.recent else None


@dataclass(frozen=True)
class RecordedOutcome:
    """An outcome after the store has judged it."""

    series: Series
    state: SeriesState
    observation: Observation | None = None
    """The observation as stored; None where there was nothing to store."""
    change: StateChange | None = None
    refused: bool = False
    """Whether the claim was lost to another poller, so that nothing was stored."""
    reason: str = ""
    """Why there is no observation, where something is wrong."""
    fault: str = ""
    """The kind of fault where nothing was kept because the outcome itself could not be stored."""


class PingKind(StrEnum):
    """What a job reports: it ended well, began, or failed."""

    SUCCESS = "success"
    START = "start"
    FAIL = "fail"


@dataclass(frozen=True)
class Ping:
    """One report of a job."""

    component: str
    check: str
    at: datetime
    kind: PingKind = PingKind.SUCCESS
    exit_code: int | None = None


@dataclass(frozen=True)
class Pings:
    """The latest reports of a job, by their kind; each is None where there was none."""

    success: datetime | None = None
    start: datetime | None = None
    fail: datetime | None = None
    exit_code: int | None = None
    """The exit code that came with the latest failure, where one did."""
    first: datetime | None = None
    """When it was first watched or reported: before that, silence means nothing."""

    def until(self, limit: datetime) -> Pings:
        """Return what was reported up to a moment: what is later than now was reported to a wrong clock."""
        moments = {name: getattr(self, name) for name in ("success", "start", "fail")}
        later = {name: None for name, moment in moments.items() if moment is not None and moment > limit}
        first = self.first if self.first is None else min(self.first, limit)
        return replace(self, first=first, **later)


class Resolution(StrEnum):
    """The length of time that one roll-up sums up."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True)
class Rollup:
    """The answers of one series in an hour or a day (UTC), summed up."""

    series: Series
    at: datetime
    """When the hour or day begins."""
    counts: Mapping[ComponentStatus, int]
    """How many answers showed each state; states that none showed are left out."""
    sketch: bytes
    """The latencies of all answers in milliseconds: a `waypost.base.sketch.Sketch` as bytes."""
