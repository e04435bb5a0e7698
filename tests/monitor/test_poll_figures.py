from __future__ import annotations

from datetime import UTC, datetime, timedelta

from waypost.base.faults import FaultKind, Faults
from waypost.base.net.failures import Blame
from waypost.formats.checks import Flapping, HttpCheck, Rules
from waypost.formats.observations import Series
from waypost.formats.status import ComponentStatus
from waypost.monitor.own_faults import OwnFaults
from waypost.monitor.probes.result import ProbeResult, unmeasured
from waypost.monitor.rules.figures import LATE, WINDOW, PollFigures, Punctuality
from waypost.monitor.rules.schedule import Job

START = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
NOW = 1000.0
"""A moment of the monotonic clock."""

SECOND = timedelta(seconds=1)

MINUTE = WINDOW.total_seconds()


def job(name: str = "web") -> Job:
    check = HttpCheck(http="http://127.0.0.1:9/", every=10 * SECOND, timeout=SECOND)
    return Job(Series(name, "http-1"), check, Rules(3, 2, SECOND, Flapping()))


def test_lateness_is_counted_in_buckets() -> None:
    figures = PollFigures()
    assert figures.quantile(0.99) == 0
    for seconds in [-1, 0, 0.05, 0.1, 0.2, 0.9, 5, 5.1, 7, 3600]:
        figures = figures.begun(seconds * SECOND)
    assert figures.lateness == (4, 1, 0, 1, 0, 1, 2, 0, 0, 1)
    assert figures.lateness_sum == 0.05 + 0.1 + 0.2 + 0.9 + 5 + 5.1 + 7 + 3600
    assert figures.late == 3
    assert (figures.quantile(0.4), figures.quantile(0.5), figures.quantile(0.9)) == (0.1, 0.25, 10)
    assert figures.quantile(1) == float("inf")


def test_answers_are_counted() -> None:
    figures = PollFigures().answered(is_good=True).answered(is_good=False)
    assert (figures.done, figures.failed, figures.unmeasured) == (2, 1, 0)


def test_hardly_any_late_check_is_nobody_s_concern_and_old_ones_are_forgotten() -> None:
    punctuality = Punctuality()
    for number in range(200):
        punctuality.add(NOW, is_late=number < 2)
    assert punctuality.late(NOW) == 0
    punctuality.add(NOW + 1, is_late=True)
    assert punctuality.late(NOW + 1) == 3
    assert punctuality.late(NOW + MINUTE) == 1, "the others were more than a minute ago"
    assert punctuality.late(NOW + MINUTE + 1) == 0


def test_late_checks_are_a_fault_until_a_minute_without() -> None:
    journal = Faults(lambda: START)
    faults = OwnFaults(journal, "eu")
    faults.punctual(NOW)
    assert journal.present() == ()
    for _ in range(3):
        faults.punctuality.add(NOW, is_late=True)
    faults.punctual(NOW + 1)
    [fault] = journal.present()
    assert (fault.kind, fault.subject) == (FaultKind.CAPACITY, "eu")
    assert fault.message.startswith(f"3 checks began more than {LATE.seconds} s after their time")
    faults.punctual(NOW + 2)
    [fault] = journal.present()
    assert fault.count == 1, "a step is not a fault"
    faults.punctual(NOW + MINUTE)
    assert journal.present() == ()


def test_we_cannot_measure_is_one_fault_until_all_checks_measure_again() -> None:
    journal = Faults(lambda: START)
    faults = OwnFaults(journal, "")
    for name in ("one", "two"):
        faults.unmeasured(job(name), unmeasured("no file handles are left"), NOW, 5)
    [fault] = journal.present()
    assert (fault.kind, fault.subject, fault.count) == (FaultKind.MEASURING, "checks", 2)
    assert fault.message == "2 of 5 checks cannot be measured: no file handles are left."
    faults.measured(Series("one", "http-1"), NOW)
    faults.measured(Series("three", "http-1"), NOW)
    assert len(journal.present()) == 1
    faults.measured(Series("two", "http-1"), NOW)
    assert journal.present() == ()


def test_a_check_that_leaves_the_page_takes_its_fault_along() -> None:
    journal = Faults(lambda: START)
    faults = OwnFaults(journal, "")
    faults.unmeasured(job("one"), unmeasured("no file handles are left"), NOW, 2)
    faults.unmeasured(job("two"), unmeasured("the pattern takes too long", Blame.CHECK), NOW, 2)
    assert len(journal.present()) == 2
    faults.keep({Series("three", "http-1")})
    assert journal.present() == ()


def test_our_connection_is_told_with_its_reason_and_covers_what_it_causes() -> None:
    journal = Faults(lambda: START)
    faults = OwnFaults(journal, "")
    faults.connection("example.invalid:443: the name cannot be found")
    faults.connection("example.invalid:443: the name cannot be found")
    faults.unmeasured(job(), unmeasured("our own connection is down"), NOW, 1)
    [fault] = journal.present()
    assert "example.invalid:443: the name cannot be found" in fault.message
    assert fault.count == 1
    faults.connection(None)
    assert len(journal.present()) == 1, "no check has measured since"
    faults.measured(job().series, NOW)
    assert journal.present() == ()


def test_a_source_that_cannot_be_read_is_told_once_it_means_no_data() -> None:
    journal = Faults(lambda: START)
    faults, wanted = OwnFaults(journal, ""), job()
    silent = ProbeResult(ComponentStatus.NO_DATA, reason="the status page answered with HTTP status 404")
    gap = wanted.gap.total_seconds()
    faults.measured(wanted.series, NOW)
    faults.unmeasured(wanted, silent, NOW + gap, 1)
    assert journal.present() == (), "the last answer still stands"
    faults.unmeasured(wanted, silent, NOW + gap + 1, 1)
    [fault] = journal.present()
    assert fault.subject == "web/http-1"
    assert fault.message == "web/http-1 has no data: the status page answered with HTTP status 404."
    faults.measured(wanted.series, NOW + 2 * gap)
    assert journal.present() == ()
    OwnFaults(journal, "").unmeasured(wanted, silent, NOW, 1)
    assert len(journal.present()) == 1, "what was never measured is told at once"


def test_a_job_that_has_not_reported_yet_is_no_fault() -> None:
    journal = Faults(lambda: START)
    OwnFaults(journal, "").unmeasured(job(), ProbeResult(ComponentStatus.NO_DATA), NOW, 1)
    assert journal.present() == ()
