"""What a daemon does from time to time: sum up, forget what is old, seal days that are over, tell of silence."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.adapters.store import Store
from waypost.app.history import seal_days, settling_time
from waypost.core.cadence import overdue
from waypost.model.project import StatusSite

log = logging.getLogger("waypost")


@dataclass(frozen=True)
class Task:
    """Something to do again and again."""

    name: str
    every: timedelta
    work: Callable[[Store, datetime, StatusSite], object]


def _tell_of_silence(store: Store, now: datetime, site: StatusSite) -> None:
    """Write an event for each open incident whose next update is overdue, once for each silence."""
    store.tell_overdue(overdue(site.incidents, site.cadence, now), now)


TASKS = (
    Task("roll up", timedelta(minutes=5), lambda store, now, _: store.roll_up(now)),
    Task("prune", timedelta(hours=1), lambda store, now, _: store.prune(now)),
    Task(
        "seal", timedelta(hours=1), lambda store, now, site: seal_days(store, now, settling_time(site.config))
    ),
    Task("updates due", timedelta(seconds=15), _tell_of_silence),
)
"""In the order in which they are done: what is forgotten must have been summed up."""


class Upkeep:
    """Does each task when its time has come; one that fails is tried again at its next time."""

    def __init__(self, tasks: tuple[Task, ...] = TASKS) -> None:
        self._tasks = tasks
        self._due: dict[str, datetime] = {}

    def step(self, store: Store, now: datetime, site: StatusSite) -> list[Exception]:
        """Do what is due, and return what failed."""
        failed: list[Exception] = []
        for task in self._tasks:
            if now < self._due.get(task.name, now):
                continue
            self._due[task.name] = now + task.every
            try:
                task.work(store, now, site)
            except Exception as error:  # whatever is wrong with one task, polling must go on
                log.debug("The task '%s' failed.", task.name, exc_info=True)
                failed.append(error)
        return failed
