from __future__ import annotations

import logging
import threading

import pytest

from waypost.base.workers import Workers


def test_work_is_done_by_as_many_threads_as_are_needed_and_no_more_than_allowed() -> None:
    workers, names, together = Workers(3, "test"), set(), threading.Barrier(3)

    def work() -> None:
        together.wait(30)
        names.add(threading.current_thread().name)

    for _ in range(6):
        workers.submit(work)
    workers_done = threading.Event()
    workers.submit(workers_done.set)
    assert workers_done.wait(30)
    workers.close()
    assert names == {"test-1", "test-2", "test-3"}


def test_with_fewer_threads_than_wanted_the_work_waits_for_those_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers, done = Workers(8, "test"), threading.Semaphore(0)
    busy = threading.Event()
    workers.submit(lambda: [busy.wait(30), done.release()][1])
    with monkeypatch.context() as lacking:
        lacking.setattr(threading.Thread, "start", refuse)
        for _ in range(5):
            workers.submit(done.release)
    busy.set()
    for _ in range(6):
        assert done.acquire(timeout=30)
    workers.close()


def refuse(_: threading.Thread) -> None:
    raise RuntimeError("can't start new thread")


def test_without_any_thread_the_work_is_refused_and_later_work_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers, done = Workers(8, "test"), threading.Event()
    with monkeypatch.context() as lacking:
        lacking.setattr(threading.Thread, "start", refuse)
        with pytest.raises(RuntimeError):
            workers.submit(lambda: pytest.fail("it was refused"))
    workers.submit(done.set)
    assert done.wait(30)
    workers.close()


def test_work_that_fails_is_logged_and_its_thread_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    workers, done = Workers(1, "test"), threading.Event()

    def fail() -> None:
        raise KeyError

    workers.submit(fail)
    workers.submit(done.set)
    assert done.wait(30)
    workers.close()
    [record] = caplog.records
    assert (record.levelno, bool(record.exc_info)) == (logging.ERROR, True)


def test_closing_drops_what_has_not_begun_and_waits_no_longer_than_it_may() -> None:
    workers, leave, begun = Workers(1, "test"), threading.Event(), threading.Event()
    workers.submit(lambda: [begun.set(), leave.wait(30)][0])
    assert begun.wait(30)
    workers.submit(lambda: pytest.fail("it was dropped"))
    workers.close(patience=0.01)
    leave.set()
    workers.close()
