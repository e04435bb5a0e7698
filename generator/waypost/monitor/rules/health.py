"""Whether a process does its work, and whether it is ready to: judged by what it knows of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from waypost.base.faults import Fault, FaultKind
from waypost.monitor.rules.figures import PollFigures

POLLING = "polling"
"""The name of the task that runs the checks."""


@dataclass(frozen=True)
class TaskHealth:
    """The state of one task; times are in seconds."""

    name: str
    hanging: float | None = None
    """How long its present turn takes, where that is longer than it may."""
    idle: float | None = None
    """How long ago its last good turn ended; None where there was none."""
    failures: int = 0
    """Turns that failed since the process began."""
    restarts: int = 0
    """How often its thread was started again."""


@dataclass(frozen=True)
class HealthReport:
    """What a process knows of itself at a moment."""

    tasks: tuple[TaskHealth, ...] = ()
    faults: tuple[Fault, ...] = ()
    """Those that last."""
    fault_totals: Mapping[FaultKind, int] = field(default_factory=dict)
    """How many of each kind there were since the process began."""
    checks: PollFigures = field(default_factory=PollFigures)
    """What became of the checks since the process began."""
    waiting_deliveries: int | None = None
    """Deliveries that are still to be made; None where that is not known, or not the work of this process."""
    delivered_at: datetime | None = None
    published_at: datetime | None = None
    lost_log_lines: int = 0

    @property
    def is_database_usable(self) -> bool:
        """Whether the database answered when it was last asked."""
        return all(fault.kind is not FaultKind.DATABASE for fault in self.faults)


@dataclass(frozen=True)
class Verdict:
    """A judgement with its reasons."""

    reasons: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether there is nothing to complain of."""
        return not self.reasons

    def document(self) -> dict[str, object]:
        """Return it for programs."""
        return {"status": "ok" if self.is_good else "failing", "reasons": list(self.reasons)}


def liveness(report: HealthReport) -> Verdict:
    """Judge whether the process works: every task is within its deadline.

    What is wrong around it, such as a database that is down, is no reason to start it again.
    """
    hanging = (task for task in report.tasks if task.hanging is not None)
    return Verdict(tuple(f"{task.name} hangs for {task.hanging:.0f} s" for task in hanging))


def readiness(report: HealthReport) -> Verdict:
    """Judge whether it does all its work: it is alive, has looked at its checks, and can use its database."""
    reasons = list(liveness(report).reasons)
    if not has_polled(report):
        reasons.append("no check was looked at yet")
    if not report.is_database_usable:
        reasons.append("the database cannot be used")
    return Verdict(tuple(reasons))


def has_polled(report: HealthReport) -> bool:
    """Return whether the checks were looked at since the process began."""
    return any(task.name == POLLING and task.idle is not None for task in report.tasks)


def is_polling(report: HealthReport, within: float) -> bool:
    """Return whether polling had a good turn within so many seconds."""
    return any(
        task.name == POLLING and task.idle is not None and task.idle <= within and task.hanging is None
        for task in report.tasks
    )


def is_working(report: HealthReport) -> bool:
    """Return whether polling takes its turns, good or not: starting the process again would not help it."""
    is_hanging = any(task.name == POLLING and task.hanging is not None for task in report.tasks)
    is_dead = any(fault.kind is FaultKind.TASK and fault.subject == POLLING for fault in report.faults)
    return not is_hanging and not is_dead
