from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest

from waypost.base.faults import SHORTEST, Fault, FaultKind, Faults

START = datetime(2026, 11, 20, 10, tzinfo=UTC)


class Machine:
    """A clock that is set by hand, and the journal that runs by it."""

    def __init__(self) -> None:
        self.now = START
        self.faults = Faults(lambda: self.now)


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_a_fault_lasts_from_its_beginning_to_its_end_and_is_logged_twice(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    faults = machine.faults
    with caplog.at_level(logging.WARNING, "waypost"):
        for _ in range(3):
            faults.begin(FaultKind.DATABASE, "The database does not answer.")
            machine.now += timedelta(seconds=1)
        assert faults.present() == (
            Fault(FaultKind.DATABASE, "", "The database does not answer.", START, count=3),
        )
        faults.end(FaultKind.DATABASE)
        faults.end(FaultKind.DATABASE)
    assert faults.present() == ()
    assert [record.getMessage() for record in caplog.records] == [
        "The database does not answer.",
        "This is over: The database does not answer.",
    ]


def test_the_traceback_is_logged_when_a_fault_begins(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "waypost"):
        machine.faults.begin(FaultKind.TASK, "Polling failed.", "polling", KeyError("x"))
    assert caplog.records[0].exc_info is not None
    assert caplog.records[0].exc_info[0] is KeyError


def test_what_changed_is_taken_once_and_may_be_given_back(machine: Machine) -> None:
    faults = machine.faults
    faults.begin(FaultKind.LOG, "It is full.")
    faults.note(FaultKind.CLOCK, "It went ahead.")
    taken = faults.take_changed()
    assert {fault.kind for fault in taken} == {FaultKind.LOG, FaultKind.CLOCK}
    assert faults.take_changed() == ()
    machine.now += timedelta(seconds=5)
    faults.end(FaultKind.LOG)
    faults.give_back(taken)
    [clock, log] = sorted(faults.take_changed(), key=lambda fault: fault.kind)
    assert clock.until == START
    assert log.until == START + timedelta(seconds=5), "what was given back does not undo what came later"


def test_faults_of_one_kind_are_told_apart_by_their_subject_and_counted(machine: Machine) -> None:
    faults = machine.faults
    for name in ("a", "b", "b"):
        faults.begin(FaultKind.TASK, f"{name} failed.", name)
    faults.end(FaultKind.TASK, "a")
    faults.begin(FaultKind.TASK, "a failed.", "a")
    assert [(fault.subject, fault.count) for fault in faults.present()] == [("b", 2), ("a", 1)]
    assert faults.totals() == {FaultKind.TASK: 3}


def test_only_what_was_noted_is_momentary(machine: Machine) -> None:
    machine.faults.begin(FaultKind.LOG, "x")
    machine.faults.end(FaultKind.LOG)
    machine.faults.note(FaultKind.CLOCK, "y")
    machine.faults.begin(FaultKind.TASK, "z")
    kinds = {fault.kind: fault.is_momentary for fault in machine.faults.take_changed()}
    assert kinds == {FaultKind.LOG: False, FaultKind.CLOCK: True, FaultKind.TASK: False}


def test_a_clock_that_goes_back_ends_no_fault_before_it_began(machine: Machine) -> None:
    machine.faults.begin(FaultKind.CLOCK, "x")
    machine.now -= timedelta(hours=1)
    machine.faults.end(FaultKind.CLOCK)
    assert machine.faults.take_changed()[0].until == START + SHORTEST
