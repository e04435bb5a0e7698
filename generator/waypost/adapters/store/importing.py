"""Add rows that come from elsewhere, such as history kept as text; what is there already is kept as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.adapters.store.batch import change_row
from waypost.adapters.store.codec import STATUSES, dump_state
from waypost.adapters.store.lines import Rows
from waypost.adapters.store.rollups import rollup_row
from waypost.adapters.store.schema import coverage, daily, line_state, state_change, uplink_gap
from waypost.adapters.store.values import clean_text, from_ms, to_ms
from waypost.core.history import line_of
from waypost.core.states import REMEMBERED
from waypost.core.stretches import joined, without
from waypost.model.polling import Line, LineState
from waypost.model.project import History
from waypost.model.rollups import Rollup
from waypost.model.status import Coverage, StateChange

Stretch = tuple[int, int]


class Importer(Rows):
    """Adds rows to one database."""

    def import_rows(self, history: History, rollups: Sequence[Rollup] = ()) -> int:
        """Add what is not there in one transaction; return how many rows that were. What is there is kept.

        Time that is watched, or without a connection, in both is kept once. A gap that has not ended is left
        out, since nobody here would end it. Certificates are left out: the next answer tells of them.
        """
        rows: tuple[StateChange | Coverage, ...] = (*history.changes, *history.coverage)
        lines = self._lines.numbers([*(line_of(row) for row in rows), *(item.line for item in rollups)])
        with self._database.write() as connection:
            polled = {lines[line_of(row)]: line_of(row) for row in rows}
            added = self._add(
                connection,
                state_change,
                ("line", "confirmed_at"),
                [
                    {**change_row(lines[line_of(change)], change), "reason": clean_text(change.reason)}
                    for change in history.changes
                ],
            )
            added += self._add_coverage(connection, history.coverage, lines)
            added += self._add_gaps(connection, history)
            days = [rollup_row(lines[item.line], item) for item in rollups]
            added += self._add(connection, daily, ("at", "line"), days)
            self._begin_states(connection, polled)
        return added

    def _add(
        self, connection: Connection, table: sa.Table, keys: tuple[str, str], rows: Sequence[dict[str, Any]]
    ) -> int:
        first, second = (table.c[key] for key in keys)
        there = {(row[0], row[1]) for row in connection.execute(sa.select(first, second))}
        new = {(row[keys[0]], row[keys[1]]): row for row in rows}
        missing = [new[key] for key in sorted(new.keys() - there)]
        if missing:
            connection.execute(self._database.upsert(table), missing)
        return len(missing)

    def _add_coverage(
        self, connection: Connection, stretches: Iterable[Coverage], lines: Mapping[Line, int]
    ) -> int:
        there: dict[int, list[Stretch]] = defaultdict(list)
        for row in connection.execute(sa.select(coverage)):
            there[row.line].append((row.start, row.end))
        given: dict[int, list[Stretch]] = defaultdict(list)
        for stretch in stretches:
            given[lines[line_of(stretch)]].append((to_ms(stretch.start), to_ms(stretch.end)))
        rows = [
            {"line": number, "start": start, "end": end}
            for number, found in given.items()
            for start, end in without(_apart(found), joined(there[number]))
        ]
        if rows:
            connection.execute(self._database.upsert(coverage), rows)
        return len(rows)

    def _add_gaps(self, connection: Connection, history: History) -> int:
        there: dict[str, list[Stretch]] = defaultdict(list)
        for row in connection.execute(sa.select(uplink_gap)):
            there[row.region].append((row.start, 2**62 if row.end is None else row.end))
        given: dict[str, list[Stretch]] = defaultdict(list)
        for gap in history.uplink:
            if gap.end is not None:
                given[gap.region].append((to_ms(gap.start), to_ms(gap.end)))
        rows = [
            {"region": region, "start": start, "end": end}
            for region, found in given.items()
            for start, end in without(_apart(found), joined(there[region]))
        ]
        if rows:
            connection.execute(self._database.upsert(uplink_gap), rows)
        return len(rows)

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
