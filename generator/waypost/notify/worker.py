"""Send what is in the outbox: claim endpoints, send their deliveries in order, and record the attempts.

A process that dies in between loses nothing: its claims end by themselves, and the next worker sends the same
messages again, under the same ids. Several processes on one PostgreSQL database share the work.
"""

from __future__ import annotations

import hashlib
import logging
import os
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, is_dataclass, replace
from datetime import datetime, timedelta

from waypost.base.clock import utc_now
from waypost.base.database.engine import StoreError
from waypost.base.database.leases import owner_name
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import Subscriber, SubscriberFile, variable
from waypost.notify.channels.base import Channel, MissingVariable, TransportContext
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import (
    Attempt,
    ClaimedEndpoint,
    ClaimResult,
    Delivery,
    Endpoint,
    TransportError,
    decide,
)
from waypost.notify.rules.notices import Disabled

log = logging.getLogger("waypost")

THREADS = 16
"""Endpoints that are sent to at the same time; each mostly waits."""

PER_CLAIM = 20
"""How many deliveries of one endpoint are claimed together."""

LEAST_LEASE = timedelta(minutes=1)
"""How long a claim holds at least; it always leaves time for two attempts."""

STRETCH = 2.0
"""Seconds after which no further delivery of a claim is begun, so that what was sent is recorded soon."""

PAUSE = 1.0
"""Seconds to wait after an outbox in which nothing is due, and after one that could not be used."""


@dataclass
class WorkerHooks:
    """Callbacks of a worker; each does nothing unless it is replaced."""

    failed: Callable[[str, str], None] = lambda endpoint, words: None
    """A delivery failed."""
    given_up: Callable[[str, str], None] = lambda endpoint, words: None
    """Nothing more is sent to an endpoint."""
    broken: Callable[[Exception], None] = lambda error: None
    """The outbox could not be used; that may pass."""


class DeliveryWorker:
    """Sends what is due, as long as it is stepped; one process may have one."""

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
    ) -> None:
        self._outbox = outbox
        self._environment = environment
        self._threads = threads
        self._clock = clock
        self._hooks = hooks or WorkerHooks()
        self._channels = channels
        self._owner = owner_name()
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="delivery")
        self._running: set[Future[ClaimResult]] = set()
        self._unrecorded: list[ClaimResult] = []
        self.configure(site)

    def configure(self, site: StatusSite) -> None:
        """Go on with other subscribers or settings."""
        context = TransportContext.of(site, self._clock, self._environment)
        self._outbox.register(endpoints(context, self._channels), self._clock())
        self._sender = Sender(context, self._channels)

    def step(self, patience: float = PAUSE) -> int:
        """Claim what is due, wait a moment for what is under way, record it; return how many attempts ended.

        Raises StoreError where the outbox cannot be used; what was sent is recorded at the next step.
        """
        self._claim()
        done: set[Future[ClaimResult]] = set()
        if self._running:
            done, self._running = wait(self._running, patience, FIRST_COMPLETED)
        results = [future.result() for future in done]
        self._unrecorded += results
        self._record()
        return sum(len(result.attempts) for result in results)

    def drain(self) -> int:
        """Send until nothing more is due; return the number of attempts."""
        attempts = 0
        while True:
            ended = self.step()
            attempts += ended
            if not ended and not self._running and not self._unrecorded:
                return attempts

    def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set, and let end what was begun."""
        while not stop.is_set():
            try:
                if not self.step() and not self._running:
                    stop.wait(PAUSE)
            except StoreError as error:
                self._hooks.broken(error)
                stop.wait(PAUSE)
        self.close()

    def close(self) -> None:
        """Wait for what is under way, record it, and hold nothing any more."""
        self._pool.shutdown(wait=True)
        self._unrecorded += [future.result() for future in self._running]
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
        until = time.monotonic() + (lease - settings.timeout).total_seconds()
        self._running |= {self._pool.submit(self._sender.send, claim, until) for claim in claims}

    def _record(self) -> None:
        if not self._unrecorded:
            return
        self._outbox.record(self._unrecorded, self._clock())
        recorded, self._unrecorded = self._unrecorded, []
        for result in recorded:
            for attempt in result.attempts:
                if not attempt.delivered:
                    self._hooks.failed(result.claim.endpoint, attempt.error)
            if result.disabled:
                self._hooks.given_up(result.claim.endpoint, result.disabled.reason)


class Sender:
    """Sends the deliveries of one configuration."""

    def __init__(self, context: TransportContext, channels: Mapping[str, Channel]) -> None:
        self.context = context
        self._channels = channels
        self._subscribers = {subscriber.id: subscriber for subscriber in context.file.subscribers}

    def send(self, claim: ClaimedEndpoint, until: float) -> ClaimResult:
        """Send the deliveries of an endpoint in their order, for `STRETCH` or until one must be tried again.

        `until` is a time of `time.monotonic`, after which nothing is begun: the lease would run out meanwhile.
        """
        until = min(until, time.monotonic() + STRETCH)
        attempts: list[Attempt] = []
        firsts: dict[str, str] = {}
        failing_since = claim.failing_since
        for delivery in claim.deliveries:
            if time.monotonic() >= until:
                break
            first = delivery.first_remote or firsts.get(delivery.subject, "")
            attempt, disabled = self._attempt(replace(delivery, first_remote=first), failing_since)
            attempts.append(attempt)
            if attempt.delivered:
                failing_since = None
                firsts.setdefault(delivery.subject, first or attempt.remote)
            elif disabled:
                return ClaimResult(claim, tuple(attempts), disabled)
            elif attempt.next_at:
                break
        return ClaimResult(claim, tuple(attempts))

    def _attempt(self, delivery: Delivery, failing_since: datetime | None) -> tuple[Attempt, Disabled | None]:
        subscriber = self._subscribers.get(delivery.endpoint)
        try:
            if subscriber is None or subscriber.kind != delivery.kind:
                raise TransportError("the subscriber has another channel now", permanent=True)
            remote = self._channels[subscriber.kind].send(delivery, subscriber, self.context)
        except TransportError as error:
            return self._failed(delivery, error, failing_since)
        except Exception as error:  # one delivery that goes wrong must not end the others
            log.debug("A delivery to %s went wrong.", delivery.endpoint, exc_info=True)
            words = f"it went wrong ({type(error).__name__})"
            return self._failed(delivery, TransportError(words), failing_since)
        return Attempt(delivery.id, self.context.clock(), delivered=True, remote=remote), None

    def _failed(
        self, delivery: Delivery, error: TransportError, failing_since: datetime | None
    ) -> tuple[Attempt, Disabled | None]:
        now = self.context.clock()
        chance = random.random()  # noqa: S311  # it only spreads attempts
        decision = decide(self.context.file.delivery, error, delivery.failures, failing_since, now, chance)
        attempt = Attempt(
            delivery.id,
            now,
            delivered=False,
            error=str(error),
            gives_up=decision.next_at is None,
            next_at=decision.next_at,
            blames_host=error.blames_host,
        )
        return attempt, Disabled(now, decision.disable) if decision.disable else None


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


def missing_variables(file: SubscriberFile, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the names of the environment variables that the file names and that are not set, sorted."""
    named = {name for text in _texts(file) if (name := variable(text))}
    return sorted(name for name in named if not environment.get(name))


def _texts(value: object) -> Iterator[str]:
    """Give every text in a value of the file."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _texts(item)
    elif is_dataclass(value):
        for item in vars(value).values():
            yield from _texts(item)
