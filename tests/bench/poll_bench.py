"""Measure polling: checks a minute on one core, how late they start, and several pollers on PostgreSQL.

Run it with `make bench-polling`. Every check is a real HTTP request to a server in another process, each on a loopback
address of its own, and every outcome is recorded in a real database, durable. Machines differ; what counts is the
share of one core, and whether the checks start when they are due.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing.connection import Connection
from pathlib import Path

from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import write_section
from history_bench import make_history
from run_bench import measure_run, serve_badly, write_site

from helpers.postgres import cluster
from helpers.stores import Store
from waypost.formats.checks import HttpCheck
from waypost.formats.run_options import WORKERS
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.monitor.poll import Poller, Started

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
MINUTE = timedelta(minutes=1)
HISTORY = 200
"""Components of a site with five years of history, each with three checks a minute of which a third changes."""

SPAWN = multiprocessing.get_context("spawn")


@dataclass(frozen=True)
class Figures:
    """What one poller did in the time that counts."""

    runs: int
    cpu: float
    """Seconds of processor time."""
    wall: float
    """Seconds."""
    lateness: Sequence[float]
    """How late each run was started, in seconds."""

    @property
    def share(self) -> float:
        """The part of one core that it took."""
        return self.cpu / self.wall


def serve(ready: Connection) -> None:
    """Answer every request, until killed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWER)
        await writer.drain()
        writer.close()

    async def main() -> None:
        # Every address of 127/8 is this machine, and counts as a host of its own.
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1000)  # noqa: S104  # see above
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def site(checks: int, port: int) -> StatusConfig:
    """Make a site with so many components, each with one check a minute."""
    return StatusConfig(
        page=PageConfig(name="Bench", url="https://help.example.org/status/"),
        components=tuple(
            Component(
                id=f"part-{number}",
                name=f"Part {number}",
                checks=(
                    HttpCheck(http=f"http://127.1.{number // 250}.{number % 250 + 1}:{port}/", every=MINUTE),
                ),
            )
            for number in range(checks)
        ),
    )


class Watched(Poller):
    """A poller that notes how late it starts each check."""

    lateness: list[float]

    def _launch(self, started: Sequence[Started]) -> None:
        now = self.clock()
        self.lateness += [(now - item.claim.due_at).total_seconds() for item in started]
        super()._launch(started)


def poll(checks: int, port: int, url: str, warm: float, counted: float, out: Connection) -> None:
    """Poll for `warm` and then `counted` seconds, and send the figures of the second part."""
    with closing(Store(url)) as store:
        poller = Watched.__new__(Watched)
        poller.lateness = []
        poller.__init__(site(checks, port), store)  # type: ignore[misc]  # it must know its list before it starts
        try:
            _steps(poller, warm)
            poller.lateness.clear()
            cpu, wall = time.process_time(), time.monotonic()
            runs = _steps(poller, counted)
            out.send(Figures(runs, time.process_time() - cpu, time.monotonic() - wall, poller.lateness))
        finally:
            poller.close()


def _steps(poller: Poller, seconds: float) -> int:
    end, runs = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        runs += sum(not item.refused for item in poller.step(0.3))
    return runs


def measure(checks: int, port: int, url: str, pollers: int, counted: float) -> list[Figures]:
    """Let so many pollers share the checks of one site, and return the figures of each."""
    pipes = [SPAWN.Pipe(duplex=False) for _ in range(pollers)]
    processes = [
        SPAWN.Process(target=poll, args=(checks, port, url, 10.0, counted, send)) for _, send in pipes
    ]
    for process in processes:
        process.start()
    found: list[Figures] = [receive.recv() for receive, _ in pipes]
    for process in processes:
        process.join()
    return found


def row(name: str, figures: Sequence[Figures], checks: int) -> list[str]:
    """Write the figures of one measurement as a row."""
    late = sorted(value for item in figures for value in item.lateness)
    runs = sum(item.runs for item in figures)
    wall = max(item.wall for item in figures)
    shares = " + ".join(f"{item.share:.0%}" for item in figures)
    p99 = statistics.quantiles(late, n=100)[-1] if len(late) > 1 else 0.0
    median = statistics.median(late) if late else 0.0
    done = f"{runs / wall * 60:,.0f}"
    return [name, f"{checks:,}", done, shares, f"{median * 1000:.0f} ms", f"{p99 * 1000:.0f} ms"]


def run_rows(folder: Path, checks: Sequence[int], seconds: float) -> list[list[str]]:
    """Measure `waypost run` with and without publishing, a third of the checks failing, slow or hanging."""
    receive, send = SPAWN.Pipe(duplex=False)
    server = SPAWN.Process(target=serve_badly, args=(send,), daemon=True)
    server.start()
    port = receive.recv()
    rows = []
    for number in checks:
        for name, publishes in (("run --no-publish", False), ("run, publishing", True)):
            place = folder / f"{number}-{publishes}"
            write_site(place, number, port)
            # Those that hang or are slow hold a worker for 47 s a minute and 60 checks.
            workers = max(WORKERS, number // 40)
            found = measure_run(place, publishes=publishes, workers=workers, warm=75.0, counted=seconds)
            figures = Figures(found.done, found.cpu, found.wall, found.lateness)
            rows.append(row(f"SQLite, {name}, a third bad", [figures], number))
    for name, publishes in (("run --no-publish", False), ("run, publishing", True)):
        place = folder / f"history-{publishes}"
        make_history(
            place, HISTORY, 5 * 365, in_database=False, address=f"http://127.0.0.1:{port}/mixed/", every="20s"
        )
        found = measure_run(place, publishes=publishes, workers=WORKERS, warm=75.0, counted=seconds)
        figures = Figures(found.done, found.cpu, found.wall, found.lateness)
        rows.append(row(f"SQLite, {name}, five years of history", [figures], 3 * HISTORY))
    server.kill()
    return rows


def main() -> None:
    """Measure, print, and write docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long each measurement counts")
    parser.add_argument("--checks", type=int, nargs="*", default=[1000, 10_000], help="checks a minute")
    parser.add_argument(
        "--run-checks", type=int, nargs="*", default=[1000, 5000], help="checks a minute of the whole process"
    )
    options = parser.parse_args()
    receive, send = SPAWN.Pipe(duplex=False)
    server = SPAWN.Process(target=serve, args=(send,), daemon=True)
    server.start()
    port = receive.recv()
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory() as folder:
        for checks in options.checks:
            url = f"sqlite:///{folder}/{checks}.db"
            rows.append(row("SQLite, one poller", measure(checks, port, url, 1, options.seconds), checks))
        with cluster() as postgres:
            for name, pollers in (("one poller", 1), ("three pollers", 3)) if postgres else ():
                checks, url = options.checks[0], postgres.new_url()
                found = measure(checks, port, url, pollers, options.seconds)
                rows.append(row(f"PostgreSQL, {name}", found, checks))
        rows += run_rows(Path(folder), options.run_checks, options.seconds)
    server.kill()
    header = ["Database", "Checks a minute", "done a minute", "Share of a core", "Late, median", "Late, p99"]
    table = Table(*header)
    for line in rows:
        table.add_row(*line)
    Console(width=120).print(table)
    write_section("polling", header, rows, f"{os.cpu_count()} cores, {options.seconds:g} s each")


if __name__ == "__main__":
    main()
