"""The newest page on its way to the notices: published first where that works, and told in time where not."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from waypost.formats.status_site import StatusSite
from waypost.status.rules.snapshot import Snapshot

PATIENCE = 5.0
"""Seconds that notices wait for their page to be written; a disk that is full or hangs delays them no longer."""

STALE_AFTER = 20.0
"""Seconds after which a page counts as old, and what needs no new one is notified of with it."""


@dataclass(frozen=True)
class PendingPage:
    """A page as subscribers are notified of it."""

    site: StatusSite
    snapshot: Snapshot
    offered: float
    """When it was made, by the steady clock."""


class LatestPage:
    """Holds one page, the newest; one thread offers pages, and another takes them."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._page: PendingPage | None = None
        self._is_released = False
        self._taken: PendingPage | None = None
        self._taken_at = 0.0

    def offer(self, site: StatusSite, snapshot: Snapshot) -> None:
        """Put a page in the place of the one before; it may be taken once it is released, or after `PATIENCE`."""
        with self._lock:
            before = self._page
            offered = before.offered if before else self._monotonic()
            self._page, self._is_released = PendingPage(site, snapshot, offered), False

    def release(self, snapshot: Snapshot) -> None:
        """Let the page of this snapshot be taken: it is written, or cannot be. A newer one waits for its own."""
        with self._lock:
            if self._page and self._page.snapshot is snapshot:
                self._is_released = True

    def take(self) -> PendingPage | None:
        """Return the page that is to be notified of now, once."""
        with self._lock:
            page = self._page
            if page is None or not (self._is_released or self._monotonic() - page.offered >= PATIENCE):
                return None
            self._page = None
            self._taken, self._taken_at = page, self._monotonic()
            return page

    def give_back(self, page: PendingPage) -> None:
        """Return a page that could not be notified of, to be taken again unless there is a newer one."""
        with self._lock:
            if self._page is None:
                self._page, self._is_released = page, True

    def take_stale(self) -> PendingPage | None:
        """Return the page that was taken last where no other one came for `STALE_AFTER` seconds, once in that time."""
        with self._lock:
            if self._taken is None or self._monotonic() - self._taken_at < STALE_AFTER:
                return None
            self._taken_at = self._monotonic()
            return self._taken
