from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from helpers.histories import DAY, FEW, LINES, START, histories, quiet_days, shuffled
from helpers.status_world import history, moment
from waypost.formats.status import ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_site import History
from waypost.history.rules.proof import SEAL_AFTER, broken_links, chain, days, digest, last_settled_day
from waypost.reading.rules.history import first_day
from waypost.reading.rules.history_text import CHANGES, COVERAGE

FIRST = START.date()
LAST = FIRST + timedelta(days=11)
ROWS = History(
    changes=(
        StateChange("downloads", "http-1", START, ComponentStatus.OPERATIONAL, START, ""),
        StateChange(
            "downloads",
            "http-1",
            START + 2.5 * DAY,
            ComponentStatus.MAJOR_OUTAGE,
            START + 2.6 * DAY,
            "HTTP status 503",
        ),
        StateChange(
            "downloads", "http-1", START + 3.1 * DAY, ComponentStatus.OPERATIONAL, START + 3.2 * DAY, ""
        ),
    ),
    coverage=(Coverage("downloads", "http-1", START, START + 4 * DAY),),
    uplink=(UplinkGap(START + 1.5 * DAY, START + 1.6 * DAY),),
)


def test_the_digest_of_a_day_is_as_the_page_says() -> None:
    lines = {COVERAGE: ["b", "a"], CHANGES: ["x\ty"]}
    text = "previous\n2026-11-20\nchanges\tx\ty\ncoverage\ta\ncoverage\tb"
    assert digest("previous", date(2026, 11, 20), lines) == hashlib.sha256(text.encode()).hexdigest()


def test_digests_never_change_from_one_version_to_the_next() -> None:
    # Published digests are compared with these for ever: whoever changes this line breaks every chain.
    rows = history(["10:00>10:03 http-1 major_outage"], ["00:00-11-21 12:00 http-1"])
    assert chain(rows, date(2026, 11, 20), date(2026, 11, 21)) == [
        (date(2026, 11, 20), "810c55eaa4a672e589983986dfa62ce73495a35557964ff129d3ea15c8cf0538"),
        (date(2026, 11, 21), "9ad4db22a4fa10de3f4ecd0acdf773581226b46532547288e17567ad348c02d4"),
    ]


@FEW
@given(histories, st.integers())
def test_the_order_of_rows_does_not_matter(rows: History, seed: int) -> None:
    assert chain(shuffled(rows, seed), FIRST, LAST) == chain(rows, FIRST, LAST)


@FEW
@given(histories, st.integers(0, 10))
def test_a_chain_can_be_gone_on_with_at_any_day(rows: History, number: int) -> None:
    middle = FIRST + timedelta(days=number)
    start = chain(rows, FIRST, middle)
    assert [*start, *chain(rows, middle + DAY, LAST, start[-1][1])] == chain(rows, FIRST, LAST)


@FEW
@given(histories)
def test_a_chain_of_the_same_rows_is_whole(rows: History) -> None:
    assert broken_links(rows, chain(rows, FIRST, LAST)) == ()
    assert broken_links(rows, []) == ()


def day(number: float) -> date:
    return (START + number * DAY).date()


