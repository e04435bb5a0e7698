"""Measure publishing: whole, after one change of state, and from a failing answer to the file on disk.

Run it with `make bench-publish`. `--profile` shows where the time after one change goes instead.
"""

from __future__ import annotations

import argparse
import cProfile
import gzip
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench_page import write_section

from helpers.stores import Store
from waypost.formats.status import ComponentStatus, Coverage, StateChange
from waypost.formats.status_site import History
from waypost.publishing.publish import PublishCache, publish
from waypost.reading.project import load_project
from waypost.reading.site import Site

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
START = NOW - timedelta(days=90)
DOWN_AFTER = 2
BAR = re.compile(rb'<svg viewBox="0 0 89.8 28".*?</svg>')

INCIDENT = """\
---
title: Downloads {n} stop half way
impact: minor
components: {{component-{c}: degraded_performance}}
---
## investigating · {begin}
Downloads of **large galleries** stop half way since {n} o'clock. Single photos are not affected.

Next update by {promised}.

## resolved · {end}
A disk of one of our stores was full. We gave it more room, and [watch it](/downloads/) from now on.
"""


def make_site(
    folder: Path, components: int, incidents: int, address: str = "http://127.0.0.1:9/", every: str = "60s"
) -> Site:
    """Write a site with so many components, in groups of ten, and so many incidents, one each 17 hours."""
    status = folder / "status"
    (status / "incidents").mkdir(parents=True)
    (folder / "content").mkdir()
    (folder / ".waypost").mkdir()
    (folder / "content" / "index.md").write_text("---\ntitle: Help\nkind: home\n---\nHello.\n")
    (folder / "mkdocs.yml").write_text(
        "site_name: Bench\ndocs_dir: content\ntheme: {name: material}\nplugins: [waypost]\n"
    )
    lines = [
        # It is broken and healed often, which would otherwise hold it down.
        f"policy: {{down_after: {DOWN_AFTER}, flapping: {{changes: 20}}}}",
        "page: {name: Bench, url: 'https://status.example.org/', time_zone: Europe/Berlin}",
        "components:",
    ]
    for n in range(components):
        if n % 10 == 0:
            lines += [f"  - group: Group {n // 10}", "    components:"]
        lines.append(
            f"      - {{id: component-{n}, name: Component {n}, description: What number {n} does for people, "
            f"checks: [{{http: '{address}{n}', every: {every}, timeout: 1s}}]}}"
        )
    (status / "status.yml").write_text("\n".join(lines) + "\n")
    for n in range(incidents):
        begin = NOW - timedelta(hours=17 * n + 5)
        said = {"begin": begin, "promised": begin + 30 * MINUTE, "end": begin + 47 * MINUTE}
        text = INCIDENT.format(n=n, c=n % components, **{name: at.isoformat() for name, at in said.items()})
        (status / "incidents" / f"{begin:%Y-%m-%d}-downloads-{n}.md").write_text(text)
    return Site(folder)


def record(site: Site, components: int) -> None:
    """Give each component ninety days that were watched, slow for an hour in each month."""
    names = [f"component-{n}" for n in range(components)]
    changes = [
        StateChange(name, "http-1", at, status, at)
        for place, name in enumerate(names)
        for month in range(3)
        for status, at in (
            (ComponentStatus.OPERATIONAL, START + timedelta(days=30 * month)),
            (ComponentStatus.DEGRADED_PERFORMANCE, START + timedelta(days=30 * month + place % 29, hours=5)),
            (ComponentStatus.OPERATIONAL, START + timedelta(days=30 * month + place % 29, hours=6)),
        )
    ]
    watched = [Coverage(name, "http-1", START, NOW) for name in names]
    import_rows(site, History(tuple(changes), tuple(watched)))


def turn(site: Site, components: int, number: int) -> datetime:
    """Let one component change its state; return when that is published."""
    at = NOW + number * MINUTE
    status = ComponentStatus.OPERATIONAL if number % 2 else ComponentStatus.MAJOR_OUTAGE
    seen = [Coverage(f"component-{n}", "http-1", at - MINUTE, at) for n in range(components)]
    import_rows(
        site, History((StateChange("component-1", "http-1", at, status, at, "HTTP status 503"),), tuple(seen))
    )
    return at


