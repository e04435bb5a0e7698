"""Send what is in the outbox: claim endpoints, send their deliveries in order, and record the attempts.

A process that dies in between loses nothing: its claims end by themselves, and the next worker sends the same
messages again, under the same ids. Several processes on one PostgreSQL database share the work.
"""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.base.clock import utc_now
from waypost.base.database.engine import StoreError
from waypost.base.database.leases import owner_name
from waypost.base.faults import FaultKind, Faults
from waypost.base.net.failures import lacking
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import Channel, MissingVariable, TransportContext
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import (
    ClaimedEndpoint,
    ClaimResult,
    Endpoint,
)
from waypost.notify.sender import STRETCH, Sender
from waypost.problems import Refused

log = logging.getLogger("waypost")

THREADS = 16
"""Endpoints that are sent to at the same time; each mostly waits."""

PER_CLAIM = 20
"""How many deliveries of one endpoint are claimed together."""

LEAST_LEASE = timedelta(minutes=1)
"""How long a claim holds at least; it always leaves time for two attempts."""

PAUSE = 1.0
"""Seconds to wait after an outbox in which nothing is due."""

_THREADS = "threads"
"""What a fault is about where claims cannot be worked on side by side."""


@dataclass
class WorkerHooks:
    """Callbacks of a worker; each does nothing unless it is replaced."""

    failed: Callable[[str, str], None] = lambda endpoint, words: None
    """A delivery failed."""
    given_up: Callable[[str, str], None] = lambda endpoint, words: None
    """Nothing more is sent to an endpoint."""
    broken: Callable[[Exception], None] = lambda error: None
    """The outbox could not be used; that may pass."""


class NotSent(Refused):
    """Something on our side kept a message from being sent; its cause has the details."""


