"""Several workers at once, and many endpoints."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Lock

import pytest
import sqlalchemy as sa

from helpers.outboxes import (
    LEASE,
    START,
    at,
    claim,
    delivered,
    endpoint,
    enqueue,
    failed,
    plan_of,
    planned,
    report,
)
from helpers.stores import Store
from waypost.base.database.engine import Database
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import ClaimResult, DeliveryFilter, DeliveryState
from waypost.notify.rules.notices import NoticePlan, OutboxState

NAMES = [f"s{number:02}" for number in range(40)]
PER_HOST = 3


def test_workers_at_once_never_hold_the_same_endpoint_nor_too_many_of_a_host(database_url: str) -> None:
    with closing(Store(database_url)) as store:
        hosts = {name: f"h{number % 4}" for number, name in enumerate(NAMES)}
        store.outbox.register([endpoint(name, hosts[name]) for name in NAMES], START)
        enqueue(store.outbox, [f"k{number}" for number in range(6)], NAMES)
        together, guard = Barrier(3), Lock()
        held: Counter[str] = Counter()
        seen: dict[str, list[str]] = {name: [] for name in NAMES}

        def work(number: int) -> int:
            together.wait(30)
            done = 0
            while store.outbox.deliveries(DeliveryFilter(state=DeliveryState.PENDING), limit=1):
                taken = claim(store.outbox, 1, f"worker {number}", limit=5, per_host=PER_HOST, per_claim=2)
                with guard:
                    for item in taken:
                        held[hosts[item.endpoint]] += 1
                        seen[item.endpoint] += [delivery.message_id for delivery in item.deliveries]
                    assert max(held.values()) <= PER_HOST
                reports = [
                    ClaimResult(item, tuple(delivered(delivery) for delivery in item.deliveries))
                    for item in taken
                ]
                with guard:
                    # Counted as free before they are, so that what is counted is never too much.
                    held.subtract(hosts[item.endpoint] for item in taken)
                assert all(store.outbox.record(reports, at(1)))
                done += sum(len(item.deliveries) for item in taken)
            return done

        with ThreadPoolExecutor(3) as pool:
            assert sum(pool.map(work, range(3))) == 6 * len(NAMES)
        assert seen == {name: [f"msg_k{number}" for number in range(6)] for name in NAMES}


def test_two_that_plan_at_once_tell_once(database_url: str) -> None:
    with closing(Store(database_url)) as store:
        store.outbox.register([endpoint("a")], START)
        together = Barrier(3)

        def plan(known: OutboxState, first: int) -> NoticePlan:
            new = [key for key in ("k1", "k2") if key not in known.keys]
            return plan_of(
                *(planned(key, "a", seen=str(first + place).encode()) for place, key in enumerate(new))
            )(known, first)

        def tell_it(_: int) -> tuple[int, int]:
            together.wait(30)
            return store.outbox.enqueue(plan, START)

        with ThreadPoolExecutor(3) as pool:
            assert sorted(pool.map(tell_it, range(3))) == [(0, 0), (0, 0), (2, 2)]
        assert [item.sequence for item in store.outbox.deliveries()] == [2, 1]


def test_telling_configuring_sending_and_replaying_at_once_ends_well(database_url: str) -> None:
    """All that locks rows, from four threads: none waits for ever, and nothing is lost."""
    with closing(Store(database_url)) as store:
        outbox, together = store.outbox, Barrier(4)
        configured = [endpoint(name, "one.example") for name in NAMES]
        outbox.register(configured, START)

        def send(number: int) -> None:
            together.wait(30)
            for turn in range(12):
                taken = claim(outbox, turn, f"worker {number}", per_host=50, per_claim=2)
                for item in reversed(taken):
                    one, *_ = item.deliveries
                    again = failed(one, turn, again=0, blames_host=True)
                    report(outbox, item, delivered(one) if turn % 2 else again, seconds=turn)

        def talk(number: int) -> None:
            together.wait(30)
            for turn in range(12):
                if number == 2:
                    enqueue(outbox, [f"k{turn}"], NAMES, turn)
                    outbox.register(configured[: 30 + turn % 2 * 10], at(turn))
                else:
                    outbox.replay(at(turn), DeliveryFilter(state=DeliveryState.DELIVERED))
                    outbox.prune(at(turn))

        with ThreadPoolExecutor(4) as pool:
            done = [pool.submit(send, 0), pool.submit(send, 1), pool.submit(talk, 2), pool.submit(talk, 3)]
            for future in done:
                future.result(120)
        outbox.register(configured, at(50))
        outbox.replay(at(50), DeliveryFilter(state=DeliveryState.FAILED))
        for seconds in range(5000, 5100):
            for item in claim(outbox, seconds, per_host=50, per_claim=20):
                report(outbox, item, *(delivered(delivery) for delivery in item.deliveries), seconds=seconds)
        assert outbox.deliveries(DeliveryFilter(state=DeliveryState.PENDING)) == []
        assert len(outbox.deliveries(limit=None)) >= 30 * 12


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database of 1,000 endpoints, with fifty deliveries each."""
    url = f"sqlite:///{tmp_path_factory.mktemp('many') / 'waypost.db'}"
    names = [f"s{number}" for number in range(1000)]
    with closing(Store(url)) as store:
        store.outbox.register(
            [endpoint(name, f"h{number % 300}") for number, name in enumerate(names)], START
        )
        enqueue(store.outbox, [f"k{number}" for number in range(50)], names)
    return url


def test_a_claim_of_a_thousand_endpoints_is_quick(many: str) -> None:
    with closing(Store(many)) as store:
        begun = time.process_time()
        found = claim(store.outbox, 1, limit=1000, per_host=4, per_claim=10)
        took = time.process_time() - begun
        assert len(found) == 1000
        assert sum(len(item.deliveries) for item in found) == 10_000
        # Some 0.2 s; a look at all pending deliveries for each endpoint would take minutes.
        assert took < 5
        store.outbox.release("worker")


def test_claiming_reads_by_the_indexes_and_not_whole_tables(many: str) -> None:
    """Ask SQLite how it finds what is due, and the next letters."""
    database = Database(many, writes=True)
    asked: list[tuple[str, object]] = []
    sa.event.listen(
        database.engine,
        "before_cursor_execute",
        lambda _c, _cursor, statement, values, *_: asked.append((statement, values)),
    )
    try:
        found = Outbox(database).claim(at(2), owner="me", lease=LEASE, limit=5, per_host=4, per_claim=10)
        assert len(found) == 5
        queries = [item for item in asked if "SELECT" in item[0]]
        with database.write() as connection:
            plans = {
                statement: [
                    row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                ]
                for statement, values in queries
            }
    finally:
        database.close()
    steps = [step for steps in plans.values() for step in steps]
    assert any("endpoint USING INDEX endpoint_by_due" in step for step in steps), plans
    assert any("delivery USING INDEX delivery_pending" in step for step in steps), plans
    whole = {step.split()[1] for step in steps if step.startswith("SCAN") and "USING" not in step}
    assert not whole & {"endpoint", "delivery", "notice", "message"}, plans
