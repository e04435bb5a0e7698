"""What announced work does to states and uptime, and what it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from helpers.cases import Case, golden
from helpers.status_world import history, moment, site, site_of, take_snapshot
from waypost.formats.status import ComponentStatus, Incident, Maintenance, Update, UpdateStatus
from waypost.status.rules.explanations import Declarations, Dependencies, Outage

NAMES = ("downloads", "uploads", "prints")


@golden("maintenance/windows.yml")
def test_the_page_during_and_after_work(case: Case) -> None:
    place = site_of({"components": dict.fromkeys(NAMES, 1), **case})
    good = [f"00:00 {name}/http-1 operational" for name in NAMES]
    watched = [f"00:00-12:00 {name}/http-1" for name in NAMES]
    rows = history([*good, *case.get("changes", ())], watched)
    page = take_snapshot(place, rows, moment(case.get("now", "12:00")))
    states = {item.id: item.status for item in page.components}
    work = next(item for item in page.maintenances if item.work.id == "work")
    assert work.status == case["work"]
    assert {
        name: state for name, state in states.items() if state is not ComponentStatus.OPERATIONAL
    } == case["states"]
    left_out = {item.id: item.uptime.maintenance for item in page.components}
    assert left_out == {"downloads": case["left_out"], "uploads": 0, "prints": 0}


def test_work_elsewhere_changes_no_uptime() -> None:
    rows = history(
        ["00:00 uploads/http-1 operational", "10:10 uploads/http-1 major_outage"],
        ["00:00-12:00 uploads/http-1"],
    )
    work = {"id": "work", "window": "10:00-11:00", "components": ["downloads"]}
    with_work, without = (
        take_snapshot(site({"downloads": 1, "uploads": 1}, maintenances=works), rows, moment("12:00"))
        for works in ([work], [])
    )
    assert with_work.components[1].uptime == without.components[1].uptime
    assert [item.id for item in with_work.incidents] == [item.id for item in without.incidents]


def worked(start: str, end: str, *text: tuple[str, UpdateStatus]) -> Declarations:
    """Return what is known of work on downloads that was announced on 1 October."""
    announced = ("2026-10-01T00:00:00+00:00", UpdateStatus.SCHEDULED)
    updates = tuple(
        Update(str(number), status, datetime.fromisoformat(at), ".")
        for number, (at, status) in enumerate((announced, *text))
    )
    window = (datetime.fromisoformat(start), datetime.fromisoformat(end))
    place = replace(site(), maintenances=(Maintenance("work", "Work", ("downloads",), *window, updates),))
    return Declarations(place, Dependencies(place.config.flat))


def unexpected_since(declarations: Declarations, start: str, at: str) -> datetime | None:
    outage = Outage("downloads", moment(start), {}, ())
    return declarations.unexpected_since(outage, moment(at))


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        # The offset says which of the two hours from 2 to 3 is meant when clocks go back.
        ("2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00", 2),
        ("2026-10-25T02:00:00+02:00", "2026-10-25T02:00:00+01:00", 1),
        ("2027-03-28T01:00:00+01:00", "2027-03-28T04:00:00+02:00", 2),
        ("2026-11-01T01:00:00-04:00", "2026-11-01T01:00:00-05:00", 1),
    ],
)
def test_a_window_lasts_as_long_as_it_really_is_when_clocks_change(start: str, end: str, hours: int) -> None:
    declarations, first = worked(start, end), datetime.fromisoformat(start)
    inside = (first + timedelta(minutes=1)).isoformat()
    last = (first + timedelta(hours=hours)).isoformat()
    assert (
        unexpected_since(declarations, inside, (first + timedelta(minutes=hours * 60 - 1)).isoformat())
        is None
    )
    assert unexpected_since(declarations, inside, last) == moment(last)


def test_only_what_was_said_by_then_counts() -> None:
    declarations = worked(
        "2026-11-20T10:00:00+00:00",
        "2026-11-20T11:00:00+00:00",
        ("2026-11-20T10:15:00+00:00", UpdateStatus.IN_PROGRESS),
        ("2026-11-20T10:40:00+00:00", UpdateStatus.COMPLETED),
    )
    assert unexpected_since(declarations, "10:05", "10:14") is None
    assert unexpected_since(declarations, "10:05", "10:15") == moment("10:05")
    assert unexpected_since(declarations, "10:20", "10:39") is None
    assert unexpected_since(declarations, "10:20", "10:40") == moment("10:40")
    assert moment("10:40") in set(declarations.moments("downloads"))
    assert set(declarations.moments("uploads")) == set()


def declared(written: Incident | None) -> str | None:
    return written.id if written else None


def test_who_tells_of_trouble_is_the_first_who_did_and_still_does() -> None:
    incidents = [
        {"id": "second", "says": ["10:10 investigating", "12:00 resolved"]},
        {"id": "first", "says": ["10:00 investigating", "11:00 resolved"]},
    ]
    place = site(incidents=incidents)
    declarations = Declarations(place, Dependencies(place.config.flat))
    outage = Outage("downloads", moment("09:55"), {}, ())
    found = {
        at: declarations.incident_about(outage, moment(at))
        for at in ("09:59", "10:00", "10:59", "11:00", "12:00")
    }
    assert [declared(item.incident if item else None) for item in found.values()] == [
        None,
        "first",
        "first",
        "second",
        None,
    ]
    assert declarations.unexpected_since(outage, moment("12:14")) is None
    assert declarations.unexpected_since(outage, moment("12:15")) == moment("12:00")
