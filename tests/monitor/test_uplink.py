from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from helpers.clocks import START, Machine
from waypost.formats.status_config import Uplink
from waypost.monitor.uplink import Reach, Reached, UplinkGuard

UPLINK = Uplink(targets=("192.0.2.1:443",), every=timedelta(seconds=30))


class Line:
    """A connection that a test cuts, on a machine whose clock it sets."""

    def __init__(self) -> None:
        self.machine = Machine()
        self.works = True
        self.looks: list[datetime] = []

    def reach(self, uplink: Uplink, now: datetime) -> Reached:
        assert (uplink, now) == (UPLINK, self.machine.now)
        self.looks.append(now)
        return Reached(self.works)

    def after(self, seconds: float) -> float:
        """Let time pass until so long after the start; return that moment of the monotonic clock."""
        self.machine.passes(seconds - (self.machine.now - START).total_seconds())
        return self.machine.clock.monotonic()


def guard(line: Line, reach: Reach | None = None) -> UplinkGuard:
    return UplinkGuard(UPLINK, reach or line.reach, line.machine.clock)


def test_without_an_uplink_every_failure_is_believed_and_nobody_looks() -> None:
    line = Line()
    watcher = UplinkGuard(None, line.reach, line.machine.clock)
    assert watcher.watch()
    assert watcher.works_since(0.0)
    assert line.looks == []


def test_it_looks_at_first_and_then_at_its_interval() -> None:
    line = Line()
    watcher = guard(line)
    for seconds in range(0, 61, 5):
        line.after(seconds)
        assert watcher.watch()
    assert [(look - START).seconds for look in line.looks] == [0, 30, 60]


def test_a_failure_needs_a_look_that_is_newer_than_its_beginning() -> None:
    line = Line()
    watcher = guard(line)
    assert watcher.watch()
    began = line.after(3)
    line.after(5)
    assert watcher.works_since(began)
    assert len(line.looks) == 2, "the look before the failure proves nothing"
    assert watcher.works_since(began)
    assert watcher.works_since(line.after(5))
    assert len(line.looks) == 2, "one look serves all that failed before it"


def test_while_it_is_down_nothing_is_believed_until_a_host_answers() -> None:
    line = Line()
    watcher = guard(line)
    assert watcher.watch()
    line.works = False
    began = line.after(10)
    assert not watcher.works_since(began)
    assert watcher.down_since == START + timedelta(seconds=10)
    line.after(11)
    assert not watcher.watch(), "it is looked at again at once"
    assert watcher.down_since == START + timedelta(seconds=10), "the beginning stays"
    line.works = True
    line.after(12)
    assert watcher.watch()
    assert watcher.down_since is None
    assert watcher.works_since(began), "an answer after the failure began"


def test_failures_at_the_same_time_share_one_look() -> None:
    line = Line()
    together = threading.Barrier(8)
    looks: list[int] = []

    def reach(_: Uplink, __: datetime) -> Reached:
        looks.append(1)
        return Reached(works=True)

    watcher = guard(line, reach)

    def fail(_: int) -> bool:
        together.wait(timeout=5)
        return watcher.works_since(0.0)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(fail, range(8)))
    assert len(looks) == 1


def test_a_clock_that_was_ahead_does_not_stand_in_for_a_look_at_the_connection() -> None:
    line = Line()
    watcher = guard(line)
    line.machine.set_by(3 * 3600)
    assert watcher.watch()
    line.machine.passes(14)
    line.machine.set_by(-3 * 3600)
    line.works = False
    began = line.machine.clock.monotonic()
    line.machine.passes(1)
    assert not watcher.works_since(began), "the look of before is older, whatever the clock showed"
    line.works = True
    line.machine.passes(31)
    assert watcher.watch()
    assert len(line.looks) == 3
