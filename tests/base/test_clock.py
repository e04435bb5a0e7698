from __future__ import annotations

import itertools
import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.clocks import START, Machine
from waypost.base.clock import STEP, Clock, read_clocks

HOUR = timedelta(hours=1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_it_runs_with_the_wall_clock() -> None:
    machine = Machine()
    assert machine.clock() == START
    machine.passes(90)
    assert machine.clock() == START + seconds(90)
    assert machine.steps == []


def test_a_clock_that_is_set_back_is_followed_and_reported_once() -> None:
    machine = Machine()
    machine.passes(10, wall=-3600)
    assert machine.clock() == START - HOUR
    machine.passes(20)
    assert machine.clock() == START - HOUR + seconds(20)
    [step] = machine.steps
    assert (step.before, step.after) == (START + seconds(10), START - HOUR)
    assert step.set_by == -HOUR - seconds(10)
    assert step.sentence == (
        "The clock was set back by 1 h 10 s: from 2026-11-21 12:00:10 UTC to 2026-11-21 11:00:00 UTC."
        " The new time is used from now on."
    )


def test_a_clock_that_is_set_forward_is_followed_and_reported() -> None:
    machine = Machine()
    machine.passes(14, wall=3 * 3600 + 14)
    assert machine.clock() == START + 3 * HOUR + seconds(14)
    [step] = machine.steps
    assert step.set_by == 3 * HOUR
    assert step.sentence.startswith("The clock was set forward by 3 h: ")


def test_a_machine_that_slept_has_no_wrong_clock() -> None:
    machine = Machine()
    machine.passes(5, asleep=7200)
    assert machine.clock() == START + 2 * HOUR + seconds(5)
    [step] = machine.steps
    assert step.set_by == seconds(0)
    assert step.sentence == "The machine slept for 2 h. Nothing was measured meanwhile."
    assert machine.clock.unchanged_for() == seconds(5), "the time that it was awake"


def test_a_clock_that_is_set_while_the_machine_sleeps_is_both() -> None:
    machine = Machine()
    machine.passes(5, asleep=7200, wall=3605)
    assert machine.clock() == START + HOUR + seconds(5)
    [step] = machine.steps
    assert step.set_by == -HOUR


def test_a_leap_second_is_made_up_for_without_a_jump() -> None:
    machine = Machine()
    machine.passes(1, wall=0)
    moments = [machine.clock()]
    for _ in range(12):
        machine.passes(1)
        moments.append(machine.clock())
    assert machine.steps == []
    lengths = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert all(seconds(0.9) <= length <= seconds(1) for length in lengths)
    assert moments[-1] == machine.reading.wall, "a second is made up for within ten"


@given(
    st.lists(st.tuples(st.floats(0.001, 100), st.floats(-0.0005, 0.0005)), min_size=1, max_size=40),
)
def test_a_slow_correction_is_no_step_and_never_takes_time_back(passed: list[tuple[float, float]]) -> None:
    machine = Machine()
    before = machine.clock()
    for awake, drift in passed:
        machine.passes(awake, wall=awake * (1 + drift))
        now = machine.clock()
        assert now >= before
        assert abs(now - machine.reading.wall) <= STEP
        before = now
    assert machine.steps == []


def test_the_wall_time_of_an_earlier_moment_follows_a_correction() -> None:
    machine = Machine()
    began = machine.clock.monotonic()
    machine.passes(3, wall=3 - 3600)
    assert machine.clock.moment(began) == machine.clock() - seconds(3)


def test_it_knows_for_how_long_nobody_has_set_it() -> None:
    machine = Machine()
    machine.passes(50)
    assert machine.clock.unchanged_for() == seconds(50)
    machine.passes(10, wall=-3600)
    assert machine.clock.unchanged_for() == seconds(0)
    machine.passes(30)
    assert machine.clock.unchanged_for() == seconds(30)


def test_a_clock_that_was_just_set_to_a_time_that_was_over_is_set_back() -> None:
    machine = Machine()
    machine.passes(600)
    assert machine.clock.is_settled
    machine.set_by(-600)
    assert (machine.clock.is_settled, machine.clock.is_set_back) == (False, True)
    machine.passes(20)
    machine.set_by(600)
    assert (machine.clock.is_settled, machine.clock.is_set_back) == (False, False), "it is put right"
    machine.set_by(-600)
    assert machine.clock.is_set_back
    machine.passes(60)
    assert (machine.clock.is_settled, machine.clock.is_set_back) == (True, False), "it is believed at last"


def test_a_clock_that_was_ahead_and_is_put_right_is_not_set_back() -> None:
    machine = Machine()
    machine.passes(600)
    for ahead in (20, 120):
        machine.set_by(10_800)
        assert not machine.clock.is_set_back
        machine.passes(ahead)
        machine.set_by(-10_800)
        assert not machine.clock.is_set_back


def test_a_callback_may_ask_for_the_time() -> None:
    machine = Machine()
    asked: list[datetime] = []
    clock = Clock(lambda: machine.reading, lambda _: asked.append(clock()))
    machine.passes(1, wall=3600)
    now = clock()
    assert asked == [now]


def test_a_step_is_reported_once_whoever_asks() -> None:
    machine = Machine()
    machine.passes(1, wall=3600)
    threads = [threading.Thread(target=machine.clock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(machine.steps) == 1


def test_the_clocks_of_this_machine_run_together() -> None:
    first = read_clocks()
    second = read_clocks()
    assert second.monotonic >= first.monotonic
    assert second.running >= first.running
    assert second.wall.tzinfo is UTC
