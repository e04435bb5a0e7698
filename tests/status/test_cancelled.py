"""What the page, its API and its feeds say of work that is called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from helpers.status_world import history, moment, site, take_snapshot
from waypost.formats.status import ENDED, MAINTENANCE_STATUSES, ComponentStatus, UpdateStatus
from waypost.publishing.api.statuspage import LABELS, api_documents, api_status, maintenance_json
from waypost.status.rules.explanations import Declarations, Dependencies, Outage
from waypost.status.rules.maintenance import MaintenanceSnapshot, maintenance_window
from waypost.status.rules.snapshot import Snapshot

BEFORE = ["08:00 scheduled", "09:00 cancelled"]
DURING = ["08:00 scheduled", "10:00 in_progress", "10:20 cancelled"]
AFTER = ["08:00 scheduled", "11:30 cancelled"]


def page(says: list[str], now: str = "12:00", language: str = "en") -> tuple[Snapshot, MaintenanceSnapshot]:
    work: dict[str, Any] = {"id": "work", "window": "10:00-11:00", "says": says}
    rows = history(["00:00 http-1 operational"], ["00:00-12:00 http-1"])
    snapshot = take_snapshot(site(maintenances=[work]), rows, moment(now), language)
    return snapshot, snapshot.maintenances[0]


@pytest.mark.parametrize(
    ("says", "now", "start", "end", "left_out"),
    [
        (BEFORE, "09:30", "10:00", "11:00", 0),
        (BEFORE, "10:30", "10:00", "11:00", 0),
        (BEFORE, "12:00", "10:00", "11:00", 0),
        (DURING, "12:00", "10:00", "10:20", 1200),
        # The clock had ended it: a later word takes nothing more out of the uptime.
        (AFTER, "12:00", "10:00", "11:00", 3600),
    ],
)
def test_work_that_is_called_off(says: list[str], now: str, start: str, end: str, left_out: int) -> None:
    snapshot, item = page(says, now)
    assert (item.status, item.is_over) == (UpdateStatus.CANCELLED, True)
    assert (item.start, item.end) == (moment(start), moment(end))
    assert item.history_at == min(moment(start), moment(says[-1].split()[0])), (
        "no month to come has a history"
    )
    assert snapshot.planned == ()
    assert snapshot.components[0].status is ComponentStatus.OPERATIONAL
    assert snapshot.components[0].uptime.maintenance == left_out


def test_until_it_is_called_off_it_is_planned() -> None:
    snapshot, item = page(BEFORE, "08:59")
    assert (item.status, snapshot.planned) == (UpdateStatus.SCHEDULED, (item,))


def test_the_page_last_changed_when_it_was_called_off_not_in_the_window_that_never_was() -> None:
    work = {"id": "work", "window": "10:00-11:00", "says": BEFORE}
    snapshot = take_snapshot(site({"downloads": 0}, maintenances=[work]), history([], []), moment("12:00"))
    assert snapshot.changed_at == moment("09:00")


def test_trouble_in_a_window_that_was_called_off_is_news_at_once() -> None:
    place = site(maintenances=[{"id": "work", "window": "10:00-11:00", "says": BEFORE}])
    declarations = Declarations(place, Dependencies(place.config.flat))
    outage = Outage("downloads", moment("10:10"), {}, ())
    assert declarations.unexpected_since(outage, moment("10:12")) == moment("10:10")
    assert maintenance_window(place.maintenances[0]) == (moment("10:00"), moment("10:00"))


@pytest.mark.parametrize(("language", "word"), [("en", "Cancelled"), ("de", "Abgesagt")])
def test_clients_of_statuspage_see_it_completed_with_a_last_word_that_says_so(
    language: str, word: str
) -> None:
    snapshot, item = page(BEFORE, "09:30", language)
    found = maintenance_json(snapshot, item)
    assert (found["status"], found["resolved_at"]) == ("completed", "2026-11-20T09:00:00.000Z")
    assert (found["scheduled_for"], found["scheduled_until"]) == (
        "2026-11-20T10:00:00.000Z",
        "2026-11-20T11:00:00.000Z",
    )
    last, first = found["incident_updates"]
    assert (last["status"], last["body"]) == ("completed", f"{word}: It is cancelled.")
    assert (first["status"], first["body"]) == ("scheduled", "It is scheduled.")
    assert api_documents(snapshot)["api/v2/summary.json"]["scheduled_maintenances"] == []


def test_every_status_of_a_maintenance_is_one_that_statuspage_knows() -> None:
    known = {"scheduled", "in_progress", "verifying", "completed"}
    assert {api_status(status) for status in MAINTENANCE_STATUSES} == known
    assert set(ENDED) < set(MAINTENANCE_STATUSES)
    assert LABELS[UpdateStatus.CANCELLED] == LABELS[UpdateStatus.COMPLETED] == "Completed"


def test_of_work_that_repeats_only_the_next_window_is_planned() -> None:
    place = site(maintenances=[{"id": f"w-{n}", "window": f"11-2{n} 10:00-11-2{n} 11:00"} for n in (1, 2, 3)])
    place = replace(place, maintenances=tuple(replace(work, series="w") for work in place.maintenances))
    for now, planned in (
        ("11-20 00:00", ["w-1"]),
        ("11-21 10:30", ["w-1", "w-2"]),
        ("11-22 12:00", ["w-3"]),
        ("11-24 00:00", []),
    ):
        snapshot = take_snapshot(place, history([], []), moment(now))
        assert [item.work.id for item in snapshot.planned] == planned
        assert len(snapshot.maintenances) == 3
        assert snapshot.maintenances[0].start - snapshot.maintenances[2].start == timedelta(days=2)
