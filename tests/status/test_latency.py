from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.sketches import sketch_of
from waypost.base.sketch import ACCURACY
from waypost.formats.observations import Resolution, Rollup, Series
from waypost.status.rules.latency import POINTS, STEP, latencies, latency_series, window

NOW = datetime(2026, 11, 20, 12, 34, 56, tzinfo=UTC)
START, END = window(NOW, Resolution.HOUR)


def rollup(
    hours: int, values: list[float], component: str = "web", check: str = "http-1", region: str = ""
) -> Rollup:
    return Rollup(
        Series(component, check, region), START + timedelta(hours=hours), {}, sketch_of(values).to_bytes()
    )


@pytest.mark.parametrize(
    ("resolution", "start", "end"),
    [
        (Resolution.HOUR, "2026-11-19T12:00:00+00:00", "2026-11-20T12:00:00+00:00"),
        (Resolution.DAY, "2026-08-22T00:00:00+00:00", "2026-11-20T00:00:00+00:00"),
    ],
)
def test_a_series_is_about_what_is_over(resolution: Resolution, start: str, end: str) -> None:
    expected = (datetime.fromisoformat(start), datetime.fromisoformat(end))
    assert window(NOW, resolution) == expected
    # In another zone it is the same moment, and the hours and days are those of UTC.
    assert window(NOW.astimezone(timezone(timedelta(hours=13, minutes=45))), resolution) == expected
    assert (expected[1] - expected[0]) / STEP[resolution] == POINTS[resolution]


def test_checks_and_regions_of_a_component_are_merged() -> None:
    rows = [
        rollup(3, [100] * 90),
        rollup(3, [100] * 5, check="tcp-1"),
        rollup(3, [2000] * 5, region="us"),
        rollup(4, [300]),
        rollup(4, [50], component="mail"),
    ]
    found = latency_series(rows, START, END, Resolution.HOUR)
    assert set(found) == {"web", "mail"}
    first, second = found["web"].points
    assert (first.at, second.at) == (START + timedelta(hours=3), START + timedelta(hours=4))
    assert (first.p50, first.p95) == (pytest.approx(100, rel=ACCURACY), pytest.approx(100, rel=ACCURACY))
    # One more slow answer, and five of a hundred are not the slowest of twenty any more.
    slower = latency_series([*rows, rollup(3, [2000], region="eu")], START, END, Resolution.HOUR)
    assert slower["web"].points[0].p95 == pytest.approx(2000, rel=ACCURACY)
    assert slower["web"].points[0].p50 == pytest.approx(100, rel=ACCURACY)


def test_what_lies_outside_or_holds_nothing_is_left_out() -> None:
    rows = [rollup(-1, [100]), rollup(24, [100]), rollup(2, [])]
    assert latency_series(rows, START, END, Resolution.HOUR) == {}


def test_a_component_with_days_alone_has_no_hours() -> None:
    start, end = window(NOW, Resolution.DAY)
    day = Rollup(Series("web", "http-1"), start, {}, sketch_of([80]).to_bytes())
    found = latencies({}, latency_series([day], start, end, Resolution.DAY), NOW)
    assert found["web"].hours.points == ()
    assert (found["web"].hours.start, found["web"].hours.end) == (START, END)
    assert [point.at for point in found["web"].days.points] == [start]


@given(st.lists(st.tuples(st.integers(0, 23), st.lists(st.integers(1, 100_000), max_size=8)), max_size=12))
def test_points_are_in_order_and_half_is_faster_than_most(cases: list[tuple[int, list[float]]]) -> None:
    rows = [rollup(hour, values, check=f"http-{place}") for place, (hour, values) in enumerate(cases)]
    found = latency_series(rows, START, END, Resolution.HOUR)
    points = found["web"].points if found else ()
    assert [point.at for point in points] == sorted({point.at for point in points})
    assert all(START <= point.at < END and 0 < point.p50 <= point.p95 for point in points)
    everything = [value for _, values in cases for value in values]
    assert bool(points) == bool(everything)
    for point in points:
        assert min(everything) * (1 - ACCURACY) <= point.p50
        assert point.p95 <= max(everything) * (1 + ACCURACY)
