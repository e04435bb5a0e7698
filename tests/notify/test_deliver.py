from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import pytest

from helpers.delivery_world import Clock, Odd, World, claim, file_of, hook
from helpers.receivers import SECRET, Receiver, fine, receiver
from helpers.sites import wait_until
from helpers.status_world import history, moment, take_snapshot
from helpers.stores import Store
from waypost.base.faults import Fault, FaultKind
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.channels.base import TransportContext
from waypost.notify.dispatch import Dispatch, DispatchResult, enqueue_fault_notices, enqueue_notices
from waypost.notify.rules.deliveries import (
    Delivery,
    DeliveryFilter,
    DeliveryState,
    TransportError,
)
from waypost.notify.rules.notices import OutboxState
from waypost.notify.sender import Sender
from waypost.notify.worker import PAUSE
from waypost.status.rules.snapshot import Snapshot

SECOND = timedelta(seconds=1)


@pytest.fixture
def place() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    with closing(Store(database_url)) as found:
        yield found


@pytest.fixture
def world(store: Store, place: Receiver) -> World:
    found = World(store, Clock(), file_of(hook(place)))
    found.send("09:00")
    found.look("09:00")
    return found


def test_what_happens_is_delivered_once_and_in_order(world: World, place: Receiver) -> None:
    world.says = ["10:00 investigating"]
    assert world.look("10:00") == 1
    assert world.look("10:00:01") == 0
    assert world.send("10:00:02") == 1
    world.says += ["10:10 identified", "10:20 resolved"]
    world.look("10:21")
    world.send("10:21")
    assert world.send("10:22") == 0
    assert place.types == ["incident.opened", "incident.updated", "incident.resolved"]
    sequences = [item.payload["data"]["sequence"] for item in place.seen]
    assert sequences == sorted(set(sequences))
    assert place.refused == 0
    assert world.states() == ["delivered"] * 3


def test_the_past_is_told_to_nobody(store: Store, place: Receiver) -> None:
    found = World(store, Clock(), file_of(hook(place)), ["08:00 investigating", "08:30 resolved"])
    found.send("09:00")
    assert found.look("09:00") == 0
    found.says += ["09:30 postmortem"]
    assert found.look("09:30") == 1
    found.send("09:30")
    assert place.types == ["incident.postmortem"]


def test_a_receiver_that_is_down_for_an_hour_gets_all_of_it_in_order_when_it_is_back(
    world: World, place: Receiver
) -> None:
    place.answer = lambda received: (503, {})
    world.says = ["10:00 investigating", "10:20 identified", "10:40 monitoring"]
    for minute in range(60):
        at = f"10:{minute:02}"
        world.look(at)
        world.send(at)
    assert set(place.types) == {"incident.opened"}, "what comes later waits for what came before"
    tried = len(place.seen)
    assert 3 <= tried <= 5, "after 5 s, 5 min and 30 min, each within a tenth"
    place.answer = fine
    for minute in range(0, 60, 10):
        world.send(f"12:{minute:02}")
    world.send("13:30")
    assert place.types[tried:] == ["incident.opened", "incident.updated", "incident.updated"]
    assert len({item.id for item in place.seen}) == 3, "what is sent again has the same id"
    assert {words for _, words in world.told} == {"HTTP status 503"}


def test_whoever_asks_for_time_gets_it(world: World, place: Receiver) -> None:
    place.answer = lambda received: (429, {"Retry-After": "600"})
    world.says = ["10:00 investigating"]
    world.look("10:00")
    world.send("10:00")
    place.answer = fine
    assert world.send("10:09:59") == 0
    assert world.send("10:10") == 1
    assert world.states() == ["delivered"]


@pytest.mark.parametrize(
    ("status", "headers"),
    [(301, {"Location": "https://elsewhere.example/"}), (500, {}), (404, {}), (401, {})],
)
def test_anything_but_success_is_tried_again(
    status: int, headers: Mapping[str, str], world: World, place: Receiver
) -> None:
    place.answer = lambda received: (status, headers)
    world.says = ["10:00 investigating"]
    world.look("10:00")
    world.send("10:00")
    place.answer = fine
    world.send("10:00:06")
    assert [item.id for item in place.seen] == [place.seen[0].id] * 2
    assert world.states() == ["delivered"]


def test_an_endpoint_that_is_gone_is_left_alone_and_the_operators_hear_of_it(
    store: Store, place: Receiver
) -> None:
    with receiver() as other:
        file = file_of(
            hook(place), hook(other, "ops", rules=[{"events": ["certificate.expiring"]}]), operators=["ops"]
        )
        world = World(store, Clock(), file)
        world.send("09:00")
        world.look("09:00")
        place.answer = lambda received: (410, {})
        world.says = ["10:00 investigating", "10:10 identified"]
        for at in ("10:00", "10:00:10", "10:10", "10:20"):
            world.look(at)
            world.send(at)
        assert len(place.seen) == 1
        assert other.types == ["endpoint.disabled"]
        assert other.seen[0].payload["data"]["endpoint"]["id"] == "acme"
        assert [item.state for item in store.outbox.deliveries(DeliveryFilter(endpoint="acme"))] == [
            DeliveryState.FAILED
        ] * 2
        assert ("given up", "acme") in world.told

        place.answer = fine
        assert store.outbox.replay(moment("10:30"), DeliveryFilter(DeliveryState.FAILED, "acme")) == 2
        world.send("10:30")
        assert place.types == ["incident.opened", "incident.opened", "incident.updated"]
        assert place.seen[0].id == place.seen[1].id


