from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import history, moment, site
from waypost.base.intervals import day_start, micros, moment_of
from waypost.formats.status import ComponentStatus
from waypost.formats.status_config import Policy
from waypost.status.rules.state_steps import StateInterval
from waypost.status.rules.timeline import ComponentTimeline
from waypost.status.rules.uptime import (
    IN_DAYS,
    ROLLING,
    Account,
    Budget,
    Calendar,
    DaySummary,
    Uptime,
    Uptimes,
    pooled,
)

START = moment("2026-01-01T00:00:00+00:00")
BERLIN = ZoneInfo("Europe/Berlin")
# Years of maintenance around one counted second leave 8 of the 16 digits of a float; the page shows 4.
ROUNDING = 1e-6

stretches = st.lists(
    st.tuples(st.integers(1000, 40 * 86_400_000), st.sampled_from(ComponentStatus)), min_size=1, max_size=30
)
weights = st.dictionaries(
    st.sampled_from(
        [
            ComponentStatus.DEGRADED_PERFORMANCE,
            ComponentStatus.PARTIAL_OUTAGE,
            ComponentStatus.MAJOR_OUTAGE,
        ]
    ),
    st.floats(0, 1),
)
ANY = timedelta(milliseconds=1)
policies = st.builds(Policy, weights=weights, least_coverage=st.just(ANY))


def fill(parts: list[tuple[int, ComponentStatus]], start: datetime = START) -> list[StateInterval]:
    pieces, at = [], micros(start)
    for milliseconds, status in parts:
        pieces.append((at, at + milliseconds * 1000, status))
        at += milliseconds * 1000
    return pieces


def uptime(pieces: Sequence[StateInterval], policy: Policy) -> Uptime:
    window = (pieces[0][0], pieces[-1][1]) if pieces else (0, 0)
    return Account(pieces, policy).uptime(*window)


def daily(
    pieces: Sequence[StateInterval], now: datetime, zone: ZoneInfo, days: int
) -> tuple[DaySummary, ...]:
    return Calendar(now, zone, days).summaries(pieces)


def same(left: Uptime, right: Uptime) -> bool:
    if left.ratio is None or right.ratio is None:
        return left.ratio is right.ratio
    return math.isclose(left.ratio, right.ratio, abs_tol=ROUNDING)


@golden("uptime/ratios.yml")
def test_uptime_is_time_weighted(case: Case) -> None:
    parts = [(round(hours * 3_600_000), ComponentStatus(status)) for hours, status in case["stretches"]]
    found = uptime(fill(parts), Policy(weights=case.get("weights", {})))
    assert found.ratio == (None if case["ratio"] is None else pytest.approx(case["ratio"], abs=1e-9))
    assert found.percent == case["percent"]


@given(stretches, policies)
def test_the_ratio_lies_between_0_and_1(parts: list[tuple[int, ComponentStatus]], policy: Policy) -> None:
    found = uptime(fill(parts), policy)
    assert found.ratio is None or 0 <= found.ratio <= 1
    assert math.isclose(found.window, sum(length for length, _ in parts) / 1000)
    assert found.maintenance + found.no_data <= found.window + 1e-6
    unmeasured = {ComponentStatus.NO_DATA, ComponentStatus.UNDER_MAINTENANCE}
    if all(status in unmeasured for _, status in parts):
        assert found.ratio is None


@given(stretches, policies, st.integers(0, 29), st.floats(0.01, 0.99))
def test_splitting_an_interval_changes_nothing(
    parts: list[tuple[int, ComponentStatus]], policy: Policy, which: int, share: float
) -> None:
    intervals = fill(parts)
    index = which % len(intervals)
    start, end, status = intervals[index]
    cut = start + round((end - start) * share)
    halves = [(start, cut, status), (cut, end, status)]
    assert same(
        uptime([*intervals[:index], *halves, *intervals[index + 1 :]], policy), uptime(intervals, policy)
    )


@given(stretches, policies, st.integers(1, 400 * 86_400_000))
def test_time_without_coverage_never_changes_the_ratio(
    parts: list[tuple[int, ComponentStatus]], policy: Policy, silence: int
) -> None:
    longer = uptime(fill([*parts, (silence, ComponentStatus.NO_DATA)]), policy)
    assert same(longer, uptime(fill(parts), policy))
    assert longer.window > uptime(fill(parts), policy).window


@given(stretches, policies)
def test_a_second_more_of_an_outage_never_raises_the_ratio(
    parts: list[tuple[int, ComponentStatus]], policy: Policy
) -> None:
    heavier = policy.weight(ComponentStatus.MAJOR_OUTAGE) >= max(policy.weight(s) for s in ComponentStatus)
    before = uptime(fill(parts), policy).ratio
    after = uptime(fill([*parts, (1000, ComponentStatus.MAJOR_OUTAGE)]), policy).ratio
    if heavier and before is not None and after is not None:
        assert after <= before + ROUNDING


