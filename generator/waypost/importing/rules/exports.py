"""The articles of a help desk, as its API gives them, before they become a collection of Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from waypost.importing.rules.histories import Json, rows_of


@dataclass(frozen=True)
class ExportedGroup:
    """A category, collection, section or folder."""

    id: str
    title: str
    summary: str = ""
    parent: str = ""
    """The id of the group that it is in."""
    position: int | None = None
    address: str = ""


@dataclass(frozen=True)
class ExportedArticle:
    """One article in one language."""

    origin: str
    """The document that it was read from."""
    id: str
    title: str
    html: str
    summary: str = ""
    group: str = ""
    position: int | None = None
    addresses: tuple[str, ...] = ()
    language: str = ""
    is_draft: bool = False
    is_pinned: bool = False
    others: Mapping[str, Any] = field(default_factory=dict)
    """What has no counterpart, and is kept aside."""


@dataclass(frozen=True)
class Export:
    """All that an API told."""

    groups: tuple[ExportedGroup, ...] = ()
    articles: tuple[ExportedArticle, ...] = ()


Documents = Sequence[tuple[str, Json]]
"""Saved answers of an API, by their names."""


@dataclass(frozen=True)
class HelpDesk:
    """A help desk whose articles `waypost import NAME` brings in."""

    name: str
    help: str
    """The help of the command: what it reads, and an example."""
    read: Callable[[Documents], Export]


def rows_in(documents: Documents, key: str, one: str) -> Iterator[tuple[str, Json]]:
    """Yield the rows of lists, whole or by pages of `items`, and those that stand alone, with their documents."""
    for name, document in documents:
        page, alone = document.get(key), document.get(one)
        rows = rows_of(page, "items") if isinstance(page, dict) else rows_of(document, key)
        for row in [*rows, *([alone] if isinstance(alone, dict) else [])]:
            yield name, row


def number_of(row: Json, key: str) -> int | None:
    """Return a whole number; None for anything else."""
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def kept(row: Json, *keys: str) -> dict[str, Any]:
    """Return the values of some keys that are there."""
    return {key: row[key] for key in keys if row.get(key) not in (None, "", [])}