FULL = (Fault(FaultKind.PUBLISHING, "", "There is no room in site/.", moment("09:30")),)
GOOD, DOWN = (
    ["09:00 http-1 operational"],
    ["09:00 http-1 operational", "09:20>09:22 http-1 major_outage"],
)


def page_of(world: World, changes: Sequence[str], at: str) -> Snapshot:
    return take_snapshot(world.site, history(changes), moment(at))


def test_an_old_page_serves_for_our_own_faults_and_rewinds_no_state(store: Store, place: Receiver) -> None:
    world = World(store, Clock(), file_of(hook(place), operators=["acme"]))
    world.send("09:10")
    old, new = page_of(world, GOOD, "09:10"), page_of(world, DOWN, "09:25")
    enqueue_notices(store.outbox, world.site, old)
    enqueue_notices(store.outbox, world.site, new)
    world.send("09:25")
    states = store.outbox.state().components
    known = len(place.seen)
    for at, count in (("09:30:59", 0), ("09:31", 1), ("09:32", 0)):
        assert enqueue_fault_notices(store.outbox, world.site, old, FULL, moment(at)).deliveries == count, at
    world.send("09:32")
    assert place.types[known:] == ["monitor.trouble"]
    assert store.outbox.state().components == states
    assert enqueue_notices(store.outbox, world.site, page_of(world, DOWN, "09:33"), FULL).notices == 0


def test_before_any_page_was_planned_nobody_hears_of_a_fault(store: Store, place: Receiver) -> None:
    world = World(store, Clock(), file_of(hook(place), operators=["acme"]))
    world.send("09:10")
    page = page_of(world, GOOD, "09:10")
    assert enqueue_fault_notices(store.outbox, world.site, page, FULL, moment("10:00")) == DispatchResult()
    assert store.outbox.state() == OutboxState(), "the first page still counts as known"


def test_an_endpoint_that_only_fails_for_days_is_given_up(world: World, place: Receiver) -> None:
    place.answer = lambda received: (500, {})
    world.says = ["10:00 investigating"]
    world.look("10:00")
    for day in range(7):
        at = (moment("10:00") + day * timedelta(days=1)).isoformat()
        world.says += [f"{at} identified"] if day else []
        world.look(at)
        for hour in range(24):
            world.send((moment(at) + hour * timedelta(hours=1)).isoformat())
    assert world.told.count(("given up", "acme")) == 1
    (state,) = [item for item in world.store.outbox.endpoints() if item.id == "acme"]
    assert state.disabled is not None
    assert state.disabled.reason == "nothing but failures for 5 days"
    assert state.disabled.at - moment("10:00") < timedelta(days=6)
    assert world.states() == ["failed"] * 7


def test_a_secret_that_is_not_set_is_named_and_waits(world: World, place: Receiver) -> None:
    world.subscribers = file_of({"id": "acme", "webhook": {"url": place.url, "secret": "${NOT_SET}"}})
    world.says = ["10:00 investigating"]
    world.send("10:00")
    world.look("10:00")
    world.send("10:00")
    assert world.told == [("acme", "the environment variable NOT_SET is not set")]
    world.subscribers = file_of(hook(place))
    world.send("10:01")
    assert world.states() == ["delivered"]


def test_a_clock_that_is_set_back_neither_loses_nor_repeats(world: World, place: Receiver) -> None:
    world.says = ["10:00 investigating"]
    world.look("10:00")
    place.answer = lambda received: (500, {})
    world.send("10:00")
    place.answer = fine
    # The clock was two hours ahead.
    world.send("08:00")
    world.send("08:10")
    assert world.states() == ["delivered"]
    assert len(place.seen) == 2


@pytest.fixture
def odd(world: World, monkeypatch: pytest.MonkeyPatch) -> Odd:
    channel = Odd()
    world.channels = channel.channels
    monkeypatch.setattr("waypost.notify.dispatch.CHANNELS", channel.channels)
    return channel


def test_a_channel_that_breaks_is_tried_again_and_says_no_more_than_its_kind_of_fault(
    world: World, odd: Odd
) -> None:
    def broken(delivery: Delivery) -> str:
        raise KeyError("the secret of acme")

    odd.do = broken
    world.says = ["10:00 investigating"]
    world.look("10:00")
    world.send("10:00")
    assert world.told == [("acme", "it went wrong (KeyError)")]
    assert world.states() == ["pending"]


