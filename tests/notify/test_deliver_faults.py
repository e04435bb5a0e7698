"""What goes wrong on our side while notices are sent: nothing is lost, nobody else is blamed, operators are told."""

from __future__ import annotations

import errno
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from helpers.delivery_world import ENVIRONMENT, Clock, Odd, World, file_of, hook
from helpers.receivers import Receiver, receiver
from helpers.stores import Store
from waypost.base.database.engine import StoreError
from waypost.base.faults import FaultKind, Faults
from waypost.base.net import network
from waypost.notify.rules.deliveries import Delivery
from waypost.notify.worker import DeliveryWorker, NotSent

NO_THREADS = "can't start new thread"


@pytest.fixture
def place() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path}/waypost.db")) as found:
        yield found


@pytest.fixture
def world(store: Store, place: Receiver) -> World:
    """Five endpoints, and one notice for each."""
    hooks = (hook(replace(place, url=f"{place.url}/{number}"), f"acme-{number}") for number in range(5))
    found = World(store, Clock(), file_of(*hooks))
    found.send("09:00")
    found.look("09:00")
    found.says = ["10:00 investigating"]
    assert found.look("10:00") == 5
    return found


@pytest.fixture
def odd(world: World) -> Odd:
    channel = Odd()
    world.channels = channel.channels
    return channel


def refuse_threads(monkeypatch: pytest.MonkeyPatch, allowed: int = 0) -> None:
    """Let so many threads of a pool be started, and then none."""
    start, left = threading.Thread.start, [allowed]

    def refusing(thread: threading.Thread) -> None:
        if thread.name.startswith("delivery"):
            left[0] -= 1
            if left[0] < 0:
                raise RuntimeError(NO_THREADS)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refusing)


@pytest.mark.parametrize("allowed", [0, 1])
def test_what_no_thread_can_be_started_for_is_sent_all_the_same_and_once(
    world: World, place: Receiver, monkeypatch: pytest.MonkeyPatch, allowed: int
) -> None:
    faults = Faults(world.clock)
    with monkeypatch.context() as limited, world.courier(faults=faults) as courier:
        refuse_threads(limited, allowed)
        assert courier.drain() == 5
        if allowed == 0:
            # A thread that is there already may be quick enough to take all the others.
            assert [(it.kind, it.subject) for it in faults.present()] == [(FaultKind.DELIVERIES, "threads")]
    assert sorted(item.path for item in place.seen) == [f"/hook/{number}" for number in range(5)]
    assert world.states() == ["delivered"] * 5
    assert world.told == []
    world.says = ["10:00 investigating", "10:05 identified"]
    world.look("10:05")
    with world.courier(faults=faults) as courier:
        assert courier.drain() == 5
    assert faults.present() == ()


def test_a_receiver_that_hangs_does_not_hold_up_a_turn_without_threads_for_each_of_its_endpoints(
    world: World, odd: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("waypost.notify.worker.STRETCH", 0.0)
    with monkeypatch.context() as limited, world.courier() as courier:
        refuse_threads(limited)
        courier.step()
        assert odd.sent == [], "the time of this turn is over before the first one"
        monkeypatch.setattr("waypost.notify.worker.STRETCH", 60.0)
        assert courier.drain() == 5
    assert [item.attempts for item in world.store.outbox.deliveries()] == [1] * 5


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (MemoryError(), "no memory left"),
        (RuntimeError(NO_THREADS), "ulimit -u"),
        (OSError(errno.EMFILE, "Too many open files"), "ulimit -n"),
        (OSError(errno.ENFILE, "Too many open files in system"), "this machine has no file handles left"),
        (socket.gaierror(socket.EAI_SYSTEM, "System error"), "cannot look up names"),
    ],
)
def test_what_this_machine_lacks_is_no_failure_of_a_receiver(
    world: World, odd: Odd, error: Exception, words: str
) -> None:
    def fail(delivery: Delivery) -> str:
        if delivery.endpoint == "acme-2":
            raise error
        return ""

    odd.do = fail
    with world.courier() as courier:
        with pytest.raises(NotSent, match="They wait, and are tried again") as raised:
            courier.drain()
        assert raised.value.__cause__ is error
        assert words in str(raised.value)
        odd.do = lambda delivery: ""
        courier.drain()
    assert [(item.state.value, item.attempts, item.failures) for item in world.store.outbox.deliveries()] == [
        ("delivered", 1, 0)
    ] * 5
    assert world.told == []


def test_a_webhook_that_finds_no_file_handle_blames_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: Any) -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as limited, world.courier() as courier:
        limited.setattr(network, "DeadlineSocket", exhausted)
        with pytest.raises(NotSent, match="ulimit -n"):
            courier.drain()
    assert world.told == []
    assert world.send("10:00:01") == 5


def test_an_outbox_that_fails_at_any_call_loses_nothing_and_repeats_nothing_that_it_took(
    world: World, odd: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each call of the outbox fails once before it is done, by an error of every kind."""
    outbox = world.store.outbox
    errors = iter([StoreError("gone"), RuntimeError("of the inside"), MemoryError()] * 2)

    def failing(name: str) -> Callable[..., Any]:
        call, turn = getattr(outbox, name), iter([True, False] * 3)

        def one(*args: Any, **options: Any) -> Any:
            if next(turn, False):
                raise next(errors)
            return call(*args, **options)

        return one

    with world.courier() as courier:
        for name in ("claim", "record"):
            monkeypatch.setattr(outbox, name, failing(name))
        raised = 0
        while "pending" in world.states():
            try:
                courier.step()
            except (StoreError, RuntimeError, MemoryError):
                raised += 1
            assert raised < 10
    assert raised >= 2
    assert len(odd.sent) == 5
    assert [item.attempts for item in outbox.deliveries()] == [1] * 5


def test_what_cannot_be_recorded_keeps_more_from_being_sent(
    world: World, odd: Odd, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise StoreError("The disk is full.")

    with world.courier(threads=1) as courier:
        with monkeypatch.context() as full:
            full.setattr(world.store.outbox, "record", broken)
            for _ in range(5):
                with pytest.raises(StoreError):
                    courier.drain()
        assert len(odd.sent) == 1
        courier.drain()
    assert len(odd.sent) == 5
    assert world.states() == ["delivered"] * 5


def test_a_terminal_that_is_gone_stops_no_delivery(world: World, odd: Odd) -> None:
    def gone(delivery: Delivery) -> str:
        raise OSError("for the receiver")

    def closed(*_: Any) -> None:
        raise BrokenPipeError

    odd.do = gone
    with world.courier() as courier:
        courier._hooks.failed = closed  # the hooks of a command print
        assert courier.drain() == 5
    assert world.states() == ["pending"] * 5


def test_what_hangs_is_given_up_at_the_end_and_sent_again(world: World, odd: Odd) -> None:
    going, go_on = threading.Event(), threading.Event()

    def hang(delivery: Delivery) -> str:
        going.set()
        go_on.wait(60)
        return ""

    odd.do = hang
    courier = DeliveryWorker(
        world.store.outbox, world.site, environment=ENVIRONMENT, clock=world.clock, channels=odd.channels
    )
    courier.step(0.0)
    assert going.wait(20)
    courier.close(0.01)
    go_on.set()
    odd.do = lambda delivery: ""
    assert world.send("10:00:01") == 5
    assert world.states() == ["delivered"] * 5
