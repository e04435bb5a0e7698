"""The rows of history as lines of text: the tables in status/history/, and what digests are made of.

A line is complete in itself and always written the same way, so that two copies of a row are one line
and the lines of a table sort as text. Days are those of UTC: what was written must not change when
somebody changes the time zone of the page.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from waypost.base.intervals import micros
from waypost.formats.field_types import read_moment
from waypost.formats.observations import Series
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.reading.rules.history import DailyFigures, merged

MAX_REASON = 300
"""Characters of a reason that a line holds."""

_FIRST = date(1970, 1, 1)
_DAY = 86_400_000

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,3})?")
# What would end the line, steer a terminal, or cannot be written as UTF-8.
_UNWRITABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


class RowKind(NamedTuple):
    """A kind of rows: the name of its tables, and their columns."""

    name: str
    columns: tuple[str, ...]
    optional: int = 0
    """How many of the last columns may be empty: editors that trim white space take their tabs away."""


CHANGES = RowKind("changes", ("confirmed_at", "at", "component", "check", "region", "status", "reason"), 1)
COVERAGE = RowKind("coverage", ("from", "until", "component", "check", "region"), 1)
UPLINK = RowKind("uplink", ("from", "until", "region"), 1)
DAILY = RowKind("daily", ("day", "component", "check", "region", *MEASURED, "answers", "p50_ms", "p95_ms"), 2)
DIGESTS = RowKind("digests", ("day", "digest"))

FORMER = (
    RowKind("changes", ("at", "component", "check", "status", "confirmed_at", "reason"), 1),
    RowKind("coverage", ("component", "check", "from", "until")),
)
"""Tables of before there were regions, which are still read."""

Digest = tuple[date, str]
Row = StateChange | Coverage | UplinkGap | DailyFigures | Digest


class BadCell(ValueError):
    """A cell that cannot be read; `column` is its name, and the message ends a sentence."""

    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column


# Writing


def milliseconds(moment: datetime) -> int:
    """Return a moment in whole milliseconds since 1970, as the database keeps it."""
    return round(micros(moment) / 1000)


@lru_cache(4096)
def _day_text(day: int) -> str:
    return (_FIRST + timedelta(days=day)).isoformat()


def time_text(moment: int) -> str:
    """Write milliseconds since 1970 as 2026-11-20T10:02:00Z, with a fraction only where there is one."""
    day, rest = divmod(moment, _DAY)
    seconds, fraction = divmod(rest, 1000)
    clock = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{_day_text(day)}T{clock}.{fraction:03d}Z" if fraction else f"{_day_text(day)}T{clock}Z"


def plain_reason(reason: str) -> str:
    """Return a reason as a cell may hold it: one line, nothing invisible, capped."""
    return _UNWRITABLE.sub("\N{REPLACEMENT CHARACTER}", " ".join(reason.split()))[:MAX_REASON].strip()


def lines_by_day(history: History, first: date, last: date) -> Mapping[date, Mapping[RowKind, list[str]]]:
    """Return the lines of each day from `first` to `last` that has any, sorted.

    A change belongs to the day on which it was confirmed. Watched time and gaps of the connection are cut
    at midnight. How the rows were cut or ordered before, and whether some stood twice, does not matter.
    """
    whole = merged(history)
    low, high = ((day - _FIRST).days for day in (first, last))
    found: defaultdict[int, defaultdict[RowKind, list[str]]] = defaultdict(lambda: defaultdict(list))
    for change in whole.changes:
        confirmed = milliseconds(change.confirmed_at)
        if low <= confirmed // _DAY <= high:
            found[confirmed // _DAY][CHANGES].append(_change_line(change, confirmed))
    limits = low * _DAY, (high + 1) * _DAY
    for row in whole.coverage:
        tail = f"{row.component}\t{row.check}\t{row.region}"
        for day, span in _cut(row.start, row.end, limits):
            found[day][COVERAGE].append(f"{span}\t{tail}")
    for gap in whole.uplink:
        for day, span in _cut(gap.start, gap.end, limits):
            found[day][UPLINK].append(f"{span}\t{gap.region}")
    return {
        _FIRST + timedelta(days=day): {kind: sorted(lines) for kind, lines in found[day].items()}
        for day in sorted(found)
    }


def _change_line(change: StateChange, confirmed: int) -> str:
    times = f"{time_text(confirmed)}\t{time_text(milliseconds(change.at))}"
    who = f"{change.component}\t{change.check}\t{change.region}"
    return f"{times}\t{who}\t{change.status.value}\t{plain_reason(change.reason)}"


def _cut(start: datetime, end: datetime | None, limits: tuple[int, int]) -> Iterator[tuple[int, str]]:
    """Cut a stretch at midnights; yield each day with its piece as text."""
    low, high = limits
    left = max(milliseconds(start), low)
    stop = high if end is None else min(milliseconds(end), high)
    while left < stop:
        day = left // _DAY
        right = min(stop, (day + 1) * _DAY)
        yield day, f"{time_text(left)}\t{time_text(right)}"
        left = right


def daily_line(row: DailyFigures) -> str:
    """Write the figures of a series on one day."""
    seconds = "\t".join(_seconds_text(time) for time in row.times)
    latency = "\t".join("" if value is None else str(value) for value in (row.p50, row.p95))
    series = "\t".join(row.series)
    return f"{row.day}\t{series}\t{seconds}\t{row.answers}\t{latency}"


def _seconds_text(time: int) -> str:
    seconds, fraction = divmod(time, 1000)
    return f"{seconds}.{fraction:03d}".rstrip("0") if fraction else str(seconds)


def digest_line(row: Digest) -> str:
    """Write the digest of a day."""
    return f"{row[0]}\t{row[1]}"


def table_text(kind: RowKind, lines: Iterable[str]) -> str:
    """Return a whole table: its header, and each line once, sorted as text."""
    return "\n".join(["\t".join(kind.columns), *sorted(set(lines)), ""])


# Reading


def read_row(kind: RowKind, cells: Mapping[str, str]) -> Row:
    """Build the row from its cells by the names of their columns; raises BadCell."""
    return _READERS[kind.name](cells)


def _read_change(cells: Mapping[str, str]) -> StateChange:
    status = cells["status"]
    if status not in MEASURED:
        raise BadCell("status", f"'{status[:40]}' is not one of {', '.join(MEASURED)}")
    series = _series(cells)
    return StateChange(
        series.component,
        series.check,
        _time(cells, "at"),
        ComponentStatus(status),
        _time(cells, "confirmed_at"),
        plain_reason(cells["reason"]),
        series.region,
    )


def _read_coverage(cells: Mapping[str, str]) -> Coverage:
    start, end = _span(cells)
    series = _series(cells)
    return Coverage(series.component, series.check, start, end, series.region)


def _read_gap(cells: Mapping[str, str]) -> UplinkGap:
    return UplinkGap(*_span(cells), _region(cells["region"]))


def _read_daily(cells: Mapping[str, str]) -> DailyFigures:
    times = tuple([_number(cells[state], state) for state in MEASURED])
    if sum(times) > _DAY:
        raise BadCell(MEASURED[0], "the states last longer than a day")
    answers, p50, p95 = (cells[name] for name in ("answers", "p50_ms", "p95_ms"))
    return DailyFigures(
        _day(cells),
        _series(cells),
        times,
        _number(answers, "answers") // 1000,
        _number(p50, "p50_ms") // 1000 if p50 else None,
        _number(p95, "p95_ms") // 1000 if p95 else None,
    )


def _read_digest(cells: Mapping[str, str]) -> Digest:
    if not _DIGEST.fullmatch(cells["digest"]):
        raise BadCell("digest", "a digest has 64 characters, 0 to 9 and a to f")
    return _day(cells), cells["digest"]


_READERS: Mapping[str, Callable[[Mapping[str, str]], Row]] = {
    CHANGES.name: _read_change,
    COVERAGE.name: _read_coverage,
    UPLINK.name: _read_gap,
    DAILY.name: _read_daily,
    DIGESTS.name: _read_digest,
}


@lru_cache(65536)
def _moment(text: str) -> datetime | None:
    moment = read_moment(text)
    return moment.astimezone(UTC) if moment else None


def _time(cells: Mapping[str, str], column: str) -> datetime:
    moment = _moment(cells[column])
    if moment is None:
        example = "a time with an offset, such as 2026-08-20T00:00:00Z"
        raise BadCell(column, f"'{cells[column][:40]}' is not {example}")
    return moment


def _span(cells: Mapping[str, str]) -> tuple[datetime, datetime]:
    start, end = _time(cells, "from"), _time(cells, "until")
    if end <= start:
        raise BadCell("until", "it ends before it starts")
    return start, end


def _series(cells: Mapping[str, str]) -> Series:
    return _known_series(cells["component"], cells["check"], cells.get("region", ""))


# The same few ids, times and numbers stand in very many rows, and each is checked once.


@lru_cache(65536)
def _known_series(component: str, check: str, region: str) -> Series:
    return Series(_id(component, "component"), _id(check, "check"), _region(region))


@lru_cache(65536)
def _id(text: str, column: str) -> str:
    if _SLUG.fullmatch(text) and len(text) <= 64:
        return text
    raise BadCell(column, f"'{text[:40]}' is not an id of small letters, digits and hyphens")


def _region(text: str) -> str:
    return _id(text, "region") if text else ""


def _day(cells: Mapping[str, str]) -> date:
    moment = _moment(f"{cells['day']}T00:00:00Z")
    if moment is None:
        raise BadCell("day", f"'{cells['day'][:40]}' is not a day, such as 2026-08-20")
    return moment.date()


@lru_cache(65536)
def _number(text: str, column: str) -> int:
    """Read a number with at most three places behind its point, in thousandths."""
    if not _NUMBER.fullmatch(text):
        raise BadCell(column, f"'{text[:40]}' is not a number")
    whole, _, fraction = text.partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0"))
