from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from helpers.cases import golden
from waypost.formats.checks import Heartbeat, HeartbeatCheck
from waypost.formats.observations import Pings
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext
from waypost.monitor.rules.heartbeats import judge_heartbeat

_RULE = TypeAdapter(Heartbeat)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text if "T" in text else f"2026-11-20T{text}").replace(tzinfo=UTC)


def pings(given_: dict[str, Any]) -> Pings:
    return Pings(**{key: moment(value) if isinstance(value, str) else value for key, value in given_.items()})


@golden("heartbeats/*.yml")
def test_a_job_is_judged_by_what_it_last_said(case: dict[str, Any]) -> None:
    check = HeartbeatCheck(heartbeat=_RULE.validate_python(case["heartbeat"]))
    for at, status in case["at"].items():
        result = probe(check, ProbeContext(now=moment(at), pings=pings(case["pings"])))
        assert result.status == status, at
        assert result.reason == case.get("reason", result.reason)
        assert bool(result.reason) is result.status.is_trouble


def test_a_failure_is_as_bad_as_the_check_says() -> None:
    check = HeartbeatCheck(
        heartbeat=Heartbeat(every=timedelta(minutes=5)), fails_as=ComponentStatus.DEGRADED_PERFORMANCE
    )
    for reports in ({"first": "08:00"}, {"success": "08:00"}, {"start": "08:00"}, {"fail": "08:00"}):
        result = probe(check, ProbeContext(now=moment("10:00"), pings=pings(reports)))
        assert result.status is ComponentStatus.DEGRADED_PERFORMANCE


TIMES = st.none() | st.integers(0, 3600).map(lambda second: moment("10:00") + timedelta(seconds=second))


@given(
    st.tuples(TIMES, TIMES, TIMES, TIMES), st.integers(0, 7200), st.integers(1, 3600), st.integers(1, 3600)
)
def test_once_down_only_a_word_from_the_job_brings_it_back(
    said_at: tuple[datetime | None, ...],
    later: int,
    period: int,
    grace: int,
) -> None:
    every = timedelta(seconds=period)
    check = HeartbeatCheck(heartbeat=Heartbeat(every=every, grace=timedelta(seconds=grace)))
    first, success, start, fail = said_at
    reports = Pings(success=success, start=start, fail=fail, first=first)
    now = moment("11:00")
    before, _ = judge_heartbeat(check, reports, now)
    after, _ = judge_heartbeat(check, reports, now + timedelta(seconds=later))
    assert before in (after, ComponentStatus.OPERATIONAL, ComponentStatus.NO_DATA)
    assert after is not ComponentStatus.NO_DATA or success is None
    assert not after.is_trouble or any(said_at)


def test_a_report_to_a_clock_that_was_ahead_hides_nothing() -> None:
    check = HeartbeatCheck(heartbeat=Heartbeat(every=timedelta(minutes=5)))
    reports = pings({"first": "08:00", "success": "13:00", "start": "13:00"})
    status, reason = judge_heartbeat(check, reports, moment("10:00"))
    assert (status, reason) == (check.fails_as, "nothing was heard of the job")
