"""What is done again and again beside polling: sum up, forget, seal."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.base.database.engine import Database, DatabaseReopened
from waypost.formats.status_config import StatusConfig
from waypost.history.history import seal_days, settling_time
from waypost.history.store import HistoryStore
from waypost.monitor.store.faults import prune_faults
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.notify.outbox import Outbox

log = logging.getLogger("waypost")

AGAIN = timedelta(minutes=1)
"""After which time a chore that failed is tried again."""


@dataclass(frozen=True)
class Chore:
    """Something to do again and again."""

    name: str
    every: timedelta
    work: Callable[[Database, datetime, StatusConfig], object]


def _roll_up(database: Database, now: datetime, _: StatusConfig) -> None:
    MonitorStore(database).roll_up(now)


def _prune(database: Database, now: datetime, _: StatusConfig) -> None:
    store = MonitorStore(database)
    # A clock that is ahead for a moment must not make anything be forgotten.
    past = store.confirmed_until(now)
    Outbox(database).prune(past)
    prune_faults(database, past)
    store.prune(now)


def _seal(database: Database, now: datetime, config: StatusConfig) -> None:
    seal_days(HistoryStore(database), now, settling_time(config))


CHORES = (
    Chore("roll up", timedelta(minutes=5), _roll_up),
    Chore("prune", timedelta(hours=1), _prune),
    Chore("seal", timedelta(hours=1), _seal),
)
"""In the order in which they are done: what is forgotten must have been summed up."""


class Housekeeping:
    """Does each chore when its time has come; one that fails is tried again soon, and stops no other."""

    def __init__(self, chores: tuple[Chore, ...] = CHORES) -> None:
        self._chores = chores
        self._due: dict[str, datetime] = {}
        self._failing: dict[str, Exception] = {}

    def step(self, database: Database, now: datetime, config: StatusConfig) -> dict[str, Exception]:
        """Do what is due, and return why chores fail, by their names, until they have succeeded again.

        Raises DatabaseReopened where the database was opened again since the last call: what is due still is.
        """
        for chore in self._chores:
            due = self._due.get(chore.name, now)
            # A time that only a clock that was ahead can have set is no reason to wait for it.
            if not now < due <= now + chore.every:
                self._due[chore.name] = now + self._do(chore, database, now, config)
        return dict(self._failing)

    def _do(self, chore: Chore, database: Database, now: datetime, config: StatusConfig) -> timedelta:
        """Do a chore, and return after which time it is due again."""
        try:
            chore.work(database, now, config)
        except DatabaseReopened:
            raise
        except Exception as error:  # whatever is wrong with one chore, the others are done
            log.debug("The chore '%s' failed.", chore.name, exc_info=True)
            self._failing[chore.name] = error
            return min(chore.every, AGAIN)
        self._failing.pop(chore.name, None)
        return chore.every
