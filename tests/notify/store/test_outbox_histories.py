"""Random histories of an outbox against a model that is as plain as can be."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.outboxes import LEASE, at, claim, delivered, endpoint, enqueue, failed, report
from helpers.stores import Store
from waypost.base.database.engine import Database
from waypost.base.database.schema import (
    delivery,
    delivery_host,
    message,
    meta,
    notice,
    notified_component,
    unsubscribed,
)
from waypost.base.database.schema import endpoint as endpoint_table
from waypost.notify.rules.deliveries import Attempt, ClaimedEndpoint, DeliveryFilter, DeliveryState
from waypost.notify.rules.notices import Disabled

PENDING, DELIVERED, FAILED = DeliveryState
HOSTS = {"a": "one", "b": "one", "c": "one", "d": "two", "e": "", "f": ""}
NAMES = sorted(HOSTS)
OUTCOMES = ("works", "works", "works", "fails", "host fails", "given up", "unsent")
LEASE_S = LEASE.total_seconds()


@dataclass
class Sent:
    """A delivery as the model knows it."""

    id: int
    endpoint: str
    message: str
    state: DeliveryState = PENDING
    attempts: int = 0
    failures: int = 0


@dataclass
class Place:
    """An endpoint as the model knows it."""

    fingerprint: str = "1"
    configured: bool = True
    left: bool = False
    disabled: bool = False
    next_at: float | None = None
    set_at: float = 0
    leased_until: float | None = None
    epoch: int = 0
    failing_since: float | None = None


@dataclass
class Breaker:
    failures: int = 0
    open_until: float = 0


@dataclass
class Model:
    now: float = 0
    places: dict[str, Place] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)
    keys: int = 0
    breakers: dict[str, Breaker] = field(default_factory=lambda: defaultdict(Breaker))

    def pending(self, name: str) -> list[Sent]:
        return [item for item in self.sent if item.endpoint == name and item.state is PENDING]

    def is_ahead(self, place: Place) -> bool:
        return place.set_at > self.now + 60

    def is_held(self, place: Place) -> bool:
        until = place.leased_until
        return until is not None and until > self.now and not self.is_ahead(place)

    def room(self, host: str, per_host: int) -> int:
        breaker = self.breakers[host]
        if breaker.failures >= 5:
            if self.now < breaker.open_until <= self.now + 600:
                return 0
            per_host = 1
        return per_host - sum(self.is_held(self.places[n]) for n in self.places if HOSTS[n] == host)

    def due(self, limit: int, per_host: int) -> list[str]:
        found = [
            (place.next_at, name)
            for name, place in self.places.items()
            if place.next_at is not None
            and (place.next_at <= self.now or self.is_ahead(place))
            and not self.is_held(place)
        ]
        room = {host: self.room(host, per_host) for host in set(HOSTS.values()) if host}
        taken = []
        for _, name in sorted(found):
            host = HOSTS[name]
            if len(taken) < limit and room.get(host, 1) > 0:
                taken.append(name)
                room[host] = room.get(host, 9) - (1 if host else 0)
        return taken

    def give_up_pending(self, name: str) -> None:
        for item in self.pending(name):
            item.state = FAILED
        self.places[name].next_at = None


class World:
    """An outbox and its model, which go through the same."""

    def __init__(self, store: Store) -> None:
        self.outbox = store.outbox
        self.model = Model()
        self.claims: list[ClaimedEndpoint] = []
        self.arrived: dict[str, list[int]] = defaultdict(list)

    def register(self, mask: int, fingerprint: int) -> None:
        """Configure some of the endpoints, perhaps anew."""
        names = [name for place, name in enumerate(NAMES) if mask >> place & 1]
        model = self.model
        self.outbox.register(
            [endpoint(name, HOSTS[name], fingerprint=str(fingerprint)) for name in names], at(model.now)
        )
        for name in names:
            place = model.places.setdefault(name, Place(str(fingerprint), set_at=model.now))
            place.configured = True
            if place.fingerprint != str(fingerprint):
                place.fingerprint, place.disabled, place.failing_since = str(fingerprint), False, None
        for name in model.places.keys() - set(names):
            if model.places[name].configured:
                model.places[name].configured = False
                model.give_up_pending(name)

    def enqueue(self, count: int, mask: int) -> None:
        model = self.model
        names = [name for place, name in enumerate(NAMES) if mask >> place & 1]
        keys = [f"k{model.keys + number}" for number in range(count)]
        model.keys += count
        enqueue(self.outbox, keys, names, model.now)
        for key in keys:
            for name in names:
                place = model.places.get(name)
                if place is None or place.left or not place.configured:
                    continue
                state = FAILED if place.disabled else PENDING
                model.sent.append(Sent(len(model.sent) + 1, name, f"msg_{key}", state))
                if state is PENDING and place.next_at is None:
                    place.next_at = place.set_at = model.now

    def wait(self, seconds: float, _: int) -> None:
        self.model.now += seconds

    def claim(self, limit: int, letters: int) -> None:
        model, per_host = self.model, 2
        expected = model.due(limit, per_host)
        found = claim(self.outbox, model.now, limit=limit, per_host=per_host, per_claim=letters)
        assert sorted(item.endpoint for item in found) == sorted(expected)
        for item in found:
            place = model.places[item.endpoint]
            place.leased_until, place.set_at = model.now + LEASE_S, model.now
            # A due time of a clock that was ahead does not come back when the worker dies.
            assert place.next_at is not None
            place.next_at = min(place.next_at, model.now)
            assert item.epoch > place.epoch
            place.epoch = item.epoch
            assert item.failing_since == (None if place.failing_since is None else at(place.failing_since))
            queue = model.pending(item.endpoint)[:letters]
            for kept in queue:
                kept.attempts += 1
            assert [told.id for told in item.deliveries] == [kept.id for kept in queue]
            assert [told.attempts for told in item.deliveries] == [kept.attempts for kept in queue]
            assert [told.message_id for told in item.deliveries] == [kept.message for kept in queue]
            bodies = [f"body of {kept.message.removeprefix('msg_')}".encode() for kept in queue]
            assert [told.body for told in item.deliveries] == bodies
        self.claims += found

    def report(self, which: int, seed: int) -> None:
        """Report one of the claims, new or long lost, with outcomes that follow from a number."""
        if not self.claims:
            return
        item = self.claims.pop(which % len(self.claims))
        attempts, disabled = self._outcomes(item, seed)
        place = self.model.places[item.endpoint]
        counts = place.leased_until is not None and place.epoch == item.epoch
        gone = Disabled(at(self.model.now), "gone") if disabled else None
        assert report(self.outbox, item, *attempts, seconds=self.model.now, disabled=gone) == counts
        if counts:
            self._note(item, attempts, disabled=disabled)

    def _outcomes(self, item: ClaimedEndpoint, seed: int) -> tuple[list[Attempt], bool]:
        now = self.model.now
        attempts = []
        for waiting in item.deliveries:
            seed, number = divmod(seed, len(OUTCOMES))
            outcome = OUTCOMES[number]
            if outcome == "works":
                attempts.append(delivered(waiting, now))
            elif outcome == "given up":
                attempts.append(failed(waiting, now, None))
            elif outcome == "unsent":
                break
            else:
                attempts.append(failed(waiting, now, 5, blames_host=outcome == "host fails"))
                break
        return attempts, bool(attempts) and not attempts[-1].delivered and seed % 5 == 4

    def _note(self, item: ClaimedEndpoint, attempts: list[Attempt], *, disabled: bool) -> None:
        model, place = self.model, self.model.places[item.endpoint]
        place.leased_until, place.set_at = None, model.now
        again = None
        by_id = {attempt.delivery: attempt for attempt in attempts}
        for waiting in item.deliveries:
            kept, attempt = model.sent[waiting.id - 1], by_id.get(waiting.id)
            if attempt is None:
                kept.attempts -= 1
                continue
            if attempt.delivered:
                kept.state, place.failing_since = DELIVERED, None
                self.arrived[item.endpoint].append(kept.id)
            else:
                if place.failing_since is None:
                    place.failing_since = model.now
                if kept.state is PENDING:
                    kept.failures += 1
                    kept.state = FAILED if attempt.gives_up else PENDING
                again = model.now + 5 if attempt.next_at else again
            self._count(HOSTS[item.endpoint], attempt)
        place.next_at = (model.now if again is None else again) if model.pending(item.endpoint) else None
        if disabled:
            place.disabled = True
            model.give_up_pending(item.endpoint)

    def _count(self, host: str, attempt: Attempt) -> None:
        if host and (attempt.delivered or attempt.blames_host):
            breaker = self.model.breakers[host]
            breaker.failures = 0 if attempt.delivered else breaker.failures + 1
            wait = min(30 * 2 ** (breaker.failures - 5), 600)
            breaker.open_until = self.model.now + wait if breaker.failures >= 5 else 0

    def release(self, _: int, __: int) -> None:
        self.outbox.release("worker")
        for place in self.model.places.values():
            place.leased_until = None

    def leave(self, which: int, _: int) -> None:
        name = NAMES[which % len(NAMES)]
        place = self.model.places.get(name)
        if place is not None:
            assert self.outbox.unsubscribe(name, at(self.model.now)) != place.left
            place.left = True
            self.model.give_up_pending(name)

    def replay(self, which: int, state: int) -> None:
        name, wanted = NAMES[which % len(NAMES)], (None, FAILED, DELIVERED)[state % 3]
        model, place = self.model, self.model.places.get(name)
        again = [
            item
            for item in model.sent
            if item.endpoint == name and item.state is not PENDING and wanted in (None, item.state)
        ]
        if place is None or place.left or not place.configured:
            again = []
        assert self.outbox.replay(at(model.now), DeliveryFilter(endpoint=name, state=wanted)) == len(again)
        for item in again:
            item.state, item.failures = PENDING, 0
        if again and place:
            if place.disabled:
                place.disabled, place.failing_since = False, None
            place.next_at = place.set_at = model.now

    def compare(self) -> None:
        found = {
            item.id: (item.endpoint, item.message_id, item.state, item.attempts, item.failures)
            for item in self.outbox.deliveries()
        }
        assert found == {
            item.id: (item.endpoint, item.message, item.state, item.attempts, item.failures)
            for item in self.model.sent
        }
        places = {
            state.id: (state.configured, state.disabled is not None, state.next_at, state.failing_since)
            for state in self.outbox.endpoints()
        }
        assert places == {
            name: (
                place.configured,
                place.disabled,
                None if place.next_at is None else at(place.next_at),
                None if place.failing_since is None else at(place.failing_since),
            )
            for name, place in self.model.places.items()
        }

    def drain(self) -> None:
        """Let all workers die and everything work from now on: what is pending arrives in order, nothing is left."""
        self.claims.clear()
        self.release(0, 0)
        before = {name: len(items) for name, items in self.arrived.items()}
        waiting = Counter(item.endpoint for item in self.model.sent if item.state is PENDING)
        for _ in range(200):
            if not any(item.state is PENDING for item in self.model.sent):
                break
            self.claim(99, 3)
            if not self.claims:
                # A breaker lets nobody through until its time, and a clock that went back a little is not noticed.
                self.model.now += 30
            while self.claims:
                self.report(0, 0)
        assert not any(item.state is PENDING for item in self.model.sent), "nothing is lost"
        for name, items in self.arrived.items():
            drained = items[before.get(name, 0) :]
            assert drained == sorted(set(drained)), "in order, and each once"
            assert len(drained) == waiting[name]


STEPS = {
    "register": st.tuples(st.integers(0, 63), st.integers(1, 3)),
    "enqueue": st.tuples(st.integers(1, 3), st.integers(1, 63)),
    "wait": st.tuples(st.sampled_from([1.0, 5.0, 29.0, 31.0, 700.0, -40.0, -100_000.0]), st.just(0)),
    "claim": st.tuples(st.integers(1, 6), st.integers(1, 4)),
    "report": st.tuples(st.integers(0, 9), st.integers(0, 7**5)),
    "release": st.tuples(st.just(0), st.just(0)),
    "leave": st.tuples(st.integers(0, 5), st.just(0)),
    "replay": st.tuples(st.integers(0, 5), st.integers(0, 2)),
}
OFTEN = ["enqueue", "claim", "claim", "claim", "report", "report", "report", "wait", "wait"]
HISTORIES = st.lists(
    st.one_of(*(st.tuples(st.just(name), STEPS[name]) for name in (*STEPS, *OFTEN))), min_size=5, max_size=60
)


@pytest.fixture
def kept(database_url: str) -> Iterator[tuple[Store, Database]]:
    store, database = Store(database_url), Database(database_url, writes=True)
    yield store, database
    store.close()
    database.close()


def forget(database: Database) -> None:
    tables = (notice, message, delivery, endpoint_table, delivery_host, notified_component, unsubscribed)
    with database.write() as connection:
        for table in tables:
            connection.execute(table.delete())
        connection.execute(meta.delete().where(meta.c.key == "told"))
        restart = (
            "ALTER SEQUENCE delivery_id_seq RESTART"
            if database.is_postgres
            else "DELETE FROM sqlite_sequence WHERE name = 'delivery'"
        )
        connection.exec_driver_sql(restart)


@settings(max_examples=25, deadline=None, suppress_health_check=[*HealthCheck])
@given(history=HISTORIES)
def test_nothing_is_lost_and_order_and_counts_are_those_of_the_model(
    kept: tuple[Store, Database], history: list[tuple[str, tuple[Any, Any]]]
) -> None:
    store, database = kept
    forget(database)
    world = World(store)
    world.register(63, 1)
    for name, arguments in history:
        getattr(world, name)(*arguments)
        world.compare()
    world.drain()
    world.compare()
