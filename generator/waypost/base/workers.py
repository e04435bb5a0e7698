"""Threads that take work from one queue, as many as are needed and as the machine gives."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable

log = logging.getLogger("waypost")

Work = Callable[[], None]


class Workers:
    """A pool of threads that goes on with fewer of them where the machine gives no more.

    The pool of the standard library raises then, though it keeps the work and may do it later.
    """

    def __init__(self, most: int, name: str) -> None:
        self._most = most
        self._name = name
        self._todo: queue.SimpleQueue[Work | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._unfinished = 0

    def submit(self, work: Work) -> None:
        """Have some work done by a thread; raises RuntimeError where the machine gives not even one."""
        with self._lock:
            self._unfinished += 1
            try:
                self._grow()
            except RuntimeError:
                if not self._threads:
                    self._unfinished -= 1
                    raise
            self._todo.put(work)

    def _grow(self) -> None:
        """Start one more thread where all are busy and there may be more."""
        if self._unfinished > len(self._threads) < self._most:
            thread = threading.Thread(
                target=self._run, name=f"{self._name}-{len(self._threads) + 1}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def _run(self) -> None:
        while (work := self._todo.get()) is not None:
            try:
                work()
            except Exception:
                log.exception("Some work of %s failed.", self._name)
            finally:
                with self._lock:
                    self._unfinished -= 1

    def close(self, patience: float | None = None) -> None:
        """Drop what has not begun, and wait at most `patience` seconds for what runs; None is without an end."""
        ends = None if patience is None else time.monotonic() + patience
        with self._lock:
            while not self._todo.empty():
                self._todo.get()
            for _ in self._threads:
                self._todo.put(None)
        for thread in self._threads:
            thread.join(None if ends is None else max(0.0, ends - time.monotonic()))
