"""Run checks: each at its time, several at once, their outcomes recorded together."""

from __future__ import annotations

import logging
import queue
import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from waypost.base.clock import Clock
from waypost.base.database.engine import StoreError
from waypost.base.database.leases import owner_name
from waypost.base.faults import Faults
from waypost.base.net.failures import Blame, blame, own_words
from waypost.base.workers import Workers
from waypost.formats.checks import HeartbeatCheck
from waypost.formats.observations import Pings, RecordedOutcome, Series
from waypost.formats.run_options import WORKERS
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import StatusConfig
from waypost.monitor.own_faults import CONNECTION, OwnFaults
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult, unmeasured
from waypost.monitor.rules.figures import LATE, WINDOW, PollFigures
from waypost.monitor.rules.schedule import CheckOutcome, Job, jobs, slot_after
from waypost.monitor.rules.turns import Skipped, Started, Turns
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.monitor.uplink import UplinkGuard, reach
from waypost.problems import Refused, did_you_mean

log = logging.getLogger("waypost")

PER_HOST = 6
"""Checks of one host that run at the same time, as many as a browser opens connections to it."""

LATE_WORDS = "it could not begin in time"
"""The reason of a check that was skipped; it is due again at once."""


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
class Ended:
    """A check that was run."""

    item: Started
    began: float
    """By the monotonic clock, as all lengths of time of a poller: nobody sets it."""
    result: ProbeResult


@dataclass(frozen=True)
class Round:
    """The outcome of running every check once, in the order of the page."""

    outcomes: list[RecordedOutcome]
    skipped: list[tuple[Series, str]]
    """The checks without an answer, and why; heartbeats that are not due yet are none of these."""


