from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from helpers.cases import Case, golden
from helpers.notices import faults_of
from helpers.status_world import history_of, maintenance, moment, site_of, take_snapshot
from waypost.formats.lint import Cadence
from waypost.formats.status import ComponentStatus, Maintenance
from waypost.formats.status_site import AnnouncedWindow
from waypost.formats.subscribers import CHANNEL_KINDS, NoticeEvent, SubscriberFile
from waypost.notify.rules.notices import Disabled, OutboxState, PlannedNotice
from waypost.notify.rules.plan import FOR_PROGRAMS, message_id, plan
from waypost.notify.rules.sources import NoticeContext, incident_notices, known_states
from waypost.notify.rules.wording import wording_of
from waypost.status.rules.maintenance import changed_windows

FORMS = {kind: frozenset(NoticeEvent) for kind in CHANNEL_KINDS} | {"statuspage_webhook": FOR_PROGRAMS}
SECTIONS: dict[str, Any] = {"email": {"server": "${SMTP}", "sender": "status@example.org"}}


def file_of(case: Case) -> SubscriberFile:
    keys = ("subscribers", "operators", "escalation", "delivery")
    return TypeAdapter(SubscriberFile).validate_python(
        SECTIONS | {key: case[key] for key in keys if key in case}
    )


def told_by(case: Case, at: datetime) -> OutboxState:
    """What the case says the database knows by then, besides what was planned."""
    disabled = {name: moment(since) for name, since in case.get("disabled", {}).items()}
    spoken = {name: moment(when) for name, when in case.get("acknowledged", {}).items()}
    return OutboxState(
        acknowledged={name: when for name, when in spoken.items() if when <= at},
        disabled={name: Disabled(since, "gone") for name, since in disabled.items() if since <= at},
        unsubscribed=frozenset(case.get("unsubscribed", ())),
    )


def looks(case: Case, language: str = "en") -> Iterator[tuple[str, NoticeContext, list[PlannedNotice]]]:
    """Look at the page of a case again and again, as the store would remember it."""
    place, rows, file = site_of(case), history_of(case), file_of(case)
    keys: frozenset[str] = frozenset()
    states: dict[str, ComponentStatus] | None = None
    for text in case["looks"]:
        now = moment(text)
        told = replace(told_by(case, now), keys=keys, components=states)
        faults = tuple(faults_of(case, now))
        look = NoticeContext(take_snapshot(place, rows, now, language), told, file, Cadence(), faults)
        found = plan(look, FORMS)
        yield text, look, found
        keys |= {item.notice.key for item in found}
        states = known_states(look.snapshot, states or {})


def line(item: PlannedNotice) -> str:
    return f"{item.notice.event} {item.notice.subject} -> {' '.join(item.recipients)}"


@golden("notices/*.yml")
def test_who_is_told_what_and_when(case: Case) -> None:
    for text, _, found in looks(case):
        assert [line(item) for item in found if item.recipients] == case["looks"][text], text


@golden("notices/*.yml")
def test_every_notice_has_words_in_every_language(case: Case) -> None:
    for language in ("en", "de"):
        for _, look, found in looks(case, language):
            for item in found:
                said = wording_of(item.notice, look.snapshot)
                assert said.headline == f"[{said.state}] {item.notice.title}"
                assert item.notice.title
                assert item.notice.link.startswith("https://help.lumen.example/status/")
                assert "{" not in "".join([said.headline, *said.facts, said.plain_body])


@golden("notices/*.yml")
def test_no_notice_is_of_a_time_to_come(case: Case) -> None:
    for _, look, found in looks(case):
        assert [item.notice.key for item in found if item.notice.at > look.snapshot.now] == []


@golden("notices/*.yml")
def test_two_looks_at_once_plan_the_same_and_a_second_look_nothing(case: Case) -> None:
    for _, look, found in looks(case):
        again = plan(look, FORMS)
        assert again == found
        known = replace(
            look.state,
            keys=look.state.keys | {item.notice.key for item in found},
            components=known_states(look.snapshot, look.state.components or {}),
        )
        assert plan(replace(look, state=known), FORMS) == []


def one(case: Case, at: str, event: str) -> tuple[NoticeContext, PlannedNotice]:
    for text, look, found in looks(case):
        if text == at:
            return look, next(item for item in found if item.notice.event == event)
    raise AssertionError(at)


def told_of_work(*looks_at: tuple[str, Sequence[Maintenance]]) -> list[list[tuple[str, str]]]:
    """Look at a page again and again while its maintenance is edited; return what is told each time."""
    case: Case = {"subscribers": [{"id": "anna", "email": "anna@example.org"}]}
    keys: frozenset[str] = frozenset()
    states: dict[str, ComponentStatus] | None = None
    found: list[list[tuple[str, str]]] = []
    windows: list[AnnouncedWindow] = []
    for at, works in looks_at:
        place = replace(site_of(case), maintenances=tuple(works))
        windows += changed_windows(windows, works, moment(at))
        rows = replace(history_of(case), windows=tuple(windows))
        snapshot = take_snapshot(place, rows, moment(at))
        look = NoticeContext(snapshot, OutboxState(keys=keys, components=states), file_of(case), Cadence())
        new = plan(look, FORMS)
        found.append([(item.notice.event, item.notice.body) for item in new if item.recipients])
        keys |= {item.notice.key for item in new}
        states = known_states(snapshot, states or {})
    return found


