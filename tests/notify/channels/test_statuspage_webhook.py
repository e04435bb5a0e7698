from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from helpers.hostile_servers import Server, answering, reply
from helpers.hostile_status import hostile_snapshot
from helpers.notices import NOW, channel_cases, composition, letter, means, sample, subscriber
from helpers.status_world import history, moment, site, take_snapshot
from helpers.statuspage_shapes import assert_is_a_webhook_incident
from waypost.formats.status import ComponentStatus, Update, UpdateStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.channels.base import Channel, MissingVariable
from waypost.notify.channels.statuspage_webhook import CHANNEL, LATEST
from waypost.notify.channels.webhook import CHANNEL as SIGNED
from waypost.notify.rules.deliveries import TransportError
from waypost.notify.rules.notices import Subject, SubjectKind

CASES = channel_cases("statuspage_webhook")


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_a_notice_says(case: dict[str, Any]) -> None:
    body = CHANNEL.compose(*composition(case))
    assert json.loads(body) == case["body"]
    assert body == json.dumps(case["body"], ensure_ascii=False, separators=(",", ":")).encode()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_body_has_the_shape_that_atlassian_documents(case: dict[str, Any]) -> None:
    body = case["body"]
    assert {"meta", "page"} <= set(body) <= {"meta", "page", "incident", "component", "component_update"}
    if "incident" in body:
        assert_is_a_webhook_incident(body["incident"])
        updates = body["incident"]["incident_updates"]
        assert updates[0]["status"] == body["incident"]["status"], "receivers show the first they find"
        assert len({update["id"] for update in updates}) == len(updates)


def test_every_event_of_the_channel_has_a_case() -> None:
    tried = {case["event"] for case in CASES} | {NoticeEvent.MAINTENANCE_UPDATED}
    assert tried == {*CHANNEL.events}


def test_what_the_form_has_no_words_for_is_not_told() -> None:
    assert {*NoticeEvent} - CHANNEL.events == {
        NoticeEvent.UPDATE_OVERDUE,
        NoticeEvent.CERTIFICATE_EXPIRING,
        NoticeEvent.ENDPOINT_DISABLED,
        NoticeEvent.MONITOR_TROUBLE,
        NoticeEvent.MONITOR_RECOVERED,
        NoticeEvent.ESCALATION,
    }


def test_a_window_that_was_moved_is_told_in_words() -> None:
    case = {
        "maintenances": [{"id": "move", "window": "15:00-16:00", "says": ["09:00 scheduled"]}],
        "windows": ["09:00 move 13:00-14:00", "11:05 move 15:00-16:00"],
        "before": "10:00",
        "now": "11:10",
        "event": "maintenance.updated",
    }
    incident = json.loads(CHANNEL.compose(*composition(case)))["incident"]
    assert incident["incident_updates"][0]["body"].startswith("The time has changed.")
    assert (incident["scheduled_for"], incident["status"]) == ("2026-11-20T15:00:00.000Z", "scheduled")


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("operational", "no_data", ("operational", "degraded_performance")),
        ("no_data", "major_outage", ("major_outage", "major_outage")),
        ("no_data", "no_data", ("degraded_performance", "degraded_performance")),
        ("partial_outage", "operational", ("partial_outage", "operational")),
    ],
)
def test_no_data_has_no_word_here_so_what_is_known_stands_there(
    old: str, new: str, told: tuple[str, str]
) -> None:
    rows = history(["00:00 http-1 operational", "10:00 http-1 degraded_performance"], ["00:00-11:00 http-1"])
    seen = take_snapshot(site(), rows, moment("12:00"))
    assert seen.components[0].status is ComponentStatus.NO_DATA
    notice = replace(
        sample(NOW),
        event=NoticeEvent.COMPONENT_STATUS,
        subject=Subject(SubjectKind.COMPONENT, "downloads"),
        old_status=old,
        status=new,
    )
    body = json.loads(CHANNEL.compose(notice, seen))
    update = body["component_update"]
    assert (update["old_status"], update["new_status"]) == told
    assert body["component"]["status"] == told[1]


@pytest.mark.parametrize("kind", SubjectKind)
def test_what_the_page_no_longer_has_is_told_without_it(kind: SubjectKind) -> None:
    gone = replace(sample(NOW), subject=Subject(kind, "gone"), status="operational", old_status="no_data")
    body = json.loads(CHANNEL.compose(gone, hostile_snapshot({})))
    assert set(body) == {"meta", "page"}


@pytest.mark.parametrize("channel", [CHANNEL, SIGNED], ids=lambda channel: channel.kind)
def test_links_into_the_help_center_name_its_host(channel: Channel) -> None:
    seen = hostile_snapshot({"plain": "Something broke"})
    (short,) = seen.incidents
    told = Update("u1", UpdateStatus.POSTMORTEM, short.started, "See [how](/a/b/), not `[x](/c/)`.")
    incident = replace(short, updates=(told,))
    subject = Subject(SubjectKind.INCIDENT, incident.id)
    notice = replace(sample(NOW), subject=subject, update="u1", body=told.body)
    text = channel.compose(notice, replace(seen, incidents=(incident,))).decode()
    expected = f"See [how]({seen.page.help_url}a/b/), not `[x](/c/)`."
    assert text.count(expected) == 2, "the update, and what is said of it"
    assert "(/a/b/)" not in text


def test_of_an_endless_incident_the_newest_updates_are_told() -> None:
    seen = hostile_snapshot({"plain": "Something broke"})
    (short,) = seen.incidents
    said = tuple(
        Update(f"u{number}", UpdateStatus.IDENTIFIED, short.started, str(number)) for number in range(2000)
    )
    incident = replace(short, updates=said)
    notice = replace(sample(NOW), subject=Subject(SubjectKind.INCIDENT, incident.id), update="u1500")
    body = CHANNEL.compose(notice, replace(seen, incidents=(incident,)))
    updates = json.loads(body)["incident"]["incident_updates"]
    assert [item["body"] for item in updates] == [str(number) for number in range(1500, 1500 - LATEST, -1)]


def test_it_is_posted_unsigned_as_it_was_frozen() -> None:
    with Server(answering(reply(status="201 Created"))) as server:
        target = subscriber(statuspage_webhook={"url": "${TOOL_URL}"})
        assert CHANNEL.send(letter(b"{}", CHANNEL.kind), target, means({"TOOL_URL": server.url})) == ""
    (request,) = server.requests
    assert request.startswith(b"POST / HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n{}")
    assert b"Content-Type: application/json\r\n" in request
    assert b"webhook-" not in request


def test_what_cannot_be_sent_is_told_without_the_address() -> None:
    target = subscriber(statuspage_webhook={"url": "${TOOL_URL}"})
    assert CHANNEL.host(target, means({"TOOL_URL": "https://tool.example.org/planted"})) == "tool.example.org"
    with pytest.raises(MissingVariable, match="TOOL_URL"):
        CHANNEL.host(target, means({}))
    with pytest.raises(TransportError, match="not a valid one") as caught:
        CHANNEL.send(letter(b"{}"), target, means({"TOOL_URL": "planted"}))
    assert "planted" not in repr(caught.value)