class Poller:
    """Claims what is due from the store, runs it in threads, and records what was found.

    Several pollers may share one database: what one has claimed, no other runs. A poller that dies is
    succeeded by the others as soon as its claims run out. What keeps it from measuring goes into `faults`.
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
        faults: Faults | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.figures = PollFigures()
        self._store = store
        self.region = region
        self._everywhere = everywhere
        self._owner = owner_name()
        self._turns = Turns(workers, PER_HOST)
        self._pool = Workers(workers, "waypost-check")
        self._done: queue.SimpleQueue[Ended] = queue.SimpleQueue()
        self._chance = random.Random()  # noqa: S311  # it spreads load, and keeps no secret
        self._faults = OwnFaults(faults or Faults(self.clock), region)
        self._since, self._begun, self._clock_steps = self.clock(), self.clock.monotonic(), 0
        self._exhausted_at: float | None = None
        # Not known yet: the last poller may have ended while the connection was down, and its end must be kept.
        self._is_down: bool | None = None
        self.configure(config)

    def configure(self, config: StatusConfig) -> None:
        """Start over with these checks; those that are running end by themselves."""
        # Checks without regions are anybody's.
        self.regions = {self.region, "", *(config.regions if self._everywhere else ())}
        self._trust = config.trust or ""
        self._config, generation = config, self._store.generation
        self._jobs: Mapping[Series, Job] = {job.series: job for job in jobs(config, self.regions)}
        self._guard = UplinkGuard(config.uplink, reach, self.clock)
        self._store.plan([job.plan for job in self._jobs.values()], self.clock(), self.regions)
        self._store.watch(
            [job.series[:2] for job in self._jobs.values() if isinstance(job.check, HeartbeatCheck)],
            self.clock(),
        )
        self._faults.keep(self._jobs.keys())
        self._generation = generation

    def step(self, patience: float) -> list[RecordedOutcome]:
        """Start what is due, wait at most `patience` seconds, and record and return what has ended.

        Raises StoreError where nothing can be claimed or recorded; what was found meanwhile is then lost,
        its claims run out, and it is run again.
        """
        if self._generation != self._store.generation:
            # Another database knows nothing of the checks.
            self.configure(self._config)
        if self._clock_steps != self.clock.steps:
            # What was due before the clock was set is not late.
            self._since, self._begun, self._clock_steps = (
                self.clock(),
                self.clock.monotonic(),
                self.clock.steps,
            )
        now = self.clock()
        skipped: list[Skipped] = []
        if self._check_uplink():
            self._claim(now, self._turns.free)
            started, skipped = self._turns.start(self.clock.monotonic())
            self._launch(started)
        ended = self._ended(self._wait(now, patience))
        outcomes = [self._outcome(each) for each in ended] + [self._skip(each) for each in skipped]
        self._faults.punctual(self.clock.monotonic())
        return self._store.record(outcomes) if outcomes else []

    def _check_uplink(self) -> bool:
        """Return whether our own connection works, and store when that changed."""
        works = self._guard.watch()
        since = self._guard.down_since
        self._faults.connection("; ".join(self._guard.latest.reasons) or CONNECTION if since else None)
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
        at = self.clock.monotonic()
        self._turns.add(
            Started(self._jobs[claim.series], claim, at) for claim in claims if claim.series in self._jobs
        )

    def _launch(self, started: Collection[Started]) -> None:
        heartbeats = any(isinstance(item.job.check, HeartbeatCheck) for item in started)
        pings = self._store.pings() if heartbeats else {}
        for item in started:
            try:
                self._pool.submit(partial(self._work, item, pings.get(item.job.series[:2]) or Pings()))
            except (RuntimeError, MemoryError) as error:
                result = unmeasured(own_words(error), Blame.EXHAUSTED)
                self._done.put(Ended(item, self.clock.monotonic(), result))

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
            result = ended.result
            is_known = result.blame in (Blame.SERVER, Blame.CHECK)
            self._turns.end(
                ended.item, self.clock.monotonic(), is_timeout=result.is_timeout if is_known else None
            )
            if result.blame is Blame.EXHAUSTED:
                self._turns.narrow()
            elif is_known:
                self._turns.widen()
            found.append(ended)
            # Whatever else is ready goes along; nothing more is waited for.
            wait = 0.0

    def _work(self, item: Started, pings: Pings) -> None:
        began = self.clock.monotonic()
        result = unmeasured("the check went wrong inside of Waypost", Blame.BUG)
        try:
            context = ProbeContext(now=self.clock(), pings=pings, trust=self._trust)
            result = self._believed(probe(item.job.check, context), began)
        except Exception as error:  # what goes wrong inside of us says nothing about the service
            log.exception("The check %s could not be run.", "/".join(filter(None, item.job.series)))
            result = unmeasured(own_words(error), blame(error))
        finally:
            self._done.put(Ended(item, began, result))

    def _believed(self, result: ProbeResult, began: float) -> ProbeResult:
        """Return a result, or no data in place of a failure that may be our own."""
        if result.blame is Blame.EXHAUSTED:
            self._exhausted_at = self.clock.monotonic()
        if not result.status.is_trouble:
            return result
        if not self._guard.works_since(began):
            return unmeasured(CONNECTION)
        finds_names = self._guard.latest.finds_names
        if result.blame.is_lookup and finds_names is False:
            return unmeasured("the name servers of this machine find no name, not even those in `uplink`")
        if result.blame is Blame.RESOLVER and finds_names is None:
            return unmeasured(f"{result.reason}; name a host in `uplink` to know whether they find others")
        # Without file handles or memory, the system answers that there is no such name.
        if result.blame.is_lookup and self._exhausted_at is not None and self._exhausted_at >= began:
            return unmeasured(f"{result.reason}, while this machine lacks what it needs")
        return result

    def _outcome(self, ended: Ended) -> CheckOutcome:
        now, item, result = self.clock(), ended.item, ended.result
        job, at = item.job, self.clock.moment(ended.began)
        # What was due before this poller began is not late by its fault.
        due = max(item.claim.due_at, self._since)
        self.figures = self.figures.begun(at - due)
        # Waiting for a place at its host is the host's doing.
        self._note_start(is_late=self.clock.moment(item.at) - due > LATE)
        outcome = CheckOutcome(
            item.claim,
            job,
            slot_after(now, job, self._chance.random()),
            now + job.rules.retry_every,
            reason=result.reason,
            is_clock_settled=self.clock.is_settled,
            is_clock_set_back=self.clock.is_set_back,
        )
        if result.status is ComponentStatus.NO_DATA:
            self.figures = replace(self.figures, unmeasured=self.figures.unmeasured + 1)
            self._faults.unmeasured(job, result, self.clock.monotonic(), len(self._jobs))
            return outcome
        if self._guard.down_since:
            return replace(outcome, reason=CONNECTION)
        self.figures = self.figures.answered(is_good=not result.status.is_trouble)
        self._faults.measured(job.series, self.clock.monotonic())
        # Named when it has ended: a clock that was put right meanwhile must not leave an answer in the future.
        return replace(
            outcome,
            observation=self._observation(job, at, result),
            certificate=result.certificate_expires,
        )

    def _note_start(self, *, is_late: bool) -> None:
        now = self.clock.monotonic()
        # In its first minute a poller catches up with what became due while there was none.
        if now - self._begun > WINDOW.total_seconds():
            self._faults.punctuality.add(now, is_late=is_late)

    @staticmethod
    def _observation(job: Job, at: datetime, result: ProbeResult) -> Observation:
        component, check, region = job.series
        return Observation(component, check, at, result.status, result.latency, result.reason, region)

    def _skip(self, skipped: Skipped) -> CheckOutcome:
        """Return the outcome of a check that could not begin: it is due again, unless its host answers nobody."""
        now, item, job = self.clock(), skipped.item, skipped.item.job
        status = job.check.unanswered
        # Whether our own connection worked, those have found out that hold the host.
        works = self._guard.worked_since(item.at - job.check.timeout.total_seconds())
        if skipped.unanswered and status.is_trouble and works:
            count = skipped.unanswered
            waited = min(timedelta(seconds=self.clock.monotonic() - item.at), job.check.timeout)
            reason = f"the host holds {count} check{'' if count == 1 else 's'} without an answer"
            result = ProbeResult(status, waited, reason, is_timeout=True)
            self.figures = self.figures.answered(is_good=False)
            self._faults.measured(job.series, self.clock.monotonic())
            observation = self._observation(job, now - waited, result)
            return CheckOutcome(
                item.claim,
                job,
                slot_after(now, job, self._chance.random()),
                now + job.rules.retry_every,
                observation,
                is_clock_settled=self.clock.is_settled,
                is_clock_set_back=self.clock.is_set_back,
            )
        self.figures = replace(self.figures, skipped=self.figures.skipped + 1, late=self.figures.late + 1)
        self._note_start(is_late=True)
        # It keeps its place before those that became due later.
        due = min(max(item.claim.due_at, now - job.check.every), now)
        return CheckOutcome(item.claim, job, due, due, reason=LATE_WORDS)

    def close(self, patience: float | None = None) -> None:
        """Stop starting checks, wait for those that run, and give back the rest.

        Each check ends within its own timeout; `patience` in seconds is the most that is waited for all of them.
        """
        self._pool.close(patience)
        try:
            self._store.release(self._owner)
        except StoreError as error:
            log.warning("What this poller had claimed is free when its claims run out: %s", error)

    def round(self) -> Round:
        """Run every check once, whatever the time."""
        self._store.make_due(list(self._jobs), self.clock())
        found: dict[Series, RecordedOutcome] = {}
        while True:
            for item in self.step(0.05):
                # What could not begin in time is due again.
                if item.reason != LATE_WORDS:
                    found.setdefault(item.series, item)
            due = self._store.next_due(self.clock(), self.regions)
            nothing_left = self._turns.is_idle and (due is None or due > self.clock())
            if nothing_left or len(found) == len(self._jobs) or self._is_down:
                return self._summed_up(found)

    def _summed_up(self, found: Mapping[Series, RecordedOutcome]) -> Round:
        missing = CONNECTION if self._is_down else "another poller holds it"
        reasons = {
            series: found[series].reason if series in found else missing
            for series in self._jobs
            if series not in found or found[series].observation is None
        }
        return Round(
            [found[series] for series in self._jobs if series in found],
            [(series, reason) for series, reason in reasons.items() if reason],
        )


def poll_once(
    config: StatusConfig, store: MonitorStore, region: str = "", faults: Faults | None = None
) -> Round:
    """Run every check once, record the outcomes, and return them in the order of the page.

    While our own connection is down nothing is run, and every check is skipped.
    """
    poller = Poller(config, store, region, faults=faults)
    try:
        return poller.round()
    finally:
        poller.close()
