"""Read a log of votes: one JSON object a line, as the endpoint of "Was this helpful?" receives them."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from waypost.core.feedback import Reason
from waypost.core.review import Vote
from waypost.model.types import read_moment
from waypost.problems import Location, Problem, ProblemsFound

MAX_LOG = 64 * 1024 * 1024
"""Bytes that are read, from the end of the file, where the newest votes are: about half a million."""

MAX_LINE = 16 * 1024
"""Bytes of a line; the longest that a browser of ours sends has about 2,500."""


@dataclass
class VoteLog:
    """A file of votes, read line by line; anyone can send anything to an endpoint, so nothing in it is trusted."""

    path: Path
    read: int = 0
    """Lines that are votes."""
    bad: int = 0
    """Lines that are not; blank ones do not count."""
    undated: int = 0
    """Votes that do not say when they arrived."""
    skipped_bytes: int = 0
    """The part of a large file that was left out, at its beginning."""

    def votes(self) -> Iterator[Vote]:
        """Yield the votes in the order of the file; raises ProblemsFound for what is no file, and OSError."""
        facts = self.path.stat()
        # A pipe that nobody writes to would make us wait for ever.
        if not stat.S_ISREG(facts.st_mode):
            message = "This is not a regular file. Name the file that the votes are appended to."
            raise ProblemsFound([Problem(Location(self.path.as_posix()), "unreadable", message)])
        self.skipped_bytes = max(0, facts.st_size - MAX_LOG)
        with self.path.open("rb") as stream:
            if self.skipped_bytes:
                # The line that is cut in two is left out as well.
                stream.seek(self.skipped_bytes - 1)
                _skip_line(stream)
            for line in _lines(stream):
                yield from self._judge(line)

    def _judge(self, line: bytes | None) -> Iterator[Vote]:
        if line is not None and not line.strip():
            return
        vote = read_vote(line) if line is not None else None
        if vote is None:
            self.bad += 1
            return
        self.read += 1
        self.undated += vote.at is None
        yield vote


def _lines(stream: BinaryIO) -> Iterator[bytes | None]:
    """Yield each line, or None for one that is too long; a file that grows meanwhile ends all the same."""
    left = MAX_LOG
    while left > 0:
        line = stream.readline(MAX_LINE + 1)
        if not line:
            return
        left -= len(line)
        if len(line) <= MAX_LINE or line.endswith(b"\n"):
            yield line
        else:
            left -= _skip_line(stream)
            yield None


def _skip_line(stream: BinaryIO) -> int:
    """Read to the end of a line, and return how many bytes that were."""
    total = 0
    while part := stream.readline(MAX_LINE):
        total += len(part)
        if part.endswith(b"\n") or total > MAX_LOG:
            break
    return total


def read_vote(line: bytes) -> Vote | None:
    """Return a line as a vote; None for anything of another shape. Keys beyond the documented ones are left alone."""
    try:
        found: Any = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    page, helpful, reason = found.get("page"), found.get("helpful"), found.get("reason")
    if not isinstance(page, str) or not isinstance(helpful, bool):
        return None
    if reason is not None and (not isinstance(reason, str) or reason not in tuple(Reason)):
        return None
    at = found.get("at")
    moment = read_moment(at) if isinstance(at, str) else None
    if at is not None and moment is None:
        return None
    return Vote(page.lstrip("/"), helpful, Reason(reason) if reason else None, moment)
