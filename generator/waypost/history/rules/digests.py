"""The chain of daily digests: a changed, added or removed row of a day that is over shows.

digest(day) is the SHA-256, in hexadecimal, of the digest of the day before, the day, and the sorted
lines of its rows (see waypost.reading.rules.history_text), each after the name of its kind, one a line. The day
before the first has the empty text for its digest. Every digest thereby stands for all days up to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from waypost.formats.status_site import History
from waypost.reading.rules.history_text import Digest, Kind, lines_by_day

SEAL_AFTER = timedelta(hours=1)
"""How long a day must be over at least before it is sealed: what was found on it has arrived by then."""


@dataclass(frozen=True)
class BrokenLink:
    """A day whose rows do not give the digest that was kept."""

    day: date
    kept: str
    """Empty where none was kept for the day."""
    computed: str


def digest(previous: str, day: date, lines: Mapping[Kind, Sequence[str]]) -> str:
    """Return the digest of one day from the one before it and the day's lines, in any order."""
    rows = sorted(f"{kind.name}\t{line}" for kind, found in lines.items() for line in found)
    return hashlib.sha256("\n".join([previous, day.isoformat(), *rows]).encode()).hexdigest()


def chain(history: History, first: date, last: date, previous: str = "") -> list[Digest]:
    """Return the digest of every day from `first` to `last`; `previous` is that of the day before `first`."""
    lines = lines_by_day(history, first, last)
    found: list[Digest] = []
    for day in days(first, last):
        previous = digest(previous, day, lines.get(day, {}))
        found.append((day, previous))
    return found


def broken_links(history: History, kept: Sequence[Digest]) -> tuple[BrokenLink, ...]:
    """Name the days of a chain, from its first to its last, whose digest is missing or is not that of the rows.

    After a broken day the kept digest is gone on from, so that only the days are named that were touched.
    """
    known = dict(kept)
    if not known:
        return ()
    first, last = min(known), max(known)
    lines = lines_by_day(history, first, last)
    found: list[BrokenLink] = []
    previous = ""
    for day in days(first, last):
        computed = digest(previous, day, lines.get(day, {}))
        if known.get(day) != computed:
            found.append(BrokenLink(day, known.get(day, ""), computed))
        previous = known.get(day, computed)
    return tuple(found)


def days(first: date, last: date) -> Iterator[date]:
    """Yield every day from `first` to `last`."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def last_settled_day(now: datetime, patience: timedelta = SEAL_AFTER) -> date:
    """Return the last day (UTC) that has been over for so long that nothing of it changes any more."""
    return (now.astimezone(UTC) - max(patience, SEAL_AFTER)).date() - timedelta(days=1)
