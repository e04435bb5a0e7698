"""Keep the outcomes of claimed runs: a batch in one transaction, of each outcome all or nothing.

An outcome counts only while its claim is the newest of its series and not yet completed. No older row is
read: all that judging needs stands in the row of the series itself. Only where a clock was wrong, so that an answer
comes long before the one that was recorded last, the state is found again from the rows up to that answer.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from waypost.base.clock import AHEAD
from waypost.base.database.engine import Database, StoreError
from waypost.base.database.partitions import DAY, add_day, day_of
from waypost.base.database.reasons import ReasonKind
from waypost.base.database.schema import (
    certificate,
    coverage,
    digest,
    observation,
    schedule,
    series_state,
    state_change,
    uplink_gap,
)
from waypost.base.database.values import from_ms, span_ms, to_ms
from waypost.formats.observations import RecordedOutcome, Series, SeriesState
from waypost.formats.status import Observation, StateChange
from waypost.monitor.rules.schedule import CheckOutcome, in_doubt
from waypost.monitor.rules.states import advance
from waypost.monitor.store.codec import STATUS_NUMBERS, load_state, storable
from waypost.monitor.store.series import SeriesRows
from waypost.monitor.store.state_from_rows import StateFromRows, state_from_rows
from waypost.reading.rules.history import midnight

BATCH = 5000
"""Outcomes in one transaction; more are kept in several."""

log = logging.getLogger("waypost")


class Recorder(SeriesRows):
    """Writes the outcomes of checks into one database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._days: set[int] = set()
        self._days_of = database.generation

    def record(self, outcomes: Sequence[CheckOutcome]) -> list[RecordedOutcome]:
        """Keep the outcomes of claimed runs, of each all or nothing; return what became of each in their order.

        An outcome whose claim was lost is refused. An observation of a day that is sealed (by a clock that
        is, or was, wrong) is dropped, and its claim completed. An outcome that cannot be stored at all is
        refused with its `fault`; the others are kept.
        """
        done: list[RecordedOutcome] = []
        for begin in range(0, len(outcomes), BATCH):
            done += self._keep(outcomes[begin : begin + BATCH])
        return done

    def _keep(self, outcomes: Sequence[CheckOutcome], *, again: bool = True) -> list[RecordedOutcome]:
        try:
            return self._together(outcomes)
        except StoreError as error:
            is_unusable = isinstance(error.__cause__, sa.exc.OperationalError | sa.exc.InterfaceError)
            if is_unusable or error.kind is ReasonKind.VANISHED:
                raise
            fault: Exception = error
        except Exception as error:  # whatever is wrong with one outcome, the others must not be lost
            log.debug("Outcomes could not be stored together.", exc_info=True)
            fault = error
        if again:
            # A day that was made room for may have been forgotten since, by us or by another poller.
            self._days.clear()
            return self._keep(outcomes, again=False)
        if len(outcomes) > 1:
            return [item for outcome in outcomes for item in self._keep([outcome], again=False)]
        (broken,) = outcomes
        # The message of a fault may repeat what a server said; its kind does not.
        kind = type(fault.__cause__ or fault).__name__
        log.error("What %s found cannot be stored: %s.", "/".join(filter(None, broken.claim.series)), kind)
        return [RecordedOutcome(broken.claim.series, SeriesState(), refused=True, fault=kind)]

    def _together(self, outcomes: Sequence[CheckOutcome]) -> list[RecordedOutcome]:
        numbers = self._series.numbers(outcome.claim.series for outcome in outcomes)
        self._make_room(outcomes)
        with self._database.write() as connection:
            batch = Batch(self._database, connection, numbers)
            done = [batch.judge(outcome) for outcome in outcomes]
            batch.write()
        return done

    def _make_room(self, outcomes: Sequence[CheckOutcome]) -> None:
        """Add the days of the observations first: within the batch, two writers could wait for each other."""
        days = {day_of(to_ms(outcome.observation.at)) for outcome in outcomes if outcome.observation}
        if self._days_of != self.generation:
            self._days_of = self.generation
            self._days.clear()
        for day in sorted(days - self._days):
            with self._database.write() as connection:
                add_day(self._database, connection, day)
            self._days.add(day)