def import_rows(site: Site, rows: History) -> None:
    """Add rows to the database of a site."""
    store = Store(site.database_url)
    try:
        store.import_rows(rows)
    finally:
        store.close()


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that something takes of this process's time on a processor."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def measure(folder: Path, components: int, incidents: int, rounds: int) -> tuple[list[str], Site]:
    """Measure one size of page; return the row of the table, and the site as it is then published."""
    site = make_site(folder / f"{components}-{incidents}", components, incidents)
    record(site, components)
    project, whole, after = load_project(site), [], []
    for number in range(rounds):
        if site.output.exists():
            # Not deleted: ext4 is slow to make files for minutes after many have gone.
            site.output.rename(site.root / f"published-{number}")
        cache = PublishCache()
        whole.append(timed(lambda cache=cache: publish(site, project, NOW, cache=cache)))  # type: ignore[misc]  # mypy cannot infer it
    for number in range(rounds):
        at = turn(site, components, number)
        after.append(timed(lambda at=at: publish(site, project, at, cache=cache)))  # type: ignore[misc]  # the same
    begin = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "waypost", "publish", "--site", str(site.root)],
        check=True,
        capture_output=True,
    )
    command = time.perf_counter() - begin
    times = [f"{statistics.median(found):.2f} s" for found in (whole, after)]
    return [f"{components:,}", f"{incidents:,}", *times, f"{command:.1f} s"], site


def sizes(site: Site) -> tuple[int, int]:
    """Return the compressed bytes of the front page, and the bytes of its largest bar."""
    page = (site.status_output / "index.html").read_bytes()
    return len(gzip.compress(page, 6)), max(map(len, BAR.findall(page)))


class Service(ThreadingHTTPServer):
    """Answers every check, and notes when it refused one of the first component."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.fails = False
        self.refused: list[float] = []


class _Answer(BaseHTTPRequestHandler):
    server: Service

    def do_GET(self) -> None:
        bad = self.server.fails and self.path == "/0"
        self.send_response(503 if bad else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()
        if bad:
            self.server.refused.append(time.perf_counter())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named by the base class
        """Say nothing."""


@contextmanager
def polled(folder: Path, components: int, incidents: int) -> Iterator[tuple[Site, Service]]:
    """Run the poller as a process of its own over a service that can be made to fail."""
    with Service() as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{service.server_port}/"
        site = make_site(folder / "polled", components, incidents, address, every="3s")
        command = [sys.executable, "-m", "waypost", "run", "--site", str(site.root)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield site, service
        finally:
            process.terminate()
            process.wait()
            service.shutdown()


def until(look: Callable[[], bool]) -> float:
    """Wait until something is true; return when it was."""
    end = time.perf_counter() + 120
    while not look():
        if time.perf_counter() > end:
            raise TimeoutError("the poller never came to it")
        time.sleep(0.002)
    return time.perf_counter()


def from_answer_to_disk(folder: Path, rounds: int) -> list[float]:
    """Return the seconds from the answer that confirms an outage to the page on disk that tells of it."""
    found = []
    with polled(folder, 100, 1000) as (site, service):
        page, present = site.status_output / "index.html", site.status_output / "now.json"
        for _ in range(rounds):
            service.fails = False
            until(lambda: present.exists() and _state(present) == "operational")
            time.sleep(7)
            service.refused.clear()
            service.fails = True
            seen = until(lambda: b"Component 0 cannot be used" in page.read_bytes())
            found.append(seen - service.refused[DOWN_AFTER - 1])
    return found


def _state(present: Path) -> str:
    """Return the state of the first component in now.json."""
    found: str = json.loads(present.read_bytes())["components"]["component-0"]["status"]
    return found


def profiled(folder: Path) -> None:
    """Publish after one change and print where the time went."""
    site = make_site(folder / "profiled", 100, 1000)
    record(site, 100)
    project, cache = load_project(site), PublishCache()
    publish(site, project, NOW, cache=cache)
    for number in range(3):
        at = turn(site, 100, number)
        with cProfile.Profile() as profile:
            publish(site, project, at, cache=cache)
    profile.print_stats("cumulative")


def main() -> None:
    """Measure, and write the table into docs/performance.md; `--profile` prints a profile instead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if asked.profile:
            profiled(folder)
            return
        hundred, site = measure(folder, 100, 1000, asked.rounds)
        page, bar = sizes(site)
        thousand, _ = measure(folder, 1000, 10, asked.rounds)
        on_disk = from_answer_to_disk(folder, asked.rounds)
    header = [
        "Components",
        "Incidents",
        "Whole",
        "After one change",
        "`waypost publish`",
        "Front page",
        "A bar",
        "From answer to disk",
    ]
    more = [
        f"{page / 1000:.1f} kB",
        f"{bar} B",
        f"{statistics.median(on_disk):.2f} s, at most {max(on_disk):.2f}",
    ]
    write_section(
        "publish",
        header,
        [[*hundred, *more], [*thousand, "", "", ""]],
        f"{os.cpu_count()} cores, {asked.rounds} rounds",
    )


if __name__ == "__main__":
    main()
