"""The schedule of series in the database: the next run of each, and the poller that has claimed it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from waypost.base.database.engine import Lock
from waypost.base.database.leases import Leases, release
from waypost.base.database.schema import schedule as table
from waypost.base.database.values import from_ms, span_ms, to_ms
from waypost.formats.observations import Claim, Plan, Series
from waypost.monitor.store.series import SeriesRows

# Later than any plan sets it.
LEASES = Leases(table, table.c.due_at, lambda column, now: column > now + table.c.every + table.c.lease)
"""Which poller holds which line."""


class CheckSchedule(SeriesRows):
    """The schedule rows of one database."""

    def plan(self, plans: Sequence[Plan], now: datetime, regions: Collection[str]) -> None:
        """Bring the schedule of some regions to what is configured.

        A new series is due at the next of its regular times, which are those at its phase within its interval,
        counted from 1970; so is one whose interval has changed. A series that is no longer planned leaves the
        schedule, and stays in history.
        """
        wanted = {plan.series: plan for plan in plans if plan.series.region in regions}
        numbers = self._series.numbers(wanted)
        moment = to_ms(now)
        with self._database.write() as connection:
            self._database.lock(connection, Lock.PLAN)
            mine = table.c.region.in_(regions)
            found = {row.line: row for row in connection.execute(sa.select(table).where(mine))}
            gone = found.keys() - set(numbers.values())
            if gone:
                connection.execute(
                    table.delete().where(table.c.line == sa.bindparam("b_line")),
                    [{"b_line": number} for number in sorted(gone)],
                )
            rows = [
                row
                for series, plan in wanted.items()
                if (row := _planned(numbers[series], plan, moment, found.get(numbers[series])))
            ]
            if rows:
                upsert = self._database.upsert(table, "every", "lease", "due_at")
                connection.execute(upsert, sorted(rows, key=lambda row: row["line"]))

    def claim(self, now: datetime, owner: str, regions: Collection[str], limit: int) -> list[Claim]:
        """Take up to `limit` series that are due and that nobody holds, the longest due first.

        A series is held until its outcome is recorded, it is released, or its lease ends. One that is due
        later than any plan says, because the clock was ahead, is taken too.
        """
        moment = to_ms(now)
        columns = table.c
        found = (
            sa.select(columns.line, columns.due_at, columns.epoch)
            .where(columns.region.in_(regions), LEASES.is_due(moment), LEASES.is_free(moment))
            .order_by(columns.due_at, columns.line)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        with self._database.write() as connection:
            taken = connection.execute(found).all()
            if not taken:
                return []
            numbers = [row.line for row in taken]
            LEASES.take(connection, numbers, owner, moment + columns.lease)
            by_number = self._series.named(connection, numbers)
        return [Claim(by_number[row.line], from_ms(row.due_at), row.epoch + 1) for row in taken]

    def make_due(self, wanted: Collection[Series], now: datetime) -> None:
        """Make these series due now, where they are due later; a claim stays with its holder."""
        if not wanted:
            return
        numbers = self._series.numbers(wanted)
        moment = to_ms(now)
        with self._database.write() as connection:
            connection.execute(
                table.update()
                .where(table.c.line == sa.bindparam("b_line"), table.c.due_at > moment)
                .values(due_at=moment),
                [{"b_line": number} for number in sorted(numbers.values())],
            )

    def next_due(self, now: datetime, regions: Collection[str]) -> datetime | None:
        """Return when there is something to claim at the earliest; None where nothing is planned."""
        moment = to_ms(now)
        free_at = sa.case(
            (
                LEASES.is_free(moment),
                sa.case((LEASES.is_ahead(table.c.due_at, moment), moment), else_=table.c.due_at),
            ),
            (table.c.leased_until > table.c.due_at, table.c.leased_until),
            else_=table.c.due_at,
        )
        with self._database.read() as connection:
            found = connection.scalar(sa.select(sa.func.min(free_at)).where(table.c.region.in_(regions)))
        return None if found is None else from_ms(int(found))

    def release(self, owner: str) -> None:
        """Give back all that an owner holds; what it still records is refused."""
        with self._database.write() as connection:
            release(connection, table, owner)


def _planned(number: int, plan: Plan, now: int, found: Any) -> dict[str, Any] | None:
    """Return the row of a series as it should be, or None where it is so already."""
    every, lease = span_ms(plan.every), span_ms(plan.lease)
    if found is not None and (found.every, found.lease) == (every, lease):
        return None
    if found is not None and found.every == every:
        due = found.due_at
    else:
        # The regular times follow from the phase alone, so that every poller and every restart agrees on them.
        due = now + (round(plan.phase * every) - now) % every
    # The epoch of a series that was removed and planned again is beyond all that it had before.
    return {
        "line": number,
        "region": plan.series.region,
        "every": every,
        "lease": lease,
        "due_at": due,
        "epoch": now,
    }