@given(st.floats(0, 1))
def test_the_percent_is_never_more_than_the_ratio(ratio: float) -> None:
    text = Uptime(ratio, 1, 0, 0).percent
    shown = float(text.removesuffix(" %"))
    assert 0 <= ratio * 100 - shown + 1e-9 < 0.01 + 2e-9
    assert (text == "100 %") == (shown == 100)


def test_the_window_cuts_off_what_lies_outside() -> None:
    changes = ["11-19 00:00 http-1 major_outage", "06:00 http-1 operational", "18:00 http-1 major_outage"]
    rows = history(changes, ["11-19 00:00-11-22 00:00 http-1"])
    line = ComponentTimeline(site().config.flat[0], site(), rows, moment("11-25 00:00"))
    found = uptime(line.intervals(micros(moment("04:00")), micros(moment("20:00"))), Policy())
    assert found.window == 16 * 3600
    assert found.ratio == pytest.approx(12 / 16)


CLOCK_CHANGES = [
    ("Europe/Berlin", date(2026, 3, 29), 23, "spring forward"),
    ("Europe/Berlin", date(2026, 10, 25), 25, "fall back"),
    ("Europe/Berlin", date(2026, 6, 1), 24, "an ordinary day"),
    ("Africa/Cairo", date(2026, 4, 24), 23, "midnight itself is skipped"),
    ("America/Havana", date(2026, 11, 1), 25, "midnight happens twice"),
    ("Australia/Lord_Howe", date(2026, 4, 5), 24.5, "half an hour"),
]


@pytest.mark.parametrize(
    ("name", "day", "hours", "reason"), CLOCK_CHANGES, ids=[row[3] for row in CLOCK_CHANGES]
)
def test_a_day_is_as_long_as_the_clock_makes_it(name: str, day: date, hours: float, reason: str) -> None:
    zone = ZoneInfo(name)
    start, end = day_start(day, zone), day_start(day + timedelta(days=1), zone)
    assert end.timestamp() - start.timestamp() == hours * 3600
    line = [(micros(START), micros(START + timedelta(days=365)), ComponentStatus.MAJOR_OUTAGE)]
    found = daily(line, end + timedelta(hours=2), zone, 2)[0]
    seconds = hours * 3600
    down = ComponentStatus.MAJOR_OUTAGE
    assert found == DaySummary(day, down, seconds, 0, ((down, seconds),))


def test_each_day_has_its_worst_state_and_its_seconds() -> None:
    intervals = fill([
        (86_400_000, ComponentStatus.OPERATIONAL),
        (43_200_000, ComponentStatus.NO_DATA),
        (36_000_000, ComponentStatus.OPERATIONAL),
        (3_600_000, ComponentStatus.DEGRADED_PERFORMANCE),
        (3_600_000, ComponentStatus.MAJOR_OUTAGE),
        (86_400_000, ComponentStatus.NO_DATA),
        (86_400_000, ComponentStatus.UNDER_MAINTENANCE),
        (3_600_000, ComponentStatus.OPERATIONAL),
    ])  # fmt: skip
    days = daily(intervals, START + timedelta(days=4, hours=1), ZoneInfo("UTC"), 6)
    assert [(f"{item.day:%m-%d}", item.status, item.trouble, item.no_data) for item in days] == [
        ("12-31", "no_data", 0, 0),
        ("01-01", "operational", 0, 0),
        ("01-02", "major_outage", 7200, 43_200),
        ("01-03", "no_data", 0, 86_400),
        ("01-04", "under_maintenance", 0, 0),
        ("01-05", "operational", 0, 0),
    ]


def test_an_ongoing_incident_paints_every_day_up_to_now() -> None:
    place = site(incidents=[{"id": "long", "says": ["11-10 22:30 investigating"]}], zone="Europe/Berlin")
    rows = history(["11-01 00:00 http-1 operational"], ["11-01 00:00-11-21 00:00 http-1"])
    line = ComponentTimeline(place.config.flat[0], place, rows, moment("11-25 00:00"))
    now = moment("10:00")
    days = daily(line.intervals(micros(moment("11-01 00:00")), micros(now)), now, BERLIN, 12)
    painted = [f"{item.day:%m-%d}" for item in days if item.status is ComponentStatus.PARTIAL_OUTAGE]
    assert painted == [f"11-{day}" for day in range(10, 21)]
    assert [days[1].trouble, days[2].trouble, days[-1].trouble] == [1800, 86_400, 11 * 3600]


