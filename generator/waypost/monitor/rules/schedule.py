"""The times of each check: spread over its interval by its name, sooner while in doubt, skipped when late."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from urllib.parse import urlsplit

from waypost.formats.checks import CheckBase, Rules, kind_of
from waypost.formats.observations import Claim, Plan, Series, SeriesState
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import StatusConfig
from waypost.status.rules.check_series import SILENCE

LEASE_MARGIN = timedelta(seconds=5)
"""How much longer than its timeout a check may take to be started and recorded, where its interval allows it."""

JITTER = 0.05
"""The share of an interval by which runs are moved at random, so that they do not meet what runs by the clock."""

MOST_JITTER = timedelta(seconds=2)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Job:
    """A check as one region runs it, with what is needed to run and judge it."""

    series: Series
    check: CheckBase
    rules: Rules

    @property
    def gap(self) -> timedelta:
        """A longer silence than this is no data."""
        return self.check.every * SILENCE

    @cached_property
    def host(self) -> str:
        """The host that is asked, so that not too much is asked of one at the same time; empty where nobody is."""
        target = getattr(self.check, kind_of(self.check))
        if not isinstance(target, str):
            return ""
        return urlsplit(target if "//" in target else f"//{target}").hostname or ""

    @property
    def plan(self) -> Plan:
        """The interval and lease of the job for the schedule."""
        return Plan(self.series, self.check.every, phase(self.series), lease(self.check))


@dataclass(frozen=True)
class CheckOutcome:
    """The outcome of one claimed run of a job."""

    claim: Claim
    job: Job
    next_due: datetime
    """When the job is run again."""
    retry_due: datetime
    """When it is run again instead, while its answers differ from the state that is believed."""
    observation: Observation | None = None
    """None where nothing may be judged: our own connection was down, or the source said nothing."""
    reason: str = ""
    """Why there is no observation, where something is wrong."""
    certificate: datetime | None = None
    """When the certificate of the answer expires."""
    is_clock_settled: bool = True
    """Whether nobody has set the clock lately; until then nothing is added to time that was watched already."""
    is_clock_set_back: bool = False
    """Whether somebody has just set it to a time that was over before; nothing at all is added to that yet."""


def jobs(config: StatusConfig, regions: Collection[str] = ("",)) -> list[Job]:
    """Return every check that a poller of these regions runs; a check without regions belongs to the region ''."""
    return [
        Job(Series(component.id, name, region), check, config.rules(component, check))
        for component in config.flat
        for name, check in component.named_checks
        for region in check.regions or ("",)
        if region in regions
    ]


def lease(check: CheckBase) -> timedelta:
    """Return how long one poller may keep a check to itself: the others take over within one interval."""
    least = check.timeout + timedelta(seconds=1)
    return min(check.timeout + LEASE_MARGIN, max(check.every, least))


def phase(series: Series) -> float:
    """Place a series within its interval by its name, so that not all of them run at once: 0 to 1."""
    digest = hashlib.sha256("/".join(series).encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


def slot_after(now: datetime, job: Job, chance: float = 0.0) -> datetime:
    """Return the next regular time of a job; times that have passed are skipped, not made up for.

    `chance` (0 to 1) moves it by up to a twentieth of the interval, two seconds at most. The times are the same
    for every poller and after every restart, because they follow from the name alone.
    """
    every = job.check.every
    first = _EPOCH + phase(job.series) * every
    moved = min(JITTER * every, MOST_JITTER) * chance
    return first + ((now - first) // every + 1) * every + moved


def in_doubt(state: SeriesState) -> bool:
    """Return whether the newest answer differs from what was judged, so that the next should come soon."""
    believed = state.judged or ComponentStatus.OPERATIONAL
    return state.newest is not None and state.newest.status is not believed
