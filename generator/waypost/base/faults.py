"""The journal of our own faults: what keeps Waypost itself from its work, told once and ended when it is over.

What is wrong with the service that is watched is no fault of ours, and does not belong here.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from waypost.base.clock import utc_now

log = logging.getLogger("waypost")

SHORTEST = timedelta(milliseconds=2)
"""How long a fault that was begun and ended lasts at least, so that it differs from what happened in a moment.

It is more than is lost where moments are kept in milliseconds.
"""


class FaultKind(StrEnum):
    """What part of Waypost a fault keeps from its work; each has a sentence for operators in `i18n`."""

    CLOCK = "clock"
    """The clock of the machine stepped, or rows later than now are stored."""
    DATABASE = "database"
    MEASURING = "measuring"
    """Checks cannot be run, so that there is no data."""
    CAPACITY = "capacity"
    """Checks are run late or skipped."""
    FILES = "files"
    """What people write cannot be read again; the last good version stays."""
    PUBLISHING = "publishing"
    NOTICES = "notices"
    """What is new cannot be put into the outbox."""
    DELIVERIES = "deliveries"
    HEARTBEATS = "heartbeats"
    LISTENER = "listener"
    LOG = "log"
    """Neither the log nor the terminal takes what is written."""
    TASK = "task"
    """A task of the process failed, hangs or was started again."""


@dataclass(frozen=True)
class Fault:
    """A fault, which lasts until it is ended."""

    kind: FaultKind
    subject: str
    """What it is about, such as the name of a task; empty where the kind says all."""
    message: str
    """What is wrong and what to do, in a sentence without secrets."""
    since: datetime
    count: int = 1
    """How often it was met."""
    until: datetime | None = None
    """When it ended; None while it lasts."""

    @property
    def key(self) -> tuple[FaultKind, str]:
        """Two faults with one key do not last at the same time."""
        return self.kind, self.subject

    @property
    def is_momentary(self) -> bool:
        """Whether it happened in a moment, such as a step of the clock, and has no end to wait for."""
        return self.until == self.since


class Faults:
    """The faults of one process; for several threads, and it never raises for what it cannot write."""

    def __init__(self, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._present: dict[tuple[FaultKind, str], Fault] = {}
        self._changed: dict[tuple[FaultKind, str, datetime], Fault] = {}
        self._totals: dict[FaultKind, int] = {}

    def begin(
        self, kind: FaultKind, message: str, subject: str = "", error: BaseException | None = None
    ) -> None:
        """Note that a fault is there: it is logged when it begins, and counted while it lasts."""
        with self._lock:
            before = self._present.get((kind, subject))
            fault = (
                replace(before, count=before.count + 1, message=message)
                if before
                else Fault(kind, subject, message, self._clock())
            )
            self._keep(fault)
        if before is None:
            log.warning("%s", message, exc_info=error)
        elif before.message != message:
            log.debug("%s", message, exc_info=error)

    def end(self, kind: FaultKind, subject: str = "") -> None:
        """Note that a fault is over; nothing happens where there is none."""
        if (kind, subject) not in self._present:
            return
        with self._lock:
            fault = self._present.get((kind, subject))
            if fault is None:
                return
            # A clock that was set back must not make a fault end before it began.
            ended = replace(fault, until=max(self._clock(), fault.since + SHORTEST))
            self._keep(ended)
        log.warning("This is over: %s", ended.message)

    def note(
        self, kind: FaultKind, message: str, subject: str = "", error: BaseException | None = None
    ) -> None:
        """Note something that happened in a moment and does not last, such as a step of the clock."""
        now = self._clock()
        with self._lock:
            self._changed[kind, subject, now] = Fault(kind, subject, message, now, until=now)
            self._totals[kind] = self._totals.get(kind, 0) + 1
        log.warning("%s", message, exc_info=error)

    def present(self) -> tuple[Fault, ...]:
        """Return the faults that last, oldest first."""
        with self._lock:
            return tuple(sorted(self._present.values(), key=lambda fault: fault.since))

    def totals(self) -> dict[FaultKind, int]:
        """Return how many faults of each kind there were since the process began."""
        with self._lock:
            return dict(self._totals)

    def take_changed(self) -> tuple[Fault, ...]:
        """Return the faults that began, ended or were met again since the last call."""
        with self._lock:
            changed, self._changed = self._changed, {}
        return tuple(changed.values())

    def give_back(self, changed: tuple[Fault, ...]) -> None:
        """Return what could not be stored, so that the next call of `take_changed` has it again."""
        with self._lock:
            for fault in changed:
                self._changed.setdefault((*fault.key, fault.since), fault)

    def _keep(self, fault: Fault) -> None:
        if fault.count == 1 and fault.until is None:
            self._totals[fault.kind] = self._totals.get(fault.kind, 0) + 1
        if fault.until is None:
            self._present[fault.key] = fault
        else:
            del self._present[fault.key]
        self._changed[(*fault.key, fault.since)] = fault
