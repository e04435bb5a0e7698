from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.histories import FEW, LINES, START, cut_off, histories, shuffled, watched
from helpers.status_world import history_of, moment
from waypost.formats.observations import Series
from waypost.formats.status import MEASURED, ComponentStatus, UplinkGap
from waypost.formats.status_site import History
from waypost.reading.rules.history import series_of, times_by_day

FIRST, LAST = START.date(), START.date() + timedelta(days=10)


@golden("history/daily.yml")
def test_a_day_is_spent_in_states(case: Case) -> None:
    rows = history_of(case)
    gaps = (text.split("-", 1) for text in case.get("uplink", ()))
    rows = History(
        rows.changes, rows.coverage, tuple(UplinkGap(moment(start), moment(end)) for start, end in gaps)
    )
    found = times_by_day(rows, case.get("first", date(2026, 11, 1)), case.get("last", date(2026, 11, 30)))
    assert {
        f"{day} {series.component}/{series.check}": {
            status.value: time / 60_000 for status, time in zip(MEASURED, times, strict=True) if time
        }
        for (day, series), times in found.items()
    } == case["minutes"]


@FEW
@given(histories, st.integers())
def test_order_and_doubles_do_not_matter(rows: History, seed: int) -> None:
    assert times_by_day(shuffled(rows, seed), FIRST, LAST) == times_by_day(rows, FIRST, LAST)


def state_of(rows: History, series: Series, at: datetime) -> ComponentStatus | None:
    """Say what a line was in at a moment, from the rows one by one."""
    if not watched(rows, series)(at) or cut_off(rows, series.region)(at):
        return None
    earlier = [row for row in rows.changes if series_of(row) == series and row.at <= at]
    return max(earlier, key=lambda row: (row.at, row.confirmed_at)).status if earlier else None


@FEW
@given(histories)
def test_times_are_what_counting_moments_gives(rows: History) -> None:
    edges = sorted(
        {
            *(datetime(2026, 10, 30, tzinfo=UTC) + timedelta(days=number) for number in range(12)),
            *(row.at for row in rows.changes),
            *(edge for row in rows.coverage for edge in (row.start, row.end)),
            *(edge for gap in rows.uplink for edge in (gap.start, gap.end) if edge),
        }
    )
    counted: dict[tuple[date, Series], dict[ComponentStatus, timedelta]] = {}
    for left, right in itertools.pairwise(edges):
        for series in LINES:
            status = state_of(rows, series, left)
            if status is not None:
                day = counted.setdefault((left.date(), series), {})
                day[status] = day.get(status, timedelta(0)) + (right - left)
    assert {
        key: tuple(round(spent.get(status, timedelta(0)) / timedelta(milliseconds=1)) for status in MEASURED)
        for key, spent in counted.items()
    } == times_by_day(rows, FIRST, LAST)
