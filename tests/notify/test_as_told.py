from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from helpers.notices import sample
from helpers.status_world import history, moment, site, take_snapshot, words
from waypost.notify.rules.notices import Notice, Subject, SubjectKind
from waypost.notify.rules.wording import incident_as_of, maintenance_as_of
from waypost.publishing.api.waypost_json import own_incident, own_maintenance
from waypost.status.rules.snapshot import Snapshot

SAID = ["10:10 investigating", "10:20 identified", "10:40 resolved", "11:00 postmortem"]
MOVE = ["11:00 scheduled", "15:20 verifying", "15:40 completed"]
ROWS = history(["00:00 http-1 operational"])


def page(now: str, says: list[str] | None = None, **work: Any) -> Snapshot:
    incidents = [{"id": "zip", "says": says or SAID}, {"id": "other", "says": ["09:00 investigating"]}]
    works = [{"id": "move", "window": "15:00-16:00", **work}] if work else []
    return take_snapshot(site({"downloads": 1}, incidents, works), ROWS, moment(now))


def about(kind: SubjectKind, name: str, **keys: Any) -> Notice:
    return replace(sample(moment("10:20")), subject=Subject(kind, name), **keys)


def update_of(seen: Snapshot, place: int) -> Notice:
    (incident,) = (item for item in seen.incidents if item.id == "zip")
    update = incident.updates[place]
    return about(SubjectKind.INCIDENT, "zip", update=update.id, at=update.at, status=update.status)


@pytest.mark.parametrize("place", range(4))
def test_what_is_told_late_is_what_would_have_been_told_at_once(place: int) -> None:
    late = page("12:00")
    notice = update_of(late, place)
    at_once = page(words(notice.at))
    (now_open,) = (item for item in at_once.incidents if item.id == "zip")
    found = incident_as_of(notice, late)
    assert found is not None
    incident, seen = found
    told, expected = own_incident(incident, seen), own_incident(now_open, at_once)
    # How long a state lasted until then is not known before the end of the stretch.
    assert {**told, "affected": []} == {**expected, "affected": []}
    assert [item.id for item in seen.active] == [item.id for item in at_once.active]
    assert [item.id for item in seen.incidents] == [item.id for item in at_once.incidents]


def test_a_state_that_ended_later_lasts() -> None:
    late = page("12:00")
    spans = {
        place: [(words(span.start), span.end and words(span.end)) for span in found[1].affected["zip"]]
        for place in range(4)
        if (found := incident_as_of(update_of(late, place), late))
    }
    assert spans == {
        0: [("10:10", None)],
        1: [("10:10", None)],
        2: [("10:10", "10:40")],
        3: [("10:10", "10:40")],
    }


def test_a_state_that_began_later_is_not_known() -> None:
    rows = history(
        ["00:00 http-1 operational", "10:00>10:03 http-1 partial_outage", "10:20>10:23 http-1 major_outage"]
    )
    late = take_snapshot(site(), rows, moment("12:00"))
    (incident,) = late.incidents
    first = about(SubjectKind.INCIDENT, incident.id, update=incident.updates[0].id)
    found = incident_as_of(first, late)
    assert found is not None
    assert [span.status for span in found[1].affected[incident.id]] == ["partial_outage"]
    assert len(late.affected[incident.id]) == 2


def test_the_latest_is_told_on_the_page_as_it_is() -> None:
    late = page("12:00")
    found = incident_as_of(update_of(late, 3), late)
    assert found is not None
    assert found[1] is late
    overdue = about(SubjectKind.INCIDENT, "zip", update="")
    found = incident_as_of(overdue, late)
    assert found is not None
    assert found[1] is late, "what is no update tells of the incident as it is"


def test_an_update_that_came_later_is_not_overdue_and_leads_nowhere_else() -> None:
    late = page("12:00", SAID[:2])
    assert set(late.overdue) == {"zip", "other"}
    moved = replace(late, incidents=tuple(replace(item, continued_as="other") for item in late.incidents))
    found = incident_as_of(update_of(late, 0), moved)
    assert found is not None
    assert set(found[1].overdue) == {"other"}
    assert found[0].continued_as is None


@pytest.mark.parametrize(
    ("at", "keys", "status", "updates", "window"),
    [
        (
            "11:00",
            {"update": "20261120t110000z-scheduled", "status": "scheduled"},
            "scheduled",
            1,
            ("15:00", "16:00"),
        ),
        ("14:00", {"status": "scheduled"}, "scheduled", 1, ("15:00", "16:00")),
        ("15:00", {"status": "in_progress"}, "in_progress", 1, ("15:00", "16:00")),
        (
            "15:20",
            {"update": "20261120t152000z-verifying", "status": "verifying"},
            "verifying",
            2,
            ("15:00", "16:00"),
        ),
        (
            "15:40",
            {"update": "20261120t154000z-completed", "status": "completed"},
            "completed",
            3,
            ("15:00", "15:40"),
        ),
        ("15:20", {"status": "what is this"}, "completed", 2, ("15:00", "16:00")),
    ],
)
def test_maintenance_is_told_as_it_was(
    at: str, keys: dict[str, str], status: str, updates: int, window: tuple[str, str]
) -> None:
    seen = take_snapshot(
        site(maintenances=[{"id": "move", "window": "15:00-16:00", "says": MOVE}]), ROWS, moment("17:00")
    )
    told = maintenance_as_of(about(SubjectKind.MAINTENANCE, "move", at=moment(at), **keys), seen)
    assert told is not None
    assert (told.status, len(told.work.updates)) == (status, updates)
    assert (words(told.start), words(told.end)) == window


def test_work_that_was_called_off_keeps_the_window_that_was_announced() -> None:
    says = ["11:00 scheduled", "14:00 cancelled"]
    seen = take_snapshot(
        site(maintenances=[{"id": "move", "window": "15:00-16:00", "says": says}]), ROWS, moment("17:00")
    )
    notice = about(SubjectKind.MAINTENANCE, "move", update="20261120t140000z-cancelled", status="cancelled")
    told = maintenance_as_of(replace(notice, at=moment("14:00")), seen)
    assert told == seen.maintenances[0]
    assert own_maintenance(told, seen)["ends_at"] == "2026-11-20T16:00:00.000Z"


def test_what_the_page_does_not_have_is_nothing() -> None:
    seen = page("12:00", window="15:00-16:00")
    for kind in SubjectKind:
        assert incident_as_of(about(kind, "gone"), seen) is None
        assert maintenance_as_of(about(kind, "gone"), seen) is None
    assert incident_as_of(about(SubjectKind.MAINTENANCE, "zip"), seen) is None
    assert maintenance_as_of(about(SubjectKind.INCIDENT, "move"), seen) is None
