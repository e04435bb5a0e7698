from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.histories import DAY, FEW, START, histories, in_milliseconds, shuffled
from helpers.status_world import history_of, moment
from waypost.formats.observations import Series
from waypost.formats.status import Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.reading.rules.history import DailyFigures, clipped, merged
from waypost.reading.rules.history_text import (
    CHANGES,
    COVERAGE,
    DAILY,
    DIGESTS,
    FORMER,
    MAX_REASON,
    UPLINK,
    BadCell,
    Row,
    RowKind,
    daily_line,
    digest_line,
    lines_by_day,
    milliseconds,
    plain_reason,
    read_row,
    table_text,
    time_text,
)

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)


def cells(kind: RowKind, series: str) -> dict[str, str]:
    return dict(zip(kind.columns, series.split("\t"), strict=True))


def read(kind: RowKind, series: str) -> Row:
    return read_row(kind, cells(kind, series))


@golden("history/lines.yml")
def test_rows_become_the_lines_of_their_days(case: Case) -> None:
    found = lines_by_day(history_of(case), case.get("first", FIRST), case.get("last", LAST))
    assert found == {
        day: {
            kind: [series.replace("-\t", "\t").removesuffix("-") for series in map(_tabs, kinds[kind.name])]
            for kind in (CHANGES, COVERAGE, UPLINK)
            if kind.name in kinds
        }
        for day, kinds in case["days"].items()
    }


def _tabs(series: str) -> str:
    return "\t".join("" if cell == "-" else cell for cell in series.split(" "))


@FEW
@given(histories, st.integers())
def test_lines_read_again_are_the_same_history(rows: History, seed: int) -> None:
    lines = lines_by_day(shuffled(rows, seed), FIRST, LAST)
    assert lines == lines_by_day(rows, FIRST, LAST)
    found = [
        read(kind, series) for kinds in lines.values() for kind, many in kinds.items() for series in many
    ]
    again = History(
        tuple(row for row in found if isinstance(row, StateChange)),
        tuple(row for row in found if isinstance(row, Coverage)),
        tuple(row for row in found if isinstance(row, UplinkGap)),
    )
    assert in_milliseconds(merged(again)) == in_milliseconds(merged(rows))
    assert lines_by_day(again, FIRST, LAST) == lines


def test_a_gap_that_lasts_goes_on_to_the_last_day() -> None:
    rows = History(uplink=(UplinkGap(moment("2026-11-20T18:00:00Z"), None, "eu"),))
    assert lines_by_day(rows, date(2026, 11, 20), date(2026, 11, 21)) == {
        date(2026, 11, 20): {UPLINK: ["2026-11-20T18:00:00Z\t2026-11-21T00:00:00Z\teu"]},
        date(2026, 11, 21): {UPLINK: ["2026-11-21T00:00:00Z\t2026-11-22T00:00:00Z\teu"]},
    }


@FEW
@given(histories)
def test_each_day_stands_for_itself(rows: History) -> None:
    whole = lines_by_day(rows, FIRST, LAST)
    for day, lines in whole.items():
        start = START + (day - START.date()) * 1
        assert lines_by_day(clipped(rows, start, start + DAY), FIRST, LAST) == {day: lines}


@FEW
@given(st.integers(0, 4_000_000_000_000))
def test_times_are_read_as_they_were_written(number: int) -> None:
    assert milliseconds(moment(time_text(number))) == number


