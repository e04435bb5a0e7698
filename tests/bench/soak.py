"""Let `waypost run` work for half an hour while everything around it fails, and hold its page against the truth.

Run it with `make soak` (ARGS="--minutes 3" for a short one). A server in another process follows a script of outages.
Meanwhile, one after another and at random: the clock is set forward and back, the disk of the pages and of the
database fills up, the server freezes, the reader of the log goes away, and the process is killed with -9 and
started again. At the end every second of every component is compared: what the page says must be what the server
did, to one interval, or no data.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import multiprocessing
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))

from helpers.sites import environment, site_of_checks
from waypost.formats.status import ComponentStatus
from waypost.monitor.store.reading import read_history
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.status.rules.timeline import component_timelines

CONSOLE = Console(width=120, highlight=False, markup=False)
SPAWN = multiprocessing.get_context("spawn")
PARTS = 30
EVERY, TIMEOUT = 5, 2
"""Seconds between two runs of a check, and that a server may take."""

TOLERANCE = EVERY + TIMEOUT + 1
"""Seconds by which the page may date a change otherwise than the script: one interval, with the time of a run."""

BRIDGED = 3 * EVERY
"""Seconds between two answers that count as watched though runs in between are missing."""

SHORTEST, LONGEST = 45, 150
"""Seconds of an outage; three failures must fit in, which confirm one."""

DISK = 24
"""Megabytes of the disk for pages and database."""

Span = tuple[float, float]
"""From and until a moment, as seconds since 1970."""


def script(chance: random.Random, start: float, seconds: float) -> dict[str, list[Span]]:
    """Return the outages of each part."""
    outages: dict[str, list[Span]] = {}
    for number in range(PARTS):
        spans, at = [], start + chance.uniform(30, 240)
        while at < start + seconds:
            end = at + chance.uniform(SHORTEST, LONGEST)
            spans.append((at, end))
            at = end + chance.uniform(60, 400)
        outages[f"part-{number}"] = spans
    return outages


def follow(outages: Mapping[str, Sequence[Span]], ready: Connection) -> None:
    """Answer as the script says, until killed."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            name, now = request.split(b" ", 2)[1].decode().strip("/"), time.time()
            is_down = any(start <= now < end for start, end in outages[name])
            status = b"500 Broken" if is_down else b"200 OK"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, "0.0.0.0", 0, backlog=1000)  # noqa: S104  # every address of 127/8
        ready.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(main())


def write_site(folder: Path, port: int) -> Site:
    """Write a site with one check a part, each on a loopback address of its own."""
    checks = (
        f'{{http: "http://127.2.0.{number + 1}:{port}/part-{number}", every: {EVERY}s, timeout: {TIMEOUT}s}}'
        for number in range(PARTS)
    )
    # One that keeps changing is held at degraded for a while; that is a policy, and not what is looked for here.
    return site_of_checks(folder, "{flapping: {changes: 20, within: 1m, hold: 1s}}", checks)


