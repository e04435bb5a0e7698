"""A disk that takes long for each transaction makes checks late, and that is told until it is over."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from helpers.stores import Store
from waypost.base.clock import Clock, ClockReading, utc_now
from waypost.base.database.engine import Database
from waypost.base.faults import FaultKind, Faults
from waypost.formats.checks import HttpCheck
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.monitor.poll import Poller

FASTER = 60
"""How many seconds of the poller's clock pass in one of ours."""


class FastClock(Clock):
    """A clock that runs faster than time, so that minutes of polling take seconds."""

    def __init__(self) -> None:
        self._start, self._since = utc_now(), time.monotonic()
        super().__init__(self._hastened)

    def _hastened(self) -> ClockReading:
        passed = (time.monotonic() - self._since) * FASTER
        return ClockReading(self._start + timedelta(seconds=passed), passed, passed)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return a list with the seconds that each transaction takes."""
    seconds = [0.0]
    write = Database.write

    @contextmanager
    def slow(self: Database, *, is_long: bool = False) -> Iterator[object]:
        with write(self, is_long=is_long) as connection:
            yield connection
            time.sleep(seconds[0])

    monkeypatch.setattr(Database, "write", slow)
    return seconds


def test_checks_that_a_slow_disk_makes_late_are_a_fault_until_it_is_over(
    healthy_server: HTTPServer, tmp_path: Path, disk: list[float]
) -> None:
    check = HttpCheck(http=healthy_server.url_for("/health"), every=timedelta(minutes=1))
    config = StatusConfig(
        page=PageConfig(name="Status", url="https://help.example.org/status/"),
        components=tuple(Component(id=f"part-{it}", name="Part", checks=(check,)) for it in range(6)),
    )
    clock = FastClock()
    faults = Faults(clock)

    def is_late() -> bool:
        return any(fault.kind is FaultKind.CAPACITY for fault in faults.present())

    def poll_until(wanted: bool) -> None:
        end = time.monotonic() + 60
        while is_late() is not wanted:
            assert time.monotonic() < end, f"it never came to {wanted}"
            poller.step(0.05)

    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        poller = Poller(config, store, clock=clock, faults=faults)
        with closing(poller):
            for _ in range(20):
                poller.step(0.05)
            assert not is_late(), "in its first minute it catches up"
            disk[0] = 0.5
            poll_until(True)
            [fault] = faults.present()
            assert "checks began more than 5 s after their time" in fault.message
            disk[0] = 0.0
            poll_until(False)
