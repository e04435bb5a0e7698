from __future__ import annotations

from typing import Any

import pytest

from helpers.status_world import history, incident, maintenance, moment, site, take_snapshot
from helpers.statuspage_shapes import plain
from waypost.base.ids import public_id
from waypost.publishing.api.statuspage import incident_json, maintenance_json
from waypost.status.rules.incidents import incident_changes
from waypost.status.rules.maintenance import maintenance_at, maintenance_changes
from waypost.status.rules.snapshot import Snapshot

GOOD, DOWN = "operational", "major_outage"
BUSY = "under_maintenance"

INCIDENTS: list[tuple[str, list[str], list[bool | None]]] = [
    # The third says for each update whether it brings trouble (True), ends it (False) or changes nothing.
    ("trouble begins with the first word", ["10:00 investigating"], [True]),
    (
        "what comes between changes nothing",
        ["10:00 investigating", "10:10 identified", "10:20 monitoring", "10:30 resolved"],
        [True, None, None, False],
    ),
    (
        "a postmortem changes nothing",
        ["10:00 identified", "10:30 resolved", "11:00 postmortem"],
        [True, False, None],
    ),
    ("told when it was over, nothing was ever shown", ["10:30 resolved"], [None]),
]


@pytest.mark.parametrize(("why", "says", "expected"), INCIDENTS, ids=[case[0] for case in INCIDENTS])
def test_what_people_write_changes_states_at_its_first_and_last_word(
    why: str, says: list[str], expected: list[bool | None]
) -> None:
    hit = {"downloads": DOWN, "uploads": "partial_outage"}
    found = incident_changes(incident({"id": "a", "components": hit, "says": says}))
    begins = {name: (GOOD, status) for name, status in hit.items()}
    ends = {name: (status, GOOD) for name, status in hit.items()}
    assert list(found) == [{True: begins, False: ends, None: {}}[value] for value in expected], why


MAINTENANCES: list[tuple[str, list[str], list[bool | None]]] = [
    ("nothing changes by announcing it", ["09:00 scheduled"], [None]),
    (
        "people begin and end it",
        ["09:00 scheduled", "12:05 in_progress", "12:50 completed"],
        [None, True, False],
    ),
    (
        "the clock begins it, people end it",
        ["09:00 scheduled", "12:30 verifying", "12:50 completed"],
        [None, None, False],
    ),
    ("over at the moment of its beginning", ["09:00 scheduled", "12:00 completed"], [None, None]),
    ("called off while it ran", ["09:00 scheduled", "12:20 cancelled"], [None, False]),
    ("called off before", ["09:00 scheduled", "11:00 cancelled"], [None, None]),
    ("it was over before it began", ["09:00 scheduled", "11:00 completed"], [None, None]),
    ("begun early", ["09:00 scheduled", "11:30 in_progress"], [None, True]),
]


@pytest.mark.parametrize(("why", "says", "expected"), MAINTENANCES, ids=[case[0] for case in MAINTENANCES])
def test_a_maintenance_changes_states_where_people_begin_or_end_it(
    why: str, says: list[str], expected: list[bool | None]
) -> None:
    work = maintenance({"id": "a", "window": "12:00-13:00", "says": says})
    found = maintenance_changes(maintenance_at(work, moment("14:00")))
    changes: dict[bool | None, dict[str, Any]] = {
        True: {"downloads": (GOOD, BUSY)},
        False: {"downloads": (BUSY, GOOD)},
        None: {},
    }
    assert list(found) == [changes[value] for value in expected], why


def outage(now: str) -> Snapshot:
    """An outage of what uploads need, which gets better before it ends."""
    place = site({"sign-in": 1, "uploads": 1, "api": 0}, needs={"uploads": ["sign-in"]})
    rows = [
        "00:00 sign-in/http-1 operational",
        "00:00 uploads/http-1 operational",
        "10:00>10:03 sign-in/http-1 major_outage",
        "10:01>10:05 uploads/http-1 major_outage",
        "10:20 sign-in/http-1 partial_outage",
        "10:30 uploads/http-1 operational",
        "10:40 sign-in/http-1 operational",
    ]
    watched = [f"00:00-{now} {name}/http-1" for name in ("sign-in", "uploads")]
    return take_snapshot(place, history(rows, watched), moment(now))