@dataclass
class Machine:
    """The process, and what can be done to it."""

    site: Site
    clock: Path
    server: int
    disk: Path
    process: subprocess.Popen[bytes] | None = None
    frozen: list[Span] = field(default_factory=list)
    missing: list[Span] = field(default_factory=list)
    """When runs were missing: a state that the page takes over from the answers around is not one that was measured."""
    memory: list[tuple[float, int]] = field(default_factory=list)
    """Resident kilobytes, and when they were read."""
    starts: list[float] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)

    def start(self) -> None:
        """Start the process."""
        log = (self.site.root / "soak.log").open("ab")
        launcher = Path(__file__).parents[1] / "helpers" / "skewed_waypost.py"
        with log:
            self.process = subprocess.Popen(
                [sys.executable, str(launcher), str(self.clock), "run"],
                cwd=self.site.root,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment(),
            )
        self.starts.append(time.time())

    def wait(self, seconds: float) -> None:
        """Let time pass, and note the memory meanwhile. Raises RuntimeError when the process has ended by itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            assert self.process
            if self.process.poll() is not None:
                log = (self.site.root / "soak.log").read_text(errors="replace")
                raise RuntimeError(f"The process ended with {self.process.returncode}: {log[-3000:]}")
            if time.time() - self.starts[-1] > 60:
                text = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
                self.memory.append((time.time(), int(text.partition("VmRSS:")[2].split()[0])))
            time.sleep(1)

    def set_clock(self, chance: random.Random) -> None:
        """Set the clock, and put it right after a while."""
        self.clock.write_text(str(chance.choice([1200, 10_800, 40 * 86_400, -600, -7200])))
        self.wait(chance.uniform(5, 25))
        self.clock.write_text("0")

    def fill_disk(self, chance: random.Random) -> None:
        """Leave no room, and make some after a while."""
        ballast = self.disk / "ballast"
        with contextlib.suppress(OSError), ballast.open("wb") as file:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        self.wait(chance.uniform(10, 30))
        ballast.unlink()

    def freeze_server(self, chance: random.Random) -> None:
        """Let the server hang: every part is down meanwhile."""
        start = time.time()
        os.kill(self.server, signal.SIGSTOP)
        self.wait(chance.uniform(SHORTEST, 70))
        os.kill(self.server, signal.SIGCONT)
        self.frozen.append((start, time.time()))

    def close_log(self, _: random.Random) -> None:
        """Let whoever reads what it prints go away."""
        assert self.process
        assert self.process.stdout
        self.process.stdout.close()

    def kill(self, chance: random.Random) -> None:
        """Kill it, and start it again after a while."""
        assert self.process
        self.process.kill()
        self.process.wait()
        time.sleep(chance.uniform(0, 20))
        self.start()


Fault = Callable[[Machine, random.Random], None]
FAULTS: tuple[Fault, ...] = (
    Machine.set_clock,
    Machine.fill_disk,
    Machine.freeze_server,
    Machine.close_log,
    Machine.kill,
)

MISSING = (Machine.set_clock, Machine.fill_disk, Machine.kill)
"""The faults under which nothing can be measured or recorded."""


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    """Mount a small disk; it needs root."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@dataclass
class Verdict:
    """Seconds of all components, by what the page says and whether that is true."""

    seconds: Counter[str] = field(default_factory=Counter)
    lies: list[str] = field(default_factory=list)
    """The intervals of the page that the script contradicts."""


def is_within(spans: Sequence[Span], start: float, end: float) -> bool:
    """Return whether one span holds all of a stretch."""
    return any(a <= start and end <= b for a, b in spans)


def touches(spans: Sequence[Span], start: float, end: float) -> bool:
    """Return whether a span holds any of a stretch."""
    return any(a < end and start < b for a, b in spans)


def judge(
    site: Site, outages: Mapping[str, Sequence[Span]], missing: Sequence[Span], window: Span
) -> Verdict:
    """Compare what the page says of each second with the script; `missing` are times without runs."""
    verdict, (begin, end) = Verdict(), window
    now = datetime.fromtimestamp(end, UTC)
    timelines = component_timelines(load_project(site).status, read_history(site.database_url), now)
    for name, spans in outages.items():
        for first, last, status in timelines[name].intervals(int(begin * 1e6), int(end * 1e6)):
            start, until = first / 1e6, last / 1e6
            found = Counter(
                _judged(status, spans, missing, second) for second in range(int(start), int(until))
            )
            verdict.seconds.update(found)
            for words in {"false outage", "hidden outage"} & found.keys():
                place = f"{name} from {start - begin:.0f} s to {until - begin:.0f} s: {status}"
                verdict.lies.append(
                    f"{found[words]} s of {words}, {place}, {_near(spans, start, until, begin)}"
                )
    return verdict


def _near(spans: Sequence[Span], start: float, until: float, begin: float) -> str:
    """Name the outages of the script around an interval."""
    near = [span for span in spans if touches([span], start - 60, until + 60)]
    return f"while it was down in {[(round(a - begin), round(b - begin)) for a, b in near]}"