CHANGED = {
    "a change that began earlier": replace(
        ROWS, changes=(ROWS.changes[0], replace(ROWS.changes[1], at=START + 2.4 * DAY), ROWS.changes[2])
    ),
    "a change of another state": replace(
        ROWS,
        changes=(
            ROWS.changes[0],
            replace(ROWS.changes[1], status=ComponentStatus.DEGRADED_PERFORMANCE),
            ROWS.changes[2],
        ),
    ),
    "a change with another reason": replace(
        ROWS, changes=(ROWS.changes[0], replace(ROWS.changes[1], reason="nothing"), ROWS.changes[2])
    ),
    "a change of another region": replace(
        ROWS, changes=(ROWS.changes[0], replace(ROWS.changes[1], region="eu"), ROWS.changes[2])
    ),
    "a change that is gone": replace(ROWS, changes=(ROWS.changes[0], ROWS.changes[2])),
    "a change that was added": replace(
        ROWS, changes=(*ROWS.changes, replace(ROWS.changes[1], confirmed_at=START + 2.7 * DAY))
    ),
    "watched time that was left out": replace(
        ROWS,
        coverage=(
            replace(ROWS.coverage[0], end=START + 2.1 * DAY),
            replace(ROWS.coverage[0], start=START + 2.2 * DAY),
        ),
    ),
    "watched time that was added": replace(
        ROWS, coverage=(*ROWS.coverage, Coverage("api", "http-1", START + 2.1 * DAY, START + 2.2 * DAY))
    ),
    "a gap that was added": replace(
        ROWS, uplink=(*ROWS.uplink, UplinkGap(START + 2.1 * DAY, START + 2.2 * DAY))
    ),
}


@pytest.mark.parametrize("what", CHANGED)
def test_a_touched_row_is_found_on_its_day_and_no_other(what: str) -> None:
    kept = chain(ROWS, day(0), day(4))
    [link] = broken_links(CHANGED[what], kept)
    assert (link.day, link.kept) == (day(2), kept[2][1])
    assert link.computed != link.kept


def test_how_rows_are_cut_enters_no_digest() -> None:
    pieces = tuple(
        replace(ROWS.coverage[0], start=START + number * DAY, end=START + (number + 1) * DAY)
        for number in range(4)
    )
    assert broken_links(replace(ROWS, coverage=pieces), chain(ROWS, day(0), day(4))) == ()


def test_a_digest_that_was_taken_out_is_missed() -> None:
    kept = chain(ROWS, day(0), day(4))
    [link] = broken_links(ROWS, [row for row in kept if row[0] != day(2)])
    assert (link.day, link.kept, link.computed) == (day(2), "", kept[2][1])


def test_whoever_seals_a_changed_day_anew_breaks_the_next() -> None:
    kept = chain(ROWS, day(0), day(4))
    touched = CHANGED["a change that is gone"]
    forged = [row if row[0] != day(2) else chain(touched, day(2), day(2), kept[1][1])[0] for row in kept]
    assert [link.day for link in broken_links(touched, forged)] == [day(3)]


@FEW
@given(histories, st.randoms())
def test_any_row_that_is_taken_out_is_found(rows: History, random: Random) -> None:
    assume(rows.changes)
    gone = random.choice(rows.changes)
    less = replace(rows, changes=tuple(row for row in rows.changes if row != gone))
    assert [link.day for link in broken_links(less, chain(rows, FIRST, LAST))] == [gone.confirmed_at.date()]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("11-21 00:59", date(2026, 11, 19)),  # the 20th is not over for an hour yet
        ("11-21 01:00", date(2026, 11, 20)),
        ("11-21 23:59", date(2026, 11, 20)),
        ("2026-11-21T02:00:00+02:00", date(2026, 11, 19)),  # midnight in UTC
    ],
)
def test_a_day_is_settled_an_hour_after_its_end(now: str, expected: date) -> None:
    assert last_settled_day(moment(now)) == expected
    assert last_settled_day(moment(now), timedelta(0)) == expected, "never sooner"


def test_slow_checks_let_days_settle_later() -> None:
    assert timedelta(hours=1) == SEAL_AFTER
    assert last_settled_day(datetime(2026, 11, 21, 2, tzinfo=UTC), timedelta(hours=3)) == date(2026, 11, 19)


def test_days_without_rows_are_links_too() -> None:
    rows = quiet_days(FIRST, 1, LINES[0])
    assert first_day(rows) == FIRST
    found = chain(rows, FIRST, FIRST + timedelta(days=3))
    assert [day for day, _ in found] == list(days(FIRST, FIRST + timedelta(days=3)))
    assert len({text for _, text in found}) == 4
