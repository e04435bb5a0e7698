"""Rows of history as sets: put together without doubles, and cut to a stretch of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TypeVar

from waypost.base.intervals import joined, without
from waypost.formats.observations import Line
from waypost.formats.status import Certificate, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History

Key = TypeVar("Key", bound=Hashable)
Stretch = tuple[datetime, datetime]

_NEVER = datetime.max.replace(tzinfo=UTC)
"""The end of what has not ended."""


def line_of(row: StateChange | Coverage) -> Line:
    """Return the line that a row speaks of."""
    return Line(row.component, row.check, row.region)


def merged(*histories: History) -> History:
    """Put histories together: each change once, watched time and gaps of the connection as their union.

    The order of the rows in a history does not matter. Two changes of a line that were confirmed at the
    same moment are one: the later history wins, so name last what knows most.
    """
    return History(
        changes=_changes(histories),
        coverage=_coverage(histories),
        uplink=_uplink(histories),
        certificates=_certificates(histories),
    )


def _changes(histories: Iterable[History]) -> tuple[StateChange, ...]:
    found: dict[tuple[Line, datetime], StateChange] = {}
    for history in histories:
        # Within one history the same row wins whatever their order.
        for change in sorted(history.changes, key=_rank):
            found[line_of(change), change.confirmed_at] = change
    return tuple(sorted(found.values(), key=_rank))


def _rank(change: StateChange) -> tuple[datetime, Line, datetime, str, str]:
    return change.confirmed_at, line_of(change), change.at, change.status.value, change.reason


def _coverage(histories: Iterable[History]) -> tuple[Coverage, ...]:
    rows = (row for history in histories for row in history.coverage)
    stretches = _grouped((line_of(row), (row.start, row.end)) for row in rows)
    return _coverage_rows({line: joined(found) for line, found in stretches.items()})


def _coverage_rows(stretches: Mapping[Line, Iterable[Stretch]]) -> tuple[Coverage, ...]:
    rows = [
        Coverage(line.component, line.check, start, end, line.region)
        for line, found in stretches.items()
        for start, end in found
    ]
    return tuple(sorted(rows, key=lambda row: (row.start, line_of(row))))


def _uplink(histories: Iterable[History]) -> tuple[UplinkGap, ...]:
    rows = (gap for history in histories for gap in history.uplink)
    gaps = _grouped((gap.region, (gap.start, gap.end or _NEVER)) for gap in rows)
    return _uplink_rows({region: joined(found) for region, found in gaps.items()})


def _uplink_rows(gaps: Mapping[str, Iterable[Stretch]]) -> tuple[UplinkGap, ...]:
    rows = [
        UplinkGap(start, None if end == _NEVER else end, region)
        for region, found in gaps.items()
        for start, end in found
    ]
    return tuple(sorted(rows, key=lambda row: (row.start, row.region)))


def _grouped(entries: Iterable[tuple[Key, Stretch]]) -> defaultdict[Key, list[Stretch]]:
    found: defaultdict[Key, list[Stretch]] = defaultdict(list)
    for key, stretch in entries:
        found[key].append(stretch)
    return found


def _certificates(histories: Iterable[History]) -> tuple[Certificate, ...]:
    found: dict[tuple[str, str], Certificate] = {}
    rows = [row for history in histories for row in history.certificates]
    for row in sorted(rows, key=lambda row: (row.seen_at, row.expires)):
        found[row.component, row.check] = row
    return tuple(row for _, row in sorted(found.items()))


def missing(history: History, known: History) -> History:
    """Return what a history has beyond another: changes that are not known, and the time that nobody knew of.

    Put together with `known` it gives the same as the whole history. Certificates are left out.
    """
    seen = {(line_of(change), change.confirmed_at) for change in known.changes}
    watched = _grouped((line_of(row), (row.start, row.end)) for row in known.coverage)
    gaps = _grouped((gap.region, (gap.start, gap.end or _NEVER)) for gap in known.uplink)
    whole = merged(history)
    new = _grouped((line_of(row), (row.start, row.end)) for row in whole.coverage)
    blind = _grouped((gap.region, (gap.start, gap.end or _NEVER)) for gap in whole.uplink)
    return History(
        changes=tuple(item for item in whole.changes if (line_of(item), item.confirmed_at) not in seen),
        coverage=_coverage_rows({line: without(found, joined(watched[line])) for line, found in new.items()}),
        uplink=_uplink_rows(
            {region: without(found, joined(gaps[region])) for region, found in blind.items()}
        ),
    )


def clipped(history: History, start: datetime, end: datetime) -> History:
    """Return what belongs to [start, end): changes confirmed in it, and the part of each stretch that lies in it.

    A gap of the connection that lasts is cut at the end. Certificates belong to no time and are left out.
    """
    stretches = (
        replace(row, start=max(row.start, start), end=min(row.end, end))
        for row in history.coverage
        if row.start < end and row.end > start
    )
    gaps = (
        replace(gap, start=max(gap.start, start), end=min(gap.end or end, end))
        for gap in history.uplink
        if gap.start < end and (gap.end is None or gap.end > start)
    )
    return History(
        changes=tuple(change for change in history.changes if start <= change.confirmed_at < end),
        coverage=tuple(stretches),
        uplink=tuple(gaps),
    )


def first_day(history: History) -> date | None:
    """Return the first day (UTC) that any row belongs to, or None where there is no row."""
    moments = [
        *(change.confirmed_at for change in history.changes),
        *(row.start for row in history.coverage),
        *(gap.start for gap in history.uplink),
    ]
    return min(moments).astimezone(UTC).date() if moments else None