class DeliveryWorker:
    """Sends what is due, as long as it is stepped; one process may have one.

    An error of a step loses nothing: what was sent is recorded by the next one, and what was not is sent again.
    """

    def __init__(
        self,
        outbox: Outbox,
        site: StatusSite,
        *,
        environment: Mapping[str, str] = os.environ,
        threads: int = THREADS,
        clock: Callable[[], datetime] = utc_now,
        hooks: WorkerHooks | None = None,
        channels: Mapping[str, Channel] = CHANNELS,
        faults: Faults | None = None,
    ) -> None:
        self._outbox = outbox
        self._environment = environment
        self._threads = threads
        self._clock = clock
        self._hooks = hooks or WorkerHooks()
        self._channels = channels
        self._faults = faults or Faults(clock)
        self._owner = owner_name()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="delivery")
        self._running: dict[Future[ClaimResult], ClaimedEndpoint] = {}
        self._unrecorded: list[ClaimResult] = []
        self.configure(site)

    def configure(self, site: StatusSite) -> None:
        """Go on with other subscribers or settings."""
        context = TransportContext.of(site, self._clock, self._environment)
        self._outbox.register(endpoints(context, self._channels), self._clock())
        self._sender = Sender(context, self._channels)

    def turn(self) -> float:
        """Do what is due now, and return the seconds until there may be more. Raises as `step` does."""
        return 0.0 if self.step() or self._running else PAUSE

    def step(self, patience: float = PAUSE) -> int:
        """Claim what is due, wait a moment for what is under way, record it; return how many attempts ended.

        Raises StoreError where the outbox cannot be used, and NotSent.
        """
        # What could not be recorded comes first: as long as it cannot be, nothing more is sent.
        self._record()
        self._claim()
        if self._running:
            wait(self._running, patience, FIRST_COMPLETED)
        ended = self._collect()
        self._record()
        self._raise_fault(ended)
        return sum(len(result.attempts) for result in ended)

    def drain(self) -> int:
        """Send until nothing more is due; return the number of attempts."""
        attempts = 0
        while True:
            ended = self.step()
            attempts += ended
            if not ended and not self._running and not self._unrecorded:
                return attempts

    def close(self, patience: float | None = None) -> None:
        """Wait for what is under way, record it, and hold nothing any more.

        What takes longer than `patience`, in seconds, is given up; it is sent again, under the same id.
        """
        wait(self._running, patience)
        self._pool.shutdown(wait=patience is None, cancel_futures=True)
        self._collect()
        self._running.clear()
        try:
            self._record()
            # A claim whose answer was lost on its way from the database would be held until its lease ends.
            self._outbox.release(self._owner)
        except StoreError as error:
            # What was sent may be sent again, under the same ids.
            self._hooks.broken(error)

    def _claim(self) -> None:
        free = self._threads - len(self._running)
        if free <= 0:
            return
        settings = self._sender.context.file.delivery
        lease = max(LEAST_LEASE, 2 * settings.timeout)
        claims = self._outbox.claim(
            self._clock(),
            owner=self._owner,
            lease=lease,
            limit=free,
            per_host=settings.per_host,
            per_claim=PER_CLAIM,
        )
        # Measured from before the claim is worked on, by a clock that nobody sets.
        now = time.monotonic()
        until = now + (lease - settings.timeout).total_seconds()
        refused = None
        for claim in claims:
            future, error = self._begin(claim, until, now + STRETCH)
            self._running[future] = claim
            refused = refused or error
        if refused:
            self._faults.begin(
                FaultKind.DELIVERIES,
                "No more threads can be started, so that notices are sent one after the other."
                " Allow this process more of them (ulimit -u), or more memory.",
                _THREADS,
                refused,
            )
        elif claims:
            self._faults.end(FaultKind.DELIVERIES, _THREADS)

    def _begin(
        self, claim: ClaimedEndpoint, until: float, until_here: float
    ) -> tuple[Future[ClaimResult], Exception | None]:
        """Send a claim in a thread of the pool, or in this one until a time where none can be started."""
        future: Future[ClaimResult] = Future()
        try:
            self._pool.submit(_fulfil, future, self._sender, claim, until)
        except (RuntimeError, MemoryError) as error:
            # The pool may have kept the work all the same, for a thread that is there already.
            if future.cancel():
                future = Future()
                _fulfil(future, self._sender, claim, until_here)
            return future, error
        return future, None

    def _collect(self) -> list[ClaimResult]:
        """Take over what has ended, to be recorded."""
        ended = [future for future in self._running if future.done()]
        results = [future.result() for future in ended]
        self._unrecorded += results
        for future in ended:
            del self._running[future]
        return results

    def _record(self) -> None:
        if not self._unrecorded:
            return
        self._outbox.record(self._unrecorded, self._clock())
        recorded, self._unrecorded = self._unrecorded, []
        try:
            self._announce(recorded)
        except Exception:  # what is shown to operators may fail; it is recorded
            log.debug("The results of deliveries could not be shown.", exc_info=True)

    def _announce(self, recorded: list[ClaimResult]) -> None:
        for result in recorded:
            for attempt in result.attempts:
                if not attempt.delivered:
                    self._hooks.failed(result.claim.endpoint, attempt.error)
            if result.disabled:
                self._hooks.given_up(result.claim.endpoint, result.disabled.reason)

    def _raise_fault(self, ended: list[ClaimResult]) -> None:
        """Raise what went wrong on our side, if anything did."""
        error = next((result.fault for result in ended if result.fault), None)
        if error is None:
            return
        reason = (
            lacking(error) or f"an error of Waypost itself ({type(error).__name__}), which the log explains"
        )
        raise NotSent(f"Notices cannot be sent: {reason}. They wait, and are tried again.") from error


def _fulfil(future: Future[ClaimResult], sender: Sender, claim: ClaimedEndpoint, until: float) -> None:
    """Work on a claim, unless another thread has taken it over."""
    if not future.set_running_or_notify_cancel():
        return
    try:
        result = sender.send(claim, until)
    except Exception as error:  # whatever happens, the claim must end
        log.debug("A claim could not be worked on.", exc_info=True)
        result = ClaimResult(claim, (), fault=error)
    future.set_result(result)


def endpoints(context: TransportContext, channels: Mapping[str, Channel]) -> list[Endpoint]:
    """Return the endpoint of each subscriber."""
    return [
        Endpoint(
            subscriber.id, subscriber.kind, _host(subscriber, context, channels), _fingerprint(subscriber)
        )
        for subscriber in context.file.subscribers
    ]


def _host(subscriber: Subscriber, context: TransportContext, channels: Mapping[str, Channel]) -> str:
    try:
        return channels[subscriber.kind].host(subscriber, context)
    except MissingVariable:
        return ""


def _fingerprint(subscriber: Subscriber) -> str:
    target = subscriber.target
    # The fields of a target are hidden from its repr; what is kept here is no way back to them.
    written = [target] if isinstance(target, str) else [str(getattr(target, name)) for name in vars(target)]
    return hashlib.sha256("\n".join([subscriber.kind, *written]).encode()).hexdigest()[:16]
