"""Share the pages of a large build among processes: rendering is all computing, and no page needs another.

A copy of the process (fork) knows everything that was read so far. Each renders its share into the same folder
and notes what came of it in a file; the first process goes on alone when all are done.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

LEAST = 200
"""Below this number of pages, copies cost more than they save."""

MOST = 8
"""More processes than this wait for the disk."""


class WorkerFailed(Exception):  # it is a reason to build alone, which says better what is wrong
    """A worker did not finish its share."""


class BuildWorkers:
    """The processes of one build."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._processes: list[int] = []
        self._rank = 0

    @property
    def is_worker(self) -> bool:
        """Whether this process only renders its share."""
        return self._rank > 0

    def share(self, pages: Sequence[str], files: Sequence[str] = ()) -> frozenset[str]:
        """Start workers if that pays, and return the share of this process; workers return from here too.

        Files that are only copied go along; it is the pages that make workers worth their start.
        """
        size = worker_count(len(pages))
        for rank in range(1, size):
            process = os.fork()
            if process == 0:
                self._rank, self._processes = rank, []
                break
            self._processes.append(process)
        return frozenset([*pages, *files][self._rank :: size])

    def report(self, results: Any) -> NoReturn:
        """Write the results of a worker into a file, and end it at once, without the cleaning up of an orderly end."""
        self._file(self._rank).write_text(json.dumps(results), encoding="utf-8")
        os._exit(0)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """End a worker that cannot go on, and wait for all of them where the first process cannot."""
        try:
            yield
        except BaseException:
            if self.is_worker:
                os._exit(1)
            self._disband()
            raise

    def gather(self) -> list[Any]:
        """Wait for all workers, and return their reports. Raises WorkerFailed where one is missing."""
        codes = [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in self._processes]
        ranks = range(1, len(self._processes) + 1)
        self._processes = []
        if any(codes):
            raise WorkerFailed
        return [json.loads(self._file(rank).read_text(encoding="utf-8")) for rank in ranks]

    def _disband(self) -> None:
        for process in self._processes:
            os.waitpid(process, 0)
        self._processes = []

    def _file(self, rank: int) -> Path:
        return self._folder / f"worker-{rank}.json"


def worker_count(pages: int) -> int:
    """Return how many processes to use for a number of pages.

    A process with threads must not be copied: a lock that another thread holds would never open in the copy.
    """
    if pages < LEAST or not hasattr(os, "fork") or threading.active_count() > 1:
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, MOST))
