from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.status_world import history, history_of, incident, moment, site, site_of, words
from waypost.base.intervals import micros, moment_of
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.incidents import active_incidents
from waypost.status.rules.timeline import ComponentTimeline

DAY = (moment("00:00"), moment("11-21 00:00"))
LATER = moment("11-25 00:00")


def timeline(place: StatusSite, rows: History) -> ComponentTimeline:
    return ComponentTimeline(place.config.flat[0], place, rows, LATER)


@dataclass(frozen=True)
class Interval:
    start: datetime
    end: datetime
    status: ComponentStatus

    @property
    def seconds(self) -> float:
        return (self.end - self.start).total_seconds()


def intervals(line: ComponentTimeline, start: datetime, end: datetime) -> tuple[Interval, ...]:
    return tuple(
        Interval(moment_of(left), moment_of(right), status)
        for left, right, status in line.intervals(micros(start), micros(end))
    )


def assert_tiles(pieces: tuple[Interval, ...]) -> None:
    assert all(piece.seconds > 0 for piece in pieces)
    for left, right in itertools.pairwise(pieces):
        assert left.end == right.start
        assert left.status is not right.status


@golden("timeline/components.yml")
def test_a_component_has_one_state_at_any_time(case: Case) -> None:
    start, end = (moment(text) for text in case["window"]) if "window" in case else DAY
    line = timeline(site_of(case), history_of(case))
    pieces = intervals(line, start, end)
    assert [f"{words(piece.start)} {piece.status}" for piece in pieces] == case["states"]
    assert_tiles(pieces)
    for piece in pieces:
        last = piece.end - timedelta(microseconds=1)
        assert line.at(piece.start) is line.at(last) is piece.status
    if pieces:
        assert (pieces[0].start, pieces[-1].end) == (start, end)


def test_what_the_checks_show_alone_stays_known_under_a_written_incident() -> None:
    place = site(incidents=[{"id": "hand", "says": ["10:00 investigating"]}])
    line = timeline(place, history(["00:00 http-1 operational"]))
    assert line.at(moment("12:00")) is ComponentStatus.PARTIAL_OUTAGE
    assert line.measured_at(moment("12:00")) is ComponentStatus.OPERATIONAL


def test_active_incidents_have_begun_and_are_not_over_newest_first() -> None:
    items = [
        incident({"id": "over", "says": ["08:00 investigating", "09:00 resolved"]}),
        incident({"id": "ends-now", "says": ["08:00 investigating", "10:00 resolved"]}),
        incident({"id": "older", "says": ["07:00 investigating", "09:00 monitoring"]}),
        incident({"id": "begins-now", "says": ["10:00 investigating"]}),
        incident({"id": "to-come", "says": ["10:01 investigating"]}),
        incident({"id": "ends-later", "says": ["08:00 investigating", "10:01 resolved"]}),
    ]
    active = active_incidents(items, moment("10:00"))
    assert [item.id for item in active] == ["begins-now", "ends-later", "older"]


minutes = st.integers(0, 1440).map(lambda count: DAY[0] + timedelta(minutes=count))
changes = st.lists(
    st.builds(
        lambda at, check, status: StateChange("downloads", check, at, status, at),
        minutes, st.sampled_from(["http-1", "http-2"]), st.sampled_from(MEASURED),
    ),
    max_size=12, unique_by=lambda item: (item.check, item.at),
)  # fmt: skip
coverages = st.lists(
    st.builds(
        lambda start, length, check: Coverage("downloads", check, start, start + timedelta(minutes=length)),
        minutes, st.integers(1, 600), st.sampled_from(["http-1", "http-2"]),
    ),
    max_size=6,
)  # fmt: skip


@given(changes, coverages, st.randoms())
def test_the_order_of_rows_does_not_matter(
    rows: list[StateChange], covered: list[Coverage], shuffler: Random
) -> None:
    place = site({"downloads": 2})
    expected = intervals(timeline(place, History(tuple(rows), tuple(covered))), *DAY)
    shuffler.shuffle(rows)
    shuffler.shuffle(covered)
    assert intervals(timeline(place, History(tuple(rows), tuple(covered))), *DAY) == expected
    assert_tiles(expected)


@given(changes, coverages, minutes)
def test_a_window_cut_in_two_shows_the_same(
    rows: list[StateChange], covered: list[Coverage], cut: datetime
) -> None:
    line = timeline(site({"downloads": 2}), History(tuple(rows), tuple(covered)))
    for piece in (*intervals(line, DAY[0], cut), *intervals(line, cut, DAY[1])):
        assert line.at(piece.start) is piece.status
    whole = sum(piece.seconds for piece in intervals(line, *DAY))
    assert (
        sum(p.seconds for p in (*intervals(line, DAY[0], cut), *intervals(line, cut, DAY[1])))
        == whole
        == 86_400
    )


@given(changes, coverages)
def test_there_is_data_exactly_where_something_was_watched_and_known(
    rows: list[StateChange], covered: list[Coverage]
) -> None:
    line = timeline(site({"downloads": 2}), History(tuple(rows), tuple(covered)))
    for piece in intervals(line, *DAY):
        known = [
            item
            for item in covered
            if item.start <= piece.start < item.end
            and any(row.check == item.check and row.at <= piece.start for row in rows)
        ]
        assert (piece.status is not ComponentStatus.NO_DATA) == bool(known)


@given(st.lists(st.tuples(minutes, st.integers(1, 600)), min_size=1, max_size=6))
def test_overlapping_incidents_count_once(published: list[tuple[datetime, int]]) -> None:
    spells = [(start, start + timedelta(minutes=length)) for start, length in published]
    items = [
        {"id": f"i{n}", "says": [f"{start.isoformat()} investigating", f"{end.isoformat()} resolved"]}
        for n, (start, end) in enumerate(spells)
    ]
    line = timeline(site({"downloads": 0}, items), history([], []))
    trouble = sum(piece.seconds for piece in intervals(line, *DAY) if piece.status.is_trouble)
    hit = {
        minute
        for minute in range(1440)
        if any(start <= DAY[0] + timedelta(minutes=minute) < end for start, end in spells)
    }
    assert trouble == 60 * len(hit)
