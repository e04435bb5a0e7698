"""The forms of moments, lengths of time and texts in the database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LONGEST_REASON = 1000
"""Characters of a reason that are kept."""

LARGEST = 2**31 - 1
"""The largest number that a column of four bytes holds."""


def to_ms(moment: datetime) -> int:
    """Return a moment as milliseconds since 1970; it must know its zone."""
    if moment.tzinfo is None:
        raise ValueError("A time without a zone cannot be stored.")
    return round(moment.timestamp() * 1000)


def from_ms(milliseconds: int) -> datetime:
    """Return the moment of some milliseconds since 1970, in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def optional_moment(milliseconds: int | None) -> datetime | None:
    """Return the moment of some milliseconds, if there are any."""
    return None if milliseconds is None else from_ms(milliseconds)


def span_ms(span: timedelta) -> int:
    """Return a length of time in milliseconds."""
    return round(span.total_seconds() * 1000)


def clean_text(text: str, limit: int = LONGEST_REASON) -> str:
    """Return a text that every database can hold: no null characters, no halves of characters, not endless."""
    return text[:limit].replace("\x00", "").encode("utf-8", "replace").decode()
