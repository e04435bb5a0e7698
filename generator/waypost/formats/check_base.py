"""What every kind of check has, and when its answers are believed."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from waypost.formats.expectations import ExpectBase, Written
from waypost.formats.status import ComponentStatus, Trouble
from waypost.formats.types import STRICT, Duration, Slug, fault

Count = Annotated[int, Field(ge=1, le=100)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Flapping:
    """When a check that keeps changing is held down until it has been well for a while."""

    changes: Annotated[int, Field(ge=2, le=20)] = 4
    """Confirmed changes of state within `within` from which on a check counts as flapping."""
    within: Duration = timedelta(hours=1)
    """The time in which the changes are counted."""
    hold: Duration = timedelta(minutes=10)
    """While it flaps, how long good answers must last before it is believed to be well again."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Confirmation:
    """When a check's answers are believed; what is not set here is as the level above says."""

    down_after: Count | None = None
    """Failures in a row before the state changes."""
    up_after: Count | None = None
    """Good answers in a row before it is operational again."""
    retry_every: Duration | None = None
    """How soon a check is run again while its answers differ from what is believed."""
    flapping: Flapping | None = None
    """When a check that keeps changing is held down."""

    @property
    def at_once(self) -> Confirmation:
        """The same, but one answer is believed where nothing else is written."""
        return dataclasses.replace(self, down_after=self.down_after or 1, up_after=self.up_after or 1)


@dataclasses.dataclass(frozen=True)
class Rules:
    """When one check's answers are believed, with every value settled."""

    down_after: int
    up_after: int
    retry_every: timedelta
    flapping: Flapping


@dataclass(frozen=True, config=STRICT, kw_only=True)
class CheckBase:
    """What every kind of check has."""

    id: Slug | None = None
    """Its name in the history; without it, its kind and place (http-1). Name checks that may change places."""
    every: Duration = timedelta(seconds=60)
    """How often."""
    timeout: Duration = timedelta(seconds=10)
    """The whole time an answer may take: name lookup, connection, encryption, headers and body together."""
    fails_as: Trouble = ComponentStatus.MAJOR_OUTAGE
    """The state of the component when the check fails."""
    regions: tuple[Slug, ...] = ()
    """Where it is run from, by the names in `regions` at the top; without any, wherever a poller is free."""
    policy: Confirmation = Field(default_factory=Confirmation)
    """When its answers are believed, where that differs from its component."""

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            message = "A check runs at most once a second; set `every` to 1s or more."
            raise fault("bad-value", message, "every")
        if self.timeout > self.every:
            message = "`timeout` is longer than `every`, so that checks would pile up. Shorten it."
            raise fault("bad-value", message, "timeout")

    @property
    def expected(self) -> ExpectBase | None:
        """What a good answer looks like, for kinds that have an answer."""
        found = getattr(self, "expect", None)
        return found if isinstance(found, ExpectBase) else None

    @property
    def within(self) -> timedelta | None:
        """The time from which on an answer counts as slow."""
        return self.expected.within if self.expected else None

    @property
    def warn_days(self) -> int:
        """Days before the end of a certificate from which on it is told of; 0 where none is looked at."""
        days: int = getattr(self.expected, "certificate_days", 0)
        return days

    @property
    def unanswered(self) -> ComponentStatus:
        """What is known of the component when the check got no answer."""
        return self.fails_as

    def written(self) -> list[Written]:
        """Return the texts of it that only outside libraries can read."""
        return []
