from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from waypost.base.files.languages import load_words
from waypost.formats.observations import Resolution
from waypost.publishing.pages.charts import HEIGHT, WIDTH, Chart, latency_chart, latency_text
from waypost.status.rules.latency import POINTS, STEP, LatencyPoint, LatencySeries

ENGLISH, GERMAN = load_words("en"), load_words("de")
END = datetime(2026, 11, 21, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


def series(resolution: Resolution, *points: tuple[int, float, float]) -> LatencySeries:
    start = END - POINTS[resolution] * STEP[resolution]
    placed = [LatencyPoint(start + place * STEP[resolution], p50, p95) for place, p50, p95 in points]
    return LatencySeries(resolution, start, END, tuple(placed))


def drawn(found: LatencySeries, zone: ZoneInfo = BERLIN) -> Chart:
    chart = latency_chart(found, zone, ENGLISH)
    assert chart
    return chart


def spots(series: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (spot.split(",") for spot in series.split())]


@pytest.mark.parametrize(
    ("milliseconds", "english", "german"),
    [
        (0.0, "0 ms", "0 ms"),
        (87.4, "87 ms", "87 ms"),
        (999.4, "999 ms", "999 ms"),
        (999.5, "1 s", "1 s"),
        (1254, "1.25 s", "1,25 s"),
        (30_000, "30 s", "30 s"),
    ],
)
def test_a_latency_is_told_in_the_unit_that_fits(milliseconds: float, english: str, german: str) -> None:
    assert latency_text(milliseconds, ENGLISH) == english
    assert latency_text(milliseconds, GERMAN) == german


def test_the_drawing_holds_all_values_and_its_scale_is_a_round_number() -> None:
    chart = drawn(series(Resolution.HOUR, *((place, 100.0 + place, 400.0) for place in range(24))))
    assert chart.top == "500 ms"
    (half,), (most,) = chart.p50, chart.p95
    assert len(spots(half)) == 24
    assert spots(half)[0] == (12.5, pytest.approx(HEIGHT * 0.8, abs=0.1))
    assert {round(y) for _, y in spots(most)} == {round(HEIGHT * 0.2)}
    for x, y in [*spots(half), *spots(most)]:
        assert 0 <= x <= WIDTH
        assert 0 <= y <= HEIGHT


@pytest.mark.parametrize(
    ("slowest", "top"), [(0.0, "1 ms"), (1.0, "1 ms"), (20.0, "20 ms"), (21.0, "50 ms"), (5001.0, "10 s")]
)
def test_the_upper_edge_is_never_below_the_slowest(slowest: float, top: str) -> None:
    assert drawn(series(Resolution.HOUR, (0, 0.0, slowest))).top == top


def test_where_nothing_was_measured_the_line_has_a_gap() -> None:
    chart = drawn(series(Resolution.HOUR, (0, 10, 20), (1, 10, 20), (5, 10, 20), (8, 10, 20), (9, 10, 20)))
    assert [len(spots(series)) for series in chart.p50] == [2, 2, 2]
    assert [len(spots(series)) for series in chart.p95] == [2, 2, 2]
    # A point that stands alone would be nothing to see: it is as long as its hour.
    (left, _), (right, _) = spots(chart.p50[1])
    assert right - left == pytest.approx(WIDTH / 24)


def test_the_table_says_the_same_the_newest_first_in_the_zone_of_the_page() -> None:
    chart = drawn(series(Resolution.HOUR, (22, 10, 20), (23, 87, 1250)))
    assert chart.rows == (("21 Nov, 00:00", "87 ms", "1.25 s"), ("20 Nov, 23:00", "10 ms", "20 ms"))
    assert (chart.start, chart.end) == ("20 Nov, 01:00", "21 Nov, 00:00")
    assert chart.text == (
        "The last 24 hours: half of the answers came within 10 ms to 87 ms, 95 of 100 within 20 ms to 1.25 s."
    )


def test_days_are_those_of_utc_whatever_the_zone() -> None:
    chart = drawn(series(Resolution.DAY, (0, 10, 10), (89, 10, 10)), ZoneInfo("America/Los_Angeles"))
    assert [at for at, _, _ in chart.rows] == ["20 November", "23 August"]
    assert (chart.start, chart.end) == ("23 August", "20 November")
    assert "within 10 ms, 95 of 100 within 10 ms" in chart.text


def test_nothing_measured_is_no_drawing() -> None:
    assert latency_chart(series(Resolution.DAY), BERLIN, ENGLISH) is None


def test_a_drawing_of_ninety_days_stays_small() -> None:
    found = series(Resolution.DAY, *((place, 100.123 + place, 1234.567 + place) for place in range(90)))
    chart = drawn(found)
    assert len("".join([*chart.p50, *chart.p95])) < 2600
    assert re.fullmatch(r"[\d., ]+", "".join([*chart.p50, *chart.p95]))
    assert STEP[Resolution.DAY] == timedelta(days=1)
