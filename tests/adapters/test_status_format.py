from __future__ import annotations

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from helpers.cases import Case, golden
from helpers.status_world import history, moment, site
from waypost.adapters.status_format import (
    StatusFormat,
    bar_text,
    closing_words,
    day_runs,
    duration_words,
    uptime_text,
)
from waypost.core.snapshot import MaintenanceSnapshot, take_snapshot
from waypost.core.uptime import DaySummary
from waypost.model.status import ComponentStatus

FINE = ComponentStatus.OPERATIONAL


def days(*rows: tuple[ComponentStatus, float, float]) -> list[DaySummary]:
    first = date(2026, 11, 1)
    return [DaySummary(first + timedelta(days=i), *row) for i, row in enumerate(rows)]


@golden("words/durations.yml")
def test_spans_are_told_in_their_two_largest_units(case: Case) -> None:
    assert duration_words(timedelta(seconds=case["seconds"])) == case["words"]


def test_days_that_look_alike_are_one_rectangle() -> None:
    runs = day_runs(days((FINE, 0, 0), (FINE, 0, 0), (ComponentStatus.NO_DATA, 0, 86400), (FINE, 0, 0)))
    assert [(run.x, run.width, run.code) for run in runs] == [(0, 20, "ok"), (20, 10, "no"), (30, 10, "ok")]


def test_a_day_with_trouble_says_which_and_how_long() -> None:
    (run,) = day_runs(days((ComponentStatus.PARTIAL_OUTAGE, 5760, 0)))
    assert (run.code, run.title) == ("pa", "1 November: partial outage, 1 hour 36 minutes")


def test_a_day_that_was_not_measured_all_day_is_not_plain_green() -> None:
    short, long = day_runs(days((FINE, 0, 600), (FINE, 0, 7200)))
    assert (short.code, short.title) == ("ok", "")
    assert (long.code, long.title) == ("ga", "2 November: no data for 2 hours")


def test_trouble_is_shown_before_a_gap() -> None:
    (run,) = day_runs(days((ComponentStatus.MAJOR_OUTAGE, 60, 7200)))
    assert (run.code, run.title) == ("ma", "1 November: major outage, 1 minute; no data for 2 hours")


def test_the_bar_can_be_read_aloud() -> None:
    text = bar_text(days((FINE, 0, 0), (FINE, 0, 7200), (ComponentStatus.NO_DATA, 0, 86400)))
    assert text == "The last 3 days: 2 operational, 1 no data. 1 of them were not measured all day."


def test_uptime_says_what_was_left_out() -> None:
    (seen,) = take_snapshot(site(), history(["00:00 http-1 operational"]), moment("12:00")).components
    assert uptime_text(seen) == "100 % · 89 days without data"
    (by_hand,) = take_snapshot(site({"downloads": 0}), history(), moment("12:00")).components
    assert uptime_text(by_hand) == "100 % · reported by people"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        ("2026-11-20T22:00:00Z", "2026-11-20T22:30:00Z", "Fri 20 Nov, 22:00–22:30"),
        ("2026-11-20T23:30:00Z", "2026-11-21T01:00:00Z", "Fri 20 Nov, 23:30–Sat 21 Nov, 01:00"),
        ("2025-03-01T02:00:00Z", "2025-03-01T03:00:00Z", "Sat 1 Mar 2025, 02:00–03:00"),
    ],
)
def test_windows_name_the_day_and_the_year_where_it_is_another(start: str, end: str, text: str) -> None:
    seen = take_snapshot(site(), history(), moment("12:00"))
    item = SimpleNamespace(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
    assert StatusFormat(seen, {}).window(cast("MaintenanceSnapshot", item)) == text


def test_the_end_of_an_incident_is_told_in_a_line() -> None:
    page = site(incidents=[{"id": "hand", "says": ["10:00 investigating", "10:30 resolved"]}])
    (incident,) = take_snapshot(page, history(), moment("12:00")).incidents
    assert closing_words(incident) == incident.updates[-1].body
    assert closing_words(incident, limit=8).endswith("…")
