"""The kinds of checks: what is measured, how often, and when an answer is believed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from waypost.model.status import ComponentStatus, Trouble
from waypost.model.types import STRICT, Duration, HostPort, Slug, WebUrl, fault

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
class HttpCheck(CheckBase):
    """A page or an API that is fetched again and again."""

    http: WebUrl
    """The address to fetch."""
    expect: Expect = Field(default_factory=Expect)
    """What a good answer looks like."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TcpCheck(CheckBase):
    """A port that takes connections."""

    tcp: HostPort
    """Host and port, such as `mail.example.com:25`."""


KINDS: Mapping[str, type[CheckBase]] = {"http": HttpCheck, "tcp": TcpCheck}
"""Every kind of check, by the key that it is written with."""


def kind_of(check: CheckBase) -> str:
    """Return the key that a check of this kind is written with: http, tcp and so on."""
    return next(name for name, kind in KINDS.items() if type(check) is kind)


def _tag(check: Any) -> str | None:
    if isinstance(check, CheckBase):
        return f"{kind_of(check)}check"
    return next((f"{name}check" for name in KINDS if isinstance(check, Mapping) and name in check), None)


Check = Annotated[
    Annotated[HttpCheck, Tag("httpcheck")] | Annotated[TcpCheck, Tag("tcpcheck")],
    Discriminator(_tag),
]
"""A check of any kind; the key that names the kind decides which."""
