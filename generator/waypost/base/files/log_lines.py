"""Read what an endpoint appended to a file, line by line: anyone can send anything, so sizes are bounded."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from waypost.problems import Location, Problem, ProblemsFound

MAX_LOG = 64 * 1024 * 1024
"""Bytes that are read, from the end of the file, where the newest entries are: about half a million."""

MAX_LINE = 16 * 1024
"""Bytes of a line; the longest that a browser of ours sends has about 2,500."""


def size_of_log(path: Path, advice: str) -> int:
    """Return the bytes of a file; raises ProblemsFound, with what to do, for what is no file, and OSError."""
    facts = path.stat()
    # A pipe that nobody writes to would make us wait for ever.
    if not stat.S_ISREG(facts.st_mode):
        message = f"This is not a regular file. {advice}"
        raise ProblemsFound([Problem(Location(path.as_posix()), "unreadable", message)])
    return facts.st_size


def newest_lines(stream: BinaryIO, skipped: int) -> Iterator[bytes | None]:
    """Yield each line after the first `skipped` bytes, or None for one that is too long.

    A file that grows meanwhile ends all the same. A line that the start cuts in two is left out as well.
    """
    if skipped:
        stream.seek(skipped - 1)
        _skip_line(stream)
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
