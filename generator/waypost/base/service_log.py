"""The log of a process that stays: to its standard streams or to a file, in text or JSON, and always to its site."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TextIO

from waypost.base.faults import FaultKind, Faults
from waypost.base.logs import (
    PATIENCE,
    BackgroundHandler,
    FileDestination,
    JsonFormatter,
    StreamDestination,
    TextFormatter,
)

log = logging.getLogger("waypost")


@dataclass(frozen=True)
class LogOptions:
    """What is logged, and where to."""

    level: int = logging.INFO
    """The least level that is written; at DEBUG tracebacks are shown everywhere."""
    is_json: bool = False
    """Whether each line is a JSON object, rather than text."""
    file: Path | None = None
    """A file in the place of the standard streams."""


class ServiceLog:
    """Takes over the log while a process stays; for several threads.

    `kept` is a file that gets everything, with tracebacks. Raises OSError where the file of the options cannot be
    opened; later nothing raises.
    """

    def __init__(
        self, options: LogOptions, kept: FileDestination, output: TextIO | None, errors: TextIO | None
    ) -> None:
        self._files = [kept]
        self._handlers = [BackgroundHandler(kept, TextFormatter(shows_tracebacks=True), logging.DEBUG)]
        if options.file:
            self._add_file(options, options.file)
        else:
            self._add_stream(options, "standard output", output, most=logging.INFO)
            self._add_stream(options, "standard error", errors, least=logging.WARNING)
        self._before: Sequence[logging.Handler] = ()
        self._hook = threading.excepthook

    def _add_file(self, options: LogOptions, path: Path) -> None:
        file = FileDestination(path)
        file.open()
        self._files.append(file)
        formatter = JsonFormatter() if options.is_json else TextFormatter(shows_tracebacks=True)
        self._handlers.append(BackgroundHandler(file, formatter, options.level))

    def _add_stream(
        self,
        options: LogOptions,
        name: str,
        stream: TextIO | None,
        *,
        least: int = logging.NOTSET,
        most: int = logging.CRITICAL,
    ) -> None:
        # A stream that was closed before the process began is None.
        if stream is None:
            return
        shows = options.level <= logging.DEBUG
        formatter = JsonFormatter() if options.is_json else TextFormatter(shows_tracebacks=shows)
        # JSON is UTF-8 whatever a terminal can show.
        destination = StreamDestination(name, stream, "utf-8" if options.is_json else None)
        handler = BackgroundHandler(destination, formatter, max(options.level, least))
        handler.addFilter(lambda record: record.levelno <= most)
        self._handlers.append(handler)

    def __enter__(self) -> ServiceLog:
        self._before, log.handlers = log.handlers, list(self._handlers)
        threading.excepthook = _log_thread
        return self

    def __exit__(self, *error: object) -> None:
        log.handlers = list(self._before)
        threading.excepthook = self._hook
        for handler in self._handlers:
            handler.stop()
        end = time.monotonic() + PATIENCE
        for handler in self._handlers:
            handler.close(end - time.monotonic())

    @property
    def lost(self) -> int:
        """How many lines could not be written."""
        return sum(handler.lost for handler in self._handlers)

    def reopen(self) -> None:
        """Open the files again before the next line: they may have been moved away."""
        for file in self._files:
            file.reopen()

    def report(self, faults: Faults) -> None:
        """Note which destinations take no lines now, and try them again; to be called every few seconds."""
        for handler in self._handlers:
            name = handler.destination.name
            if not handler.failure:
                faults.end(FaultKind.LOG, name)
                continue
            words = f"The log cannot be written to {name}: {handler.failure}. All else goes on."
            faults.begin(FaultKind.LOG, words, name)
            handler.retry()


def _log_thread(ended: threading.ExceptHookArgs) -> None:
    """Keep the traceback of a thread that nobody waits for."""
    if ended.exc_value is None:
        return
    information: tuple[type[BaseException], BaseException, TracebackType | None]
    information = (ended.exc_type, ended.exc_value, ended.exc_traceback)
    name = ended.thread.name if ended.thread else "unknown"
    log.error("A thread ended by a fault: %s.", name, exc_info=information)


def standard_streams() -> tuple[TextIO | None, TextIO | None]:
    """Return standard output and standard error; None for one that was closed before the process began."""
    return sys.stdout, sys.stderr
