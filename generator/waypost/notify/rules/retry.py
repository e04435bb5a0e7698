"""What follows an attempt: when to try again, to give a delivery or an endpoint up, or to leave a host alone.

A circuit breaker holds for everything that is sent to a host: from the fifth failure in a row on, nothing is sent to
it for a while (it is open). After that one endpoint at a time is tried (it is half open), until a delivery works.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.formats.subscribers import DeliverySettings

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
