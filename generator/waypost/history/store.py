"""The store of history as a whole: read, added to from history kept as text, and sealed day by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import StoreError
from waypost.base.database.schema import coverage, series_state, state_change, uplink_gap
from waypost.base.database.schema import digest as table
from waypost.base.database.set_aside import kept_rows
from waypost.base.database.values import clean_text, to_ms
from waypost.base.intervals import Interval, grouped, joined, without
from waypost.formats.observations import Series
from waypost.formats.status import Coverage, StateChange
from waypost.formats.status_site import History
from waypost.monitor.store.reading import HistoryReader
from waypost.monitor.store.recording import change_row
from waypost.monitor.store.state_from_rows import state_from_changes
from waypost.monitor.store.wrong_clock import HISTORY_TABLES
from waypost.reading.rules.history import series_of


class HistoryStore(HistoryReader):
    """The rows of history and the chain of daily digests. Every method raises StoreError, as `MonitorStore` does."""

    def digests(self) -> list[tuple[date, str]]:
        """Return the digest of each sealed day, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(sa.select(table).order_by(table.c.day))
            return [(date.fromisoformat(row.day), row.digest) for row in rows]

    def add_digest(self, day: date, digest: str) -> None:
        """Seal a day; raise StoreError where it was sealed with another digest: a sealed day never changes."""
        mine = table.c.day == day.isoformat()
        with self._database.write() as connection:
            connection.execute(self._database.upsert(table).values(day=day.isoformat(), digest=digest))
            kept = connection.scalar(sa.select(table.c.digest).where(mine))
        if kept != digest:
            raise StoreError(
                f"The history of {day} was sealed with another digest. Run `waypost history verify`."
            )

    def set_aside(self) -> int:
        """Return how many rows of history are set aside."""
        with self._database.read() as connection:
            kept = kept_rows(connection)
        return sum(kept[name] for name in HISTORY_TABLES)

    def import_rows(self, history: History) -> None:
        """Add what is not there in one transaction; what is there is kept as it is.

        Time that is watched, or without a connection, in both is kept once. A gap that has not ended is left
        out, since nobody here would end it. Certificates are left out: the next answer tells of them.
        """
        rows: tuple[StateChange | Coverage, ...] = (*history.changes, *history.coverage)
        numbers = self._series.numbers(series_of(row) for row in rows)
        changes = [
            {**change_row(numbers[series_of(change)], change), "reason": clean_text(change.reason)}
            for change in history.changes
        ]
        watched = grouped(
            (numbers[series_of(row)], to_ms(row.start), to_ms(row.end)) for row in history.coverage
        )
        gaps = grouped((gap.region, to_ms(gap.start), to_ms(gap.end)) for gap in history.uplink if gap.end)
        with self._database.write() as connection:
            if changes:
                connection.execute(self._database.upsert(state_change), changes)
            self._add_intervals(connection, coverage, "line", watched)
            self._add_intervals(connection, uplink_gap, "region", gaps)
            self._begin_states(connection, {number: series for series, number in numbers.items()})

    def _add_intervals(
        self, connection: Connection, table: sa.Table, key: str, given: Mapping[Any, Sequence[Interval[int]]]
    ) -> None:
        """Add what nobody knew yet of the intervals of each series or region."""
        stored = connection.execute(sa.select(table))
        there = grouped(
            (getattr(row, key), row.start, 2**62 if row.end is None else row.end) for row in stored
        )
        rows = [
            {key: name, "start": start, "end": end}
            for name, found in given.items()
            for start, end in without(_apart(found), joined(there[name]))
        ]
        if rows:
            connection.execute(self._database.upsert(table), rows)

    def _begin_states(self, connection: Connection, by_number: Mapping[int, Series]) -> None:
        """Give series that were never polled here the state that their history ends with."""
        known = set(connection.scalars(sa.select(series_state.c.line)))
        wanted = sorted(by_number.keys() - known)
        if not wanted:
            return
        changes: dict[int, list[Any]] = defaultdict(list)
        for row in connection.execute(sa.select(state_change).order_by(state_change.c.confirmed_at)):
            changes[row.line].append(row)
        covered: dict[int, Any] = {}
        for row in connection.execute(sa.select(coverage).order_by(coverage.c.start)):
            covered[row.line] = row
        rows = [state_from_changes(changes[number], covered.get(number)).row(number) for number in wanted]
        connection.execute(self._database.upsert(series_state), rows)


def _apart(intervals: Iterable[Interval[int]]) -> Iterator[Interval[int]]:
    """Give intervals in order, of each what none before it has: unlike `joined`, those that touch stay rows."""
    reached: int | None = None
    for start, end in sorted(intervals):
        begin = start if reached is None else max(start, reached)
        if end > begin:
            yield begin, end
            reached = end
