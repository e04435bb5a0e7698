"""Keep what claimed runs found: a batch in one transaction, of each outcome all or nothing."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import sqlalchemy as sa

from waypost.base.database.engine import Database, StoreError
from waypost.base.database.partitions import add_day, day_of
from waypost.base.database.values import to_ms
from waypost.formats.observations import LineState, Outcome, Recorded
from waypost.monitor.store.batch import Batch
from waypost.monitor.store.lines import Rows

BATCH = 5000
"""Outcomes in one transaction; more are kept in several."""

log = logging.getLogger("waypost")


class Recorder(Rows):
    """Writes the outcomes of checks into one database."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._days: set[int] = set()

    def record(self, outcomes: Sequence[Outcome]) -> list[Recorded]:
        """Keep the outcomes of claimed runs, of each all or nothing; return what became of each in their order.

        An outcome whose claim was lost is refused. An observation that is not newer than the last one of
        its line (a clock set back) is dropped, and its claim completed. An outcome that cannot be stored
        at all is refused with its `fault`; the others are kept.
        """
        done: list[Recorded] = []
        for begin in range(0, len(outcomes), BATCH):
            done += self._keep(outcomes[begin : begin + BATCH])
        return done

    def _keep(self, outcomes: Sequence[Outcome], *, again: bool = True) -> list[Recorded]:
        try:
            return self._together(outcomes)
        except StoreError as error:
            if isinstance(error.__cause__, sa.exc.OperationalError | sa.exc.InterfaceError):
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
        log.error("What %s found cannot be stored: %s.", "/".join(filter(None, broken.claim.line)), kind)
        return [Recorded(broken.claim.line, LineState(), refused=True, fault=kind)]

    def _together(self, outcomes: Sequence[Outcome]) -> list[Recorded]:
        numbers = self._lines.numbers(outcome.claim.line for outcome in outcomes)
        self._make_room(outcomes)
        with self._database.write() as connection:
            batch = Batch(self._database, connection, numbers)
            done = [batch.judge(outcome) for outcome in outcomes]
            batch.write()
        return done

    def _make_room(self, outcomes: Sequence[Outcome]) -> None:
        """Add the days of the observations first: within the batch, two writers could wait for each other."""
        days = {day_of(to_ms(outcome.observation.at)) for outcome in outcomes if outcome.observation}
        for day in sorted(days - self._days):
            with self._database.write() as connection:
                add_day(self._database, connection, day)
            self._days.add(day)