def _judged(status: ComponentStatus, spans: Sequence[Span], missing: Sequence[Span], second: int) -> str:
    if status is ComponentStatus.NO_DATA:
        return "no data"
    if _is_true(status, spans, second, TOLERANCE):
        return "right"
    if touches(missing, second, second + 1) and _is_true(status, spans, second, TOLERANCE + BRIDGED):
        return "bridged"
    return "false outage" if status.is_trouble else "hidden outage"


def _is_true(status: ComponentStatus, spans: Sequence[Span], second: int, tolerance: float) -> bool:
    around = (second - tolerance, second + 1 + tolerance)
    return touches(spans, *around) if status.is_trouble else not is_within(spans, *around)


def soak(minutes: float, seed: int, faults: Sequence[Fault]) -> int:
    """Run it, print the verdict, and return the exit code."""
    chance = random.Random(seed)  # noqa: S311  # a script, not a secret
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk") as disk:
        begin = time.time()
        outages = script(chance, begin, minutes * 60)
        receive, send = SPAWN.Pipe(duplex=False)
        server = SPAWN.Process(target=follow, args=(outages, send), daemon=True)
        server.start()
        site = write_site(disk / "site", receive.recv())
        clock = Path(folder) / "clock"
        clock.write_text("0")
        assert server.pid
        machine = Machine(site, clock, server.pid, disk)
        machine.start()
        while time.time() - begin < minutes * 60:
            machine.wait(chance.uniform(15, 40))
            fault = chance.choice(faults)
            CONSOLE.print(f"{time.time() - begin:7.0f} s  {fault.__name__}")
            machine.done[fault.__name__] += 1
            started = time.time()
            fault(machine, chance)
            if fault in MISSING:
                machine.missing.append((started - BRIDGED, time.time() + BRIDGED))
        machine.wait(30)
        end = time.time()
        assert machine.process
        machine.process.send_signal(signal.SIGTERM)
        code = machine.process.wait(30)
        server.kill()
        CONSOLE.print(f"the largest files: {largest(disk)}")
        truth = {name: [*spans, *machine.frozen] for name, spans in outages.items()}
        verdict = judge(site, truth, machine.missing, (begin, end))
        CONSOLE.print((site.root / "soak.log").read_text(errors="replace")[-6000:])
        return report(machine, verdict, code)


def largest(folder: Path) -> str:
    """Name the largest files below a folder: what grows without bounds would be one of them."""
    sizes = sorted(
        ((path.stat().st_size, path) for path in folder.rglob("*") if path.is_file()), reverse=True
    )
    return ", ".join(f"{path.relative_to(folder)} {size / 1e6:.1f} MB" for size, path in sizes[:6])


def report(machine: Machine, verdict: Verdict, code: int) -> int:
    """Print what was found, and return 1 where a promise was broken."""
    total = sum(verdict.seconds.values())
    CONSOLE.print(f"faults: {dict(machine.done)}, {len(machine.starts)} starts, exit code {code}")
    for words, seconds in sorted(verdict.seconds.items()):
        CONSOLE.print(f"{words:>14}: {seconds:8,} s of components, {seconds / total:.2%}")
    for lie in verdict.lies[:40]:
        CONSOLE.print(f"  {lie}")
    values = [kilobytes for _, kilobytes in machine.memory]
    third = max(1, len(values) // 3)
    first, last = (statistics.median(part) if part else 0 for part in (values[:third], values[-third:]))
    CONSOLE.print(f"memory: {first / 1024:.0f} MB in the first third, {last / 1024:.0f} MB in the last")
    is_flat = last <= first * 1.15
    return int(not (not verdict.lies and is_flat and code == 0 and verdict.seconds["no data"] < total / 2))


def main() -> None:
    """Read the options, and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--faults", nargs="*", help="only these, by the names of the functions")
    options = parser.parse_args()
    faults = [fault for fault in FAULTS if not options.faults or fault.__name__ in options.faults]
    sys.exit(soak(options.minutes, options.seed, faults))


if __name__ == "__main__":
    main()
