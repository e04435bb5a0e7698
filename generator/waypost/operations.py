"""What a process that stays does for those who operate it: health, metrics, signs of life, its log, reloading.

A daemon is watched from here, and does its work without it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from waypost.base.faults import FaultKind, Faults
from waypost.base.net.request_server import Route
from waypost.base.sd_notify import ServiceManager
from waypost.base.service_log import ServiceLog
from waypost.base.supervision import Task
from waypost.monitor.dead_man import DeadMan
from waypost.monitor.health import health_routes
from waypost.monitor.rules.health import HealthReport, has_polled, is_polling, is_working
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import OutboxTotals
from waypost.reading.io.subscriber_files import unset_variables

LOOK = 1.0
"""Seconds between two looks at the log, the signals and the tasks."""

COUNT_EVERY = 15.0
"""Seconds between two counts of what waits in the outbox."""

CHECK_EVERY = 15.0
"""Seconds between two looks at the secrets of subscribers, whose file may be saved at any time."""

RECENT = 60.0
"""Seconds within which polling must have worked, so that the dead man's switch is held."""


class Operations:
    """Watches one daemon of a site; for several threads.

    `reload` is an event that asks for reading files again. Where a `dead_man_url` is given, it is asked for every
    minute while polling works.
    """

    def __init__(
        self,
        root: Path | None = None,
        reload: threading.Event | None = None,
        *,
        log: ServiceLog | None = None,
        dead_man_url: str | None = None,
        manager: ServiceManager | None = None,
    ) -> None:
        self._root = root
        self._reload = reload or threading.Event()
        self._log = log
        self._dead_man_url = dead_man_url
        self._manager = manager or ServiceManager({})
        self._watched: Callable[[], HealthReport] = HealthReport
        self._read_again: Callable[[], None] = lambda: None
        self._totals = OutboxTotals()
        self._is_ready = False
        self._unset: frozenset[str] = frozenset()

    def watch(self, report: Callable[[], HealthReport], read_again: Callable[[], None]) -> None:
        """Ask for the state of a daemon here from now on, and have it read its files again there."""
        self._watched, self._read_again = report, read_again

    def report(self) -> HealthReport:
        """Return what is known now, without waiting for anything."""
        return replace(
            self._watched(),
            waiting_deliveries=self._totals.waiting,
            delivered_at=self._totals.delivered_at,
            lost_log_lines=self._log.lost if self._log else 0,
        )

    def routes(self, key: str | None) -> list[Route]:
        """Return the addresses that tell how it goes."""
        return health_routes(self.report, key)

    def tasks(self, faults: Faults, outbox: Outbox | None) -> Sequence[Task]:
        """Return what is to be done beside the work; `outbox` is what this process sends from."""
        tasks = [Task("operations", lambda: self._look(faults), deadline=10.0, close=self._manager.stopping)]
        if outbox:
            tasks.append(Task("outbox totals", lambda: self._count(outbox)))
        if outbox and self._root:
            root = self._root
            tasks.append(Task("secrets", lambda: self._check_secrets(root, faults)))
        if self._dead_man_url:
            switch = DeadMan(self._dead_man_url, lambda: is_polling(self.report(), RECENT))
            tasks.append(Task("dead man's switch", switch.turn, longest_pause=60.0))
        return tasks

    def _look(self, faults: Faults) -> float:
        if self._log:
            self._log.report(faults)
        report = self.report()
        if self._reload.is_set():
            self._reload.clear()
            self._begin_reload()
        elif not self._is_ready and has_polled(report):
            self._is_ready = True
            self._manager.ready()
        if is_working(report):
            self._manager.alive()
        return min(LOOK, self._manager.watchdog or LOOK)

    def _begin_reload(self) -> None:
        self._manager.reloading()
        # The next turn says that it is ready again.
        self._is_ready = False
        if self._log:
            self._log.reopen()
        self._read_again()

    def _count(self, outbox: Outbox) -> float:
        self._totals = outbox.totals()
        return COUNT_EVERY

    def _check_secrets(self, root: Path, faults: Faults) -> float:
        """Note which variables of subscribers are not set: else that were found at the first outage."""
        unset = unset_variables(root)
        for name in self._unset - unset.keys():
            faults.end(FaultKind.DELIVERIES, name)
        for name in unset.keys() - self._unset:
            words = f"{unset[name].location}: {unset[name].message}"
            faults.begin(FaultKind.DELIVERIES, words, name)
        self._unset = frozenset(unset)
        return CHECK_EVERY
