"""Remember what was counted in a text, so that a build counts only the words of texts that changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from waypost.base.files.digests import digest
from waypost.base.files.file_tree import write_atomic

T = TypeVar("T")

_STALE = 4
"""A file with this many times more texts than are used is written anew."""


class TermMemory(Generic[T]):
    """What was counted by the same program before, one text a line of a file; without a file it remembers nothing.

    `parse` makes a value of what was read as JSON; it raises ValueError, TypeError or AttributeError where it
    is no such value. `written` makes of a value what can be written as JSON.
    """

    def __init__(
        self,
        parse: Callable[[Any], T],
        path: Path | None = None,
        program: str = "",
        written: Callable[[T], Any] = lambda value: value,
    ) -> None:
        self._parse = parse
        self._written = written
        self._path = path
        self._program = program
        self._used: dict[str, T] = {}

    def recall(self, text: str, count: Callable[[], T]) -> T:
        """Return the counts of a text; what is not known is counted now."""
        key = digest(self._program, text)
        known = self._known.get(key)
        self._used[key] = count() if known is None else known
        return self._used[key]

    def save(self) -> None:
        """Add what was not known; begin a new file where most of the old is no longer used."""
        if self._path is None:
            return
        if len(self._known) > _STALE * len(self._used):
            write_atomic(self._path, self._lines(self._used).encode())
            return
        added = {key: counts for key, counts in self._used.items() if key not in self._known}
        if added:
            with self._path.open("a", encoding="utf-8") as file:
                # A line of its own even behind one that was cut off.
                file.write("\n" + self._lines(added))

    @cached_property
    def _known(self) -> dict[str, T]:
        found: dict[str, T] = {}
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines() if self._path else []
        except (OSError, UnicodeDecodeError):
            return found
        for line in lines:
            try:
                key, counts = json.loads(line)
                found[key] = self._parse(counts)
            except (AttributeError, TypeError, ValueError):
                # The line of a build that was killed while it wrote.
                continue
        return found

    def _lines(self, values: dict[str, T]) -> str:
        rows = ([key, self._written(value)] for key, value in values.items())
        return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
