"""The regular tasks of a daemon: sum up, forget old rows, seal past days."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.base.database.engine import Database
from waypost.formats.status_config import StatusConfig
from waypost.history.history import seal_days, settling_time
from waypost.history.store import HistoryStore
from waypost.monitor.store.monitor_store import MonitorStore
from waypost.notify.outbox import Outbox

log = logging.getLogger("waypost")


@dataclass(frozen=True)
class Task:
    """Something to do again and again."""

    name: str
    every: timedelta
    work: Callable[[Database, datetime, StatusConfig], object]


def _roll_up(database: Database, now: datetime, _: StatusConfig) -> None:
    MonitorStore(database).roll_up(now)


def _prune(database: Database, now: datetime, _: StatusConfig) -> None:
    Outbox(database).prune(now)
    MonitorStore(database).prune(now)


def _seal(database: Database, now: datetime, config: StatusConfig) -> None:
    seal_days(HistoryStore(database), now, settling_time(config))


TASKS = (
    Task("roll up", timedelta(minutes=5), _roll_up),
    Task("prune", timedelta(hours=1), _prune),
    Task("seal", timedelta(hours=1), _seal),
)
"""In the order in which they are done: what is forgotten must have been summed up."""


class Housekeeping:
    """Does each task when its time has come; one that fails is tried again at its next time."""

    def __init__(self, tasks: tuple[Task, ...] = TASKS) -> None:
        self._tasks = tasks
        self._due: dict[str, datetime] = {}

    def step(self, database: Database, now: datetime, config: StatusConfig) -> list[Exception]:
        """Do what is due, and return what failed."""
        failed: list[Exception] = []
        for task in self._tasks:
            if now < self._due.get(task.name, now):
                continue
            self._due[task.name] = now + task.every
            try:
                task.work(database, now, config)
            except Exception as error:  # whatever is wrong with one task, polling must go on
                log.debug("The task '%s' failed.", task.name, exc_info=True)
                failed.append(error)
        return failed
