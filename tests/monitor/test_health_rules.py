from __future__ import annotations

from datetime import UTC, datetime

import pytest

from waypost.base.faults import Fault, FaultKind
from waypost.monitor.rules.health import HealthReport, TaskHealth, is_polling, liveness, readiness

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)
POLLING = TaskHealth("polling", idle=0.2)


def fault(kind: FaultKind) -> Fault:
    return Fault(kind, "", "It is broken.", NOW)


def test_a_process_that_works_is_alive_and_ready() -> None:
    report = HealthReport(tasks=(POLLING, TaskHealth("publishing")))
    assert liveness(report).document() == {"status": "ok", "reasons": []}
    assert readiness(report).is_good


def test_a_task_that_hangs_is_named() -> None:
    report = HealthReport(tasks=(POLLING, TaskHealth("publishing", hanging=93.4)))
    assert liveness(report).document() == {"status": "failing", "reasons": ["publishing hangs for 93 s"]}
    assert not readiness(report).is_good


@pytest.mark.parametrize("kind", list(FaultKind))
def test_what_is_wrong_around_it_is_no_reason_to_start_it_again(kind: FaultKind) -> None:
    report = HealthReport(tasks=(POLLING,), faults=(fault(kind),))
    assert liveness(report).is_good
    assert readiness(report).is_good == (kind is not FaultKind.DATABASE)


def test_it_is_ready_only_after_a_look_at_its_checks() -> None:
    report = HealthReport(tasks=(TaskHealth("polling"), TaskHealth("journal", idle=1.0)))
    assert liveness(report).is_good
    assert readiness(report).reasons == ("no check was looked at yet",)
    assert not is_polling(report, 60.0)


def test_polling_that_hangs_or_that_ended_long_ago_is_none() -> None:
    assert is_polling(HealthReport(tasks=(POLLING,)), 30.0)
    assert not is_polling(HealthReport(tasks=(TaskHealth("polling", idle=31.0),)), 30.0)
    assert not is_polling(HealthReport(tasks=(TaskHealth("polling", hanging=1.0, idle=0.0),)), 30.0)
