"""A store, a page whose incidents grow, a worker that sends by a clock of its own, and a channel for tests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from pydantic import TypeAdapter

from helpers.receivers import SECRET, Receiver
from helpers.status_world import history, moment, site, take_snapshot
from helpers.stores import Store
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import NoticeEvent, Subscriber, SubscriberFile
from waypost.notify.channels.base import Channel, TransportContext
from waypost.notify.dispatch import enqueue_notices
from waypost.notify.rules.deliveries import ClaimedEndpoint, Delivery
from waypost.notify.rules.notices import Notice
from waypost.notify.worker import DeliveryWorker, WorkerHooks
from waypost.status.rules.snapshot import Snapshot

ENVIRONMENT = {"HOOK_SECRET": SECRET, "OTHER_SECRET": SECRET}
LOCAL = {"private_networks": ["127.0.0.0/8"], "timeout": "2s"}


@dataclass
class Clock:
    """A clock that a test sets."""

    now: datetime = field(default_factory=lambda: moment("10:00"))

    def __call__(self) -> datetime:
        return self.now


@dataclass
class World:
    """A store, a page whose incidents grow, and a courier that sends by a clock of its own."""

    store: Store
    clock: Clock
    subscribers: SubscriberFile
    says: list[str] = field(default_factory=list)
    told: list[tuple[str, str]] = field(default_factory=list)
    channels: Mapping[str, Channel] | None = None

    @property
    def site(self) -> StatusSite:
        incidents = [{"id": "one", "says": self.says}] if self.says else []
        return replace(site(incidents=incidents), subscribers=self.subscribers)

    @contextmanager
    def courier(self, **options: Any) -> Iterator[DeliveryWorker]:
        said = WorkerHooks(
            failed=lambda *it: self.told.append(it),
            given_up=lambda *it: self.told.append(("given up", it[0])),
        )
        more = {"channels": self.channels} if self.channels else {}
        courier = DeliveryWorker(
            self.store.outbox,
            self.site,
            environment=ENVIRONMENT,
            clock=self.clock,
            hooks=said,
            **more,
            **options,
        )
        try:
            yield courier
        finally:
            courier.close()

    def look(self, at: str) -> int:
        """Let the page be looked at; return how many deliveries follow."""
        self.clock.now = moment(at)
        return enqueue_notices(
            self.store.outbox, self.site, take_snapshot(self.site, history(), self.clock())
        ).deliveries

    def send(self, at: str) -> int:
        """Send what is due then."""
        self.clock.now = moment(at)
        with self.courier() as courier:
            return courier.drain()

    def states(self) -> list[str]:
        return [item.state.value for item in reversed(self.store.outbox.deliveries())]


def file_of(*subscribers: Mapping[str, Any], **more: Any) -> SubscriberFile:
    return TypeAdapter(SubscriberFile).validate_python(
        {"subscribers": list(subscribers), "delivery": LOCAL | more.pop("delivery", {}), **more}
    )


def claim(world: World, owner: str, now: datetime) -> list[ClaimedEndpoint]:
    return world.store.outbox.claim(
        now, owner=owner, lease=timedelta(minutes=1), limit=10, per_host=10, per_claim=10
    )


def hook(place: Receiver, name: str = "acme", **more: Any) -> dict[str, Any]:
    return {"id": name, "webhook": {"url": place.url, "secret": "${HOOK_SECRET}"}, **more}


class Odd:
    """A channel that does whatever a test wants."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, int, str]] = []
        self.do: Callable[[Delivery], str] = lambda delivery: "remote"

    @property
    def channels(self) -> Mapping[str, Channel]:
        def compose(notice: Notice, snapshot: Snapshot) -> bytes:
            return notice.key.encode()

        def host(subscriber: Subscriber, means: TransportContext) -> str:
            return "odd.example"

        def send(delivery: Delivery, subscriber: Subscriber, means: TransportContext) -> str:
            self.sent.append((subscriber.id, delivery.id, delivery.first_remote))
            return self.do(delivery)

        return {"webhook": Channel("webhook", frozenset(NoticeEvent), compose, host, send)}