def test_automatic_updates_say_what_the_checks_found() -> None:
    (found,) = outage("12:00").incidents
    assert [(update.at.strftime("%H:%M"), dict(change)) for update, change in zip(
        found.updates, incident_changes(found), strict=True
    )] == [
        ("10:03", {"sign-in": (GOOD, DOWN)}),
        ("10:05", {"uploads": (GOOD, DOWN)}),
        ("10:20", {"sign-in": (DOWN, "partial_outage")}),
        ("10:33", {"uploads": (DOWN, GOOD)}),
        ("10:40", {"sign-in": ("partial_outage", GOOD)}),
    ]  # fmt: skip


def test_what_an_automatic_incident_hands_over_to_a_person_does_not_get_well_by_that() -> None:
    place = site(
        incidents=[{"id": "told", "components": {"downloads": DOWN}, "says": ["10:10 investigating"]}]
    )
    rows = ["00:00 http-1 operational", "10:00>10:03 http-1 major_outage"]
    page = take_snapshot(place, history(rows), moment("12:00"))
    automatic = next(item for item in page.incidents if item.automatic)
    assert [dict(change) for change in incident_changes(automatic)] == [{"downloads": (GOOD, DOWN)}, {}]


def affected(document: dict[str, Any]) -> list[dict[str, tuple[str, str]]]:
    """Return the states before and after each update by the names of components, oldest first."""
    return [
        {row["name"]: (row["old_status"], row["new_status"]) for row in update["affected_components"]}
        for update in plain(document)["incident_updates"][::-1]
    ]


def test_the_api_names_what_joined_by_each_update_with_its_state_then() -> None:
    page = outage("12:00")
    assert affected(incident_json(page, page.incidents[0])) == [
        {"Sign-in": (GOOD, DOWN)},
        {"Sign-in": (DOWN, DOWN), "Uploads": (GOOD, DOWN)},
        {"Sign-in": (DOWN, "partial_outage"), "Uploads": (DOWN, DOWN)},
        {"Sign-in": ("partial_outage", "partial_outage"), "Uploads": (DOWN, GOOD)},
        {"Sign-in": ("partial_outage", GOOD), "Uploads": (GOOD, GOOD)},
    ]
    first = incident_json(page, page.incidents[0])["incident_updates"][-1]
    assert first["affected_components"][0]["code"] == public_id("component", "sign-in")


def test_the_api_has_the_states_then_where_an_update_changed_nothing() -> None:
    says = ["10:00 investigating", "10:10 monitoring", "10:20 resolved", "10:30 postmortem"]
    place = site(incidents=[{"id": "a", "says": says}, {"id": "b", "says": ["10:30 resolved"]}])
    page = take_snapshot(place, history(), moment("12:00"))
    whole, late = sorted(page.incidents, key=lambda item: item.id)
    hit = "partial_outage"
    pairs = [(GOOD, hit), (hit, hit), (hit, GOOD), (GOOD, GOOD)]
    assert affected(incident_json(page, whole)) == [{"Downloads": pair} for pair in pairs]
    assert affected(incident_json(page, late)) == [{"Downloads": (GOOD, GOOD)}], "it never showed"


def test_the_api_has_the_states_of_announced_work_whoever_begins_it() -> None:
    says = ["09:00 scheduled", "11:30 verifying", "12:10 completed"]
    place = site(maintenances=[{"id": "b", "window": "11:00-13:00", "says": says}])
    page = take_snapshot(place, history(), moment("12:30"))
    (work,) = page.maintenances
    told = maintenance_json(page, work)["incident_updates"]
    states = {update["status"]: update["affected_components"][0] for update in plain(told)}
    assert {status: (row["old_status"], row["new_status"]) for status, row in states.items()} == {
        "scheduled": (GOOD, GOOD),
        "in_progress": (GOOD, BUSY),
        "verifying": (BUSY, BUSY),
        "completed": (BUSY, GOOD),
    }


def test_a_component_that_is_no_longer_on_the_page_is_not_named() -> None:
    place = site(incidents=[{"id": "a", "components": {"gone": DOWN}, "says": ["10:00 investigating"]}])
    page = take_snapshot(place, history(), moment("12:00"))
    (update,) = incident_json(page, page.incidents[0])["incident_updates"]
    assert update["affected_components"] is None
