"""Our own connection: a failure is believed only while well known hosts can be reached, and their names be found."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from waypost.base.clock import Clock
from waypost.base.net.failures import Blame, own_words
from waypost.formats.checks import TcpCheck
from waypost.formats.field_types import host_port
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Uplink
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult


@dataclass(frozen=True)
class Reached:
    """The state of our own connection at one moment."""

    works: bool
    """Whether one of the hosts took a connection."""
    finds_names: bool | None = None
    """Whether the name of one of them was found; None where all are addresses."""
    reasons: tuple[str, ...] = ()
    """Why those hosts were not reached that were not, with their names."""


Reach = Callable[[Uplink, datetime], Reached]
"""Tries to reach the hosts now."""


class UplinkGuard:
    """Knows whether our own connection works, and checks it again whenever a failure needs it; for several threads."""

    def __init__(self, uplink: Uplink | None, reach: Reach, clock: Clock) -> None:
        self._uplink = uplink
        self._reach = reach
        self._clock = clock
        self._lock = threading.Lock()
        self._good_at: float | None = None
        self._down_since: datetime | None = None
        self._latest = Reached(works=True)

    @property
    def down_since(self) -> datetime | None:
        """When it was first found to be down, or None while it works."""
        return self._down_since

    @property
    def latest(self) -> Reached:
        """The latest result; without an uplink, one that knows nothing."""
        return self._latest

    def worked_since(self, began: float) -> bool:
        """Return whether our connection is known to have worked after a moment; nothing is reached for.

        The moment is one of the monotonic clock.
        """
        return self._uplink is None or (self._good_at is not None and self._good_at >= began)

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
        self._latest = self._reach(uplink, self._clock())
        if self._latest.works:
            self._good_at, self._down_since = began, None
        elif self._down_since is None:
            self._down_since = self._clock.moment(began)


def reach(uplink: Uplink, now: datetime) -> Reached:
    """Try all targets at once, within one timeout: our connection works if one of them takes a connection."""
    context = ProbeContext(now=now)
    checks = [TcpCheck(tcp=target, timeout=uplink.timeout, every=uplink.timeout) for target in uplink.targets]
    try:
        with ThreadPoolExecutor(len(checks), "waypost-uplink") as pool:
            results = list(pool.map(lambda check: probe(check, context), checks))
    except (RuntimeError, MemoryError) as error:
        return Reached(works=False, reasons=(own_words(error),))
    return judged(dict(zip(uplink.targets, results, strict=True)))


def judged(results: Mapping[str, ProbeResult]) -> Reached:
    """Return what the results for all targets mean for our connection and for our name servers."""
    good = {target for target, result in results.items() if result.status is ComponentStatus.OPERATIONAL}
    names = {target for target in results if not _is_address(host_port(target)[0])}
    # Whoever refuses a connection has been found.
    found = {target for target in names if target in good or results[target].blame is Blame.SERVER}
    return Reached(
        bool(good),
        bool(found) if names else None,
        tuple(f"{target}: {result.reason}" for target, result in results.items() if target not in good),
    )


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
