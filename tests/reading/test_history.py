from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from helpers.histories import (
    BEGINNING,
    DAY,
    END,
    FEW,
    LINES,
    START,
    cut_off,
    edges,
    histories,
    in_milliseconds,
    moments,
    shuffled,
    watched,
)
from helpers.status_world import change, history, moment, stretch
from waypost.formats.status import Certificate, ComponentStatus, Coverage, UplinkGap
from waypost.formats.status_site import History
from waypost.reading.rules.history import clipped, first_day, merged, missing, series_of

REGIONS = ("", "eu", "us")


@FEW
@given(histories, histories)
def test_put_together_everything_of_both_is_there_and_nothing_else(left: History, right: History) -> None:
    both = merged(left, right)
    keys = [(series_of(row), row.confirmed_at) for row in both.changes]
    assert len(keys) == len(set(keys))
    assert set(keys) == {(series_of(row), row.confirmed_at) for each in (left, right) for row in each.changes}
    for at in edges(left, right):
        for series in LINES:
            assert watched(both, series)(at) == (watched(left, series)(at) or watched(right, series)(at))
        for region in REGIONS:
            assert cut_off(both, region)(at) == (cut_off(left, region)(at) or cut_off(right, region)(at))


@FEW
@given(histories, st.integers())
def test_order_and_doubles_do_not_matter(rows: History, seed: int) -> None:
    assert merged(shuffled(rows, seed)) == merged(rows) == merged(merged(rows)) == merged(rows, rows)


@FEW
@given(histories, histories, histories)
def test_putting_together_can_be_done_in_any_grouping(one: History, two: History, three: History) -> None:
    assert merged(merged(one, two), three) == merged(one, merged(two, three)) == merged(one, two, three)


@FEW
@given(histories)
def test_stretches_neither_touch_nor_overlap(rows: History) -> None:
    found = sorted(merged(rows).coverage, key=lambda row: (series_of(row), row.start))
    for left, right in itertools.pairwise(found):
        assert series_of(left) != series_of(right) or left.end < right.start


def test_the_later_history_wins_where_two_tell_of_the_same_change() -> None:
    text = history(["10:00>10:03 http-1 major_outage"], [])
    row = text.changes[0]
    database = History((replace(row, reason="HTTP status 503"),))
    assert merged(text, database).changes == database.changes
    assert merged(database, text).changes == text.changes


def test_a_gap_that_lasts_swallows_its_pieces() -> None:
    lasting = UplinkGap(moment("10:00"), None)
    piece = UplinkGap(moment("10:00"), moment("11-21 00:00"))
    other = UplinkGap(moment("10:00"), moment("11:00"), "eu")
    assert merged(History(uplink=(piece, other)), History(uplink=(lasting,))).uplink == (lasting, other)


def test_the_certificate_that_was_seen_last_is_kept() -> None:
    old, new = (
        Certificate("downloads", "http-1", moment(end), moment(read_at), 14)
        for end, read_at in (("11-25 00:00", "10:00"), ("11-30 00:00", "11:00"))
    )
    assert merged(History(certificates=(new,)), History(certificates=(old,))).certificates == (new,)


@FEW
@given(histories, histories)
def test_what_is_missing_completes_what_is_known(rows: History, known: History) -> None:
    new = missing(rows, known)
    assert in_milliseconds(merged(new, known)) == in_milliseconds(merged(rows, known))
    assert missing(rows, merged(rows, known)) == History()
    for at in edges(rows, known):
        assert not any(watched(new, series)(at) and watched(known, series)(at) for series in LINES)
        assert not any(cut_off(new, region)(at) and cut_off(known, region)(at) for region in REGIONS)


@FEW
@given(histories, moments)
def test_both_sides_of_a_cut_are_the_whole(rows: History, at: moments) -> None:  # type: ignore[valid-type]
    left, right = clipped(rows, BEGINNING, at), clipped(rows, at, END)
    assert merged(left, right) == merged(rows)
    assert all(row.start < row.end <= at for row in left.coverage)
    assert all(at <= row.start < row.end for row in right.coverage)
    assert all(row.confirmed_at < at for row in left.changes)
    assert len(left.changes) + len(right.changes) == len(rows.changes)


def test_a_gap_that_lasts_is_cut_at_the_end() -> None:
    found = clipped(History(uplink=(UplinkGap(START, None),)), START + DAY, START + 2 * DAY)
    assert found.uplink == (UplinkGap(START + DAY, START + 2 * DAY),)


def test_what_only_touches_a_cut_is_on_one_side() -> None:
    rows = History(
        coverage=(stretch("10:00-11:00 http-1"),), uplink=(UplinkGap(moment("10:00"), moment("11:00")),)
    )
    assert clipped(rows, moment("11:00"), moment("12:00")) == History()
    assert clipped(rows, moment("09:00"), moment("10:00")) == History()


def test_a_change_belongs_to_the_day_on_which_it_was_believed() -> None:
    late = change("11-19 23:59>11-20 00:02 http-1 major_outage")
    rows = History((late,))
    assert clipped(rows, moment("11-19 00:00"), moment("11-20 00:00")) == History()
    assert clipped(rows, moment("11-20 00:00"), moment("11-21 00:00")).changes == (late,)
    assert first_day(rows) == date(2026, 11, 20)


def test_the_first_day_is_that_of_any_row() -> None:
    assert first_day(History()) is None
    assert first_day(History(uplink=(UplinkGap(START, None),))) == START.date()
    east = Coverage("a", "b", START.astimezone().replace(), START + DAY)
    assert first_day(History((change("11-20 00:00 http-1 operational"),), (east,))) == START.date()
    assert change("10:00 http-1 operational").status is ComponentStatus.OPERATIONAL
