"""Our own connection: a failure is believed only while well known hosts can be reached."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime

from waypost.base.clock import Clock
from waypost.formats.checks import TcpCheck
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Uplink
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext

Reach = Callable[[Uplink, datetime], bool]
"""Returns whether one of the hosts can be reached now."""


class UplinkGuard:
    """Knows whether our own connection works, and checks it again whenever a failure needs it; for several threads."""

    def __init__(self, uplink: Uplink | None, reach: Reach, clock: Clock) -> None:
        self._uplink = uplink
        self._reach = reach
        self._clock = clock
        self._lock = threading.Lock()
        self._good_at: float | None = None
        self._down_since: datetime | None = None

    @property
    def down_since(self) -> datetime | None:
        """When it was first found to be down, or None while it works."""
        return self._down_since

    def works_since(self, began: float) -> bool:
        """Return whether our connection worked at some time after what failed had begun, by the monotonic clock.

        One thread reaches for the hosts, and the others share its result.
        """
        if self._uplink is None:
            return True
        with self._lock:
            if self._good_at is None or self._good_at < began:
                self._reach_hosts(self._uplink)
            return self._down_since is None

    def watch(self) -> bool:
        """Check when it is time, or while it is down, and return whether it works."""
        if self._uplink is None:
            return True
        with self._lock:
            every, now = self._uplink.every.total_seconds(), self._clock.monotonic()
            if self._down_since or self._good_at is None or now - self._good_at >= every:
                self._reach_hosts(self._uplink)
            return self._down_since is None

    def _reach_hosts(self, uplink: Uplink) -> None:
        began = self._clock.monotonic()
        if self._reach(uplink, self._clock()):
            self._good_at, self._down_since = began, None
        elif self._down_since is None:
            self._down_since = self._clock.moment(began)


def reach(uplink: Uplink, now: datetime) -> bool:
    """Return whether one of the targets takes a connection; all are tried at once, within one timeout."""
    context = ProbeContext(now=now)
    checks = [TcpCheck(tcp=target, timeout=uplink.timeout, every=uplink.timeout) for target in uplink.targets]
    with ThreadPoolExecutor(len(checks), "waypost-uplink") as pool:
        tries = [pool.submit(probe, check, context) for check in checks]
        return any(item.result().status is ComponentStatus.OPERATIONAL for item in as_completed(tries))
