from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpers import outboxes
from helpers.stores import Store, confirm, take
from waypost.base.database.engine import Database, DatabaseReopened
from waypost.formats.checks import HttpCheck
from waypost.formats.observations import Resolution
from waypost.formats.status import ComponentStatus, Observation
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.housekeeping import CHORES, Chore, Housekeeping
from waypost.monitor.rules.schedule import CheckOutcome, jobs
from waypost.monitor.store.opening import opened_to_write

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
CONFIG = StatusConfig(
    page=PageConfig(name="Status", url="https://help.example.org/status/"),
    components=(
        Component(id="web", name="Web", checks=(HttpCheck(http="http://127.0.0.1:9/", every=HOUR),)),
    ),
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        yield store


def see(store: Store, at: datetime) -> None:
    [job] = jobs(CONFIG)
    [claim] = take(store, [job.plan], at)
    answer = Observation("web", "http-1", at, ComponentStatus.OPERATIONAL, timedelta(milliseconds=80))
    store.record([CheckOutcome(claim, job, at + HOUR, at, answer)])


def test_each_task_is_done_when_its_time_has_come(store: Store) -> None:
    done: list[tuple[str, datetime]] = []
    often = Chore("often", timedelta(minutes=5), lambda _, now, __: done.append(("often", now)))
    rarely = Chore("rarely", HOUR, lambda _, now, __: done.append(("rarely", now)))
    upkeep = Housekeeping((often, rarely))
    for minutes in (0, 1, 4, 5, 6, 60):
        assert upkeep.step(store.database, NOW + timedelta(minutes=minutes), CONFIG) == {}
    runs = [(name, (at - NOW) // timedelta(minutes=1)) for name, at in done]
    assert runs == [("often", 0), ("rarely", 0), ("often", 5), ("often", 60), ("rarely", 60)]


def test_a_task_that_fails_neither_stops_the_others_nor_itself(store: Store) -> None:
    tries: list[str] = []

    def fail(_: Database, __: datetime, ___: StatusConfig) -> None:
        tries.append("bad")
        raise RuntimeError("a full disk")

    good = Chore("good", HOUR, lambda *_: tries.append("good"))
    upkeep = Housekeeping((Chore("bad", HOUR, fail), good))
    for seconds, tried in ((0, ["bad", "good"]), (59, []), (60, ["bad"]), (90, []), (3600, ["bad", "good"])):
        tries.clear()
        failing = upkeep.step(store.database, NOW + timedelta(seconds=seconds), CONFIG)
        assert {name: str(error) for name, error in failing.items()} == {"bad": "a full disk"}
        assert tries == tried


def test_a_chore_that_succeeds_again_is_told_no_longer(store: Store) -> None:
    disk: list[str] = ["full"]

    def work(*_: object) -> None:
        if disk:
            raise OSError("no space")

    upkeep = Housekeeping((Chore("roll up", HOUR, work),))
    assert [*upkeep.step(store.database, NOW, CONFIG)] == ["roll up"]
    disk.clear()
    assert upkeep.step(store.database, NOW + timedelta(minutes=1), CONFIG) == {}


def test_a_database_that_was_opened_again_fails_no_chore_and_is_told_once(tmp_path: Path) -> None:
    done: list[str] = []

    def work(database: Database, *_: object) -> None:
        with database.read():
            done.append("roll up")

    upkeep = Housekeeping((Chore("roll up", HOUR, work),))
    with opened_to_write(f"sqlite:///{tmp_path / 'waypost.db'}") as database:
        assert upkeep.step(database, NOW, CONFIG) == {}
        database.reopen()
        with pytest.raises(DatabaseReopened):
            upkeep.step(database, NOW + HOUR, CONFIG)
        assert upkeep.step(database, NOW + HOUR, CONFIG) == {}
    assert done == ["roll up", "roll up"]


def test_a_clock_that_was_ahead_does_not_put_a_chore_off(store: Store) -> None:
    done: list[datetime] = []
    upkeep = Housekeeping((Chore("seal", HOUR, lambda _, now, __: done.append(now)),))
    times = [NOW + timedelta(days=40), NOW, NOW + timedelta(minutes=59), NOW + HOUR]
    for now in times:
        upkeep.step(store.database, now, CONFIG)
    assert done == [times[0], times[1], times[3]]


def test_what_was_observed_is_summed_up_sealed_and_forgotten_in_this_order(store: Store) -> None:
    assert [task.name for task in CHORES] == ["roll up", "prune", "seal"]
    begin = NOW - timedelta(days=20)
    for hours in range(48):
        see(store, begin + hours * HOUR)
    confirm(store, NOW)
    assert Housekeeping().step(store.database, NOW, CONFIG) == {}
    days = store.latency(begin - timedelta(days=1), NOW, Resolution.DAY)
    assert sum(sum(day.counts.values()) for day in days) == 48, "summed up before it is forgotten"
    assert store.prune(NOW) == 0, "nothing that is too old is left"
    sealed = [day for day, _ in store.digests()]
    assert sealed[0] == begin.date()
    assert sealed[-1] == NOW.date() - timedelta(days=1)


def test_deliveries_that_are_over_for_long_are_forgotten(store: Store) -> None:
    outbox = store.outbox
    outbox.register([outboxes.endpoint("acme")], outboxes.START)
    outboxes.enqueue(outbox, ["k1"], ["acme"])
    [item] = outboxes.claim(outbox)
    outboxes.deliver_all(outbox, item)
    for days, left in ((90, 1), (91, 0)):
        assert Housekeeping().step(store.database, outboxes.START + timedelta(days=days), CONFIG) == {}
        assert len(outbox.deliveries()) == left


def test_a_day_is_sealed_only_when_a_slow_check_can_say_nothing_of_it_any_more(store: Store) -> None:
    midnight = NOW.replace(hour=0)
    see(store, midnight - HOUR)
    for hours in (0, 1, 2):
        see(store, midnight + hours * HOUR)
    assert Housekeeping().step(store.database, midnight + 2.9 * HOUR, CONFIG) == {}
    assert store.digests() == [], "the next answer may still say that it was watched until midnight"
    assert Housekeeping().step(store.database, midnight + 3.1 * HOUR, CONFIG) == {}
    assert [day for day, _ in store.digests()] == [midnight.date() - timedelta(days=1)]
