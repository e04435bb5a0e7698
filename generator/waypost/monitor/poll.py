"""Run checks: each at its time, several at once, their outcomes recorded together."""

from __future__ import annotations

import logging
import queue
import random
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.base.clock import Clock
from waypost.base.database.engine import StoreError
from waypost.base.database.leases import owner_name
from waypost.formats.checks import HeartbeatCheck
from waypost.formats.observations import Claim, Pings, RecordedOutcome, Series
from waypost.formats.run_options import WORKERS
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import StatusConfig
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult
from waypost.monitor.rules.schedule import CheckOutcome, Job, jobs, slot_after
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.uplink import UplinkGuard, reach
from waypost.problems import Refused, did_you_mean

log = logging.getLogger("waypost")

PER_HOST = 6
"""Checks of one host that run at the same time, as many as a browser opens connections to it."""


class UnknownRegion(Refused):
    """The site has no such region; the message names those that it has."""


def require_region(config: StatusConfig, region: str) -> None:
    """Raise UnknownRegion where a poller would run nothing, or less than its operator believes."""
    known = ", ".join(config.regions)
    if region and region not in config.regions:
        hint = did_you_mean(region, config.regions) or f" Regions: {known or 'none'}."
        raise UnknownRegion(f"There is no region '{region}' in status/status.yml.{hint}")
    regional = sum(bool(check.regions) for component in config.flat for _, check in component.named_checks)
    if regional and not region:
        raise UnknownRegion(
            f"Some checks are run from regions. Say where this runs with --region, one of: {known}."
        )


@dataclass(frozen=True)
class Started:
    """A claimed check that waits for its turn or runs."""

    job: Job
    claim: Claim
    until: datetime
    """When it must have begun, so that it ends before others may claim it."""


Ended = tuple[Started, float, ProbeResult | None]
"""A check with the monotonic time at which its run began, and its result; None where nothing may be judged."""


