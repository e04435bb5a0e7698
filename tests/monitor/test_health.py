from __future__ import annotations

import json
import re
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from waypost.base.faults import Fault, FaultKind, Faults
from waypost.base.net.http_messages import ServerRequest, ServerResponse
from waypost.base.net.request_server import Route, ServerLimits, listening
from waypost.base.supervision import Supervisor, Task
from waypost.monitor.health import health_routes, task_health
from waypost.monitor.rules.figures import PollFigures
from waypost.monitor.rules.health import HealthReport, TaskHealth

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
KEY = "a-planted-key"
FULL = HealthReport(
    tasks=(TaskHealth("polling", idle=0.5, failures=3, restarts=1), TaskHealth("publishing", hanging=70.0)),
    faults=(Fault(FaultKind.LOG, "standard output", "The log cannot be written.", NOW),),
    fault_totals={FaultKind.LOG: 2, FaultKind.CLOCK: 1},
    checks=PollFigures(
        done=97,
        failed=7,
        unmeasured=2,
        late=4,
        skipped=1,
        lateness=(90, 0, 5, 0, 0, 0, 0, 0, 0, 4),
        lateness_sum=12.5,
    ),
    waiting_deliveries=5,
    delivered_at=NOW,
    published_at=NOW,
    lost_log_lines=11,
)


@pytest.fixture
def reports() -> list[HealthReport]:
    return [FULL]


@pytest.fixture
def port(reports: list[HealthReport]) -> Iterator[int]:
    with listening(("127.0.0.1", 0), health_routes(lambda: reports[-1], None), Faults()) as found:
        yield found


def ask(port: int, path: str, **headers: str) -> tuple[int, Message, str]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)  # our own
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  # our own
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, error.read().decode()


def test_health_and_readiness_say_what_is_wrong(port: int, reports: list[HealthReport]) -> None:
    for path in ("/healthz", "/readyz"):
        status, headers, body = ask(port, path)
        assert status == 503
        assert headers["Content-Type"] == "application/json"
        assert headers["Cache-Control"] == "no-store"
        assert json.loads(body) == {"status": "failing", "reasons": ["publishing hangs for 70 s"]}
    reports.append(HealthReport(tasks=(TaskHealth("polling", idle=0.5),)))
    for path in ("/healthz", "/readyz"):
        status, _, body = ask(port, path)
        assert (status, json.loads(body)) == (200, {"status": "ok", "reasons": []})


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Return each value by its name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_are_read_as_prometheus_reads_them(port: int) -> None:
    status, headers, text = ask(port, "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    found = samples(text)
    expected = {
        ("waypost_checks_total", "good"): 90,
        ("waypost_checks_total", "bad"): 7,
        ("waypost_checks_total", "unmeasured"): 2,
        ("waypost_checks_late_total",): 4,
        ("waypost_checks_skipped_total",): 1,
        ("waypost_check_lateness_seconds_bucket", "0.1"): 90,
        ("waypost_check_lateness_seconds_bucket", "0.25"): 90,
        ("waypost_check_lateness_seconds_bucket", "0.5"): 95,
        ("waypost_check_lateness_seconds_bucket", "+Inf"): 99,
        ("waypost_check_lateness_seconds_count",): 99,
        ("waypost_check_lateness_seconds_sum",): 12.5,
        ("waypost_task_hanging", "polling"): 0,
        ("waypost_task_hanging", "publishing"): 1,
        ("waypost_task_idle_seconds", "polling"): 0.5,
        ("waypost_task_failures_total", "polling"): 3,
        ("waypost_task_restarts_total", "polling"): 1,
        ("waypost_faults_present", "log"): 1,
        ("waypost_faults_present", "clock"): 0,
        ("waypost_faults_total", "clock"): 1,
        ("waypost_deliveries_waiting",): 5,
        ("waypost_last_publication_timestamp_seconds",): NOW.timestamp(),
        ("waypost_last_delivery_timestamp_seconds",): NOW.timestamp(),
        ("waypost_log_lost_lines_total",): 11,
        ("waypost_database_usable",): 1,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["process_open_fds",] > 0


def test_what_is_not_known_is_left_out(port: int, reports: list[HealthReport]) -> None:
    reports.append(HealthReport())
    names = {name for name, *_ in samples(ask(port, "/metrics")[2])}
    assert "waypost_last_publication_timestamp_seconds" not in names
    assert "waypost_deliveries_waiting" not in names
    assert "waypost_checks_total" in names


def test_metrics_need_the_key_where_there_is_one_and_health_never_does() -> None:
    with listening(("127.0.0.1", 0), health_routes(HealthReport, KEY), Faults()) as port:
        assert ask(port, "/metrics")[0] == 403
        assert ask(port, "/metrics?key=another")[0] == 403
        assert ask(port, f"/metrics?key={KEY}")[0] == 200
        assert ask(port, "/metrics", Authorization=f"Bearer {KEY}")[0] == 200
        assert ask(port, "/healthz")[0] == 200


def test_health_is_answered_while_everything_else_hangs() -> None:
    hold, entered = threading.Event(), threading.Semaphore(0)

    def hang(_: ServerRequest) -> ServerResponse:
        entered.release()
        hold.wait(60)
        return ServerResponse()

    routes = [Route("/hang", hang), *health_routes(HealthReport, None)]
    with listening(("127.0.0.1", 0), routes, Faults(), ServerLimits(requests=2)) as port:
        waiting = [threading.Thread(target=ask, args=(port, "/hang")) for _ in range(4)]
        for thread in waiting:
            thread.start()
        for _ in range(2):
            assert entered.acquire(timeout=60)
        assert ask(port, "/healthz")[0] == 200
        assert not hold.is_set()
        hold.set()
        for thread in waiting:
            thread.join(60)


def test_the_manual_lists_exactly_the_metrics_that_there_are(port: int) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "running.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `(waypost_[a-z_]+)`", manual, re.MULTILINE))
    families = text_string_to_metric_families(ask(port, "/metrics")[2])
    names = {
        sample.name.removesuffix("_bucket").removesuffix("_count").removesuffix("_sum")
        for family in families
        for sample in family.samples
        if sample.name.startswith("waypost_")
    }
    assert listed == names


def test_the_state_of_tasks_comes_from_their_supervisor() -> None:
    supervisor = Supervisor([Task("polling", lambda: 1.0, deadline=30.0)], Faults(), monotonic=lambda: 100.0)
    state = supervisor.states["polling"]
    assert task_health(supervisor, 100.0) == (TaskHealth("polling"),)
    state.starts, state.failures, state.last_end, state.busy_since = 3, 2, 40.0, 50.0
    assert task_health(supervisor, 100.0) == (TaskHealth("polling", 50.0, 60.0, failures=2, restarts=2),)