@given(stretches, st.sampled_from(["UTC", "Europe/Berlin", "America/Havana", "Asia/Kathmandu"]))
def test_days_add_up_to_the_window(parts: list[tuple[int, ComponentStatus]], name: str) -> None:
    intervals = fill(parts)
    now = moment_of(intervals[-1][1])
    days = daily(intervals, now, ZoneInfo(name), (now - START).days + 3)
    assert len({item.day for item in days}) == len(days)
    trouble = sum(end - start for start, end, status in intervals if status.is_trouble) / 1e6
    assert math.isclose(sum(item.trouble for item in days), trouble, abs_tol=0.01)
    assert math.isclose(sum(item.no_data for item in days), uptime(intervals, Policy()).no_data, abs_tol=0.01)


@given(stretches, policies, st.integers(1, 50), st.integers(1, 50))
def test_the_uptime_of_a_window_is_that_of_its_parts(
    parts: list[tuple[int, ComponentStatus]], policy: Policy, first: int, second: int
) -> None:
    pieces = fill(parts)
    begin, end = pieces[0][0], pieces[-1][1]
    cuts = sorted({begin, end, begin + (end - begin) * first // 50, begin + (end - begin) * second // 51})
    account = Account(pieces, policy)
    split = pooled([account.uptime(left, right) for left, right in itertools.pairwise(cuts)])
    whole = account.uptime(begin, end)
    assert same(split, whole)
    assert (split.window, split.no_data, split.maintenance) == pytest.approx(
        (whole.window, whole.no_data, whole.maintenance), abs=0.01
    )


@given(stretches, policies)
def test_maintenance_counted_as_downtime_is_never_better(
    parts: list[tuple[int, ComponentStatus]], policy: Policy
) -> None:
    found = uptime(fill(parts), policy)
    if found.with_maintenance is None:
        assert found.ratio is None
    else:
        assert 0 <= found.with_maintenance <= (1.0 if found.ratio is None else found.ratio) + ROUNDING


@given(st.lists(stretches, min_size=1, max_size=4), policies, st.randoms())
def test_several_components_are_weighed_by_the_time_they_were_measured(
    several: list[list[tuple[int, ComponentStatus]]], policy: Policy, shuffler: Random
) -> None:
    found = [uptime(fill(parts), policy) for parts in several]
    together = pooled(found)
    assert same(together, uptime(fill([part for parts in several for part in parts]), policy))
    ratios = [part.ratio for part in found if part.ratio is not None]
    if together.ratio is not None:
        assert min(ratios) - ROUNDING <= together.ratio <= max(ratios) + ROUNDING
    shuffler.shuffle(found)
    assert pooled(found) == together


def test_what_was_hardly_measured_hardly_counts() -> None:
    hour = 3_600_000
    short = uptime(
        fill([(hour, ComponentStatus.MAJOR_OUTAGE), (99 * hour, ComponentStatus.NO_DATA)]), Policy()
    )
    long = uptime(fill([(99 * hour, ComponentStatus.OPERATIONAL)]), Policy())
    assert pooled([short, long]).percent == "99.00 %"


NOW = moment("2026-11-20T15:30:00+00:00")


@pytest.mark.parametrize(
    ("now", "zone", "hours", "reason"),
    [
        ("2026-11-20T15:30:00+00:00", "UTC", {"24h": 24, "7d": 6 * 24 + 15.5, "2026-11": 19 * 24 + 15.5}, "plain"),
        ("2026-10-26T00:30:00+01:00", "Europe/Berlin", {"24h": 24, "7d": 6 * 24 + 1.5, "3d": 72}, "25 hours"),
        ("2026-03-30T00:30:00+02:00", "Europe/Berlin", {"24h": 24, "7d": 6 * 24 - 0.5, "6h": 6}, "23 hours"),
        ("2026-11-02T00:00:00-05:00", "America/New_York", {"7d": 6 * 24 + 1, "2026-11": 25}, "25 hours"),
        ("2026-04-06T12:00:00+10:30", "Australia/Lord_Howe", {"7d": 6 * 24 + 12.5, "30d": 29 * 24 + 12.5}, "half"),
        ("2026-03-01T00:00:00+00:00", "UTC", {"2026-03": 0, "2026-02": 28 * 24, "2026-01": 31 * 24}, "month's start"),
    ],
)  # fmt: skip
def test_a_window_is_as_long_as_the_clock_makes_it(
    now: str, zone: str, hours: dict[str, float], reason: str
) -> None:
    calendar = Calendar(moment(now), ZoneInfo(zone))
    pieces = [(calendar.begin, micros(moment(now)), ComponentStatus.OPERATIONAL)]
    found = calendar.uptimes(pieces, Policy(), calendar.begin)
    published = {**found.windows, **found.months}
    assert {name: published[name].window / 3600 for name in hours} == hours, reason


def test_months_are_the_latest_twelve_and_none_from_before_anything_was_known() -> None:
    calendar = Calendar(NOW, BERLIN)
    pieces = [(calendar.begin, micros(NOW), ComponentStatus.OPERATIONAL)]
    assert list(calendar.uptimes(pieces, Policy(), calendar.begin).months) == [
        "2026-11", "2026-10", "2026-09", "2026-08", "2026-07", "2026-06",
        "2026-05", "2026-04", "2026-03", "2026-02", "2026-01", "2025-12",
    ]  # fmt: skip
    october = micros(moment("2026-10-01T00:00:00+02:00"))
    assert list(calendar.uptimes(pieces, Policy(), october).months) == ["2026-11", "2026-10"]
    assert list(calendar.uptimes(pieces, Policy(), october - 1).months)[-1] == "2026-09"


@given(stretches, st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]))
def test_months_and_days_add_up_over_every_change_of_the_clocks(
    parts: list[tuple[int, ComponentStatus]], name: str
) -> None:
    calendar = Calendar(NOW, ZoneInfo(name))
    pieces = fill(parts, moment_of(calendar.begin))
    pieces = [(start, min(end, micros(NOW)), status) for start, end, status in pieces if start < micros(NOW)]
    pieces.append((pieces[-1][1], micros(NOW), ComponentStatus.NO_DATA))
    found = calendar.uptimes(pieces, Policy(), calendar.begin)
    assert sum(month.window for month in found.months.values()) * 1e6 == micros(NOW) - calendar.begin
    days = calendar.summaries(pieces)
    ninety = Account(pieces, Policy()).uptime(calendar.first_day, micros(NOW))
    assert found.windows["90d"] == ninety
    assert sum(day.no_data for day in days) == pytest.approx(ninety.no_data)