class Turns:
    """Decides what may start: so many at once, and so many of one host; what waits too long is skipped."""

    def __init__(self, workers: int, per_host: int) -> None:
        self._workers = workers
        self._per_host = per_host
        self._waiting: deque[Started] = deque()
        self._hosts: Counter[str] = Counter()
        self._running = 0

    @property
    def free(self) -> int:
        """How many more may be claimed."""
        return max(0, self._workers - self._running - len(self._waiting))

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits or runs."""
        return not self._waiting and not self._running

    def add(self, items: Iterable[Started]) -> None:
        """Let some wait for their turn."""
        self._waiting.extend(items)

    def start(self, now: datetime) -> tuple[list[Started], list[Started]]:
        """Return what starts now, and what has waited too long and is skipped."""
        started: list[Started] = []
        skipped: list[Started] = []
        still: deque[Started] = deque()
        for item in self._waiting:
            host = item.job.host
            if item.until < now:
                skipped.append(item)
            elif self._running < self._workers and (not host or self._hosts[host] < self._per_host):
                self._hosts[host] += 1
                self._running += 1
                started.append(item)
            else:
                still.append(item)
        self._waiting = still
        return started, skipped

    def end(self, item: Started) -> None:
        """Note that one has ended."""
        self._running -= 1
        self._hosts[item.job.host] -= 1
        if not self._hosts[item.job.host]:
            del self._hosts[item.job.host]


class Poller:
    """Claims what is due from the store, runs it in threads, and records what was found.

    Several pollers may share one database: what one has claimed, no other runs. A poller that dies is
    succeeded by the others as soon as its claims run out.
    """

    def __init__(
        self,
        config: StatusConfig,
        store: MonitorStore,
        region: str = "",
        *,
        everywhere: bool = False,
        clock: Clock | None = None,
        workers: int = WORKERS,
    ) -> None:
        self.clock = clock or Clock()
        self._store = store
        self.region = region
        self._everywhere = everywhere
        self._owner = owner_name()
        self._turns = Turns(workers, PER_HOST)
        self._pool = ThreadPoolExecutor(workers, "waypost-check")
        self._done: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self._chance = random.Random()  # noqa: S311  # it spreads load, and keeps no secret
        # Not known yet: the last poller may have ended while the connection was down, and its end must be kept.
        self._is_down: bool | None = None
        self.configure(config)

    def configure(self, config: StatusConfig) -> None:
        """Start over with these checks; those that are running end by themselves."""
        # Checks without regions are anybody's.
        self.regions = {self.region, "", *(config.regions if self._everywhere else ())}
        self._config, generation = config, self._store.generation
        self._jobs: Mapping[Series, Job] = {job.series: job for job in jobs(config, self.regions)}
        self._guard = UplinkGuard(config.uplink, reach, self.clock)
        self._store.plan([job.plan for job in self._jobs.values()], self.clock(), self.regions)
        self._store.watch(
            [job.series[:2] for job in self._jobs.values() if isinstance(job.check, HeartbeatCheck)],
            self.clock(),
        )
        self._generation = generation

    def step(self, patience: float) -> list[RecordedOutcome]:
        """Start what is due, wait at most `patience` seconds, and record and return what has ended.

        Raises StoreError where nothing can be claimed or recorded; what was found meanwhile is then lost,
        its claims run out, and it is run again.
        """
        if self._generation != self._store.generation:
            # Another database knows nothing of the checks.
            self.configure(self._config)
        now = self.clock()
        skipped: list[Started] = []
        if self._check_uplink():
            self._claim(now, self._turns.free)
            started, skipped = self._turns.start(now)
            self._launch(started)
        ended = self._ended(self._wait(now, patience))
        ended += [(item, self.clock.monotonic(), None) for item in skipped]
        outcomes = [self._outcome(*each) for each in ended]
        return self._store.record(outcomes) if outcomes else []

    def _check_uplink(self) -> bool:
        """Return whether our own connection works, and store when that changed."""
        works = self._guard.watch()
        since = self._guard.down_since
        if since and self._is_down is not True:
            self._store.uplink_down(self.region, since)
        elif not since and self._is_down is not False:
            self._store.uplink_up(self.region, self.clock())
        self._is_down = since is not None
        return works

    def _claim(self, now: datetime, limit: int) -> None:
        if not limit:
            return
        claims = self._store.claim(now, self._owner, self.regions, limit)
        known = [(claim, self._jobs[claim.series]) for claim in claims if claim.series in self._jobs]
        self._turns.add(Started(job, claim, now + job.plan.lease - job.check.timeout) for claim, job in known)

    def _launch(self, started: Collection[Started]) -> None:
        heartbeats = any(isinstance(item.job.check, HeartbeatCheck) for item in started)
        pings = self._store.pings() if heartbeats else {}
        for item in started:
            self._pool.submit(self._work, item, pings.get(item.job.series[:2]))

    def _wait(self, now: datetime, patience: float) -> float:
        due = self._store.next_due(now, self.regions)
        until = (due - now).total_seconds() if due else patience
        return min(patience, max(until, 0.01))

    def _ended(self, wait: float) -> list[Ended]:
        found: list[Ended] = []
        while True:
            try:
                ended = self._done.get(timeout=max(wait, 0.001))
            except queue.Empty:
                return found
            self._turns.end(ended[0])
            found.append(ended)
            # Whatever else is ready goes along; nothing more is waited for.
            wait = 0.0

    def _work(self, item: Started, pings: Pings | None) -> None:
        began, result = self.clock.monotonic(), None
        try:
            answer = probe(item.job.check, ProbeContext(now=self.clock(), pings=pings or Pings()))
            if not answer.status.is_trouble or self._guard.works_since(began):
                result = answer
        finally:
            self._done.put((item, began, result))

    def _outcome(self, item: Started, began: float, result: ProbeResult | None) -> CheckOutcome:
        now, job = self.clock(), item.job
        outcome = CheckOutcome(
            item.claim, job, slot_after(now, job, self._chance.random()), now + job.rules.retry_every
        )
        if result is None or result.status is ComponentStatus.NO_DATA or self._guard.down_since:
            return outcome
        component, check, region = job.series
        # Named when it has ended: a clock that was put right meanwhile must not leave an answer in the future.
        at = self.clock.moment(began)
        return replace(
            outcome,
            observation=Observation(
                component, check, at, result.status, result.latency, result.reason, region
            ),
            certificate=result.certificate_expires,
        )

    def close(self) -> None:
        """Stop starting checks, wait for those that run (each ends within its own timeout), give back the rest."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        try:
            self._store.release(self._owner)
        except StoreError as error:
            log.warning("What this poller had claimed is free when its claims run out: %s", error)

    def round(self) -> list[RecordedOutcome]:
        """Run every check once, whatever the time, and return what was recorded, in the order of the page."""
        self._store.make_due(list(self._jobs), self.clock())
        found: dict[Series, RecordedOutcome] = {}
        while True:
            for item in self.step(0.05):
                found.setdefault(item.series, item)
            due = self._store.next_due(self.clock(), self.regions)
            nothing_left = self._turns.is_idle and (due is None or due > self.clock())
            if nothing_left or len(found) == len(self._jobs) or self._is_down:
                return [found[series] for series in self._jobs if series in found]


def poll_once(config: StatusConfig, store: MonitorStore, region: str = "") -> list[RecordedOutcome]:
    """Run every check once, record the outcomes, and return them in the order of the page.

    While our own connection is down nothing is run, and nothing returned.
    """
    poller = Poller(config, store, region)
    try:
        return poller.round()
    finally:
        poller.close()
