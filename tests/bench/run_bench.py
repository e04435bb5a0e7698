"""What the whole process does, beside polling alone: `waypost run` with and without publishing, on the same servers.

A third of the checks does not answer well: of these a third fails and recovers with each run, a third is slow and a
third hangs until its timeout. Every run of one that flips is a confirmed change, so the page has news all the time.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import waypost.run
from helpers.sites import site_of_checks
from waypost.formats.observations import RecordedOutcome
from waypost.formats.run_options import RunOptions
from waypost.monitor.poll import Poller, Started
from waypost.reading.site import Site
from waypost.run import Events, run

SPAWN = multiprocessing.get_context("spawn")
TIMEOUT = 5
"""Seconds after which a check that hangs is given up."""

SLOW = 2.0
"""Seconds that a slow server takes."""

ANSWER = b"HTTP/1.1 %s\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"


def serve_badly(ready: Connection) -> None:
    """Answer well at /ok, in turn well and badly at /flip, late at /slow and never at /hang, until killed.

    At /mixed, a third of the numbers answers as at /flip, and the others well.
    """
    flips: dict[bytes, int] = {}

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            path = request.split(b" ", 2)[1]
            status = b"200 OK"
            if path.startswith(b"/hang"):
                await asyncio.sleep(10 * TIMEOUT)
            elif path.startswith(b"/slow"):
                await asyncio.sleep(SLOW)
            elif path.startswith(b"/flip") or (path.startswith(b"/mixed") and int(path[7:]) % 3 == 0):
                flips[path] = flips.get(path, 0) + 1
                status = b"500 Broken" if flips[path] % 2 else status
            writer.write(ANSWER % status)
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass  # it has been given up
        finally:
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=2000)  # noqa: S104  # every address of 127/8
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def write_site(folder: Path, checks: int, port: int) -> Site:
    """Write a site with so many components, each with one check a minute on a loopback address of its own."""

    def check(number: int) -> str:
        path = ("flip", "slow", "hang")[number // 3 % 3] if number % 3 == 0 else "ok"
        host = f"127.1.{number // 250}.{number % 250 + 1}"
        return f'{{http: "http://{host}:{port}/{path}/{number}", every: 60s, timeout: {TIMEOUT}s}}'

    return site_of_checks(folder, "{down_after: 1, up_after: 1, correlate: off}", map(check, range(checks)))


@dataclass(frozen=True)
class RunFigures:
    """What one process did in the time that counts."""

    done: int
    cpu: float
    """Seconds of processor time."""
    wall: float
    """Seconds."""
    lateness: Sequence[float]
    """How late each check was started, in seconds."""


class WatchedPoller(Poller):
    """A poller that notes what it did, and how late it started each check."""

    lateness: list[float]
    done = 0

    def _launch(self, started: Sequence[Started]) -> None:  # type: ignore[override]
        now = self.clock()
        type(self).lateness += [(now - item.claim.due_at).total_seconds() for item in started]
        super()._launch(started)

    def step(self, patience: float) -> list[RecordedOutcome]:
        """Count what was recorded."""
        outcomes = super().step(patience)
        type(self).done += sum(not item.refused for item in outcomes)
        return outcomes


def _run(folder: Path, publishes: bool, workers: int, warm: float, counted: float, out: Connection) -> None:
    WatchedPoller.lateness = []
    waypost.run.Poller = WatchedPoller  # type: ignore[attr-defined,misc]
    stop = threading.Event()
    site = Site(folder)
    options = RunOptions(publishes=publishes, workers=workers)
    thread = threading.Thread(target=run, args=(site, site.database_url, stop, Events(), options))
    thread.start()
    time.sleep(warm)
    WatchedPoller.lateness, begun = [], WatchedPoller.done
    cpu, wall = time.process_time(), time.monotonic()
    time.sleep(counted)
    done, lateness = WatchedPoller.done - begun, WatchedPoller.lateness
    out.send(RunFigures(done, time.process_time() - cpu, time.monotonic() - wall, lateness))
    stop.set()
    thread.join()


def measure_run(folder: Path, *, publishes: bool, workers: int, warm: float, counted: float) -> RunFigures:
    """Let `waypost run` work on a site for `warm` and then `counted` seconds; return what it did in the second part."""
    receive, send = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_run, args=(folder, publishes, workers, warm, counted, send))
    process.start()
    found: RunFigures = receive.recv()
    process.join()
    return found
