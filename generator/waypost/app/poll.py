"""Run checks: each at its time, several at once, their outcomes recorded one after another."""

from __future__ import annotations

import hashlib
import queue
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

from waypost.adapters.probers import probe
from waypost.adapters.store import Store
from waypost.app.clock import utc_now
from waypost.core.snapshot import SILENCE
from waypost.model.checks import Check, Rules
from waypost.model.polling import Line, Outcome, Plan
from waypost.model.status import Observation, StateChange
from waypost.model.status_config import Policy, StatusConfig

WORKERS = 16
"""Checks that run at the same time; each mostly waits."""


@dataclass(frozen=True)
class Job:
    """A check with its place: the component it speaks for, and its id there."""

    component: str
    check_id: str
    check: Check

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from every other check of the page."""
        return self.component, self.check_id


def jobs(config: StatusConfig) -> list[Job]:
    """Return every check of a status page."""
    return [
        Job(component.id, name, check) for component in config.flat for name, check in component.named_checks
    ]


def observe(job: Job, clock: Callable[[], datetime] = utc_now) -> Observation:
    """Run one check now."""
    started = clock()
    result = probe(job.check)
    return Observation(job.component, job.check_id, started, result.status, result.latency, result.reason)


def record(store: Store, job: Job, observation: Observation, policy: Policy) -> StateChange | None:
    """Keep an observation and the state change that it confirms, if any."""
    every = job.check.every
    rules = Rules(policy.down_after, policy.up_after, policy.retry_every or every, policy.flapping)
    plan = Plan(Line(*job.key), every, _phase(job), job.check.timeout)
    (claim,) = store.take([plan], observation.at, "poll")
    (done,) = store.record([Outcome(claim, observation.at + every, rules, every * SILENCE, observation)])
    return done.change


def poll_once(config: StatusConfig, store: Store) -> list[tuple[Observation, StateChange | None]]:
    """Run every check once, record the outcomes, and return them in the order of the page."""
    todo = jobs(config)
    with ThreadPoolExecutor(WORKERS, "waypost-check") as pool:
        observations = list(pool.map(observe, todo))
    return [
        (observation, record(store, job, observation, config.policy))
        for job, observation in zip(todo, observations, strict=True)
    ]


class Schedule:
    """Says which checks are due: evenly spread over their intervals, skipped rather than queued when late."""

    def __init__(self, todo: Iterable[Job], now: float) -> None:
        self._jobs = {job.key: job for job in todo}
        self._due = {
            job.key: now + _phase(job) * job.check.every.total_seconds() for job in self._jobs.values()
        }

    def due(self, now: float) -> list[Job]:
        """Return the checks whose time has come, and set each one's next time; `now` is a monotonic clock."""
        ready = [self._jobs[key] for key, moment in self._due.items() if moment <= now]
        for job in ready:
            interval = job.check.every.total_seconds()
            missed = int((now - self._due[job.key]) // interval)
            self._due[job.key] += interval * (missed + 1)
        return ready

    def wait(self, now: float) -> float:
        """Return the seconds until the next check is due; a long time where there is none."""
        return max(0.0, min(self._due.values(), default=now + 3600.0) - now)


def _phase(job: Job) -> float:
    """Place a check within its interval by its name, so that not all of them run at once: 0 to 1."""
    digest = hashlib.sha256(f"{job.component}/{job.check_id}".encode()).digest()
    return int.from_bytes(digest[:4]) / 2**32


class Poller:
    """Keeps checks running in threads and hands their outcomes to whoever asks, in order."""

    def __init__(self, config: StatusConfig) -> None:
        self._pool = ThreadPoolExecutor(WORKERS, "waypost-check")
        self._done: queue.SimpleQueue[tuple[Job, Observation | None]] = queue.SimpleQueue()
        self._running: set[tuple[str, str]] = set()
        self.configure(config)

    def configure(self, config: StatusConfig) -> None:
        """Start over with these checks; those that are running end by themselves."""
        self._schedule = Schedule(jobs(config), time.monotonic())

    def step(self, patience: float) -> list[tuple[Job, Observation]]:
        """Start what is due, wait at most `patience` seconds, and return what has ended."""
        now = time.monotonic()
        for job in self._schedule.due(now):
            if job.key not in self._running:
                self._running.add(job.key)
                self._pool.submit(self._work, job)
        outcomes: list[tuple[Job, Observation]] = []
        wait = min(patience, self._schedule.wait(now))
        while True:
            try:
                job, observation = self._done.get(timeout=max(wait, 0.01))
            except queue.Empty:
                return outcomes
            self._running.discard(job.key)
            if observation is not None:
                outcomes.append((job, observation))
            # Whatever else is ready goes along; nothing more is waited for.
            wait = 0.0

    def _work(self, job: Job) -> None:
        observation = None
        try:
            observation = observe(job)
        finally:
            self._done.put((job, observation))

    def close(self) -> None:
        """Stop starting checks and wait for those that run: each ends within its own timeout."""
        self._pool.shutdown(wait=True, cancel_futures=True)
