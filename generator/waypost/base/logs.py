"""The log: lines for people or for programs, of which none can end or block anything.

A log partition may be full, a pipe may have no reader any more, or one that has stopped to read. What cannot be
written is counted, and told where it can be. A process that stays writes from threads of their own.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol, TextIO

from waypost.base.printable import printable

WAITING = 1000
"""Lines that may wait for a slow reader; what comes beyond is lost."""

PATIENCE = 2.0
"""Seconds that the last lines get to be written when a process ends."""

FIELDS = "fields"
"""The attribute of a record that holds what programs read beside the message: `extra={FIELDS: {...}}`."""


class Destination(Protocol):
    """Where lines are written to."""

    name: str
    encoding: str

    def write(self, data: bytes) -> None:
        """Write all of some bytes; raises OSError, and ValueError where it is closed."""

    def close(self) -> None:
        """Release what is held."""


class StreamDestination:
    """Standard output or standard error."""

    def __init__(self, name: str, stream: TextIO, encoding: str | None = None) -> None:
        self.name = name
        self.encoding = encoding or stream.encoding or "utf-8"
        self._stream = stream

    def write(self, data: bytes) -> None:
        """Write past the buffer of the stream, which would keep what it could not write until the process ends."""
        try:
            handle = self._stream.fileno()
        except OSError:
            self._stream.write(data.decode(self.encoding))
            self._stream.flush()
        else:
            _write_all(handle, data)

    def close(self) -> None:
        """Leave the stream to the process."""


class FileDestination:
    """A file that is there only once there is something to keep; what was moved away or deleted is begun anew."""

    encoding = "utf-8"

    def __init__(self, path: Path, largest: int | None = None) -> None:
        self.name = str(path)
        self._path = path
        self._largest = largest
        self._handle: int | None = None
        self._is_stale = False

    def open(self) -> int:
        """Open the file, which only its owner may read: what a fault repeats may be secret. Raises OSError."""
        self._path.parent.mkdir(exist_ok=True)
        self._handle = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return self._handle

    def reopen(self) -> None:
        """Open the file again before the next line; from any thread."""
        self._is_stale = True

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)

    def write(self, data: bytes) -> None:
        """Append to the file, which is put aside as NAME.1 where it has become too large."""
        _write_all(self._opened(), data)

    def _opened(self) -> int:
        if self._is_stale or not self._is_in_place():
            self._is_stale = False
            self.close()
        handle = self._handle if self._handle is not None else self.open()
        if self._largest is None or os.fstat(handle).st_size <= self._largest:
            return handle
        self._path.replace(self._path.with_name(f"{self._path.name}.1"))
        self.close()
        return self.open()

    def _is_in_place(self) -> bool:
        """Return whether the open file is still the one at the path."""
        if self._handle is None:
            return False
        with contextlib.suppress(FileNotFoundError):
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        return False


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


class TextFormatter(logging.Formatter):
    """One line a record, with its time and level; what belongs to it follows, moved in."""

    def __init__(self, *, shows_tracebacks: bool) -> None:
        super().__init__()
        self._shows_tracebacks = shows_tracebacks

    def format(self, record: logging.LogRecord) -> str:
        """Return the lines of a record; nothing in them steers a terminal or looks like another record."""
        lines = [f"{_time(record)} {record.levelname} {record.getMessage()}"]
        if record.exc_info and self._shows_tracebacks:
            lines.append(self.formatException(record.exc_info))
        return "\n    ".join(map(printable, "\n".join(lines).split("\n")))


class MessageFormatter(TextFormatter):
    """The message alone, for a command that ends soon."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the message, and the traceback where it is wanted."""
        lines = [f"waypost: {record.getMessage()}"]
        if record.exc_info and self._shows_tracebacks:
            lines.append(self.formatException(record.exc_info))
        return "\n".join(map(printable, "\n".join(lines).split("\n")))


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, message, what else is known of it, and the traceback of a fault."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        fields: Mapping[str, object] = getattr(record, FIELDS, {})
        document = {"time": _time(record), "level": record.levelname.lower(), "message": record.getMessage()}
        document |= {name: str(value) for name, value in fields.items() if name not in document}
        if record.exc_info:
            document["traceback"] = self.formatException(record.exc_info)
        return json.dumps(document, ensure_ascii=False)


def _time(record: logging.LogRecord) -> str:
    # A log shows the time of the machine, with its distance from UTC.
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


class LogHandler(logging.Handler):
    """Writes to one destination; what cannot be written is counted, and stops nothing."""

    def __init__(self, destination: Destination, formatter: logging.Formatter, level: int) -> None:
        super().__init__(level)
        self.destination = destination
        self.lost = 0
        """Lines that could not be written."""
        self.failure = ""
        """Why the last one could not be; empty where it could."""
        self._reported = 0
        self.setFormatter(formatter)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record."""
        self._write(self._line(record))

    def close(self) -> None:
        """Release the destination."""
        self.destination.close()
        super().close()

    def _line(self, record: logging.LogRecord) -> bytes:
        return f"{self.format(record)}\n".encode(self.destination.encoding, "backslashreplace")

    def _write(self, line: bytes) -> None:
        """Write a line, after one that says how many are missing before it."""
        lost = self.lost
        try:
            if lost > self._reported:
                # What was cut off in the middle of a line ends here.
                self.destination.write(b"\n" + self._line(_gap(lost - self._reported)))
                self._reported = lost
            self.destination.write(line)
        except (OSError, ValueError) as error:
            self.lost += bool(line)
            self.failure = getattr(error, "strerror", None) or str(error)
        else:
            self.failure = ""


def _gap(lines: int) -> logging.LogRecord:
    words = "%s of this log could not be written."
    counted = f"{lines} line{'' if lines == 1 else 's'}"
    return logging.LogRecord("waypost", logging.WARNING, "", 0, words, (counted,), None)


class BackgroundHandler(LogHandler):
    """The same from a thread of its own, so that nothing waits for a reader that stopped or a disk that hangs."""

    def __init__(self, destination: Destination, formatter: logging.Formatter, level: int) -> None:
        super().__init__(destination, formatter, level)
        self._lines: queue.Queue[bytes | None] = queue.Queue(WAITING)
        self._thread = threading.Thread(
            target=self._work, name=f"waypost-log {destination.name}", daemon=True
        )
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record to the thread."""
        try:
            self._lines.put_nowait(self._line(record))
        except queue.Full:
            self.lost += 1
            self.failure = "what was written before is not taken"

    def retry(self) -> None:
        """Try whether lines can be written again, though there is none; a gap is then told."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(b"")

    def stop(self) -> None:
        """Take no more lines than those that wait."""
        with contextlib.suppress(queue.Full):
            self._lines.put_nowait(None)

    def close(self, patience: float = PATIENCE) -> None:
        """Give what waits so many seconds to be written."""
        self.stop()
        self._thread.join(max(0.0, patience))
        # What still hangs in a write goes with the process.
        if not self._thread.is_alive():
            super().close()

    def _work(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
