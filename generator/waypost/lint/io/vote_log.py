"""Read a log of votes: one JSON object a line, as the endpoint of "Was this helpful?" receives them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.base.files import log_lines
from waypost.formats.field_types import read_moment
from waypost.formats.support import Reason
from waypost.lint.rules.review import Vote


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
        size = log_lines.size_of_log(self.path, "Name the file that the votes are appended to.")
        self.skipped_bytes = max(0, size - log_lines.MAX_LOG)
        with self.path.open("rb") as stream:
            for line in log_lines.newest_lines(stream, self.skipped_bytes):
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
