from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from helpers.sites import wait_until
from waypost.base.database.engine import StoreError
from waypost.base.faults import FaultKind, Faults
from waypost.base.supervision import Supervisor, Task

SOON = 0.01


@contextmanager
def supervised(*tasks: Task, **options: Any) -> Iterator[tuple[Supervisor, Faults]]:
    faults = Faults()
    supervisor = Supervisor(tasks, faults, **options)
    stop = threading.Event()
    thread = threading.Thread(target=supervisor.run, args=(stop, 5.0))
    thread.start()
    try:
        yield supervisor, faults
    finally:
        stop.set()
        thread.join()


def counting(turns: list[float]) -> Callable[[], float]:
    def turn() -> float:
        turns.append(time.monotonic())
        return SOON

    return turn


def failing(error: BaseException, times: int) -> tuple[Callable[[], float], list[float]]:
    """Return a turn that fails so often, and the list of its good turns."""
    left, good = [times], list[float]()

    def turn() -> float:
        if left[0]:
            left[0] -= 1
            raise error
        good.append(time.monotonic())
        return SOON

    return turn, good


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (RuntimeError("a bug"), FaultKind.PUBLISHING, "'bad' failed (RuntimeError: a bug)"),
        (MemoryError(), FaultKind.PUBLISHING, "'bad' failed (MemoryError"),
        (OSError(28, "No space left on device", "/site/x"), FaultKind.PUBLISHING, "on device: /site/x"),
        (StoreError("The database is full."), FaultKind.DATABASE, "The database is full."),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_a_turn_that_fails_is_a_fault_until_one_succeeds_and_stops_no_other(
    error: Exception, kind: FaultKind, words: str
) -> None:
    turn, good = failing(error, 1)
    others: list[float] = []
    bad = Task("bad", turn, FaultKind.PUBLISHING)
    with supervised(bad, Task("good", counting(others))) as (supervisor, faults):
        wait_until(lambda: supervisor.states["bad"].failures, "it has failed")
        before = len(others)
        wait_until(lambda: good, "it is tried again")
        wait_until(lambda: not faults.present(), "the fault is over")
        assert supervisor.states["bad"].failures == 1
        [fault] = faults.take_changed()
    assert len(others) > before + 10, "the other task went on meanwhile"
    assert fault.kind is kind
    assert words in fault.message


def test_what_several_tasks_meet_is_one_fault_that_ends_when_all_are_over_it() -> None:
    is_down = threading.Event()
    is_down.set()
    last = [True]

    def one() -> float:
        if is_down.is_set():
            raise StoreError("The database does not answer.")
        return SOON

    def two() -> float:
        if last[0]:
            raise StoreError("The database does not answer.")
        return SOON

    tasks = [Task(name, turn, longest_pause=SOON) for name, turn in (("one", one), ("two", two))]
    with supervised(*tasks) as (supervisor, faults):
        wait_until(lambda: all(state.failures for state in supervisor.states.values()), "both have met it")
        assert [fault.key for fault in faults.present()] == [(FaultKind.DATABASE, "other")]
        is_down.clear()
        wait_until(lambda: supervisor.states["one"].last_end, "the first is over it")
        assert faults.present(), "the second is not"
        last[0] = False
        wait_until(lambda: not faults.present(), "the fault is over")


def test_a_thread_that_ends_is_started_again_and_told(caplog: pytest.LogCaptureFixture) -> None:
    turn, good = failing(SystemExit("a library wants to end it"), 1)
    with (
        caplog.at_level(logging.WARNING, "waypost"),
        supervised(Task("odd", turn)) as (supervisor, faults),
    ):
        wait_until(lambda: good, "it goes on")
        wait_until(lambda: not faults.present(), "and is no fault any more")
        assert supervisor.states["odd"].starts == 2
    assert "ended unexpectedly (SystemExit)" in caplog.text
    assert "was started again" in caplog.text


def test_a_crash_of_any_other_thread_is_an_event(caplog: pytest.LogCaptureFixture) -> None:
    def crash() -> None:
        raise KeyError("nobody catches it")

    with (
        caplog.at_level(logging.WARNING, "waypost"),
        supervised(Task("good", lambda: SOON)) as (made, faults),
    ):
        wait_until(lambda: made.states["good"].last_end, "it runs")
        thread = threading.Thread(target=crash, name="elsewhere")
        thread.start()
        thread.join()
        [fault] = faults.take_changed()
    assert fault.message == "The thread 'elsewhere' ended unexpectedly (KeyError)."
    assert fault.until == fault.since
    assert any(record.exc_info and record.exc_info[0] is KeyError for record in caplog.records)


def test_a_thread_that_cannot_be_started_is_tried_again() -> None:
    refusals = [2]

    class Thread(threading.Thread):
        def start(self) -> None:
            if refusals[0]:
                refusals[0] -= 1
                raise RuntimeError("can't start new thread")
            super().start()

    turns: list[float] = []
    with supervised(Task("late", counting(turns)), thread=Thread) as (_, faults):
        wait_until(faults.present, "that is a fault")
        assert "cannot be started: can't start new thread" in faults.present()[0].message
        wait_until(lambda: turns, "it is started after all")
        wait_until(lambda: not faults.present(), "and the fault is over")


def test_a_turn_that_takes_too_long_is_a_fault_until_it_ends() -> None:
    hang = threading.Event()
    others: list[float] = []

    def turn() -> float:
        hang.wait()
        return SOON

    hanging = Task("hanging", turn, deadline=0.05)
    with supervised(hanging, Task("good", counting(others))) as (supervisor, faults):
        wait_until(faults.present, "it is told")
        assert "'hanging' has been at one turn for more than" in faults.present()[0].message
        assert supervisor.overdue("hanging")
        assert len(others) > 10
        hang.set()
        wait_until(lambda: not faults.present(), "it is over")
        assert supervisor.overdue("hanging") is None


def test_a_task_that_hangs_at_the_end_is_left_and_named() -> None:
    hang, closed = threading.Event(), list[str]()
    tasks = (
        Task("hanging", lambda: float(hang.wait())),
        Task("good", lambda: 60.0, close=lambda: closed.append("good")),
    )
    stop = threading.Event()
    left: list[str] = []
    supervisor = Supervisor(tasks, Faults())
    thread = threading.Thread(target=lambda: left.extend(supervisor.run(stop, 0.2)))
    thread.start()
    wait_until(lambda: supervisor.states["hanging"].busy_since, "it hangs")
    stop.set()
    thread.join()
    hang.set()
    assert left == ["hanging"]
    assert closed == ["good"], "a task that waits for its next turn ends at once"


def test_a_task_is_woken_before_its_time() -> None:
    turns: list[float] = []

    def turn() -> float:
        turns.append(time.monotonic())
        return 600.0

    with supervised(Task("slow", turn)) as (supervisor, _):
        wait_until(lambda: turns, "its first turn")
        supervisor.wake("slow")
        supervisor.wake("nobody")
        wait_until(lambda: len(turns) == 2, "its second turn")
