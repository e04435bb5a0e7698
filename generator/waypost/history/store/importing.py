"""Add rows that come from elsewhere, such as history kept as text; what is there already is kept as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.schema import coverage, line_state, state_change, uplink_gap
from waypost.base.database.values import clean_text, from_ms, to_ms
from waypost.base.intervals import joined, without
from waypost.formats.observations import Line, LineState
from waypost.formats.status import Coverage, StateChange
from waypost.formats.status_site import History
from waypost.monitor.rules.states import REMEMBERED
from waypost.monitor.store.batch import change_row
from waypost.monitor.store.codec import STATUSES, dump_state
from waypost.monitor.store.lines import Rows
from waypost.reading.rules.history import line_of

Stretch = tuple[int, int]


class Importer(Rows):
    """Adds rows to one database."""

    def import_rows(self, history: History) -> None:
        """Add what is not there in one transaction; what is there is kept as it is.

        Time that is watched, or without a connection, in both is kept once. A gap that has not ended is left
        out, since nobody here would end it. Certificates are left out: the next answer tells of them.
        """
        rows: tuple[StateChange | Coverage, ...] = (*history.changes, *history.coverage)
        numbers = self._lines.numbers(line_of(row) for row in rows)
        changes = [
            {**change_row(numbers[line_of(change)], change), "reason": clean_text(change.reason)}
            for change in history.changes
        ]
        watched = _grouped((numbers[line_of(row)], row.start, row.end) for row in history.coverage)
        gaps = _grouped((gap.region, gap.start, gap.end) for gap in history.uplink if gap.end is not None)
        with self._database.write() as connection:
            if changes:
                connection.execute(self._database.upsert(state_change), changes)
            self._add_spans(connection, coverage, "line", watched)
            self._add_spans(connection, uplink_gap, "region", gaps)
            self._begin_states(connection, {number: line for line, number in numbers.items()})

    def _add_spans(
        self, connection: Connection, table: sa.Table, key: str, given: Mapping[Any, Sequence[Stretch]]
    ) -> None:
        """Add what nobody knew yet of the spans of each line or region."""
        there: dict[Any, list[Stretch]] = defaultdict(list)
        for row in connection.execute(sa.select(table)):
            there[getattr(row, key)].append((row.start, 2**62 if row.end is None else row.end))
        rows = [
            {key: name, "start": start, "end": end}
            for name, found in given.items()
            for start, end in without(_apart(found), joined(there[name]))
        ]
        if rows:
            connection.execute(self._database.upsert(table), rows)

    def _begin_states(self, connection: Connection, lines: Mapping[int, Line]) -> None:
        """Give lines that were never polled here the state that their history ends with."""
        known = set(connection.scalars(sa.select(line_state.c.line)))
        wanted = sorted(lines.keys() - known)
        if not wanted:
            return
        changes: dict[int, list[Any]] = defaultdict(list)
        for row in connection.execute(sa.select(state_change).order_by(state_change.c.confirmed_at)):
            changes[row.line].append(row)
        covered: dict[int, Any] = {}
        for row in connection.execute(sa.select(coverage).order_by(coverage.c.start)):
            covered[row.line] = row
        rows = [_state_row(number, changes[number], covered.get(number)) for number in wanted]
        connection.execute(self._database.upsert(line_state), rows)


def _grouped(spans: Iterable[tuple[Any, datetime, datetime]]) -> Mapping[Any, list[Stretch]]:
    """Return the spans of each line or region in milliseconds."""
    found: dict[Any, list[Stretch]] = defaultdict(list)
    for name, start, end in spans:
        found[name].append((to_ms(start), to_ms(end)))
    return found


def _apart(stretches: Iterable[Stretch]) -> Iterator[Stretch]:
    """Give stretches in order, of each what none before it has: unlike `joined`, those that touch stay rows."""
    reached: int | None = None
    for start, end in sorted(stretches):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            yield begin, end
            reached = end


def _state_row(number: int, changes: Sequence[Any], covered: Any) -> dict[str, Any]:
    state = LineState(
        STATUSES[changes[-1].status] if changes else None,
        # The first state ever is no change that could make a line look unsteady.
        changed=tuple(from_ms(row.confirmed_at) for row in changes[1:])[-REMEMBERED:],
    )
    return {
        "line": number,
        "state": dump_state(state),
        "covered_from": covered.start if covered else None,
        "covered_until": covered.end if covered else None,
    }
