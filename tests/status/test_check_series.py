"""Several checks and several regions to one component: what is true, and what was told when."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.regional import REGIONS, combined_site, rows
from helpers.status_world import moment, words
from waypost.base.intervals import micros, moment_of
from waypost.formats.status import MEASURED, ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.check_series import check_series
from waypost.status.rules.state_steps import Majority, combined, state_at
from waypost.status.rules.timeline import ComponentTimeline

NOW = moment("20:00")
NO_DATA = ComponentStatus.NO_DATA
START = moment("00:00")
MINUTE = timedelta(minutes=1)


def history_of(case: Case) -> History:
    lines = [
        f"http-{number}{f'@{region}' if region else ''}"
        for number, regions in enumerate(case["checks"], start=1)
        for region in (regions or [""])
    ]
    named = {text.rsplit(" ", 1)[1] for text in case.get("coverage", [])}
    changes = [*(f"00:00 {line} operational" for line in lines), *case.get("changes", [])]
    watched = [f"00:00-20:00 {line}" for line in lines if line not in named]
    return rows(changes, [*watched, *case.get("coverage", [])], case.get("uplink", []))


def published(change: StateChange) -> str:
    known = f">{words(change.confirmed_at)}" if change.confirmed_at != change.at else ""
    return f"{words(change.at)}{known} {change.status}"


def changes_of(place: StatusSite, history: History, now: datetime = NOW) -> tuple[StateChange, ...]:
    return ComponentTimeline(place.config.flat[0], place, history, now).changes


def states(place: StatusSite, history: History, now: datetime = NOW) -> list[str]:
    line = ComponentTimeline(place.config.flat[0], place, history, now)
    return [
        f"{words(moment_of(left))} {status}" for left, _, status in line.intervals(micros(START), micros(now))
    ]


@golden("timeline/several.yml")
def test_several_lines_make_one(case: Case) -> None:
    place, history = combined_site(case["checks"], case.get("combine", "any")), history_of(case)
    assert states(place, history) == case["states"]
    changes = changes_of(place, history)
    assert [published(change) for change in changes] == case["told"]
    assert {change.component for change in changes} == {"downloads"}


def test_a_change_gives_the_reason_of_what_tipped_it_and_belongs_to_no_check() -> None:
    place = combined_site([[], []], "all")
    history = history_of({
        "checks": [[], []],
        "changes": ["10:00>10:03 http-1 major_outage", "09:58>10:04 http-2 major_outage"],
    })  # fmt: skip
    last = changes_of(place, history)[-1]
    assert (last.check, last.region, last.reason) == ("", "", "reason")


@pytest.mark.parametrize(
    ("states", "before", "after", "reason"),
    [
        ("", "m", "-", "nobody watches"),
        ("o", "m", "o", "one alone decides"),
        ("m-", "o", "m", "who is not watched does not count"),
        ("om", "o", "o", "a tie keeps it up"),
        ("om", "m", "m", "and down"),
        ("om", "p", "p", "and between"),
        ("dm", "o", "d", "both see at least this"),
        ("oop", "m", "o", "two of three are well"),
        ("odm", "o", "d", "two of three see at least this"),
        ("oomm", "p", "p", "two against two"),
        ("oommm", "o", "m", "three against two"),
    ],
)
def test_the_majority_of_regions(states: str, before: str, after: str, reason: str) -> None:
    letters = dict(zip("odpm-", [*MEASURED, NO_DATA], strict=True))
    assert Majority(letters[before])([letters[letter] for letter in states]) is letters[after], reason


measured = st.sampled_from([*MEASURED, NO_DATA])


@given(st.lists(measured, max_size=6), st.sampled_from(MEASURED), st.randoms())
def test_a_majority_is_at_least_as_bad_as_more_than_half_and_never_worse_than_half(
    states: list[ComponentStatus], before: ComponentStatus, shuffler: Random
) -> None:
    found = Majority(before)(states)
    known = [state.severity for state in states if state is not NO_DATA]
    for level in MEASURED[1:]:
        agreeing = sum(severity >= level.severity for severity in known)
        if agreeing * 2 > len(known):
            assert found.severity >= level.severity
        elif agreeing * 2 < len(known):
            assert found.severity < level.severity
        elif known:
            assert (found.severity >= level.severity) == (before.severity >= level.severity)
    shuffler.shuffle(states)
    assert Majority(before)(states) is found


@given(st.lists(measured, max_size=6), st.sampled_from(["any", "all", 1, 2, 3, 9]))
def test_a_component_is_as_bad_as_enough_of_its_checks(states: list[ComponentStatus], combine: Any) -> None:
    found = combined(states, combine)
    known = [state.severity for state in states if state is not NO_DATA]
    assert (found is NO_DATA) == (not known)
    enough = {"any": 1, "all": len(known)}.get(combine) or min(int(combine), len(known)) if known else 0
    for level in MEASURED[1:]:
        if known:
            is_enough = sum(severity >= level.severity for severity in known) >= enough
            assert (found.severity >= level.severity) == is_enough


minutes = st.integers(0, 300)
lines = st.tuples(st.sampled_from(["http-1", "http-2"]), st.sampled_from(["eu", "us", "ap", ""]))


def _line(parts: tuple[str, str]) -> tuple[str, str]:
    # The first check runs in regions, the second where a poller is free.
    check, region = parts
    return (check, region or "eu") if check == "http-1" else (check, "")


changes = st.lists(
    st.builds(
        lambda line, at, late, status: StateChange(
            "downloads", _line(line)[0], START + at * MINUTE, status, START + (at + late + 0.5) * MINUTE,
            region=_line(line)[1],
        ),
        lines, minutes, st.integers(0, 20), measured.filter(lambda status: status is not NO_DATA),
    ),
    max_size=14, unique_by=lambda row: (row.check, row.region, row.at),
)  # fmt: skip
coverages = st.lists(
    st.builds(
        lambda line, at, length: Coverage(
            "downloads", _line(line)[0], START + at * MINUTE, START + (at + length) * MINUTE, _line(line)[1]
        ),
        lines, minutes, st.integers(1, 200),
    ),
    max_size=10,
)  # fmt: skip
gaps = st.lists(
    st.builds(
        lambda at, length, region: UplinkGap(START + at * MINUTE, START + (at + length) * MINUTE, region),
        minutes, st.integers(1, 30), st.sampled_from(["", "eu"]),
    ),
    max_size=2,
)  # fmt: skip


def _history(rows: list[StateChange], covered: list[Coverage], cut: list[UplinkGap]) -> History:
    # Whoever confirms a change has watched since its start.
    watched = [
        Coverage(row.component, row.check, row.at, row.confirmed_at + MINUTE, row.region) for row in rows
    ]
    return History(tuple(rows), (*covered, *watched), tuple(cut))


histories = st.builds(_history, changes, coverages, gaps)
combines = st.sampled_from(["any", "all", 2])


def place_of(combine: Any) -> StatusSite:
    return combined_site([list(REGIONS), []], combine)


def shuffled(history: History, shuffler: Random) -> History:
    parts: list[Sequence[Any]] = []
    for items in (history.changes, history.coverage, history.uplink):
        mixed: list[Any] = list(items)
        shuffler.shuffle(mixed)
        parts.append(tuple(mixed))
    return History(*parts)


@given(histories, combines, st.randoms())
def test_the_order_of_rows_does_not_matter(history: History, combine: Any, shuffler: Random) -> None:
    place, other = place_of(combine), shuffled(history, shuffler)
    assert states(place, history) == states(place, other)
    assert changes_of(place, history) == changes_of(place, other)


@settings(max_examples=60)
@given(histories, combines)
def test_the_line_is_what_a_look_at_every_half_minute_shows(history: History, combine: Any) -> None:
    place = place_of(combine)
    component = place.config.flat[0]
    timeline = ComponentTimeline(component, place, history, NOW)
    before = ComponentStatus.OPERATIONAL
    # Watched time ends at half minutes, and what is seen in between decides ties from then on.
    for half in range(1040):
        at = START + half * MINUTE / 2
        states = {
            (check, region): _looked_up(history, check, region, at)
            for check, region in (("http-1", "eu"), ("http-1", "us"), ("http-1", "ap"), ("http-2", ""))
        }
        first = Majority(before)([states["http-1", region] for region in REGIONS])
        before = before if first is NO_DATA else first
        assert timeline.measured_at(at) is combined([first, states["http-2", ""]], combine)


def _looked_up(history: History, check: str, region: str, at: datetime) -> ComponentStatus:
    def mine(row: StateChange | Coverage) -> bool:
        return (row.check, row.region) == (check, region)

    if not any(mine(row) and row.start <= at < row.end for row in history.coverage):
        return NO_DATA
    if any(gap.region == region and gap.start <= at < (gap.end or NOW) for gap in history.uplink):
        return NO_DATA
    past = [row for row in history.changes if mine(row) and row.at <= at]
    return max(past, key=lambda row: row.at).status if past else NO_DATA


@given(histories, combines, minutes)
def test_what_was_told_stays_told(history: History, combine: Any, minute: int) -> None:
    place, then = place_of(combine), START + (minute + 0.25) * MINUTE
    # What nobody could know then: later rows, and how long the present stretch would last.
    known = History(
        tuple(row for row in history.changes if row.confirmed_at <= then),
        tuple(row for row in history.coverage if row.start <= then),
        tuple(gap for gap in history.uplink if gap.start <= then),
    )
    earlier = changes_of(place, known, then)
    later = changes_of(place, history)
    assert later[: len(earlier)] == earlier
    assert all(change.confirmed_at > then for change in later[len(earlier) :])


@given(histories, combines)
def test_changes_go_forward_and_differ(history: History, combine: Any) -> None:
    found = changes_of(place_of(combine), history)
    for earlier, later in itertools.pairwise(found):
        assert earlier.status is not later.status
        assert earlier.at <= later.at
        assert earlier.confirmed_at < later.confirmed_at
    assert all(change.at <= change.confirmed_at for change in found)


@given(histories, combines)
def test_what_is_told_last_is_what_is_true_where_all_is_watched(history: History, combine: Any) -> None:
    place = place_of(combine)
    component = place.config.flat[0]
    lines = {("http-1", region) for region in REGIONS} | {("http-2", "")}
    well = tuple(
        StateChange(
            "downloads", check, START - MINUTE, ComponentStatus.OPERATIONAL, START - MINUTE, region=region
        )
        for check, region in lines
    )
    watched = tuple(Coverage("downloads", check, START - MINUTE, NOW, region) for check, region in lines)
    whole = History((*well, *history.changes), watched)
    last = changes_of(place, whole)[-1]
    assert last.status is ComponentTimeline(component, place, whole, NOW).measured_at(NOW - MINUTE)


def test_the_last_answer_of_a_region_stands_for_three_intervals() -> None:
    place = combined_site([["eu"]])
    history = rows(["00:00 http-1@eu operational"], ["00:00-10:00 http-1@eu"])
    component = place.config.flat[0]
    for now, status in (("10:03", ComponentStatus.OPERATIONAL), ("10:04", NO_DATA)):
        line = check_series(component, history, moment(now))["http-1"]
        assert state_at(line.steps, micros(moment(now)) - 1) is status
        assert line.state_in("eu", moment(now) - timedelta(microseconds=1)) is status
        assert line.state_in("us", moment(now)) is NO_DATA
