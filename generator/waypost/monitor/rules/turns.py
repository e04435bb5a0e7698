"""Which checks may start: so many at once, and so many of one host; what became of those that could not.

A host that answers nobody holds its places until each check has waited in vain. The checks behind them are in
no doubt either: as long as none of that host had an answer since they were claimed, they count as unanswered.
All moments are those of the monotonic clock, in seconds: nobody sets it.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from waypost.formats.observations import Claim
from waypost.monitor.rules.schedule import Job

RECORDING = 0.5
"""Seconds before its lease ends at which a check that could not start is given up, to record that in time."""


@dataclass(frozen=True, eq=False)
class Started:
    """A claimed check that waits for its turn or runs."""

    job: Job
    claim: Claim
    at: float
    """When it was claimed."""

    @property
    def until(self) -> float:
        """When it must have begun, so that it ends before others may claim it."""
        return self.at + (self.job.plan.lease - self.job.check.timeout).total_seconds()

    @property
    def given_up_at(self) -> float:
        """When it is given up, where it could not begin."""
        return max(self.until, self.at + self.job.plan.lease.total_seconds() - RECORDING)


@dataclass(frozen=True)
class Skipped:
    """A check that could not begin in time."""

    item: Started
    unanswered: int = 0
    """How many checks hold its host without an answer; 0 where it is only late."""


@dataclass
class _Host:
    """What is known of one host while checks of it run or wait."""

    running: dict[Started, float] = field(default_factory=dict)
    """With the moment at which each began."""
    ended: deque[tuple[float, bool]] = field(default_factory=deque)
    """When checks ended, and whether they waited in vain."""


class Turns:
    """Decides what may start, and gives up what has waited too long."""

    def __init__(self, workers: int, per_host: int) -> None:
        self._workers = workers
        self._width = float(workers)
        self._per_host = per_host
        self._waiting: list[Started] = []
        self._hosts: defaultdict[str, _Host] = defaultdict(_Host)
        self._running = 0

    @property
    def free(self) -> int:
        """How many more may be claimed; those that wait for nothing but their host take no place from others."""
        waiting = Counter(item.job.host for item in self._waiting)
        for_a_worker = sum(count for host, count in waiting.items() if not host or self._is_free(host))
        return max(0, int(self._width) - self._running - for_a_worker)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or runs."""
        return not self._waiting and not self._running

    def add(self, items: Iterable[Started]) -> None:
        """Let some wait for their turn."""
        self._waiting.extend(items)

    def start(self, now: float) -> tuple[list[Started], list[Skipped]]:
        """Return what starts now, the longest due first, and what has waited too long and is skipped."""
        started: list[Started] = []
        skipped: list[Skipped] = []
        still: list[Started] = []
        for item in sorted(self._waiting, key=lambda item: item.claim.due_at):
            host = item.job.host
            if item.until >= now and self._running < int(self._width) and (not host or self._is_free(host)):
                self._hosts[host].running[item] = now
                self._running += 1
                started.append(item)
            elif item.until >= now:
                still.append(item)
            elif (unanswered := self._unanswered(item, now)) is not None or item.given_up_at < now:
                skipped.append(Skipped(item, unanswered or 0))
            else:
                still.append(item)
        self._waiting = still
        self._forget()
        return started, skipped

    def end(self, item: Started, now: float, *, is_timeout: bool | None = None) -> None:
        """Note that one has ended, and whether it waited for its host in vain; None where nothing is known of that."""
        self._running -= 1
        host = self._hosts[item.job.host]
        host.running.pop(item)
        if is_timeout is not None:
            host.ended.append((now, is_timeout))

    def narrow(self) -> None:
        """Run half as many at a time: this machine lacks what they need."""
        self._width = max(1.0, min(self._width, self._running + 1) / 2)

    def widen(self) -> None:
        """Run slowly more at a time again, up to as many as there are workers."""
        self._width = min(float(self._workers), self._width + 1 / self._width)

    def _is_free(self, host: str) -> bool:
        return host not in self._hosts or len(self._hosts[host].running) < self._per_host

    def _unanswered(self, item: Started, now: float) -> int | None:
        """Return how many checks hold the host without an answer; None where that is not known yet.

        It is 0 where one had an answer while this one waited, or where it did not wait for its host.
        """
        host = self._hosts.get(item.job.host) if item.job.host else None
        if host is None:
            return 0
        ended = [is_timeout for moment, is_timeout in host.ended if moment >= item.at]
        if not all(ended) or (self._is_free(item.job.host) and not ended):
            return 0
        waits = sum(now - began >= item.job.check.timeout.total_seconds() for began in host.running.values())
        return max(len(host.running), 1) if len(ended) + waits else None

    def _forget(self) -> None:
        """Forget what no check that waits needs to know."""
        waiting: dict[str, float] = {}
        for item in self._waiting:
            waiting[item.job.host] = min(waiting.get(item.job.host, item.at), item.at)
        for name, host in [*self._hosts.items()]:
            if name not in waiting:
                host.ended.clear()
            while host.ended and host.ended[0][0] < waiting[name]:
                host.ended.popleft()
            if not host.running and name not in waiting:
                del self._hosts[name]
