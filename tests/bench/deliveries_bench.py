"""Measure telling people: deliveries a second, and one incident with ten thousand subscribers.

Run it with `make bench-deliveries`. Every delivery is a signed webhook to a receiver in another process, on a loopback
address of its own, and is recorded in a real database, durable. Planning, composing and writing are in the times.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import write_section

from helpers.delivery_receiver import ENVIRONMENT, arrivals, receiver, site_of
from helpers.postgres import cluster
from helpers.status_world import history, site, take_snapshot
from helpers.stores import Store
from waypost.base.clock import utc_now
from waypost.formats.status_site import StatusSite
from waypost.notify.dispatch import enqueue_notices
from waypost.notify.rules.deliveries import DeliveryFilter, DeliveryState
from waypost.notify.worker import DeliveryWorker

SPAWN = multiprocessing.get_context("spawn")
PATIENCE = 600.0
"""Seconds that all deliveries may take."""


@dataclass(frozen=True)
class Figures:
    """What was measured of one incident."""

    first: float
    """Seconds from the look at the page until the first message arrived."""
    last: float
    """Seconds until the last one did."""
    rate: float
    """Deliveries a second, from the first to the last."""
    before: float
    """MB that a worker takes at its peak before there is anything to send; the largest of the workers."""
    peak: float
    """MB that it takes at its peak in the end."""


def work(url: str, port: int, subscribers: int, parent: Connection) -> None:
    """Deliver until told to stop; tell the peak of memory before and after."""
    with closing(Store(url)) as store:
        courier = DeliveryWorker(store.outbox, site_of(port, subscribers), environment=ENVIRONMENT)
        parent.send(peak())
        stop = threading.Event()
        thread = threading.Thread(target=send_until, args=(courier, stop))
        thread.start()
        parent.recv()
        stop.set()
        thread.join()
        courier.close()
    parent.send(peak())


def send_until(courier: DeliveryWorker, stop: threading.Event) -> None:
    """Send what is due until told to stop."""
    while not stop.wait(courier.turn()):
        pass


def peak() -> float:
    """Return the largest memory that this process took so far, in MB."""
    # What getrusage tells includes the process that this one came from.
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def page(at: Sequence[str]) -> StatusSite:
    """Make a page with an incident that has updates at these times."""
    says = [f"{moment} {'identified' if place else 'investigating'}" for place, moment in enumerate(at)]
    return site(incidents=[{"id": "one", "says": says}] if says else [])


def measure(url: str, subscribers: int, updates: int, workers: int) -> Figures:
    """Tell so many subscribers of an incident with so many updates, all at once."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as ends:
        log = Path(folder) / "log"
        port = ends.enter_context(receiver(log))
        store = ends.enter_context(closing(Store(url)))
        crew = []
        for _ in range(workers):
            mine, theirs = SPAWN.Pipe()
            child = SPAWN.Process(target=work, args=(url, port, subscribers, theirs), daemon=True)
            child.start()
            crew.append((child, mine))
        before = max(mine.recv() for _, mine in crew)
        now = utc_now()
        enqueue_notices(
            store.outbox, site_of(port, subscribers, page([])), take_snapshot(page([]), history(), now)
        )
        times = [(now + timedelta(seconds=second)).isoformat() for second in range(-updates, 0)]
        found = page(times)
        subscribed, snapshot = site_of(port, subscribers, found), take_snapshot(found, history(), now)
        begun = time.monotonic()
        posted = enqueue_notices(store.outbox, subscribed, snapshot)
        assert posted.deliveries == subscribers * updates, posted
        while log.read_bytes().count(b"\n") < posted.deliveries:
            assert time.monotonic() - begun < PATIENCE, "not all has arrived"
            time.sleep(0.25)
        for _, mine in crew:
            mine.send("stop")
        after = max(mine.recv() for _, mine in crew)
        for child, _ in crew:
            child.join()
        got = sorted(item.at for item in arrivals(log))
        done = store.outbox.deliveries(DeliveryFilter(state=DeliveryState.DELIVERED), limit=None)
        assert len(done) == len(got) == posted.deliveries, "each once, and recorded"
    return Figures(got[0] - begun, got[-1] - begun, len(got) / (got[-1] - got[0]), before, after)


def main() -> None:
    """Measure, print and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--small", action="store_true", help="a tenth of it; docs/performance.md stays as it is"
    )
    options = parser.parse_args()
    part = 10 if options.small else 1
    cases = ((1000, 5, 1), (1000, 1, 1), (10_000, 1, 1))
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (subscribers, updates, workers) in enumerate(cases):
            url = f"sqlite:///{folder}/{number}.db"
            found = measure(url, subscribers // part, updates, workers)
            rows.append(row("SQLite", workers, subscribers // part, updates, found))
    with cluster(durable=True) as server:
        for subscribers, updates, workers in (*cases, (1000, 5, 3), (10_000, 1, 3)) if server else ():
            found = measure(server.new_url(), subscribers // part, updates, workers)  # type: ignore[union-attr]
            rows.append(row("PostgreSQL", workers, subscribers // part, updates, found))
    header = (
        "Database",
        "Workers",
        "Subscribers",
        "Updates",
        "Deliveries a second",
        "First",
        "Last",
        "Peak memory",
    )
    table = Table(*header)
    for item in rows:
        table.add_row(*item)
    Console().print(table)
    if not options.small and server:
        write_section("deliveries", header, rows, f"{len(os.sched_getaffinity(0))} cores")


def row(database: str, workers: int, subscribers: int, updates: int, found: Figures) -> list[str]:
    """Write what was measured as a row of the page."""
    memory = f"{found.peak:.0f} MB ({found.peak - found.before:+.0f})"
    times = [f"{found.rate:,.0f}", f"{found.first:.2f} s", f"{found.last:.1f} s", memory]
    return [database, str(workers), f"{subscribers:,}", str(updates), *times]


if __name__ == "__main__":
    main()
