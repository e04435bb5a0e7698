"""When a host that keeps failing is left alone: a circuit breaker for everything that is sent to it. Pure.

From the fifth failure in a row on, nothing is sent to the host for a while (it is open). After that one
endpoint at a time is tried (it is half open), until a delivery works.
"""

from __future__ import annotations

from datetime import timedelta

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
