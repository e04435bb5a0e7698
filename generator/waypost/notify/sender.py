"""Send the deliveries of a claim in their order, and say what became of each."""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from waypost.base.net.failures import lacking
from waypost.notify.channels.base import Channel, TransportContext
from waypost.notify.rules.deliveries import (
    Attempt,
    ClaimedEndpoint,
    ClaimResult,
    Delivery,
    TransportError,
    decide,
)
from waypost.notify.rules.notices import Disabled

log = logging.getLogger("waypost")

STRETCH = 2.0
"""Seconds after which no further delivery of a claim is begun, so that what was sent is recorded soon."""


class Sender:
    """Sends the deliveries of one configuration."""

    def __init__(self, context: TransportContext, channels: Mapping[str, Channel]) -> None:
        self.context = context
        self._channels = channels
        self._subscribers = {subscriber.id: subscriber for subscriber in context.file.subscribers}

    def send(self, claim: ClaimedEndpoint, until: float) -> ClaimResult:
        """Send the deliveries of an endpoint in their order, for `STRETCH` or until one must be tried again.

        `until` is a time of `time.monotonic`, after which nothing is begun: the lease would run out meanwhile. A fault
        of ours is in the result, and what was not sent because of it does not count as an attempt.
        """
        until = min(until, time.monotonic() + STRETCH)
        attempts: list[Attempt] = []
        firsts: dict[str, str] = {}
        failing_since = claim.failing_since
        for delivery in claim.deliveries:
            if time.monotonic() >= until:
                break
            first = delivery.first_remote or firsts.get(delivery.subject, "")
            try:
                attempt, disabled = self._attempt(replace(delivery, first_remote=first), failing_since)
            except Exception as error:  # one endpoint that goes wrong must not end the others
                log.debug("A delivery to %s could not be tried.", delivery.endpoint, exc_info=True)
                return ClaimResult(claim, tuple(attempts), fault=error)
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
            if lacking(error):
                raise
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
