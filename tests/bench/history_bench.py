"""Measure publishing over a long history: five years of 200 components, each with an outage in ten days.

Run it with `make bench-history`. The history stands in status/history/ as text, as `waypost history export` writes
it. `--database` keeps it in the database instead, `--profile` shows where the time of a warm publication goes.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import write_section
from publish_bench import import_rows, make_site

from waypost.formats.status import ComponentStatus, Coverage, StateChange
from waypost.formats.status_site import History
from waypost.publishing.publish import PublishCache, publish
from waypost.reading.io.history_files import FOLDER, HistoryText, history_files
from waypost.reading.project import load_project
from waypost.reading.rules.history import DailyFigures, times_by_day
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=2)
"""How much of the history is in the database, because it is not exported yet."""

BETWEEN_OUTAGES = 10
"""Days from one outage of a component to its next."""

STATES = (ComponentStatus.MAJOR_OUTAGE, ComponentStatus.PARTIAL_OUTAGE)


def outages(components: int, days: int) -> tuple[StateChange, ...]:
    """Return the changes of each component: well at first, and an outage of some minutes every ten days."""
    dice = random.Random(1)  # noqa: S311  # not a secret
    begin = NOW - days * DAY
    changes = [
        StateChange(f"component-{n}", "http-1", begin, ComponentStatus.OPERATIONAL, begin)
        for n in range(components)
    ]
    for n in range(components):
        for number in range(n % BETWEEN_OUTAGES, days, BETWEEN_OUTAGES):
            start = begin + number * DAY + dice.randrange(5, 22 * 60) * MINUTE
            end = start + dice.randrange(4, 90) * MINUTE
            for status, at in ((dice.choice(STATES), start), (ComponentStatus.OPERATIONAL, end)):
                reason = "HTTP status 503" if status in STATES else ""
                changes.append(StateChange(f"component-{n}", "http-1", at, status, at + 2 * MINUTE, reason))
    return tuple(sorted((row for row in changes if row.confirmed_at < NOW), key=lambda row: row.confirmed_at))


def make_history(
    folder: Path, components: int, days: int, *, in_database: bool, address: str = "", every: str = "60s"
) -> Site:
    """Write a site whose history is text but for the last days, or all in the database.

    Its checks ask `address` with the number of their component behind it; without one nothing answers them.
    """
    site = make_site(folder, components, 0, address or "http://127.0.0.1:9/", every)
    changes, begin = outages(components, days), NOW - days * DAY
    edge = begin if in_database else (NOW - KEPT).replace(hour=0)
    if not in_database:
        _write_text(site, changes, begin, edge, components)
    watched = [Coverage(f"component-{n}", "http-1", edge, NOW) for n in range(components)]
    rows = tuple(row for row in changes if row.confirmed_at >= edge)
    import_rows(site, History(rows, tuple(watched)))
    return site


def _write_text(
    site: Site, changes: tuple[StateChange, ...], begin: datetime, edge: datetime, components: int
) -> None:
    watched = tuple(Coverage(f"component-{n}", "http-1", begin, edge) for n in range(components))
    old = History(tuple(row for row in changes if row.confirmed_at < edge), watched)
    figures = tuple(
        DailyFigures(day, series, times, 1440, 80, 200)
        for (day, series), times in times_by_day(old, begin.date(), edge.date() - DAY).items()
    )
    for name, data in history_files(HistoryText(old, figures), edge.date() - DAY).items():
        path = site.root / FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def turn(site: Site, components: int, number: int) -> datetime:
    """Let one component change its state; return when that is published."""
    at = NOW + number * MINUTE
    status = ComponentStatus.OPERATIONAL if number % 2 else ComponentStatus.MAJOR_OUTAGE
    watched = [Coverage(f"component-{n}", "http-1", at - MINUTE, at) for n in range(components)]
    change = StateChange("component-1", "http-1", at, status, at, "HTTP status 503")
    import_rows(site, History((change,), tuple(watched)))
    return at


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def command(site: Site) -> tuple[float, int]:
    """Publish by a process of its own at the moment of the bench; return its seconds, and the most memory in MB."""
    process = subprocess.Popen([sys.executable, __file__, "--once", str(site.root)])
    begin = time.perf_counter()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        raise RuntimeError("publishing failed")
    return time.perf_counter() - begin, used.ru_maxrss // 1024


def once(root: Path) -> None:
    """Publish a site as `waypost publish` does."""
    site = Site(root)
    publish(site, load_project(site), NOW)


def stay(site: Site, components: int, rounds: int, *, profile: bool) -> list[str]:
    """Publish again and again in this process; return the figures of what takes how long."""
    project, cache = load_project(site), PublishCache()
    publish(site, project, NOW, cache=cache)
    same, after = [], []
    profiler = cProfile.Profile()
    for number in range(rounds):
        at = NOW + timedelta(seconds=number + 1)
        same.append(timed(lambda at=at: publish(site, project, at, cache=cache)))  # type: ignore[misc]  # mypy cannot infer it
    for number in range(1, rounds + 1):
        at = turn(site, components, number)
        if profile and number == rounds:
            profiler.enable()
        after.append(timed(lambda at=at: publish(site, project, at, cache=cache)))  # type: ignore[misc]  # the same
        profiler.disable()
    if profile:
        profiler.print_stats("cumulative")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return [*(f"{statistics.median(found):.2f} s" for found in (same, after)), f"{memory} MB"]


def staying(site: Site, components: int, rounds: int) -> list[str]:
    """Do what `stay` does in a process of its own, whose memory is that of publishing alone."""
    arguments = ["--stay", str(site.root), "--components", str(components), "--rounds", str(rounds)]
    done = subprocess.run([sys.executable, __file__, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip().split("\t")


def measure(components: int, days: int, rounds: int, folder: Path, *, in_database: bool) -> list[str]:
    """Measure one site; return the row of the table."""
    # In a process of its own: what this one has taken would count as memory of those that it starts.
    arguments = ["--make", str(folder), "--components", str(components), "--days", str(days)]
    kind = ["--database"] if in_database else []
    subprocess.run([sys.executable, __file__, *arguments, *kind], check=True)
    site = Site(folder)
    first, first_memory = command(site)
    found = [command(site) for _ in range(rounds)]
    cold, memory = statistics.median(seconds for seconds, _ in found), max(size for _, size in found)
    return [
        "the database" if in_database else "text",
        f"{first:.1f} s, {first_memory} MB",
        f"{cold:.1f} s, {memory} MB",
        *staying(site, components, rounds),
    ]


def main() -> None:
    """Measure, and write the table into docs/performance.md."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--components", type=int, default=200)
    parser.add_argument("--days", type=int, default=5 * 365)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--make", type=Path, help="make the site in this folder, and do no more")
    parser.add_argument(
        "--database", action="store_true", help="with --make: keep the history in the database"
    )
    parser.add_argument("--once", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--stay", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        once(asked.once)
    elif asked.stay:
        sys.stdout.write(
            "\t".join(stay(Site(asked.stay), asked.components, asked.rounds, profile=asked.profile))
        )
    elif asked.make:
        make_history(asked.make, asked.components, asked.days, in_database=asked.database)
    else:
        with tempfile.TemporaryDirectory() as name:
            rows = [
                measure(asked.components, asked.days, asked.rounds, Path(name) / str(kind), in_database=kind)
                for kind in (False, True)
            ]
        header = ["History in", "First", "Cold", "Nothing changed", "After one change", "Memory"]
        made = (
            f"{os.cpu_count()} cores, {asked.components} components, {asked.days} days, {asked.rounds} rounds"
        )
        write_section("history", header, rows, made)


if __name__ == "__main__":
    main()
