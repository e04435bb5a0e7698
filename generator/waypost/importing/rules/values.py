"""Read single values of another status page's documents, of which nothing is sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from waypost.importing.rules.histories import Notes
from waypost.importing.rules.status_texts import line_of

Json = Mapping[str, Any]


def text_of(row: Json, key: str) -> str:
    """Return a text; empty where there is none, or something else."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def rows_of(document: Json, key: str) -> list[Json]:
    """Return the mappings of a list, without what else is in it."""
    rows = document.get(key)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def zone_of(name: str, origin: str, notes: Notes) -> ZoneInfo:
    """Return the time zone of this name; UTC where it has none, and with a note where it is not known."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        notes.add(origin, f"The time zone '{line_of(name)[:60]}' is not known. UTC was taken.")
        return ZoneInfo("UTC")
