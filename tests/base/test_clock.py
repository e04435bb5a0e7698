from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.base.clock import SteadyClock

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class Machine:
    """A wall clock and a steady one that a test sets."""

    def __init__(self) -> None:
        self.wall = START
        self.steady = 100.0

    def passes(self, seconds: float, *, wall: float | None = None) -> None:
        self.steady += seconds
        self.wall += timedelta(seconds=seconds if wall is None else wall)


def test_it_runs_with_the_wall_clock() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    assert clock() == START
    machine.passes(90)
    assert clock() == START + timedelta(seconds=90)


def test_a_wall_clock_that_is_set_back_does_not_stop_it() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    machine.passes(10, wall=-3600)
    assert clock() == START + timedelta(seconds=10)
    machine.passes(20)
    assert clock() == START + timedelta(seconds=30)
    machine.passes(1, wall=3700)
    assert clock() == machine.wall, "once the wall clock is ahead again, it is believed"


def test_after_a_sleep_of_the_machine_it_is_as_late_as_the_wall_clock() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    machine.passes(1, wall=7200)
    assert clock() == START + timedelta(hours=2)
    machine.passes(5)
    assert clock() == START + timedelta(hours=2, seconds=5)


def test_small_corrections_are_not_followed_by_jumps() -> None:
    machine = Machine()
    clock = SteadyClock(lambda: machine.wall, lambda: machine.steady)
    moments = []
    for correction in (0.5, -0.3, 0.2, -1.5, 1.9):
        machine.passes(1, wall=1 + correction)
        moments.append(clock())
    assert moments == [START + timedelta(seconds=number) for number in range(1, 6)]
