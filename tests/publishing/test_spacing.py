from __future__ import annotations

import contextlib

import pytest

from waypost.publishing.spacing import LEAST, REFRESH, Spacing


class Machine:
    """The time on the wall and of the processor, both set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.used = 7.0
        self.spacing = Spacing(lambda: self.now, lambda: self.used)

    def publish(self, seconds: float) -> None:
        self.spacing.begin()
        for part in ("draft", "files"):
            with self.spacing.measured(part):
                self.used += seconds / 2


@pytest.fixture
def machine() -> Machine:
    return Machine()


def test_the_first_page_is_published_at_once(machine: Machine) -> None:
    assert machine.spacing.wait(has_news=False) == 0.0


def test_news_after_a_quiet_time_are_published_at_once(machine: Machine) -> None:
    machine.publish(0.1)
    machine.now += 5
    assert machine.spacing.wait(has_news=True) == 0.0
    assert machine.spacing.wait(has_news=False) == pytest.approx(REFRESH - 5)


def test_a_cheap_page_waits_a_second_for_more_news(machine: Machine) -> None:
    machine.publish(0.1)
    assert machine.spacing.wait(has_news=True) == pytest.approx(LEAST)


def test_a_dear_page_takes_a_fifth_of_a_core_at_most(machine: Machine) -> None:
    machine.publish(2.0)
    assert machine.spacing.wait(has_news=True) == pytest.approx(8.0)
    machine.publish(10.0)
    assert machine.spacing.wait(has_news=False) == pytest.approx(40.0), "nor is it refreshed more often"


def test_a_page_that_fails_is_spaced_like_any_other(machine: Machine) -> None:
    def fail() -> None:
        machine.spacing.begin()
        with machine.spacing.measured("files"):
            machine.used += 1.0
            raise OSError("full")

    with contextlib.suppress(OSError):
        fail()
    assert machine.spacing.wait(has_news=True) == pytest.approx(4.0)
