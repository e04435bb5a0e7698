"""Endpoints, deliveries and attempts, and what follows an attempt: when to try again, and when to give up.

A circuit breaker holds for everything that is sent to a host: from the fifth failure in a row on, nothing is sent to
it for a while (it is open). After that one endpoint at a time is tried (it is half open), until a delivery works.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.formats.subscribers import DeliverySettings, NoticeEvent
from waypost.notify.rules.notices import Disabled


@dataclass(frozen=True)
class Endpoint:
    """Where one subscriber is reached, as the outbox knows it."""

    id: str
    """The id of the subscriber."""
    kind: str
    """The channel, such as `webhook`."""
    host: str = ""
    """Whose failures count together, and how many are sent to at once: a host name; never shown."""
    fingerprint: str = ""
    """Changes with the configuration; an endpoint that was disabled is tried again when it does."""


@dataclass(frozen=True)
class EndpointState:
    """What is known of an endpoint, for operators."""

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
    """How often it was begun."""
    failures: int
    """How often it is known to have failed since it was made or replayed."""
    last_at: datetime | None = None
    """When it was last begun."""
    last_error: str = ""
    """Why it last failed, in words without addresses, secrets or what the other side said."""
    delivered_at: datetime | None = None
    remote: str = ""
    """What the other side calls the message, where that is needed to follow it up."""


@dataclass(frozen=True)
class Letter:
    """A delivery that was claimed, with what is needed to send it."""

    delivery: Delivery
    body: bytes
    """As it was frozen when its notice was made."""
    first_remote: str = ""
    """What the other side calls the first message of the same thread at this endpoint; empty for the first one."""


@dataclass(frozen=True)
class ClaimedEndpoint:
    """An endpoint that a worker holds until its lease ends, with its next letters in order."""

    endpoint: str
    kind: str
    epoch: int
    """Grows with each claim; what is recorded under an older one is refused."""
    leased_until: datetime
    failing_since: datetime | None
    """When it first failed since it last worked; None while it works."""
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class Attempt:
    """The outcome of sending one letter."""

    delivery: int
    at: datetime
    """When it ended."""
    delivered: bool
    remote: str = ""
    error: str = ""
    """Why it failed, in words without addresses, secrets or what the other side said."""
    gives_up: bool = False
    """Whether it is a dead letter now."""
    next_at: datetime | None = None
    """When it is tried again, where it failed and is not given up."""
    blames_host: bool = False
    """Whether the failure counts against the host, and not only this endpoint."""


@dataclass(frozen=True)
class Report:
    """What a worker tells of an endpoint that it held, when it gives it back."""

    claim: ClaimedEndpoint
    attempts: tuple[Attempt, ...]
    """In the order of the letters; letters that are not in it were not sent."""
    disabled: Disabled | None = None
    """Where the endpoint is not to be sent to any more."""


JITTER = 0.1
"""By which share a wait is moved at random, so that endpoints that failed together do not come back together."""


@dataclass(frozen=True)
class Failure:
    """An attempt that failed, as the one who made it saw it."""

    words: str
    permanent: bool = False
    disables: bool = False
    retry_after: timedelta | None = None
    blames_host: bool = False


@dataclass(frozen=True)
class Decision:
    """What is to be done about a failure."""

    next_at: datetime | None
    """When it is tried again; None where the letter is given up."""
    disable: str = ""
    """Why the endpoint is not sent to any more; empty where it is."""


def decide(
    settings: DeliverySettings,
    failure: Failure,
    failures: int,
    failing_since: datetime | None,
    now: datetime,
    chance: float,
) -> Decision:
    """Decide about the failure that follows `failures` earlier ones of the same letter.

    `failing_since` is when the endpoint first failed since it last worked, `chance` a random number from 0 to 1.
    The schedule is the example of Standard Webhooks, which Svix uses: the n-th wait follows the n-th failure.
    """
    if failure.disables:
        return Decision(None, failure.words)
    if failing_since is not None and now - failing_since >= settings.disable_after:
        return Decision(None, f"nothing but failures for {_days(settings.disable_after)}")
    if failure.permanent or failures >= len(settings.retry_after):
        return Decision(None)
    wait = settings.retry_after[failures] * (1 + JITTER * (2 * chance - 1))
    return Decision(now + max(wait, failure.retry_after or timedelta(0)))


def _days(span: timedelta) -> str:
    days = span / timedelta(days=1)
    return f"{days:g} day{'' if days == 1 else 's'}"


THRESHOLD = 5
"""Failures in a row from which on a host is left alone."""

FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=10)
"""How long at first, and at most."""


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