_RowValues = list[dict[str, Any]]


@dataclass
class _Known:
    """One series of a batch."""

    series: Series
    epoch: int | None = None
    """The newest claim; None while nobody holds the series, or where it is not in the schedule."""
    state: SeriesState = field(default_factory=SeriesState)
    covered_from: int | None = None
    covered_until: int | None = None

    def row(self, number: int) -> dict[str, Any]:
        return StateFromRows(self.state, self.covered_from, self.covered_until).row(number)


class Batch:
    """The outcomes of one transaction."""

    def __init__(self, database: Database, connection: Connection, numbers: Mapping[Series, int]) -> None:
        self._database = database
        self._connection = connection
        self._numbers = numbers
        self._known = {number: _Known(series) for series, number in numbers.items()}
        self._read()
        self._gaps = self._uplink_gaps()
        self._sealed_until = self._end_of_sealed_days()
        self._completed: _RowValues = []
        self._observations: _RowValues = []
        self._coverage: dict[tuple[int, int], dict[str, Any]] = {}
        self._judged: set[int] = set()
        self._changes: _RowValues = []
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
        for row in self._connection.execute(sa.select(series_state).where(series_state.c.line.in_(wanted))):
            known = self._known[row.line]
            known.state = load_state(row.state, known.series)
            known.covered_from, known.covered_until = row.covered_from, row.covered_until

    def _uplink_gaps(self) -> list[Any]:
        """Read when our own connection was down since the first of the series was last watched."""
        ends = [known.covered_until for known in self._known.values() if known.covered_until is not None]
        if not ends:
            return []
        is_later = sa.or_(uplink_gap.c.end.is_(None), uplink_gap.c.end > min(ends))
        return list(self._connection.execute(sa.select(uplink_gap).where(is_later)))

    def judge(self, outcome: CheckOutcome) -> RecordedOutcome:
        """Find out what an outcome means, and note what is to be written for it."""
        series = outcome.claim.series
        number = self._numbers[series]
        known = self._known[number]
        if known.epoch is None or known.epoch != outcome.claim.epoch:
            return RecordedOutcome(series, known.state, refused=True)
        known.epoch = None
        recorded = self._judge(number, known, outcome)
        # What is in doubt runs again sooner; without an answer there is nothing to doubt.
        is_sooner = recorded.observation is not None and in_doubt(recorded.state)
        due = min(outcome.retry_due, outcome.next_due) if is_sooner else outcome.next_due
        self._completed.append({"b_line": number, "b_due": to_ms(due)})
        return recorded

    def _judge(self, number: int, known: _Known, outcome: CheckOutcome) -> RecordedOutcome:
        series = known.series
        if outcome.observation is None:
            return RecordedOutcome(series, known.state, reason=outcome.reason)
        answer = self._in_order(number, known, storable(outcome.observation, series), outcome)
        if answer is None:
            return RecordedOutcome(series, known.state)
        self._cover(number, known, answer, outcome.job.gap)
        self._observations.append(
            {
                "at": to_ms(answer.at),
                "line": number,
                "latency": span_ms(answer.latency),
                "status": STATUS_NUMBERS[answer.status],
                "reason": answer.reason or None,
            }
        )
        known.state, change = advance(known.state, answer, outcome.job.rules)
        self._judged.add(number)
        if change is not None:
            if known.state.has_later_rows:
                self._keep_later_state(number, change)
            self._changes.append(change_row(number, change))
        if outcome.certificate is not None:
            self._certificates[number] = {
                "line": number,
                "expires": to_ms(outcome.certificate),
                "seen_at": to_ms(answer.at),
                "warn_days": outcome.job.check.warn_days,
            }
        return RecordedOutcome(series, known.state, answer, change)

    def _in_order(
        self, number: int, known: _Known, answer: Observation, outcome: CheckOutcome
    ) -> Observation | None:
        """Bring an answer and the state of its series into the order of time; None where it cannot be kept.

        The clocks of two machines differ a little: what is only a little early counts as the next. Otherwise the
        clock was set back since the last answer, and what was recorded later than this one is not known yet. As long
        as it may be the present clock that is wrong, an answer of a time that was watched already is dropped, and so
        is one of a time that was over: what could not be stored then is no data, and what is true now is not of then.
        """
        at, last = to_ms(answer.at), known.covered_until
        if at < self._sealed_until or outcome.is_clock_set_back:
            return None
        if not known.state.has_later_rows:
            if last is None or at >= last:
                return answer
            if last - at <= span_ms(AHEAD):
                return replace(answer, at=from_ms(last))
        if not outcome.is_clock_settled and self._was_watched(number, at):
            return None
        found = state_from_rows(self._connection, number, known.series, at, outcome.job.rules)
        known.state = found.state
        known.covered_from, known.covered_until = found.covered_from, found.covered_until
        return answer

    def _was_watched(self, number: int, at: int) -> bool:
        """Return whether a stretch that is recorded reaches over a moment."""
        table = coverage.c
        reaches = sa.and_(table.line == number, table.start <= at, table.end > at)
        return self._connection.scalar(sa.select(sa.func.count()).select_from(coverage).where(reaches)) != 0

    def _keep_later_state(self, number: int, change: StateChange) -> None:
        """Note the state that the next stretch began with: a change in the gap before it must not alter it."""
        stretch, row = coverage.c, state_change.c
        confirmed_at = to_ms(change.confirmed_at)
        is_later = sa.and_(stretch.line == number, stretch.start > confirmed_at)
        begin = self._connection.scalar(sa.select(sa.func.min(stretch.start)).where(is_later))
        if begin is None or self._was_watched(number, confirmed_at):
            return
        believed = sa.select(state_change).where(row.line == number, row.at <= begin)
        last = self._connection.execute(
            believed.order_by(row.at.desc(), row.confirmed_at.desc()).limit(1)
        ).first()
        if last is not None and last.at <= to_ms(change.at):
            self._changes.append({**last._asdict(), "confirmed_at": begin, "at": begin})

    def _end_of_sealed_days(self) -> int:
        """Return the end of the last day that is sealed, in milliseconds: no row is ever added to one."""
        last = self._connection.scalar(sa.select(sa.func.max(digest.c.day)))
        return 0 if last is None else to_ms(midnight(date.fromisoformat(last))) + DAY

    def _cover(self, number: int, known: _Known, answer: Observation, gap: timedelta) -> None:
        """Extend the latest interval of coverage or begin one."""
        at = to_ms(answer.at)
        end = at + span_ms(answer.latency) + 1
        last = known.covered_until
        is_new = last is None or at - last > span_ms(gap) or self._was_cut_off(answer.region, last, at)
        if is_new or known.covered_from is None:
            known.covered_from = at
        known.covered_until = end
        self._coverage[number, known.covered_from] = {
            "line": number,
            "start": known.covered_from,
            "end": end,
        }

    def _was_cut_off(self, region: str, last: int, at: int) -> bool:
        """Return whether our own connection was down between the end of the coverage and an observation."""
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
        states = [self._known[number].row(number) for number in sorted(self._judged)]
        statements = (
            (done, self._completed),
            # A clock that was set back may name a moment twice.
            (upsert(observation), sorted(self._observations, key=lambda row: (row["at"], row["line"]))),
            (upsert(coverage, "end"), [*self._coverage.values()]),
            (upsert(series_state, "state", "covered_from", "covered_until"), states),
            (upsert(state_change, "at", "status", "reason"), self._changes),
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
