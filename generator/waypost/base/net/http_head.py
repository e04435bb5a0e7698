"""The head of an answer of HTTP as servers of today send it: with hints before it, and with many headers.

The standard library gives back `103 Early Hints` as if it were the answer, and reads no more than a hundred
headers. Here what comes before the answer is passed over, and the limit is a number of bytes.
"""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from typing import Any

from waypost.base.net.failures import Unanswered

MAX_HEAD = 256 * 1024
"""Bytes before the body that are read."""

# The library has no other way to set it; the bytes are what is limited here.
http.client._MAXHEADERS = MAX_HEAD  # type: ignore[attr-defined]


class _LimitedLines:
    """A file whose lines are read only up to a number of bytes in all."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._left = MAX_HEAD

    def readline(self, limit: int = -1) -> bytes:
        line: bytes = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0:
            # No browser reads so many either.
            raise Unanswered(f"the headers of the answer are larger than {MAX_HEAD // 1024} KiB")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class FinalResponse(http.client.HTTPResponse):
    """The final answer of a server."""

    def begin(self) -> None:
        """Read the head."""
        file: Any = self.fp
        lines: Any = _LimitedLines(file)
        self.fp = lines
        try:
            super().begin()
        finally:
            # Without a body the file is closed already, and gone.
            if self.fp is lines:
                self.fp = file

    def _read_status(self) -> tuple[str, int, str]:
        version, status, reason = super()._read_status()  # type: ignore[misc]
        while 102 <= status < 200:
            http.client.parse_headers(self.fp)
            version, status, reason = super()._read_status()  # type: ignore[misc]
        return version, status, reason


class Headers(Mapping[str, str]):
    """Headers of an answer, whatever the case of their names; values are UTF-8 where they can be."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self._headers = headers

    def __getitem__(self, name: str) -> str:
        value = self._headers[name]
        try:
            # The library reads every byte as one character.
            return value.encode("latin-1").decode()
        except UnicodeError:
            return value

    def __iter__(self) -> Any:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)