def test_equal_days_are_one_object() -> None:
    calendar = Calendar(NOW, BERLIN)
    well = [(calendar.begin, micros(NOW), ComponentStatus.OPERATIONAL)]
    first, second = calendar.summaries(well), calendar.summaries(well)
    assert len(first) == 90
    assert all(left is right for left, right in zip(first, second, strict=True))


def budget_of(parts: list[tuple[float, ComponentStatus]], slo: float) -> Budget:
    calendar = Calendar(NOW, ZoneInfo("UTC"))
    hours = sum(length for length, _ in parts)
    begin = micros(NOW) - round(hours * 3_600_000_000)
    measured = fill([(round(length * 3_600_000), status) for length, status in parts], moment_of(begin))
    pieces = [(calendar.begin, begin, ComponentStatus.NO_DATA), *measured]
    return calendar.uptimes(pieces, Policy(slo=slo), calendar.begin).budget(Policy(slo=slo))


def test_the_error_budget_is_what_the_goal_allows_of_the_measured_time() -> None:
    well, down = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
    found = budget_of([(99, well), (0.5, down), (0.5, well)], 99)
    assert (found.goal, found.allowed, found.spent, found.left) == pytest.approx((99, 3600, 1800, 1800))
    # Half of the last hour was down, and a hundredth is allowed.
    assert found.burn_rates == pytest.approx({"1h": 50, "6h": 50 / 6, "24h": 50 / 24, "3d": 50 / 72})
    missed = budget_of([(9, well), (1, ComponentStatus.PARTIAL_OUTAGE)], 99)
    assert (missed.spent, missed.left) == pytest.approx((0.3 * 3600, 360 - 0.3 * 3600))


def test_no_data_allows_nothing_and_burns_nothing() -> None:
    found = budget_of([(100, ComponentStatus.NO_DATA)], 99)
    assert (found.allowed, found.spent, found.left) == (None, None, None)
    assert set(found.burn_rates.values()) == {None}


@given(stretches, st.floats(1, 99.99))
def test_the_budget_is_kept_exactly_when_the_goal_is(
    parts: list[tuple[int, ComponentStatus]], slo: float
) -> None:
    policy = Policy(slo=slo)
    window = uptime(fill(parts), policy)
    names = [*ROLLING, *IN_DAYS]
    found = Uptimes(dict.fromkeys(names, window), {}).budget(policy)
    if window.ratio is not None and abs(window.ratio - slo / 100) > ROUNDING:
        assert (found.left > 0) == (window.ratio > slo / 100)
        assert all(rate is not None and rate >= 0 for rate in found.burn_rates.values())
