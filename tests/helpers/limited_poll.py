"""Poll healthy hosts in a process that lacks something: `python -m helpers.limited_poll LIMIT NUMBER URL HOSTS`.

LIMIT is `files` (more file handles than are open already), `memory` (more MB than are used already), `threads`
(how many may be started), or `name` (a fault of the program in each check that fails). Prints what was recorded.
"""

from __future__ import annotations

import json
import resource
import sys
import threading
from collections import Counter
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from helpers.stores import Store
from waypost.base.clock import utc_now
from waypost.base.faults import Faults
from waypost.formats.checks import HttpCheck
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.monitor.poll import Poller

ROUNDS = 4


def config(port: int, hosts: int) -> StatusConfig:
    """Name so many hosts, all of them this machine."""
    span = timedelta(seconds=5)
    return StatusConfig(
        page=PageConfig(name="Status", url="https://help.example.org/status/"),
        components=tuple(
            Component(
                id=f"part-{number}",
                name=f"Part {number}",
                checks=(HttpCheck(http=f"http://127.0.1.{number}:{port}/", every=span, timeout=span),),
            )
            for number in range(1, hosts + 1)
        ),
    )


def limit(kind: str, number: int) -> None:
    """Take something away from this process."""
    if kind == "files":
        most = len(list(Path("/proc/self/fd").iterdir())) + number
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    elif kind == "memory":
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
        most = pages * resource.getpagesize() + number * 1000**2
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    elif kind == "threads":
        _limit_threads(number)


def _limit_threads(number: int) -> None:
    start = threading.Thread.start

    def begin(thread: threading.Thread) -> None:
        if threading.active_count() > number:
            raise RuntimeError("can't start new thread")
        start(thread)

    threading.Thread.start = begin  # type: ignore[method-assign]


def main(kind: str, number: int, port: int, hosts: int, url: str) -> None:
    """Poll, and print what was recorded and what the journal holds."""
    faults = Faults(utc_now)
    with closing(Store(url)) as store:
        poller = Poller(config(port, hosts), store, faults=faults)
        limit(kind, number)
        found: Counter[str] = Counter()
        reasons: set[str] = set()
        for _ in range(ROUNDS):
            for item in poller.round().outcomes:
                found[str(item.observation.status) if item.observation else "no_data"] += 1
                reasons.add(item.observation.reason if item.observation else item.reason)
        poller.close()
        changes = Counter(str(change.status) for change in store.history().changes)
        messages = [fault.message for fault in faults.present()]
        totals = faults.totals()
    result: dict[str, Any] = {"found": found, "reasons": sorted(reasons), "changes": changes}
    sys.stdout.write(json.dumps({**result, "present": messages, "totals": totals}))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])
