from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from helpers.cases import Case, golden
from helpers.status_world import history, history_of, moment, site, site_of, take_snapshot
from waypost.formats.status import MEASURED, ComponentStatus
from waypost.status.rules.days import DayDetail


def written(detail: DayDetail) -> str:
    """Write a day as the cases do."""
    states = ", ".join(f"{status} {seconds:g}" for status, seconds in detail.summary.states)
    touching = [*(item.id for item in detail.incidents), *(item.work.id for item in detail.works)]
    so_far = "" if detail.is_over else " so far"
    parts = (f"{detail.length / 3600:g}", states, f"{detail.summary.no_data:g}", ", ".join(touching))
    return f"{detail.summary.day:%m-%d}{so_far} | {' | '.join(parts)}"


@golden("days.yml")
def test_what_is_told_of_a_day(case: Case) -> None:
    page = take_snapshot(site_of(case), history_of(case), moment(case["now"]))
    details = page.days["downloads"]
    assert [written(detail) for detail in details] == case["days"]
    for detail in details:
        assert detail.known == pytest.approx(1 - detail.summary.no_data / detail.length)


def test_what_went_on_as_another_incident_is_told_of_there_and_before_by_itself() -> None:
    cases = [
        {"id": "first", "says": ["11-19 22:00 investigating", "11-20 11:00 resolved"]},
        {"id": "second", "says": ["11-20 09:00 investigating", "11-20 11:00 resolved"]},
    ]
    place = site({"downloads": 0}, cases)
    first, second = place.incidents
    merged = replace(place, incidents=(replace(first, continued_as="second"), second))
    today, yesterday = take_snapshot(merged, history(), moment("12:00")).days["downloads"]
    assert [item.id for item in today.incidents] == ["second"]
    assert [item.id for item in yesterday.incidents] == ["first"]


def test_a_day_that_has_only_begun_says_nothing_wrong() -> None:
    place = site({"downloads": 0}, [{"id": "one", "says": ["00:00 investigating"]}])
    (today,) = take_snapshot(place, history(), moment("00:00")).days["downloads"]
    assert (today.length, today.known, today.summary.states) == (0, 1, ())


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
@pytest.mark.parametrize("seed", range(8))
def test_what_is_not_told_of_was_well_or_unknown_all_day(zone: str, seed: int) -> None:
    dice = random.Random(seed)  # noqa: S311  # not a secret
    start, now = moment("08-01 00:00"), moment("11-20 13:37")

    def moments(count: int) -> list[str]:
        found = sorted(start + timedelta(minutes=dice.randrange(160_000)) for _ in range(count))
        return [f"{at:%m-%d %H:%M}" for at in found]

    rows = [f"{at} http-1 {dice.choice(MEASURED)}" for at in moments(120)]
    gaps = moments(40)
    watched = [f"{begin}-{end} http-1" for begin, end in zip(gaps[::2], gaps[1::2], strict=True)]
    page = take_snapshot(site(zone=zone), history(rows, watched), now)
    told = {detail.summary.day: detail for detail in page.days["downloads"]}
    assert 10 < len(told) < 90
    for day in page.components[0].days:
        is_plain = day.status in (ComponentStatus.OPERATIONAL, ComponentStatus.NO_DATA)
        is_whole = day.status is ComponentStatus.NO_DATA or day.no_data < 60
        detail = told.get(day.day)
        assert (detail is None) == (is_plain and is_whole and not (detail and detail.incidents))
        assert sum(seconds for status, seconds in day.states if status.is_trouble) == pytest.approx(
            day.trouble
        )
        assert [status for status, _ in day.states][:1] == ([] if is_plain else [day.status])