def work(window: str, *says: str, name: str = "disks") -> Maintenance:
    return maintenance({"id": name, "window": window, "says": says})


FIRST, LATER = "11-25 10:00-11-25 11:00", "11-26 10:00-11-26 11:00"
MOVED = "The time has changed. Planned now: 26 Nov 2026, 10:00 (UTC) to 26 Nov 2026, 11:00 (UTC)."


def test_work_that_is_moved_is_told_of_once_with_its_new_time() -> None:
    moved = work(LATER, "09:00 scheduled")
    assert told_of_work(
        ("09:00", [work(FIRST, "09:00 scheduled")]),
        ("10:00", [moved]),
        ("10:10", [moved]),
        ("10:20", [work(LATER, "09:00 scheduled", "10:20 scheduled")]),
    ) == [[], [("maintenance.updated", MOVED)], [], [("maintenance.updated", "It is scheduled.")]]


def test_whoever_moves_work_and_writes_of_it_has_told_of_it() -> None:
    assert told_of_work(
        ("09:00", [work(FIRST, "09:00 scheduled")]),
        ("10:20", [work(LATER, "09:00 scheduled", "10:20 scheduled")]),
    ) == [[], [("maintenance.updated", "It is scheduled.")]]


def test_another_window_of_work_that_repeats_is_no_move() -> None:
    first = replace(work(FIRST, "09:00 scheduled", name="disks-1"), series="disks")
    second = replace(work(LATER, "09:00 scheduled", name="disks-2"), series="disks")
    assert told_of_work(("09:00", [first]), ("10:00", [first, second]), ("10:10", [first, second])) == [
        [],
        [],
        [],
    ]


@pytest.mark.parametrize(
    ("at", "event", "headline", "facts"),
    [
        (
            "10:10",
            "incident.opened",
            "[Investigating] Title of one",
            ("Impact: major", "Affects: Downloads"),
        ),
        (
            "10:11",
            "component.status",
            "[Partial outage] Downloads",
            ("Downloads: Partial outage, before that Operational",),
        ),
        (
            "10:20",
            "maintenance.announced",
            "[Scheduled] Title of disks",
            ("Affects: Downloads", "When: 22 Nov 2026, 10:00 (UTC) to 22 Nov 2026, 11:00 (UTC)"),
        ),
        ("11:11", "update.overdue", "[Update overdue] Title of one", ("Impact: major", "Affects: Downloads")),
    ],
)  # fmt: skip
def test_what_goes_first_and_the_facts_of_a_message(
    at: str, event: str, headline: str, facts: tuple[str, ...]
) -> None:
    case: Case = {
        "subscribers": [{"id": "anna", "email": "anna@example.org"}],
        "changes": ["09:00 http-1 operational"],
        "incidents": [{"id": "one", "says": ["10:10 investigating"]}],
        "maintenances": [{"id": "disks", "window": "11-22 10:00-11-22 11:00", "says": ["10:20 scheduled"]}],
        "looks": ["10:00", "10:10", "10:11", "10:20", "11:11"],
    }
    look, found = one(case, at, event)
    said = wording_of(found.notice, look.snapshot)
    assert (said.headline, said.facts) == (headline, facts)


def test_a_promise_of_the_next_word_is_a_fact_of_the_update_that_makes_it() -> None:
    case: Case = {"incidents": [{"id": "one", "says": ["10:10 investigating", "10:30 identified"]}]}
    place = site_of(case)
    (told,) = place.incidents
    promise = replace(told.updates[0], next_update_by=moment("10:40"))
    place = replace(place, incidents=(replace(told, updates=(promise, told.updates[1])),))
    look = NoticeContext(
        take_snapshot(place, history_of(case), moment("10:35")), OutboxState(), SubscriberFile(), Cadence()
    )
    first, second = (wording_of(notice, look.snapshot).facts for notice in incident_notices(look))
    assert first == ("Impact: major", "Affects: Downloads", "Next update by 20 Nov 2026, 10:40 (UTC)")
    assert second == ("Impact: major", "Affects: Downloads")


def test_the_id_of_a_message_follows_from_what_it_tells_and_where() -> None:
    first = message_id("https://help.lumen.example/status/", "incident/one#a")
    assert first == message_id("https://help.lumen.example/status/", "incident/one#a")
    assert first.startswith("msg_")
    assert len(first) == 36
    others = [
        ("https://help.lumen.example/status/", "incident/one#b"),
        ("https://b.example/", "incident/one#a"),
    ]
    assert first not in [message_id(*other) for other in others]


def test_a_year_of_updates_is_planned_once_and_in_order() -> None:
    says = [f"{(moment('00:00') + timedelta(minutes=n)).isoformat()} investigating" for n in range(500)]
    case: Case = {
        "subscribers": [{"id": "anna", "email": "anna@example.org"}],
        "incidents": [{"id": "long", "says": says}],
        "looks": [f"{hour:02}:00" for hour in range(12)],
    }
    told = [item.notice for _, _, found in looks(case) for item in found if item.recipients]
    assert [notice.at for notice in told] == sorted({notice.at for notice in told})
    assert len(told) == 499, "the first was there before anybody looked"
