"""Watch the clock of the machine: steps are told, and rows that a wrong clock wrote are set aside."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from waypost.base.clock import AHEAD, Clock, ClockStep, span_text
from waypost.base.database.engine import Database
from waypost.base.faults import FaultKind, Faults
from waypost.monitor.store.wrong_clock import LaterRows, clock_difference, later_rows, set_rows_aside

log = logging.getLogger("waypost")

LATER_ROWS, DATABASE_SERVER = "later rows", "database server"
"""The subjects of faults of the clock that last."""


def step_reporter(faults: Faults) -> Callable[[ClockStep], None]:
    """Return what a `Clock` calls at a step: it is logged, and noted as a fault unless the machine only slept."""

    def report(step: ClockStep) -> None:
        if step.set_by:
            faults.note(FaultKind.CLOCK, step.sentence)
        else:
            log.warning("%s", step.sentence)

    return report


class ClockWatch:
    """Knows whether the database holds rows that are later than now, and sets them aside when that is surely right.

    The present clock may be the wrong one, as after a start without a battery: then all of history is later than
    now. So rows are set aside only when nobody has set the clock for longer than those rows were watched, and for
    a minute at least, and when the server of the database shows the same time. Otherwise operators are told.
    """

    def __init__(self, database: Database, clock: Clock, faults: Faults) -> None:
        self._database = database
        self._clock = clock
        self._faults = faults

    def step(self) -> int:
        """Look at the database, and return how many rows were set aside. Raises StoreError."""
        now = self._clock()
        with self._database.read() as connection:
            difference = clock_difference(connection, self._database, now)
            rows = later_rows(connection, now + AHEAD)
        self._compare(difference)
        if not rows.total:
            self._faults.end(FaultKind.CLOCK, LATER_ROWS)
            return 0
        self._faults.begin(FaultKind.CLOCK, later_rows_sentence(rows, now), LATER_ROWS)
        is_sure = self._clock.unchanged_for() >= max(AHEAD, rows.watched) and abs(difference) <= AHEAD
        return self._set_aside(now) if is_sure else 0

    def _compare(self, difference: timedelta) -> None:
        if abs(difference) <= AHEAD:
            self._faults.end(FaultKind.CLOCK, DATABASE_SERVER)
            return
        direction = "ahead of" if difference > timedelta(0) else "behind"
        self._faults.begin(
            FaultKind.CLOCK,
            f"The clock of this machine is {span_text(abs(difference))} {direction} that of the database server."
            " Set the wrong one, and let NTP keep both.",
            DATABASE_SERVER,
        )

    def _set_aside(self, now: datetime) -> int:
        done = set_rows_aside(self._database, now, now)
        self._faults.note(
            FaultKind.CLOCK,
            f"{done.total} rows that a wrong clock had written were set aside. `waypost history repair --restore`"
            " puts them back.",
        )
        self._faults.end(FaultKind.CLOCK, LATER_ROWS)
        return done.total


def later_rows_sentence(rows: LaterRows, now: datetime) -> str:
    """Say what rows that are later than now mean, and what to do."""
    latest = f", the last of {rows.latest:%Y-%m-%d %H:%M} UTC" if rows.latest else ""
    return (
        f"{rows.total} rows of the database are later than now, {now:%Y-%m-%d %H:%M} UTC{latest}: the clock is wrong,"
        " or was. They count for nothing. Where the clock is right now, `waypost history repair` sets them aside."
    )
