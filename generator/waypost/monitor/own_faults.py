"""What a poller puts into the journal: that it cannot measure, or comes too late, and when that is over."""

from __future__ import annotations

from collections.abc import Collection

from waypost.base.faults import FaultKind, Faults
from waypost.base.net.failures import Blame
from waypost.formats.observations import Series
from waypost.monitor.probes.result import ProbeResult
from waypost.monitor.rules.figures import LATE, WINDOW, Punctuality
from waypost.monitor.rules.schedule import Job

CONNECTION = "our own connection is down"
"""The reason why nothing is judged while no host of the uplink can be reached."""


class OwnFaults:
    """Begins and ends the faults of one poller; each machine has one of a kind, and each check one of its own.

    Moments are those of the monotonic clock, in seconds.
    """

    def __init__(self, faults: Faults, region: str) -> None:
        self._faults = faults
        # A poller that fails as a whole has the empty subject.
        self._subject = region or "checks"
        self._unmeasured: dict[Series, str] = {}
        self._measured: dict[Series, float] = {}
        self._of_checks: set[Series] = set()
        self._connection = ""
        self._late_since: float | None = None
        self.punctuality = Punctuality()

    def keep(self, planned: Collection[Series]) -> None:
        """Forget the checks that are no longer configured."""
        for series in self._unmeasured.keys() - planned:
            del self._unmeasured[series]
        for series in self._of_checks - set(planned):
            self._end_of_check(series)
        self._end_if_over()

    def connection(self, reasons: str | None) -> None:
        """Note whether our own connection works: None, or why its hosts cannot be reached."""
        before, self._connection = self._connection, reasons or ""
        if reasons and not before:
            message = f"Nothing is measured: {CONNECTION}. None of the hosts in `uplink` can be reached ({reasons})."
            self._faults.begin(FaultKind.MEASURING, message, self._subject)
        elif before and not reasons:
            self._end_if_over()

    def measured(self, series: Series, now: float) -> None:
        """Note that a check had an answer, good or not."""
        self._measured[series] = now
        self._end_of_check(series)
        if self._unmeasured.pop(series, None) is not None:
            self._end_if_over()

    def unmeasured(self, job: Job, result: ProbeResult, now: float, planned: int) -> None:
        """Note that a check was run and says nothing about the service."""
        gap = job.gap.total_seconds()
        if result.blame in (Blame.OURS, Blame.EXHAUSTED, Blame.BUG):
            self._unmeasured[job.series] = result.reason
            if not self._connection:
                message = f"{len(self._unmeasured)} of {planned} checks cannot be measured: {result.reason}."
                self._faults.begin(FaultKind.MEASURING, message, self._subject)
        elif result.reason and now - self._measured.get(job.series, now - 2 * gap) > gap:
            # What is over before the page shows no data is nobody's concern.
            self._of_checks.add(job.series)
            message = f"{_name(job.series)} has no data: {result.reason}."
            self._faults.begin(FaultKind.MEASURING, message, _name(job.series))

    def punctual(self, now: float) -> None:
        """Begin a fault while checks are late, and end it when they are no longer."""
        late = self.punctuality.late(now)
        if late and (self._late_since is None or now - self._late_since >= WINDOW.total_seconds()):
            self._late_since = now
            message = (
                f"{late} checks began more than {LATE.total_seconds():g} s after their time, or not at all, in the "
                "last minute. Give the poller more --workers, a faster machine or database, or a second one beside it; "
                "of one host, six run at a time."
            )
            self._faults.begin(FaultKind.CAPACITY, message, self._subject)
        elif not late and self._late_since is not None:
            self._late_since = None
            self._faults.end(FaultKind.CAPACITY, self._subject)

    def _end_of_check(self, series: Series) -> None:
        if series in self._of_checks:
            self._of_checks.discard(series)
            self._faults.end(FaultKind.MEASURING, _name(series))

    def _end_if_over(self) -> None:
        if not self._unmeasured and not self._connection:
            self._faults.end(FaultKind.MEASURING, self._subject)


def _name(series: Series) -> str:
    return "/".join(filter(None, series))
