from __future__ import annotations

import re
from dataclasses import replace

import pytest

from helpers.channels import composition, letter, notice, page
from helpers.hostile_status import TEXTS
from helpers.status_world import moment, site, take_snapshot
from waypost.formats.status import ComponentStatus
from waypost.formats.status_site import History
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.channels.chat import MARKS, chat_message, first_of_thread, json_object, shows_state
from waypost.notify.channels.registry import CHANNELS
from waypost.status.rules.snapshot import Snapshot


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ({"event": "incident.opened", "impact": "critical"}, "🔴"),
        ({"event": "incident.updated", "impact": "major"}, "🟠"),
        ({"event": "incident.updated", "impact": "minor"}, "🟡"),
        ({"event": "incident.opened", "impact": "none"}, "⚪"),
        ({"event": "incident.resolved", "impact": "critical", "status": "resolved"}, "🟢"),
        ({"event": "maintenance.announced", "subject": "maintenance/database", "status": "scheduled"}, "🔵"),
        ({"event": "maintenance.completed", "subject": "maintenance/database", "status": "completed"}, "🟢"),
        # Somebody must act before something fails.
        ({"event": "certificate.expiring", "subject": "component/downloads"}, "🟡"),
        ({"event": "endpoint.disabled", "subject": "endpoint/acme"}, "🟡"),
        ({"event": "monitor.trouble", "subject": "monitor/log/2026-11-20T10:00:00+00:00"}, "🟡"),
        ({"event": "monitor.recovered", "subject": "monitor/log/2026-11-20T10:00:00+00:00"}, "🟢"),
        ({"event": "test", "subject": "test/anna"}, "⚪"),
    ],
)
def test_the_mark_says_at_a_glance_how_it_is(said: dict[str, str], mark: str) -> None:
    assert chat_message(*composition(said)).headline.startswith(f"{mark} [")


def test_every_state_has_its_mark() -> None:
    assert set(MARKS) == set(ComponentStatus)
    assert len(set(MARKS.values())) == len(MARKS)


def promising() -> Snapshot:
    """Take a picture in which the second update of an incident promises another."""
    place = site(
        incidents=[{"id": "zip", "says": ["10:00 investigating", "10:30 identified"]}], zone="Europe/Berlin"
    )
    (incident,) = place.incidents
    first, second = incident.updates
    told = replace(incident, updates=(first, replace(second, next_update_by=moment("11:00"))))
    return take_snapshot(replace(place, incidents=(told,)), History(), moment("10:31"))


@pytest.mark.parametrize(
    ("update", "facts"),
    [(0, ()), (1, ("Next update by 20 Nov 2026, 12:00 (Europe/Berlin)",))],
)
def test_it_says_when_the_next_word_comes_where_its_update_promised_one(
    update: int, facts: tuple[str, ...]
) -> None:
    seen = promising()
    told = replace(notice({"subject": "incident/zip"}), update=seen.incidents[0].updates[update].id)
    assert chat_message(told, seen).facts == facts


def test_an_incident_that_is_no_longer_on_the_page_is_told_all_the_same() -> None:
    told = chat_message(*composition({"subject": "incident/gone", "components": ["removed"]}))
    assert told.facts == ("Affects: removed",)


@pytest.mark.parametrize(
    ("subject", "first"),
    [
        ("incident/a", "remote"),
        ("maintenance/a", "remote"),
        ("component/a", ""),
        ("monitor/log/2026-11-20T10:00:00+00:00", "remote"),
        ("endpoint/a", ""),
        ("test/a", ""),
        ("", ""),
    ],
)
def test_only_what_has_an_end_is_a_thread(subject: str, first: str) -> None:
    assert first_of_thread(letter(b"", subject=subject, first_remote="remote")) == first


def test_what_says_nothing_of_the_state_is_known() -> None:
    silent = {event for event in NoticeEvent if not shows_state(letter(b"", event))}
    assert silent == {NoticeEvent.UPDATE_OVERDUE, NoticeEvent.ESCALATION}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"a": 1}', {"a": 1}),
        (b"[1]", {}),
        (b'"a"', {}),
        (b"null", {}),
        (b"", {}),
        (b"\xff\xfe", {}),
        (b'{"a":' * 100_000, {}),
        (b"9" * 10_000, {}),
    ],
)
def test_an_answer_that_is_no_object_is_an_empty_one(body: bytes, expected: dict[str, int]) -> None:
    assert json_object(body) == expected


@pytest.mark.parametrize("kind", ["slack", "teams", "discord", "sms", "apprise"])
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_text_keeps_a_message_from_being_made(text: str, kind: str) -> None:
    said = {"title": text, "body": f"{text}\n\n- {text}", "components": [text], "impact": "major"}
    body = CHANNELS[kind].compose(*composition(said)).decode()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", body)


def test_the_page_of_the_tests_has_its_zone() -> None:
    assert chat_message(*composition({})).footer == "Lumen status · 20 Nov 2026, 11:02 (Europe/Berlin)"
    assert page("de").words.language == "de"