def test_letters_of_a_thread_know_what_the_first_is_called(world: World, odd: Odd) -> None:
    world.says = ["10:00 investigating", "10:01 identified", "10:02 monitoring"]
    world.look("10:05")
    world.send("10:05")
    world.says += ["10:10 resolved"]
    world.look("10:10")
    world.send("10:10")
    assert [first for _, _, first in odd.sent] == ["", "remote", "remote", "remote"]


def test_a_letter_that_can_never_come_through_does_not_hold_up_those_after_it(world: World, odd: Odd) -> None:
    def refuse_first(delivery: Delivery) -> str:
        if delivery.event is NoticeEvent.INCIDENT_OPENED:
            raise TransportError("it is too large", permanent=True)
        return ""

    odd.do = refuse_first
    world.says = ["10:00 investigating", "10:01 identified"]
    world.look("10:05")
    world.send("10:05")
    assert world.states() == ["failed", "delivered"]


def test_what_was_sent_is_recorded_and_given_back_when_it_is_told_to_stop(world: World, odd: Odd) -> None:
    going, go_on = threading.Event(), threading.Event()

    def slow(delivery: Delivery) -> str:
        going.set()
        go_on.wait(20)
        return ""

    odd.do = slow
    world.says = ["10:00 investigating", "10:01 identified"]
    world.look("10:05")
    with world.courier() as courier:
        assert courier.turn() == 0.0, "it is under way"
        assert going.wait(20)
        go_on.set()
    assert world.states() == ["delivered", "delivered"]
    claims = claim(world, "next", world.clock())
    assert claims == []


def test_nothing_is_begun_for_which_the_lease_leaves_no_time(world: World, odd: Odd) -> None:
    world.says = ["10:00 investigating"]
    world.look("10:00")
    (claimed,) = claim(world, "me", world.clock())
    means = TransportContext(
        world.subscribers, "Page", "https://s.example/", world.clock, lambda address: False
    )
    route = Sender(means, odd.channels)
    assert route.send(claimed, time.monotonic()).attempts == ()
    assert odd.sent == []
    assert len(route.send(claimed, time.monotonic() + 60).attempts) == 1


def test_a_claim_whose_answer_was_lost_is_given_back_at_the_end(world: World, odd: Odd) -> None:
    world.says = ["10:00 investigating"]
    world.look("10:00")
    with world.courier() as courier:
        owner = courier._owner  # nobody else claims under that name
        assert claim(world, owner, world.clock())
    assert world.send("10:00:01") == 1


def test_letters_that_take_long_are_recorded_before_all_of_them_are_sent(
    world: World, odd: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waypost.notify.sender.STRETCH", 0.05)
    odd.do = lambda delivery: str(time.sleep(0.06))
    world.says = ["10:00 investigating", "10:01 identified", "10:02 monitoring"]
    world.look("10:05")
    with world.courier() as courier:
        while not courier.step():
            pass
        assert sorted(world.states()) == ["delivered", "pending", "pending"]
        assert courier.drain() == 2
    assert [item.attempts for item in world.store.outbox.deliveries()] == [1, 1, 1]


def test_a_worker_that_lost_its_claim_is_not_believed(world: World, odd: Odd) -> None:
    def lose(delivery: Delivery) -> str:
        # Somebody else takes over, because our lease has run out.
        later = world.clock() + timedelta(minutes=5)
        assert claim(world, "other", later)
        return "ours"

    odd.do = lose
    world.says = ["10:00 investigating"]
    world.look("10:00")
    world.clock.now = moment("10:00")
    with world.courier() as courier:
        while not courier.step():
            pass
    assert world.states() == ["pending"], "the other one sends it again, and says what became of it"


def test_several_endpoints_are_sent_to_at_once_and_each_in_its_order(store: Store, place: Receiver) -> None:
    world = World(
        store,
        Clock(),
        file_of(*(hook(replace(place, url=f"{place.url}/{n}"), f"acme-{n}") for n in range(12))),
    )
    world.send("09:00")
    world.look("09:00")
    world.says = [f"10:{minute:02} investigating" for minute in range(30)]
    assert world.look("10:30") == 12 * 30
    assert world.send("10:30") == 12 * 30
    by_path: dict[str, list[int]] = {}
    for item in place.seen:
        by_path.setdefault(item.path, []).append(item.payload["data"]["sequence"])
    assert len(by_path) == 12
    assert all(found == sorted(found) and len(found) == 30 for found in by_path.values())


def test_subscribers_that_come_later_are_sent_to_without_a_restart(
    store: Store, place: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    world = World(store, Clock(), file_of())
    with closing(Dispatch(store.outbox)) as dispatch:
        dispatch.use(world.site)
        world.subscribers = file_of(hook(place))
        dispatch.use(world.site)
        world.look("09:00")
        world.says = ["09:30 investigating"]
        assert world.look("09:30") == 1
        wait_until(lambda: dispatch.turn() == PAUSE, "nothing to be due any more")
    assert place.types == ["incident.opened"]
