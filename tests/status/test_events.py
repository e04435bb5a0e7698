from __future__ import annotations

from datetime import timedelta

from helpers.cases import Case, golden
from helpers.status_world import history_of, maintenance, moment, site, take_snapshot
from waypost.formats.status import EventSource
from waypost.status.rules.maintenance import changed_windows


@golden("maintenance/events.yml")
def test_what_happened_to_a_maintenance(case: Case) -> None:
    place = site({"downloads": 0}, maintenances=[{"id": "work", **case["work"]}])
    page = take_snapshot(place, history_of(case), moment("16:00"))
    (item,) = page.maintenances
    assert [f"{it.at:%H:%M} {it.source} {it.status}" for it in item.updates] == case["said"]
    assert [event.update for event in page.log] == list(item.updates)
    assert item.updated_at == item.updates[-1].at
    for earlier in ("10:00", "12:00", "12:10", "13:00"):
        # What was published stays: a page of an earlier moment had the same entries, up to then.
        before = take_snapshot(place, history_of(case), moment(earlier))
        until = [event.key for event in page.log if event.at <= moment(earlier)]
        assert [event.key for event in before.log] == until


def test_a_window_is_kept_when_it_is_new_and_when_more_was_written() -> None:
    at = moment("10:00")
    first = maintenance({"id": "work", "window": "12:00-13:00", "says": ["09:00 scheduled"]})
    moved = maintenance(
        {"id": "work", "window": "12:00-14:00", "says": ["09:00 scheduled", "10:20 scheduled"]}
    )
    (kept,) = changed_windows((), [first], at)
    assert [*changed_windows([kept], [first], at + timedelta(minutes=1))] == []
    (new,) = changed_windows([kept], [moved], at + timedelta(minutes=30))
    assert (new.has_update, new.updates) == (True, 2)
    silent = maintenance({"id": "work", "window": "12:00-15:00", "says": ["09:00 scheduled"]})
    assert next(changed_windows([kept], [silent], at)).has_update is False
    assert [*changed_windows((), [first], moment("13:00"))] == [], "work that is over is moved no more"


def test_automatic_incidents_are_measured() -> None:
    place = site({"downloads": 1})
    rows = {
        "changes": ["09:00 http-1 operational", "10:00 http-1 major_outage"],
        "coverage": ["09:00-11:00 http-1"],
    }
    (event,) = take_snapshot(place, history_of(rows), moment("10:30")).log
    assert (event.source, event.key.partition("#")[0]) == (
        EventSource.MEASURED,
        "incident/auto-downloads-20261120-100000",
    )
