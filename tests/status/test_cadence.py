from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.helpers.status_world import with_states

from waypost.formats.lint import Cadence
from waypost.formats.status import ComponentStatus, Impact, Incident, Update, UpdateStatus
from waypost.status.rules.incidents import next_due, overdue

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def update(minutes: float, status: str = "investigating", promised: float | None = None) -> Update:
    at = NOW + minutes * MINUTE
    by = None if promised is None else NOW + promised * MINUTE
    return Update(f"u{minutes:g}", UpdateStatus(status), at, "Words.", by)


def incident(*updates: Update, impact: Impact = Impact.MAJOR, name: str = "one") -> Incident:
    hit = {"web": ComponentStatus.PARTIAL_OUTAGE}
    return Incident(name, "Title", impact, hit, updates[0].at, with_states(updates, hit))


@pytest.mark.parametrize(
    ("impact", "last", "due"),
    [
        (Impact.CRITICAL, update(0), 30),
        (Impact.MAJOR, update(0), 60),
        (Impact.MINOR, update(0), 120),
        (Impact.NONE, update(0), None),  # what hurts nobody may be silent
        (Impact.NONE, update(0, promised=20), 20),  # but a promise is a promise
        (Impact.MAJOR, update(0, promised=20), 20),  # sooner than the policy asks
        (Impact.MAJOR, update(0, promised=600), 600),  # later: customers were told so
        (Impact.MAJOR, update(0, promised=0), 60),  # no promise at all
        (Impact.MAJOR, update(0, "monitoring"), 60),  # it is still open
        (Impact.CRITICAL, update(0, "resolved", promised=20), None),
        (Impact.CRITICAL, update(0, "postmortem"), None),
    ],
)
def test_the_next_word_is_due_as_promised_or_as_the_impact_asks(
    impact: Impact, last: Update, due: float | None
) -> None:
    found = next_due(incident(last, impact=impact), last, Cadence())
    assert found == (None if due is None else NOW + due * MINUTE)


def test_a_site_sets_its_own_rhythm() -> None:
    last = update(0)
    assert next_due(incident(last), last, Cadence(major=5 * MINUTE)) == NOW + 5 * MINUTE


def test_it_is_overdue_only_after_its_time() -> None:
    found = incident(update(0))
    assert overdue([found], Cadence(), NOW + 60 * MINUTE) == ()
    [late] = overdue([found], Cadence(), NOW + 60 * MINUTE + timedelta(seconds=1))
    assert (late.incident, late.last, late.due) == (found, found.updates[0], NOW + 60 * MINUTE)


def test_the_longest_due_comes_first() -> None:
    first, second = incident(update(0), name="a"), incident(update(-5), name="b")
    assert [item.incident.id for item in overdue([first, second], Cadence(), NOW + 90 * MINUTE)] == ["b", "a"]


def test_what_is_to_be_said_later_is_not_said_yet() -> None:
    found = incident(update(0), update(120, "resolved"))
    assert [item.last.id for item in overdue([found], Cadence(), NOW + 90 * MINUTE)] == ["u0"]
    assert overdue([found], Cadence(), NOW + 121 * MINUTE) == ()
    assert overdue([found], Cadence(), NOW - MINUTE) == (), "nobody knows of it"


def test_incidents_that_checks_found_promise_nothing() -> None:
    found = replace(incident(update(0)), automatic=True)
    assert overdue([found], Cadence(), NOW + timedelta(days=1)) == ()
