"""One transaction of outcomes: what is known of their lines, what each outcome means, what is written.

An outcome counts only while its claim is the newest of its line and not yet completed. Nothing old is
read: all that judging needs stands in the line's own row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.database.engine import Database
from waypost.base.database.schema import (
    certificate,
    coverage,
    line_state,
    observation,
    schedule,
    state_change,
    uplink_gap,
)
from waypost.base.database.values import span_ms, to_ms
from waypost.formats.observations import Line, LineState, Outcome, Recorded
from waypost.formats.status import Observation, StateChange
from waypost.monitor.rules.schedule import in_doubt
from waypost.monitor.rules.states import advance
from waypost.monitor.store.codec import STATUS_NUMBERS, dump_state, load_state, storable

Rows = list[dict[str, Any]]


@dataclass
class _Known:
    """What is known of one line."""

    line: Line
    epoch: int | None = None
    """The newest claim; None while nobody holds the line, or where it is not in the schedule."""
    state: LineState = field(default_factory=LineState)
    covered_from: int | None = None
    covered_until: int | None = None


class Batch:
    """The outcomes of one transaction."""

    def __init__(self, database: Database, connection: Connection, numbers: Mapping[Line, int]) -> None:
        self._database = database
        self._connection = connection
        self._numbers = numbers
        self._known = {number: _Known(line) for line, number in numbers.items()}
        self._read()
        self._gaps = self._uplink_gaps()
        self._completed: Rows = []
        self._observations: Rows = []
        self._coverage: dict[tuple[int, int], dict[str, Any]] = {}
        self._judged: set[int] = set()
        self._changes: Rows = []
        self._certificates: dict[int, dict[str, Any]] = {}

    def _read(self) -> None:
        wanted = sorted(self._known)
        held = (
            sa.select(schedule.c.line, schedule.c.epoch)
            .where(schedule.c.line.in_(wanted), schedule.c.owner.is_not(None))
            .order_by(schedule.c.line)
            # The rows stay locked against other pollers until the batch is written.
            .with_for_update()
        )
        for row in self._connection.execute(held):
            self._known[row.line].epoch = row.epoch
        for row in self._connection.execute(sa.select(line_state).where(line_state.c.line.in_(wanted))):
            known = self._known[row.line]
            known.state = load_state(row.state, known.line)
            known.covered_from, known.covered_until = row.covered_from, row.covered_until

    def _uplink_gaps(self) -> list[Any]:
        """Read when our own connection was down since the first of the lines was last watched."""
        ends = [known.covered_until for known in self._known.values() if known.covered_until is not None]
        if not ends:
            return []
        is_later = sa.or_(uplink_gap.c.end.is_(None), uplink_gap.c.end > min(ends))
        return list(self._connection.execute(sa.select(uplink_gap).where(is_later)))

    def judge(self, outcome: Outcome) -> Recorded:
        """Find out what an outcome means, and note what is to be written for it."""
        line = outcome.claim.line
        number = self._numbers[line]
        known = self._known[number]
        if known.epoch is None or known.epoch != outcome.claim.epoch:
            return Recorded(line, known.state, refused=True)
        known.epoch = None
        recorded = self._judge(number, known, outcome)
        # What is in doubt is looked at again sooner; without an answer there is nothing to doubt.
        is_sooner = recorded.observation is not None and in_doubt(recorded.state)
        due = min(outcome.retry_due, outcome.next_due) if is_sooner else outcome.next_due
        self._completed.append({"b_line": number, "b_due": to_ms(due)})
        return recorded

    def _judge(self, number: int, known: _Known, outcome: Outcome) -> Recorded:
        line = known.line
        if outcome.observation is None:
            return Recorded(line, known.state)
        seen = storable(outcome.observation, line)
        if not self._cover(number, known, seen, outcome.gap):
            return Recorded(line, known.state)
        self._observations.append(_observation_row(number, seen))
        known.state, change = advance(known.state, seen, outcome.rules)
        self._judged.add(number)
        if change is not None:
            self._changes.append(change_row(number, change))
        if outcome.certificate is not None:
            self._certificates[number] = {
                "line": number,
                "expires": to_ms(outcome.certificate),
                "seen_at": to_ms(seen.at),
                "warn_days": outcome.warn_days,
            }
        return Recorded(line, known.state, seen, change)

    def _cover(self, number: int, known: _Known, seen: Observation, gap: timedelta) -> bool:
        """Extend the latest stretch of coverage or begin one; return whether the observation is news."""
        at = to_ms(seen.at)
        end = at + span_ms(seen.latency) + 1
        last = known.covered_until
        if last is not None and at < last:
            return False
        is_new = last is None or at - last > span_ms(gap) or self._was_cut_off(seen.region, last, at)
        if is_new or known.covered_from is None:
            known.covered_from = at
        known.covered_until = end
        self._coverage[number, known.covered_from] = {
            "line": number,
            "start": known.covered_from,
            "end": end,
        }
        return True

    def _was_cut_off(self, region: str, last: int, at: int) -> bool:
        """Tell whether our own connection was down between the end of the coverage and an observation."""
        return any(
            gap.region == region and gap.start < at and (gap.end is None or gap.end > last)
            for gap in self._gaps
        )

    def write(self) -> None:
        """Write what was noted."""
        upsert = self._database.upsert
        done = (
            schedule.update()
            .where(schedule.c.line == sa.bindparam("b_line"))
            .values(due_at=sa.bindparam("b_due"), owner=None, leased_until=None)
        )
        states = [_state_row(number, self._known[number]) for number in sorted(self._judged)]
        statements = (
            (done, self._completed),
            (observation.insert(), sorted(self._observations, key=lambda row: (row["at"], row["line"]))),
            (upsert(coverage, "end"), [*self._coverage.values()]),
            (upsert(line_state, "state", "covered_from", "covered_until"), states),
            (state_change.insert(), self._changes),
            (upsert(certificate, "expires", "seen_at", "warn_days"), [*self._certificates.values()]),
        )
        for statement, rows in statements:
            if rows:
                self._connection.execute(statement, rows)


def change_row(number: int, change: StateChange) -> dict[str, Any]:
    """Return the row of a state change."""
    return {
        "line": number,
        "confirmed_at": to_ms(change.confirmed_at),
        "at": to_ms(change.at),
        "status": STATUS_NUMBERS[change.status],
        "reason": change.reason,
    }


def _observation_row(number: int, seen: Observation) -> dict[str, Any]:
    return {
        "at": to_ms(seen.at),
        "line": number,
        "latency": span_ms(seen.latency),
        "status": STATUS_NUMBERS[seen.status],
        "reason": seen.reason or None,
    }


def _state_row(number: int, known: _Known) -> dict[str, Any]:
    return {
        "line": number,
        "state": dump_state(known.state),
        "covered_from": known.covered_from,
        "covered_until": known.covered_until,
    }
