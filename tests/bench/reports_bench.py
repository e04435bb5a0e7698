"""Measure how many reports of jobs a second the listener takes, with few names and with many, and beside slow clients.

Run it with `make bench-reports`. Clients in another process report one after the other over connections of their own,
and each report is on the disk before it is answered. Machines differ; what counts are the ratios.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import write_section

from helpers.stores import Store
from waypost.base.clock import utc_now
from waypost.base.faults import Faults
from waypost.base.net.request_server import listening
from waypost.formats.checks import Heartbeat, HeartbeatCheck
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.monitor.heartbeat_listener import heartbeat_route
from waypost.monitor.heartbeats import HeartbeatReceiver

AT_ONCE = 8
SLOW = 40
SPAWN = multiprocessing.get_context("spawn")


def site(names: int) -> StatusConfig:
    """Make a site with so many heartbeats."""
    beat = Heartbeat(every=timedelta(hours=1))
    return StatusConfig(
        page=PageConfig(name="Bench", url="https://help.example.org/status/"),
        components=tuple(
            Component(id=f"job-{number}", name=f"Job {number}", checks=(HeartbeatCheck(heartbeat=beat),))
            for number in range(names)
        ),
    )


def ask(port: int, name: str) -> int:
    """Report once, and return the status of the answer; 0 where none came."""
    try:
        with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as client:
            client.sendall(f"POST /heartbeat/{name} HTTP/1.1\r\nContent-Length: 0\r\n\r\n".encode())
            return int(client.recv(4096).split()[1])
    except (OSError, IndexError):
        return 0


def _work(port: int, names: int, seconds: float, worker: int) -> Counter[int]:
    answers: Counter[int] = Counter()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answers[ask(port, f"job-{(worker + answers.total() * AT_ONCE) % names}")] += 1
    return answers


def report(port: int, names: int, seconds: float) -> Counter[int]:
    """Report for so long with several clients, and return how often there was each answer."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sum(pool.map(partial(_work, port, names, seconds), range(AT_ONCE)), Counter())


def measure(names: int, seconds: float, slow: int) -> Counter[int]:
    """Count the answers of a listener that knows so many names, beside so many clients that never end a request."""
    config = site(names)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = f"sqlite:///{folder}/waypost.db"
        store = stack.enter_context(closing(Store(url)))
        receiver = HeartbeatReceiver(lambda: config, url, store, utc_now, Faults())
        routes = [heartbeat_route(receiver.receive, None)]
        port = stack.enter_context(listening(("127.0.0.1", 0), routes, Faults()))
        for _ in range(slow):
            client = stack.enter_context(closing(socket.create_connection(("127.0.0.1", port))))
            client.sendall(b"GET /heartbeat/slow HTTP/1.1\r\nX-")
        with SPAWN.Pool(1) as clients:
            clients.apply(ask, (port, "job-0"))
            return clients.apply(report, (port, names, seconds))


def main() -> None:
    """Measure in turns, print, and write docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="how long each measurement counts")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured, in turns")
    options = parser.parse_args()
    kinds = {"10 names": (10, 0), "10,000 names": (10_000, 0), f"10 names, {SLOW} slow clients": (10, SLOW)}
    found: dict[str, Counter[int]] = {name: Counter() for name in kinds}
    for _ in range(options.rounds):
        for name, (names, slow) in kinds.items():
            found[name] += measure(names, options.seconds, slow)
    first = next(iter(found.values()))[200]
    rows = [
        [
            name,
            f"{answers[200] / options.seconds / options.rounds:,.0f}",
            f"{answers[200] / first:.2f}",
            f"{answers.total() - answers[200]:,}",
        ]
        for name, answers in found.items()
    ]
    header = ["Listener", "Reports a second", "to the first", "Not taken"]
    table = Table(*header)
    for line in rows:
        table.add_row(*line)
    Console(width=120).print(table)
    write_section(
        "reports", header, rows, f"{os.cpu_count()} cores, {options.rounds} × {options.seconds:g} s, in turns"
    )


if __name__ == "__main__":
    main()
