"""Send what is in the outbox: endpoints are claimed, their letters sent in order, and what became of them recorded.

A process that dies in between loses nothing: its claims end by themselves, and whoever takes over sends the same
letters again, under the same ids. Several processes on one PostgreSQL database share the work.
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
from waypost.base.net.addresses import refuser
from waypost.formats.notices import Attempt, ClaimedEndpoint, Disabled, Endpoint, Letter, Report
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import Subscriber, SubscriberFile, variable
from waypost.monitor.poll import owner_name
from waypost.notify.channels.base import Channel, Means, MissingVariable, TransportError
from waypost.notify.channels.registry import CHANNELS
from waypost.notify.outbox import Outbox
from waypost.notify.rules.retry import Failure, decide

log = logging.getLogger("waypost")

WORKERS = 16
"""Endpoints that are sent to at the same time; each mostly waits."""

LETTERS = 20
"""How many letters of one endpoint are claimed together."""

LEAST_LEASE = timedelta(minutes=1)
"""How long a claim holds at least; it always leaves time for two attempts."""

STRETCH = 2.0
"""Seconds after which no further letter of a claim is begun, so that what was sent is recorded soon."""

PAUSE = 1.0
"""Seconds between looks at an outbox in which nothing is due, and after one that could not be used."""


@dataclass
class Reports:
    """What a courier tells whoever started it; each does nothing unless it is replaced."""

    failed: Callable[[str, str], None] = lambda endpoint, words: None
    """A letter did not come through."""
    given_up: Callable[[str, str], None] = lambda endpoint, words: None
    """An endpoint is not sent to any more."""
    broken: Callable[[Exception], None] = lambda error: None
    """The outbox could not be used; that may pass."""


class Courier:
    """Sends what is due, as long as it is stepped; one process may have one."""

    def __init__(
        self,
        outbox: Outbox,
        site: StatusSite,
        *,
        environment: Mapping[str, str] = os.environ,
        workers: int = WORKERS,
        clock: Callable[[], datetime] = utc_now,
        reports: Reports | None = None,
        channels: Mapping[str, Channel] = CHANNELS,
    ) -> None:
        self._outbox = outbox
        self._environment = environment
        self._workers = workers
        self._clock = clock
        self._reports = reports or Reports()
        self._channels = channels
        self._owner = owner_name()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="courier")
        self._running: set[Future[Report]] = set()
        self._unsaid: list[Report] = []
        self._route = self._new_route(site)

    def configure(self, site: StatusSite) -> None:
        """Go on with other subscribers or settings."""
        self._route = self._new_route(site)

    def _new_route(self, site: StatusSite) -> Route:
        file, page = site.subscribers, site.config.page
        refuse = refuser(file.delivery.private_networks)
        means = Means(file, page.name, page.url, self._clock, refuse, self._environment)
        self._outbox.register(endpoints(means, self._channels), self._clock())
        return Route(means, {subscriber.id: subscriber for subscriber in file.subscribers}, self._channels)

    def step(self, patience: float = PAUSE) -> int:
        """Claim what is due, wait a moment for what is under way, record it; return how many letters were tried.

        Raises StoreError where the outbox cannot be used; what was sent is recorded at the next step.
        """
        self._claim()
        done = self._collect(patience)
        self._unsaid += done
        self._record()
        return sum(len(report.attempts) for report in done)

    def drain(self) -> int:
        """Send until nothing more is due; return how many letters were tried."""
        tried = 0
        while True:
            found = self.step()
            tried += found
            if not found and not self._running and not self._unsaid:
                return tried

    def run(self, stop: threading.Event) -> None:
        """Go on until told to stop, and let end what was begun."""
        while not stop.is_set():
            try:
                if not self.step() and not self._running:
                    stop.wait(PAUSE)
            except StoreError as error:
                self._reports.broken(error)
                stop.wait(PAUSE)
        self.close()

    def close(self) -> None:
        """Wait for what is under way, record it, and hold nothing any more."""
        self._pool.shutdown(wait=True)
        self._unsaid += [future.result() for future in self._running]
        self._running.clear()
        try:
            self._record()
            # A claim whose answer was lost on its way from the database would be held until its lease ends.
            self._outbox.release(self._owner)
        except StoreError as error:
            # What was sent may be sent again, under the same ids.
            self._reports.broken(error)

    def _claim(self) -> None:
        free = self._workers - len(self._running)
        if free <= 0:
            return
        settings = self._route.means.file.delivery
        lease = max(LEAST_LEASE, 2 * settings.timeout)
        claims = self._outbox.claim(
            self._clock(), self._owner, lease, limit=free, per_host=settings.per_host, letters=LETTERS
        )
        # Measured from before the claim is worked on, by a clock that nobody sets.
        until = time.monotonic() + (lease - settings.timeout).total_seconds()
        self._running |= {self._pool.submit(self._route.carry, claim, until) for claim in claims}

    def _collect(self, patience: float) -> list[Report]:
        if not self._running:
            return []
        done, self._running = wait(self._running, patience, FIRST_COMPLETED)
        return [future.result() for future in done]

    def _record(self) -> None:
        if not self._unsaid:
            return
        self._outbox.report(self._unsaid, self._clock())
        told, self._unsaid = self._unsaid, []
        for report in told:
            for attempt in report.attempts:
                if not attempt.delivered:
                    self._reports.failed(report.claim.endpoint, attempt.error)
            if report.disabled:
                self._reports.given_up(report.claim.endpoint, report.disabled.reason)


@dataclass(frozen=True)
class Route:
    """How the letters of one configuration are sent."""

    means: Means
    subscribers: Mapping[str, Subscriber]
    channels: Mapping[str, Channel]

    def carry(self, claim: ClaimedEndpoint, until: float) -> Report:
        """Send the letters of an endpoint in their order, for `STRETCH` or until one must be tried again.

        `until` is a time of `time.monotonic`, after which nothing is begun: the lease would run out meanwhile.
        """
        until = min(until, time.monotonic() + STRETCH)
        attempts: list[Attempt] = []
        firsts: dict[str, str] = {}
        failing_since = claim.failing_since
        for letter in claim.letters:
            if time.monotonic() >= until:
                break
            subject = letter.delivery.subject
            letter = replace(letter, first_remote=letter.first_remote or firsts.get(subject, ""))  # noqa: PLW2901  # it is the same letter, which now knows what came before
            attempt, disabled = self._attempt(claim, letter, failing_since)
            attempts.append(attempt)
            if attempt.delivered:
                failing_since = None
                firsts.setdefault(subject, letter.first_remote or attempt.remote)
            elif disabled:
                return Report(claim, tuple(attempts), disabled)
            elif attempt.next_at:
                break
        return Report(claim, tuple(attempts))

    def _attempt(
        self, claim: ClaimedEndpoint, letter: Letter, failing_since: datetime | None
    ) -> tuple[Attempt, Disabled | None]:
        subscriber = self.subscribers.get(claim.endpoint)
        try:
            if subscriber is None or subscriber.kind != letter.delivery.kind:
                raise TransportError("the subscriber has another channel now", permanent=True)
            remote = self.channels[subscriber.kind].send(letter, subscriber, self.means)
        except TransportError as error:
            return self._failed(letter, error, failing_since)
        except Exception as error:  # one letter that goes wrong must not end the others
            log.debug("A delivery to %s went wrong.", claim.endpoint, exc_info=True)
            return self._failed(
                letter, TransportError(f"it went wrong ({type(error).__name__})"), failing_since
            )
        return Attempt(letter.delivery.id, self.means.clock(), delivered=True, remote=remote), None

    def _failed(
        self, letter: Letter, error: TransportError, failing_since: datetime | None
    ) -> tuple[Attempt, Disabled | None]:
        now = self.means.clock()
        failure = Failure(str(error), error.permanent, error.disables, error.retry_after)
        chance = random.random()  # noqa: S311  # it only spreads attempts
        decision = decide(
            self.means.file.delivery, failure, letter.delivery.failures, failing_since, now, chance
        )
        attempt = Attempt(
            letter.delivery.id,
            now,
            delivered=False,
            error=failure.words,
            gives_up=decision.next_at is None,
            next_at=decision.next_at,
            blames_host=error.blames_host,
        )
        return attempt, Disabled(now, decision.disable) if decision.disable else None


def endpoints(means: Means, channels: Mapping[str, Channel] = CHANNELS) -> list[Endpoint]:
    """Return where each subscriber is reached."""
    return [
        Endpoint(subscriber.id, subscriber.kind, _host(subscriber, means, channels), _fingerprint(subscriber))
        for subscriber in means.file.subscribers
    ]


def _host(subscriber: Subscriber, means: Means, channels: Mapping[str, Channel]) -> str:
    try:
        return channels[subscriber.kind].host(subscriber, means)
    except MissingVariable:
        return ""


def _fingerprint(subscriber: Subscriber) -> str:
    target = subscriber.target
    # The fields of a target are hidden from its repr; what is kept here is no way back to them.
    written = [target] if isinstance(target, str) else [str(getattr(target, name)) for name in vars(target)]
    return hashlib.sha256("\n".join([subscriber.kind, *written]).encode()).hexdigest()[:16]


def missing_variables(file: SubscriberFile, environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the names of the environment variables that the file stands on and that are not set, sorted."""
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
