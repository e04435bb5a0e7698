"""The log of a site: what went wrong inside of Waypost, with tracebacks, which a terminal never shows."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path

LARGEST = 1024 * 1024
"""Bytes of the file from which on it is put aside as waypost.log.1, in the place of the one before."""


def keep_log(root: Path) -> None:
    """Keep what is logged from now on in .waypost/waypost.log of a site; warnings also go to standard error."""
    logger = logging.getLogger("waypost")
    logger.setLevel(logging.DEBUG)
    logger.handlers = [_Terminal(logging.WARNING), _File(root / ".waypost" / "waypost.log")]


class _Terminal(logging.Handler):
    """Says what a message says, and never a traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(f"{record.getMessage()}\n")


class _File(logging.Handler):
    """A file that is there only once there is something to keep; a full disk stops nothing."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        text = f"{self.format(record)}\n".encode(errors="backslashreplace")
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._path.replace(self._path.with_name("waypost.log.1"))
            # What a fault repeats of a server or of a file may be secret.
            with os.fdopen(os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as file:
                file.write(text)
