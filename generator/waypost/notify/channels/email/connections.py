"""Connections to mail servers that are kept for the next mail, and shut when none comes."""

from __future__ import annotations

import contextlib
import threading
import time
from datetime import timedelta

from waypost.base.net.network import deadline, remaining
from waypost.notify.channels.base import TransportError
from waypost.notify.channels.email.message import Mail
from waypost.notify.channels.email.smtp import Connection, Refusal, Server

IDLE = 20.0
"""Seconds for which a connection is kept without a mail; others want to connect too."""

MOST_MAILS = 100
"""Mails over one connection; many servers allow no more."""

MOST_KEPT = 8
"""Connections that are kept without a mail."""

PATIENCE = timedelta(seconds=5)
"""How long a kept connection may take to answer before a new one is made."""

FAREWELL = timedelta(seconds=1)
"""How long it may take to say goodbye."""


class Line:
    """A connection, with what is known of it; one thread uses it at a time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection = Connection(server)
        self.used = time.monotonic()

    @property
    def is_fit(self) -> bool:
        """Whether it may be used for another mail."""
        return time.monotonic() - self.used < IDLE and self.connection.sent < MOST_MAILS

    def takes(self, mail: Mail) -> bool:
        """Wipe what was left of the mail before, and begin another; tell whether the server is still there."""
        patience = min(PATIENCE, timedelta(seconds=remaining() / 3))
        with deadline(patience), contextlib.suppress(OSError, Refusal, TransportError):
            if self.connection.rset()[0] == 250:
                self.connection.begin(mail)
                return True
        return False

    def drop(self) -> None:
        """Hang up without a word: in doubt nobody would hear it."""
        self.connection.close()

    def end(self) -> None:
        """Say goodbye, and hang up."""
        with deadline(FAREWELL), contextlib.suppress(OSError):
            self.connection.docmd("QUIT")
        self.drop()

    def __del__(self) -> None:
        self.drop()


class Kept:
    """The connections of this process that nobody uses just now."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def take(self, server: Server) -> Line | None:
        """Return one to a server, the last that was used; None where there is none."""
        with self._lock:
            for line in reversed(self._lines):
                if line.server == server and line.is_fit:
                    self._lines.remove(line)
                    return line
        return None

    def put(self, line: Line) -> None:
        """Keep one for a while."""
        line.used = time.monotonic()
        with self._lock:
            self._lines.append(line)
            surplus = [self._lines.pop(0)] if len(self._lines) > MOST_KEPT else []
            self._wait()
        for old in surplus:
            old.end()

    def _wait(self) -> None:
        if self._timer is None and self._lines:
            self._timer = threading.Timer(IDLE + 0.1, self._look)
            self._timer.daemon = True
            self._timer.start()

    def _look(self) -> None:
        """End what was not used for too long."""
        with self._lock:
            self._timer = None
            ended = [line for line in self._lines if not line.is_fit]
            self._lines = [line for line in self._lines if line.is_fit]
            self._wait()
        for line in ended:
            line.end()

    def clear(self) -> None:
        """End all of them."""
        with self._lock:
            ended, self._lines = self._lines, []
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for line in ended:
            line.end()


kept = Kept()