@FEW
@given(st.lists(st.integers(0, 4_000_000_000_000)))
def test_times_of_whole_seconds_sort_as_text(numbers: list[int]) -> None:
    texts = [time_text(number // 1000 * 1000) for number in numbers]
    assert sorted(texts) == [time_text(number // 1000 * 1000) for number in sorted(numbers)]


@FEW
@given(st.text())
def test_a_reason_fits_into_a_cell_and_says_the_same_when_written_again(text: str) -> None:
    reason = plain_reason(text)
    assert "\t" not in reason
    assert len(reason.splitlines()) <= 1
    assert len(reason) <= MAX_REASON
    assert reason.encode().decode() == reason == plain_reason(reason)


def test_a_reason_keeps_its_words() -> None:
    assert plain_reason("HTTP status\t503,\nexpected 200") == "HTTP status 503, expected 200"
    assert plain_reason("\x1b[2J\u202ehidden") == "\ufffd[2J\ufffdhidden"


FIGURES = DailyFigures(
    date(2026, 11, 20), Series("downloads", "http-1", "eu"), (86_000_000, 0, 250_500, 0), 1437, 93, 640
)


def test_the_figures_of_a_day() -> None:
    series = daily_line(FIGURES)
    assert series == "2026-11-20\tdownloads\thttp-1\teu\t86000\t0\t250.5\t0\t1437\t93\t640"
    assert read(DAILY, series) == FIGURES
    silent = DailyFigures(FIGURES.day, FIGURES.series, FIGURES.times)
    assert daily_line(silent).endswith("\t0\t\t")
    assert read(DAILY, daily_line(silent)) == silent


def test_a_digest_is_read_as_it_was_written() -> None:
    row = (date(2026, 11, 20), "ab" * 32)
    assert read(DIGESTS, digest_line(row)) == row


def test_a_table_has_its_header_and_each_line_once_sorted() -> None:
    assert table_text(DIGESTS, ["b", "a", "b"]) == "day\tdigest\na\nb\n"


def test_tables_of_before_there_were_regions_are_read() -> None:
    changes, coverage = FORMER
    row = read(changes, "2026-08-20T00:00:00Z\tapi\thttp-1\toperational\t2026-08-20T00:01:00Z\t")
    assert isinstance(row, StateChange)
    assert (row.region, row.confirmed_at - row.at) == ("", timedelta(minutes=1))
    stretch = read(coverage, "api\thttp-1\t2026-08-20T00:00:00Z\t2026-08-21T00:00:00Z")
    assert stretch == Coverage("api", "http-1", moment("2026-08-20T00:00Z"), moment("2026-08-21T00:00Z"))


GOOD = {
    CHANGES: "2026-11-20T10:03:00Z\t2026-11-20T10:00:00Z\tapi\thttp-1\teu\tmajor_outage\tHTTP status 503",
    COVERAGE: "2026-11-20T00:00:00Z\t2026-11-21T00:00:00Z\tapi\thttp-1\t",
    UPLINK: "2026-11-20T10:00:00Z\t2026-11-20T10:04:00Z\t",
    DAILY: daily_line(FIGURES),
    DIGESTS: "2026-11-20\t" + "0" * 64,
}


@pytest.mark.parametrize(
    ("kind", "column", "value"),
    [
        (CHANGES, "confirmed_at", "2026-11-20T10:03:00"),
        (CHANGES, "at", "yesterday"),
        (CHANGES, "component", ""),
        (CHANGES, "component", "a b"),
        (CHANGES, "check", "../x"),
        (CHANGES, "region", "EU"),
        (CHANGES, "status", "no_data"),
        (CHANGES, "status", "under_maintenance"),
        (COVERAGE, "until", "2026-11-20T00:00:00Z"),
        (COVERAGE, "check", "a" * 65),
        (UPLINK, "until", ""),
        (DAILY, "day", "2026-02-30"),
        (DAILY, "day", "2026-11-20T00:00"),
        (DAILY, "operational", "-1"),
        (DAILY, "operational", "86401"),
        (DAILY, "answers", "many"),
        (DAILY, "answers", "9" * 5000),
        (DAILY, "p95_ms", "nan"),
        (DIGESTS, "digest", "0" * 63),
        (DIGESTS, "digest", "G" * 64),
        (DIGESTS, "day", "0001-01-01"),
    ],
)
def test_a_bad_cell_is_named(kind: RowKind, column: str, value: str) -> None:
    values = cells(kind, GOOD[kind])
    read_row(kind, values)
    with pytest.raises(BadCell) as caught:
        read_row(kind, {**values, column: value})
    assert caught.value.column == column
    assert len(str(caught.value)) < 200


@FEW
@given(st.sampled_from(list(GOOD)), st.data())
def test_any_text_is_read_or_named(kind: RowKind, data: st.DataObject) -> None:
    values = cells(kind, GOOD[kind])
    column = data.draw(st.sampled_from(kind.columns))
    try:
        read_row(kind, {**values, column: data.draw(st.text(max_size=80))})
    except BadCell as fault:
        kind.columns.index(fault.column)
