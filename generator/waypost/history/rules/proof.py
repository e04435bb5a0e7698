"""The proof of history: the chain of daily digests, and published percentages against those of the rows.

The chain shows each row of a past day that was changed, added or removed:

digest(day) is the SHA-256, in hexadecimal, of the digest of the day before, the day, and the sorted
lines of its rows (see waypost.reading.rules.history_text), each after the name of its kind, one a line. The day
before the first has the empty text for its digest. Every digest thereby stands for all days up to it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from waypost.formats.status_site import History
from waypost.reading.rules.history_text import Digest, RowKind, lines_by_day

SEAL_AFTER = timedelta(hours=1)
"""How long a day must be over at least before it is sealed: all observations of it have arrived by then."""


@dataclass(frozen=True)
class BrokenLink:
    """A day whose rows do not give the digest that was kept."""

    day: date
    kept: str
    """Empty where none was kept for the day."""
    computed: str


def digest(previous: str, day: date, lines: Mapping[RowKind, Sequence[str]]) -> str:
    """Return the digest of one day from the one before it and the day's lines, in any order."""
    rows = sorted(f"{kind.name}\t{line}" for kind, found in lines.items() for line in found)
    return hashlib.sha256("\n".join([previous, day.isoformat(), *rows]).encode()).hexdigest()


def chain(history: History, first: date, last: date, previous: str = "") -> list[Digest]:
    """Return the digest of every day from `first` to `last`; `previous` is the digest of the day before `first`."""
    lines = lines_by_day(history, first, last)
    found: list[Digest] = []
    for day in days(first, last):
        previous = digest(previous, day, lines.get(day, {}))
        found.append((day, previous))
    return found


def broken_links(history: History, kept: Sequence[Digest]) -> tuple[BrokenLink, ...]:
    """Name the days of a chain, from its first to its last, whose digest is missing or does not fit the rows.

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


KEYS = frozenset({"uptime", "coverage", "budget"})
"""The keys in now.json below which there are numbers that follow from rows, at whatever depth."""


@dataclass(frozen=True)
class Difference:
    """A published value that is not the one that the rows give."""

    what: str
    """Where it stands in now.json, such as `components.downloads.uptime.90d`."""
    published: str
    computed: str


@dataclass(frozen=True)
class PercentageComparison:
    """The result of comparing the percentages of a publication with those of its rows."""

    compared: int
    differences: tuple[Difference, ...]
    unknown: tuple[str, ...]
    """Published values that nothing was computed for, because what they speak of is no longer there."""


def compare(published: Mapping[str, Any], computed: Mapping[str, Any]) -> PercentageComparison:
    """Compare every uptime and error budget in two documents of the form of now.json."""
    stated, known = dict(_figures(published)), dict(_figures(computed))
    both = [place for place in stated if place in known]
    return PercentageComparison(
        compared=len(both),
        differences=tuple(
            Difference(place, stated[place], known[place]) for place in both if stated[place] != known[place]
        ),
        unknown=tuple(place for place in stated if place not in known),
    )


def _figures(value: Any, place: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield what stands below one of the keys, each with its place."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _figures(item, (*place, str(key)))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _figures(item, (*place, str(number)))
    elif not KEYS.isdisjoint(place):
        yield ".".join(place), "no data" if value is None else str(value)
