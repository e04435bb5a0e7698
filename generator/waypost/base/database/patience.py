"""How long a call to a database may wait, and that it ends soon where the process is to stop."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

AFTER_STOP = 2.0
"""Seconds a call may still wait once the process is to stop: what a healthy database needs to keep what was found."""

CHECK_EVERY = 0.1
"""Seconds between two looks at whether a wait is over."""


class _Stop:
    """One event that ends calls. Once a call had to be cut, the next ones have no chance and do not wait."""

    def __init__(self, event: threading.Event) -> None:
        self._event = event
        self._since: float | None = None
        self._has_cut = False

    def cuts(self, begun: float, now: float) -> bool:
        """Return whether a wait that began then must end; both by the monotonic clock."""
        if not self._event.is_set():
            return False
        if self._since is None:
            self._since = now
        self._has_cut |= now - max(begun, self._since) >= AFTER_STOP
        return self._has_cut


_stops: list[_Stop] = []


@contextmanager
def calls_end_with(stop: threading.Event) -> Iterator[None]:
    """While this lasts, every wait of this process for a database ends within `AFTER_STOP` of `stop` being set.

    A database that answers is not cut off: what was found until then can still be stored.
    """
    added = _Stop(stop)
    _stops.append(added)
    try:
        yield
    finally:
        _stops.remove(added)


class Wait:
    """One wait, which may last for so many seconds without a sign of life."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._begun = time.monotonic()

    def renew(self) -> None:
        """Begin again: there was a sign of life."""
        self._begun = time.monotonic()

    def is_over(self) -> bool:
        """Return whether nothing more is to be waited for."""
        now = time.monotonic()
        return now - self._begun >= self._limit or any(stop.cuts(self._begun, now) for stop in _stops)
