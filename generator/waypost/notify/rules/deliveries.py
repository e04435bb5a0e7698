"""Endpoints, deliveries and attempts, and what follows an attempt: when to try again, and when to give up.

A circuit breaker holds for everything that is sent to a host: from the fifth failure in a row on, nothing is sent to
it for a while (it is open). After that one endpoint at a time is tried (it is half open), until a delivery works.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.formats.subscribers import DeliverySettings, NoticeEvent
from waypost.notify.rules.notices import Disabled

JITTER = 0.1
"""By which share a wait is moved at random, so that endpoints that failed together do not come back together."""

THRESHOLD = 5
"""Failures in a row from which on a host is left alone."""

FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=10)
"""How long at first, and at most."""


@dataclass(frozen=True)
class OutboxTotals:
    """How much waits in an outbox."""

    waiting: int | None = None
    """Deliveries that are still to be made; None where nobody counted them."""
    delivered_at: datetime | None = None
    """When one was last made."""


@dataclass(frozen=True)
class Endpoint:
    """The address of one subscriber, as the outbox knows it."""

    id: str
    """The id of the subscriber."""
    kind: str
    """The channel, such as `webhook`."""
    host: str = ""
    """The host name whose failures and simultaneous sendings are counted together; never shown."""
    fingerprint: str = ""
    """Changes with the configuration; a disabled endpoint is tried again when it does."""


@dataclass(frozen=True)
class EndpointState:
    """The state of an endpoint, for operators."""

    id: str
    kind: str
    configured: bool
    """Whether it is in subscribers.yml."""
    pending: int
    """How many deliveries wait for it, those on their way included."""
    failed: int
    """How many were given up and can be replayed."""
    next_at: datetime | None
    """When it is sent to next; None where nothing is pending."""
    leased_until: datetime | None
    """Until when a worker holds it at most; None where none does."""
    failing_since: datetime | None
    disabled: Disabled | None
    unsubscribed_at: datetime | None


class DeliveryState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up: a dead letter, which can be replayed."""


@dataclass(frozen=True)
class Delivery:
    """One notice on its way to one endpoint."""

    id: int
    """Grows with each delivery, in the order in which an endpoint gets them."""
    sequence: int
    """The number of its notice, which grows from notice to notice."""
    endpoint: str
    kind: str
    event: NoticeEvent
    subject: str
    """The thread, such as `incident/2026-11-20-downloads`."""
    message_id: str
    """The same over all attempts and replays: the `webhook-id`."""
    created_at: datetime
    state: DeliveryState
    attempts: int
    """How many attempts were begun."""
    failures: int
    """How many are known to have failed since it was made or replayed."""
    last_at: datetime | None = None
    """When the last attempt began."""
    last_error: str = ""
    """Why the last attempt failed, in words without addresses, secrets or parts of an answer."""
    delivered_at: datetime | None = None
    remote: str = ""
    """The receiver's id for the message, where it is needed to follow it up."""
    body: bytes = field(default=b"", repr=False)
    """The frozen message; only a delivery that was claimed has it."""
    first_remote: str = ""
    """The receiver's id for the first message of the same thread; only claimed ones have it, and not the first."""


@dataclass(frozen=True)
class DeliveryFilter:
    """Which deliveries are meant; every condition that is given must hold."""

    state: DeliveryState | None = None
    endpoint: str | None = None
    since: datetime | None = None
    """Made at or after."""
    until: datetime | None = None
    """Made before."""
    ids: Collection[int] | None = None


@dataclass(frozen=True)
class ClaimedEndpoint:
    """An endpoint that a worker holds until its lease ends, with its next deliveries in order."""

    endpoint: str
    kind: str
    epoch: int
    """Grows with each claim; a result under an older one is refused."""
    leased_until: datetime
    failing_since: datetime | None
    """When it first failed since it last worked; None while it works."""
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class Attempt:
    """The outcome of sending one message."""

    delivery: int
    """The id of the delivery."""
    at: datetime
    """When it ended."""
    delivered: bool
    remote: str = ""
    error: str = ""
    """Why it failed, in words without addresses, secrets or parts of an answer."""
    gives_up: bool = False
    """Whether the delivery is a dead letter now."""
    next_at: datetime | None = None
    """When it is tried again, where it failed and is not given up."""
    blames_host: bool = False
    """Whether the failure counts against the host, and not only this endpoint."""


@dataclass(frozen=True)
class ClaimResult:
    """What became of a claim, with which a worker gives the endpoint back."""

    claim: ClaimedEndpoint
    attempts: tuple[Attempt, ...]
    """In the order of the deliveries; a delivery without an attempt was not sent."""
    disabled: Disabled | None = None
    """Set where nothing more is to be sent to the endpoint."""
    fault: Exception | None = None
    """What went wrong on our side and kept the rest from being sent; no fault of the receiver."""


class TransportError(Exception):
    """A message was not accepted; the words hold no address, no secret, and no part of an answer."""

    def __init__(
        self,
        words: str,
        *,
        permanent: bool = False,
        disables: bool = False,
        retry_after: timedelta | None = None,
        blames_host: bool = False,
    ) -> None:
        super().__init__(words)
        self.permanent = permanent
        """Whether trying this message again would be of no use."""
        self.disables = disables
        """Whether the endpoint is gone for good, so that nothing more is sent to it."""
        self.retry_after = retry_after
        """How long the receiver asked to wait."""
        self.blames_host = blames_host
        """Whether the host as a whole seems to be in trouble, and not only this endpoint."""


@dataclass(frozen=True)
class Decision:
    """What is to be done about a failure."""

    next_at: datetime | None
    """When it is tried again; None where the delivery is given up."""
    disable: str = ""
    """Why nothing more is sent to the endpoint; empty where it goes on."""


def decide(
    settings: DeliverySettings,
    error: TransportError,
    failures: int,
    failing_since: datetime | None,
    now: datetime,
    chance: float,
) -> Decision:
    """Decide about the failure that follows `failures` earlier ones of the same delivery.

    `failing_since` is when the endpoint first failed since it last worked, `chance` a random number from 0 to 1.
    The schedule is the example of Standard Webhooks, which Svix uses: the n-th wait follows the n-th failure.
    """
    if error.disables:
        return Decision(None, str(error))
    if failing_since is not None and now - failing_since >= settings.disable_after:
        days = settings.disable_after / timedelta(days=1)
        return Decision(None, f"nothing but failures for {days:g} day{'' if days == 1 else 's'}")
    if error.permanent or failures >= len(settings.retry_after):
        return Decision(None)
    wait = settings.retry_after[failures] * (1 + JITTER * (2 * chance - 1))
    return Decision(now + max(wait, error.retry_after or timedelta(0)))


def open_for(failures: int) -> timedelta | None:
    """Return how long a host is left alone after so many failures in a row; None while it is not."""
    if failures < THRESHOLD:
        return None
    # A host may fail a hundred thousand times: no number that large is needed.
    doublings = min(failures - THRESHOLD, 20)
    return min(FIRST * (1 << doublings), LONGEST)


def at_once(failures: int, per_host: int) -> int:
    """Return how many endpoints of a host may be sent to at the same time, once it is not left alone."""
    return per_host if failures < THRESHOLD else 1
