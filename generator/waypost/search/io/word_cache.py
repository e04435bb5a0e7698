"""The words of each text, kept from one build to the next, so that only texts that changed are counted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import fields
from functools import cached_property
from pathlib import Path
from typing import Any, Generic, TypeVar

from waypost.base.files.digests import digest
from waypost.base.files.file_tree import write_atomic
from waypost.help.kinds import ARTICLE_KINDS
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.index import FIELDS, DocumentWords
from waypost.search.rules.site_pages import PAGE_KINDS

T = TypeVar("T")

_STALE = 4
"""A file with this many times more texts than are used is written anew."""


class TermCache(Generic[T]):
    """The counts that the same program made before, one text a line of a file; without a file it is empty.

    `parse` makes a value of parsed JSON; it raises ValueError, TypeError or AttributeError where it
    is no such value. Dataclasses are written as lists of their fields.
    """

    def __init__(
        self,
        parse: Callable[[Any], T],
        path: Path | None = None,
        program: str = "",
    ) -> None:
        self._parse = parse
        self._path = path
        self._program = program
        self._used: dict[str, T] = {}

    def get(self, text: str, count: Callable[[], T]) -> T:
        """Return the counts of a text; `count` makes those that are not known."""
        key = digest(self._program, text)
        known = self._known.get(key)
        self._used[key] = count() if known is None else known
        return self._used[key]

    def save(self) -> None:
        """Add the new counts to the file; write it anew where most of it is no longer used."""
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
        write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_field_values).encode
        return "".join(f"{write([key, value])}\n" for key, value in values.items())


def _field_values(value: Any) -> list[Any]:
    return [getattr(value, field.name) for field in fields(value)]


WordCounts = dict[str, float]
"""Stems, each with its weight in an article."""

Counted = tuple[SearchDocument, DocumentWords]
"""A document, with its words."""


class SiteCache:
    """The counted words of each text of a site, from earlier builds.

    Without a folder it is empty. `program` is a digest of the code that counts words.
    """

    def __init__(self, folder: Path | None = None, program: str = "") -> None:
        self.likeness: TermCache[WordCounts] = TermCache(
            _word_counts, folder and folder / "terms.jsonl", program
        )
        self.search: TermCache[list[Counted]] = TermCache(
            _counted, folder and folder / "search.jsonl", program
        )


def _word_counts(read: Any) -> WordCounts:
    return {str(stem): float(count) for stem, count in read.items()}


def _counted(read: Any) -> list[Counted]:
    """Read documents with their counts, not checked word by word: that would take longer than counting."""
    found = [
        (_document(*document), DocumentWords(tuple(counts), passages, stems))
        for document, (counts, passages, stems) in read
    ]
    if any(len(words.fields) != len(FIELDS) for _, words in found):
        raise ValueError(read)
    return found


def _document(*values: Any) -> SearchDocument:
    url, path, title, aliases, kind, summary, sections, category, components, article, tags = values
    if kind not in (*ARTICLE_KINDS, *PAGE_KINDS):
        raise ValueError(kind)
    parts = tuple(DocumentSection(*section) for section in sections)
    return SearchDocument(
        url,
        path,
        title,
        tuple(aliases),
        kind,
        summary,
        parts,
        category,
        tuple(components),
        article,
        tuple(tags),
    )
