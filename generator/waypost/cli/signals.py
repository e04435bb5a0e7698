"""The signals of a process that stays: SIGTERM and Ctrl-C end it, SIGHUP has it read its files again."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

ENDING = (signal.SIGTERM, signal.SIGINT)


class ServiceSignals:
    """Events that signals set. A second signal to end ends the process at once, with 128 and its number."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.reload = threading.Event()
        self._has_terminal = _has_terminal()

    def take(self, number: int) -> None:
        """Note a signal."""
        if number not in ENDING and not self._lost_terminal():
            self.reload.set()
        elif self.stop.is_set():
            os._exit(128 + number)
        else:
            self.stop.set()

    def _lost_terminal(self) -> bool:
        """Return whether SIGHUP means that the terminal was closed: what was begun there ends with it."""
        return self._has_terminal and not _has_terminal()


def _has_terminal() -> bool:
    return sys.stdin is not None and os.isatty(0)


@contextlib.contextmanager
def service_signals() -> Iterator[ServiceSignals]:
    """Take the signals while the block runs, in a thread of its own.

    Python would run a handler in the main thread, between two steps of it: never while that hangs, and perhaps
    while it holds the lock that the handler needs.
    """
    signals = ServiceSignals()
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    numbers = (*ENDING, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    earlier = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    thread = threading.Thread(target=_read, args=(reader, signals), name="waypost-signals", daemon=True)
    thread.start()
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(earlier)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(writer)
        thread.join()
        os.close(reader)


def _read(reader: int, signals: ServiceSignals) -> None:
    while numbers := os.read(reader, 64):
        for number in numbers:
            signals.take(number)
