"""Kill workers that deliver at random moments, again and again, and look what their receiver got.

A program of its own, because it forks: python delivery_crashes.py DATABASE RUNS WORKERS SEED. In each run so many
workers start upon 1,000 pending deliveries, and each is killed at a moment of its own. What one run leaves is what the
next one finds, so that the deliveries of all runs are looked at together, and what hundreds of deaths leave behind
too. It prints what is wrong and ends with 1; the seed makes the same kills again.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from helpers.delivery_receiver import ENVIRONMENT, Arrival, arrivals, receiver, site_of
from helpers.stores import Store
from waypost.base.database.engine import Database
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.rules.deliveries import Delivery, DeliveryFilter, DeliveryState
from waypost.notify.rules.notices import Notice, NoticePlan, OutboxState, PlannedNotice, Subject, SubjectKind
from waypost.notify.worker import DeliveryWorker

EPOCH = datetime(2026, 11, 20, 10, tzinfo=UTC)
STEP = timedelta(minutes=2)
"""How far the clock goes from run to run: beyond the leases of the dead."""

PENDING = 1000
"""Deliveries that wait when a run begins, at least."""

ENDPOINTS = 500
ARRIVALS = 100
"""Messages that may arrive before the first worker is killed."""

DELAY = 0.03
"""Seconds that a worker may then go on at most."""

PATIENCE = 60.0
"""Seconds within which workers must get somewhere."""


def courier(store: Store, where: StatusSite, now: datetime) -> DeliveryWorker:
    return DeliveryWorker(store.outbox, where, environment=ENVIRONMENT, clock=lambda: now)


def fill(url: str, where: StatusSite, now: datetime, chance: random.Random) -> None:
    """Tell so many of something new that enough is pending."""
    with closing(Store(url)) as store:
        if not store.outbox.endpoints():
            courier(store, where, now).close()
        missing = PENDING - len(
            store.outbox.deliveries(DeliveryFilter(state=DeliveryState.PENDING), limit=PENDING)
        )

        def plan(_: OutboxState, first: int) -> NoticePlan:
            counts = [min(ENDPOINTS, missing - start) for start in range(0, missing, ENDPOINTS)]
            return NoticePlan(
                tuple(
                    planned(sequence, now, chance.sample(range(ENDPOINTS), count))
                    for sequence, count in enumerate(counts, first)
                )
            )

        store.outbox.enqueue(plan, now)


def planned(sequence: int, now: datetime, recipients: list[int]) -> PlannedNotice:
    key = f"k{sequence}"
    subject = Subject(SubjectKind.INCIDENT, "one")
    notice = Notice(
        key,
        NoticeEvent.INCIDENT_UPDATED,
        now,
        subject,
        "One",
        "",
        "https://status.example.org/",
        sequence=sequence,
    )
    body = json.dumps({"key": key}).encode()
    return PlannedNotice(notice, f"msg_{key}", {f"s{n}": "webhook" for n in recipients}, {"webhook": body})


def work(url: str, where: StatusSite, now: datetime) -> None:
    """Deliver until killed."""
    with closing(Store(url)) as store:
        worker = courier(store, where, now)
        while True:
            worker.step()


def kill_workers(
    url: str, where: StatusSite, now: datetime, log: Path, workers: int, chance: random.Random
) -> None:
    """Start workers, and kill one after the other at random moments."""
    children = []
    before = log.stat().st_size
    for _ in range(workers):
        child = os.fork()
        if child == 0:
            try:
                work(url, where, now)
            finally:
                os._exit(1)
        children.append(child)
    end = time.monotonic() + PATIENCE
    wanted = chance.randrange(ARRIVALS)
    with log.open("rb") as lines:
        lines.seek(before)
        arrived = 0
        while arrived <= wanted:
            assert time.monotonic() < end, "the workers got nowhere"
            assert os.waitpid(-1, os.WNOHANG)[0] == 0, "a worker failed"
            time.sleep(0.002)
            arrived += lines.read().count(b"\n")
    for child in children:
        time.sleep(chance.uniform(0, DELAY))
        os.kill(child, signal.SIGKILL)
        assert os.waitpid(child, 0)[1] == signal.SIGKILL, "a worker failed"


def verify(deliveries: list[Delivery], got: list[Arrival]) -> None:
    """Compare what the outbox says with what the receiver got."""
    assert all(item.state is DeliveryState.DELIVERED for item in deliveries), "all are delivered"
    wanted = {(item.endpoint, item.message_id) for item in deliveries}
    counts = Counter((item.endpoint, item.message_id) for item in got)
    assert counts.keys() == wanted, f"lost: {wanted - counts.keys()}, never planned: {counts.keys() - wanted}"
    assert all(item.message_id == f"msg_{item.key}" for item in got), "repeated only under the same id"
    begun = {(item.endpoint, item.message_id): item.attempts for item in deliveries}
    assert all(count <= begun[key] for key, count in counts.items()), (
        "every attempt was noted before it was made"
    )
    first_seen: dict[str, list[str]] = defaultdict(list)
    for endpoint, message_id in dict.fromkeys((item.endpoint, item.message_id) for item in got):
        first_seen[endpoint].append(message_id)
    for endpoint, messages in first_seen.items():
        order = [item.message_id for item in deliveries if item.endpoint == endpoint]
        assert messages == order, f"{endpoint} got them in another order"


def main(url: str, runs: int, workers: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same each time, by its seed
    with tempfile.TemporaryDirectory() as folder, receiver(log := Path(folder) / "log") as port:
        where, now = site_of(port, ENDPOINTS), EPOCH
        # What all children share is not to be copied for each of them.
        gc.freeze()
        for number in range(runs):
            fill(url, where, now, chance)
            try:
                kill_workers(url, where, now, log, workers, chance)
            except Exception as error:
                error.add_note(f"run {number} of seed {seed}")
                raise
            now += STEP
        killed = len(arrivals(log))
        with closing(Store(url)) as store:
            last = courier(store, where, now)
            last.drain()
            last.close()
            deliveries = store.outbox.deliveries(limit=None)[::-1]
        got = arrivals(log)
    verify(deliveries, got)
    database = Database(url, writes=True)
    with contextlib.closing(database), database.read() as connection:
        is_sound = (
            database.is_postgres or connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        )
        assert is_sound, "the database is damaged"
    twice = len(got) - len(deliveries)
    sys.stdout.write(
        f"{runs * workers} kills, {len(deliveries)} deliveries, {twice} of {len(got)} messages repeated under the "
        f"same id ({twice / len(got):.0%}, {twice / runs / workers:.0f} a kill, one kill every "
        f"{killed / runs / workers:.0f} messages)\n"
    )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
