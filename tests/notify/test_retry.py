from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from waypost.formats.subscribers import DeliverySettings
from waypost.notify.rules.deliveries import JITTER, Decision, TransportError, decide

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
SETTINGS = DeliverySettings()
FAILED = TransportError("HTTP status 500")
SECONDS = [5, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400]


def after(
    failures: int, failure: TransportError = FAILED, chance: float = 0.5, since: timedelta | None = None
) -> Decision:
    failing_since = None if since is None else NOW - since
    return decide(SETTINGS, failure, failures, failing_since, NOW, chance)


def test_the_schedule_is_that_of_standard_webhooks() -> None:
    waits = [after(failures).next_at for failures in range(10)]
    assert waits == [*(NOW + timedelta(seconds=seconds) for seconds in SECONDS), None]


@pytest.mark.parametrize(("chance", "factor"), [(0.0, 1 - JITTER), (0.5, 1.0), (1.0, 1 + JITTER)])
def test_waits_are_moved_at_random(chance: float, factor: float) -> None:
    found = after(2, chance=chance).next_at
    assert found is not None
    assert (found - NOW).total_seconds() == pytest.approx(1800 * factor)


@pytest.mark.parametrize(
    ("asked", "waited"),
    [(None, 5), (timedelta(seconds=1), 5), (timedelta(minutes=10), 600), (timedelta(0), 5)],
)
def test_whoever_asks_for_more_time_gets_it_and_nobody_gets_less(
    asked: timedelta | None, waited: float
) -> None:
    found = after(0, TransportError("HTTP status 429", retry_after=asked)).next_at
    assert found == NOW + timedelta(seconds=waited)


def test_what_can_never_come_through_is_given_up_at_once_and_the_endpoint_stays() -> None:
    assert after(0, TransportError("too large", permanent=True)) == Decision(None)


def test_an_endpoint_that_is_gone_is_not_sent_to_any_more() -> None:
    gone = TransportError("HTTP status 410: the endpoint is gone", permanent=True, disables=True)
    assert after(0, gone) == Decision(None, "HTTP status 410: the endpoint is gone")


@pytest.mark.parametrize(
    ("since", "disabled"),
    [
        (None, ""),
        (timedelta(days=4, hours=23), ""),
        (timedelta(days=5), "nothing but failures for 5 days"),
        (timedelta(days=-1), ""),  # the clock was set back
    ],
)
def test_an_endpoint_that_only_fails_for_days_is_given_up(since: timedelta | None, disabled: str) -> None:
    assert after(1, since=since).disable == disabled


def test_nothing_is_due_later_than_the_longest_wait() -> None:
    late = TransportError("HTTP status 503", retry_after=timedelta(hours=24))
    found = [after(failures, failure, 1.0).next_at for failures in range(9) for failure in (FAILED, late)]
    assert max(at for at in found if at) - NOW <= timedelta(hours=24) * (1 + JITTER)
