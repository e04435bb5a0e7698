"""A disk that is full while a component goes down: what was not stored is not watched, and what follows is true."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers.disks import fill, small_disk
from helpers.stores import EVERY, Store, job_of, keep, plan_of, series_of, take
from waypost.base.database.engine import StoreError
from waypost.base.database.reasons import ReasonKind
from waypost.formats.status import ComponentStatus, Observation
from waypost.monitor.rules.schedule import CheckOutcome
from waypost.monitor.store.opening import opened_to_write

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
GOOD, BAD = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE


def answer(minute: int, status: ComponentStatus) -> Observation:
    return Observation("web", "http-1", START + minute * EVERY, status, timedelta(milliseconds=5), "a reason")


@pytest.mark.parametrize("failures", [0, 2])
def test_what_a_full_disk_keeps_from_being_stored_is_not_watched_and_the_outage_is_found_after_it(
    tmp_path: Path, failures: int
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk, 4_000_000), opened_to_write(f"sqlite:///{disk / 'waypost.db'}") as database:
        store = Store(database)
        statuses = [*[GOOD] * 5, *[BAD] * failures]
        for minute, status in enumerate(statuses):
            keep(store, [answer(minute, status)])
        before = store.history()
        for minute in range(len(statuses), 20):
            refused(store, answer(minute, BAD), disk / "ballast")
        assert store.history() == before
        changes = [keep(store, [answer(minute, BAD)])[0].change for minute in range(20, 20 + 3 - failures)]
        assert changes[:-1] == [None] * (2 - failures)
        assert changes[-1] is not None
        first = answer(5 if failures else 20, BAD)
        assert (changes[-1].status, changes[-1].at) == (BAD, first.at)
        assert store.history().changes == (*before.changes, changes[-1])
        last = replace(before.coverage[0], start=answer(20, BAD).at, end=changes[-1].confirmed_at)
        found = store.history().coverage
        assert [*found[:-1], replace(found[-1], end=last.end)] == [*before.coverage, last]


def refused(store: Store, missed: Observation, ballast: Path) -> None:
    """Let an answer come while there is no room; its check was claimed before."""
    (claim,) = take(store, [plan_of(series_of(missed))], missed.at)
    fill(ballast)
    later = missed.at + EVERY
    with pytest.raises(StoreError) as error:
        store.record([CheckOutcome(claim, job_of(claim.series), later, later, missed)])
    assert error.value.kind is ReasonKind.FULL
    ballast.unlink()
