from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from helpers.cases import Case, golden
from waypost.formats.support import ContactChannel, DayHoursText, Office, Tier
from waypost.support.rules.business_hours import HORIZON, Opening, OpeningHours, opening_hours_of

HOURS = TypeAdapter(dict[str, DayHoursText])
OFFICE = TypeAdapter(Office).validate_python(
    {
        "name": "Support",
        "city": "Berlin",
        "time_zone": "Europe/Berlin",
        "hours": {"monday": "09:00-18:00"},
        "holidays": [{"date": "2026-12-25", "name": "Christmas"}],
    }
)


def schedule(written: dict[str, Any]) -> OpeningHours:
    return OpeningHours(
        week=HOURS.validate_python(written["week"]),
        zone=ZoneInfo(written["zone"]),
        holidays=frozenset(written.get("holidays", [])),
        always=written.get("always", False),
    )


@golden("support/hours.yml")
def test_opening_hours_are_points_in_time(case: Case) -> None:
    hours, now = schedule(case["schedule"]), case["at"]
    assert hours.is_open(now) is case["open"]
    assert hours.next_opening(now) == case["opens"]
    assert hours.closes(now) == case["closes"]
    assert {count: hours.add_hours(now, count) for count in case["add"]} == case["add"]


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        (date(2026, 11, 23), (8, 17)),  # winter
        (date(2026, 7, 6), (7, 16)),  # summer
        (date(2026, 11, 24), None),  # a Tuesday
    ],
)
def test_the_hours_of_a_day_follow_the_clock_of_the_zone(day: date, hours: tuple[int, int] | None) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
    ends = (midnight.replace(hour=hour) for hour in hours or ())
    assert opening_hours_of(None, OFFICE).spans(day) == ((Opening(*ends),) if hours else ())


def test_a_time_may_come_with_any_offset() -> None:
    hours = opening_hours_of(None, OFFICE)
    tokyo = datetime(2026, 11, 23, 17, 30, tzinfo=ZoneInfo("Asia/Tokyo"))
    assert hours.is_open(tokyo)
    assert hours.add_hours(tokyo, 1) == tokyo + timedelta(hours=1)


def test_a_fraction_of_an_hour_counts() -> None:
    now = datetime(2026, 11, 23, 16, 45, tzinfo=UTC)
    assert opening_hours_of(None, OFFICE).add_hours(now, 0.5) == datetime(2026, 11, 30, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("entry", "week", "always"),
    [
        (None, ["monday"], False),
        ({"hours": {"friday": "08:00-10:00"}}, ["friday"], False),
        ({}, ["monday"], False),  # the office's
        ({"always": True}, ["monday"], True),
    ],
)
def test_channels_and_tiers_have_the_hours_of_the_office_unless_they_say_otherwise(
    entry: dict[str, Any] | None, week: list[str], always: bool
) -> None:
    mail = {"id": "x", "name": "X", "kind": "email", "address": "help@example.org"}
    channel = TypeAdapter(ContactChannel).validate_python({**mail, **entry}) if entry is not None else None
    level = {"id": "x", "name": "X", "first_answer": {"low": "4h"}}
    tier = TypeAdapter(Tier).validate_python({**level, **entry}) if entry is not None else None
    for found in (opening_hours_of(channel, OFFICE), opening_hours_of(tier, OFFICE)):
        assert (list(found.week), found.always) == (week, always)
        assert found.zone.key == "Europe/Berlin"
        assert found.holidays == {date(2026, 12, 25)}


TIMES = st.integers(0, 1439).map(lambda minute: f"{minute // 60:02}:{minute % 60:02}")
SPANS = st.tuples(TIMES, TIMES | st.just("24:00")).filter(lambda pair: pair[0] < pair[1]).map("-".join)
WEEKS = st.dictionaries(
    st.sampled_from(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]), SPANS
)
ZONES = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe", "UTC"])
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
NOWS = st.integers(0, 2 * 366 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))


@given(WEEKS, ZONES, NOWS, st.integers(1, 72))
def test_whatever_the_week_the_answers_agree_with_each_other(
    week: dict[str, str], zone: str, now: datetime, count: int
) -> None:
    hours = schedule({"week": week, "zone": zone})
    opens, closes, deadline = hours.next_opening(now), hours.closes(now), hours.add_hours(now, count)
    assert hours.is_open(now) == (opens == now)
    assert (opens is None) == (not week)
    if opens:
        assert hours.is_open(opens)
        assert opens == now or not hours.is_open(opens - timedelta(microseconds=1))
    if closes:
        assert now < closes <= now + HORIZON
        assert hours.is_open(closes - timedelta(microseconds=1))
        assert not hours.is_open(closes)
    if deadline:
        # Open time that passes from now to the deadline is exactly what was asked for.
        passed = [min(o.end, deadline) - max(o.start, now) for o in hours.openings(now) if o.start < deadline]
        assert sum(passed, timedelta()) == timedelta(hours=count)
