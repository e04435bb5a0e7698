"""The metrics of a process, in the text format of Prometheus; docs/running.md has the list."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime
from itertools import accumulate

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from waypost import __version__
from waypost.base.faults import FaultKind
from waypost.monitor.rules.figures import BOUNDS, PollFigures
from waypost.monitor.rules.health import HealthReport, TaskHealth

MEDIA_TYPE = CONTENT_TYPE_LATEST
"""What a scraper is told that it gets."""


def exposition(report: HealthReport) -> bytes:
    """Return all metrics of a report, and those that the system has of the process."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_ReportCollector(report))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _ReportCollector(Collector):
    def __init__(self, report: HealthReport) -> None:
        self._report = report

    def collect(self) -> Iterator[Metric]:
        report = self._report
        yield InfoMetricFamily("waypost", "The version that runs.", value={"version": __version__})
        yield from _checks(report.checks)
        yield from _tasks(report.tasks)
        yield from _faults(report)
        yield _gauge("database_usable", "Whether the database could be used.", report.is_database_usable)
        yield _counter("log_lost_lines", "Lines of the log that could not be written.", report.lost_log_lines)
        yield from _moment("last_publication", "When the pages were last written.", report.published_at)
        yield from _moment("last_delivery", "When a delivery was last made.", report.delivered_at)
        if report.waiting_deliveries is not None:
            yield _gauge("deliveries_waiting", "Deliveries still to be made.", report.waiting_deliveries)


def _checks(checks: PollFigures) -> Iterator[Metric]:
    ended = CounterMetricFamily(
        "waypost_checks", "Checks that were run, by what they found.", labels=["outcome"]
    )
    ended.add_metric(["good"], checks.done - checks.failed)
    ended.add_metric(["bad"], checks.failed)
    ended.add_metric(["unmeasured"], checks.unmeasured)
    yield ended
    yield _counter("checks_late", "Checks that began more than 5 s late, or not at all.", checks.late)
    yield _counter("checks_skipped", "Checks that could not begin in time.", checks.skipped)
    # Each bucket of Prometheus holds those before it too.
    counts = zip((*BOUNDS, math.inf), accumulate(checks.lateness), strict=True)
    yield HistogramMetricFamily(
        "waypost_check_lateness_seconds",
        "How long after their time checks began.",
        buckets=[(_bound(bound), float(count)) for bound, count in counts],
        sum_value=checks.lateness_sum,
    )


def _bound(seconds: float) -> str:
    return "+Inf" if seconds == math.inf else str(seconds)


def _tasks(tasks: tuple[TaskHealth, ...]) -> Iterator[Metric]:
    hanging = GaugeMetricFamily(
        "waypost_task_hanging", "Whether a task is over its deadline.", labels=["task"]
    )
    idle = GaugeMetricFamily(
        "waypost_task_idle_seconds", "How long ago the last good turn of a task ended.", labels=["task"]
    )
    failures = CounterMetricFamily("waypost_task_failures", "Turns of a task that failed.", labels=["task"])
    restarts = CounterMetricFamily(
        "waypost_task_restarts", "How often a task was started again.", labels=["task"]
    )
    for task in tasks:
        hanging.add_metric([task.name], task.hanging is not None)
        if task.idle is not None:
            idle.add_metric([task.name], task.idle)
        failures.add_metric([task.name], task.failures)
        restarts.add_metric([task.name], task.restarts)
    yield from (hanging, idle, failures, restarts)


def _faults(report: HealthReport) -> Iterator[Metric]:
    present = GaugeMetricFamily(
        "waypost_faults_present", "Faults of Waypost itself that last.", labels=["kind"]
    )
    total = CounterMetricFamily("waypost_faults", "Faults that there were.", labels=["kind"])
    for kind in FaultKind:
        present.add_metric([kind.value], sum(fault.kind is kind for fault in report.faults))
        total.add_metric([kind.value], report.fault_totals.get(kind, 0))
    yield from (present, total)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"waypost_{name}", words, value=float(value))


def _counter(name: str, words: str, value: int) -> Metric:
    return CounterMetricFamily(f"waypost_{name}", words, value=value)


def _moment(name: str, words: str, moment: datetime | None) -> Iterator[Metric]:
    if moment is not None:
        yield _gauge(f"{name}_timestamp_seconds", words, moment.timestamp())
