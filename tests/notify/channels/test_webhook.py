from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from tests.helpers.status_world import with_states

from helpers.hostile_servers import Server, answering, reply
from helpers.hostile_status import TEXTS, hostile_snapshot
from helpers.notices import NOW, channel_cases, composition, compositions, letter, means, sample, subscriber
from waypost.formats.lint import Cadence
from waypost.formats.status import ComponentStatus, Impact, Incident, Update, UpdateStatus
from waypost.formats.subscribers import NoticeEvent, SubscriberFile
from waypost.notify.channels.base import MissingVariable
from waypost.notify.channels.webhook import CHANNEL, MOST, cut
from waypost.notify.channels.webhook.event import payload_schema
from waypost.notify.rules.deliveries import TransportError
from waypost.notify.rules.notices import OutboxState, Subject, SubjectKind
from waypost.notify.rules.signing import signature
from waypost.notify.rules.sources import NoticeContext, update_notice
from waypost.status.rules.snapshot import Snapshot

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the one of the specification
OLD = "whsec_" + "QUJD" * 8
OLD_NAME = "${OLD_SECRET}"
CASES = channel_cases("webhook")
EVERY_CASE = pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])


def closed(schema: Any) -> Any:
    """Return a schema that allows no field but those it names."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return {**inner, "additionalProperties": False} if {"required", "properties"} <= set(inner) else inner


STRICT = Draft202012Validator(closed(payload_schema()))


def read(body: bytes) -> dict[str, Any]:
    """Read a payload that must keep to its size and its schema."""
    assert len(body) <= MOST
    document: dict[str, Any] = json.loads(body.decode())
    assert [error.message for error in STRICT.iter_errors(document)] == []
    return document


def told(snapshot: Snapshot, incident: Incident, update: Update | None = None) -> dict[str, Any]:
    look = NoticeContext(snapshot, OutboxState(), SubscriberFile(), Cadence())
    notice = update_notice(look, incident, update or incident.updates[-1], NoticeEvent.INCIDENT_UPDATED)
    return read(CHANNEL.compose(replace(notice, sequence=1), snapshot))


@EVERY_CASE
def test_what_a_notice_says(case: dict[str, Any]) -> None:
    body = CHANNEL.compose(*composition(case))
    assert read(body) == case["body"]
    assert body == json.dumps(case["body"], ensure_ascii=False, separators=(",", ":")).encode()


def test_there_is_a_case_of_every_kind_of_subject() -> None:
    objects = {name for case in CASES for name in case["body"]["data"]}
    assert set(payload_schema()["$defs"]["EventData"]["properties"]) == objects


def test_the_schema_is_one_and_explains_every_field() -> None:
    schema = payload_schema()
    Draft202012Validator.check_schema(schema)
    for part in (schema, *schema["$defs"].values()):
        assert all("description" in field for field in part.get("properties", {}).values())


def test_a_certificate_is_told_with_those_of_its_component_alone() -> None:
    case = {
        "components": {"api": 1, "downloads": 2},
        "changes": ["00:00 http-1 operational"],
        "certificates": [
            "api http-1 2026-11-28T00:00:00+00:00",
            "downloads http-1 2026-11-30T00:00:00+00:00",
            "downloads http-2 2026-11-29T00:00:00+00:00",
        ],
        "before": "09:00",
        "now": "12:00",
        "event": "certificate.expiring",
    }
    told_of = [
        (data["component"]["id"], [item["check"] for item in data["certificates"]])
        for found in compositions(case)
        if "certificates" in (data := read(CHANNEL.compose(*found))["data"])
    ]
    assert sorted(told_of) == [("api", ["http-1"]), *[("downloads", ["http-2", "http-1"])] * 2]


# Size


def long_incident(updates: int, text: str, components: int = 1) -> tuple[Snapshot, Incident]:
    seen = hostile_snapshot({"plain": "Something broke"})
    (short,) = seen.incidents
    said = tuple(
        Update(
            f"u{number}",
            UpdateStatus.IDENTIFIED,
            short.started + timedelta(seconds=number),
            f"{number} {text}",
        )
        for number in range(updates)
    )
    hit = {f"component-{number}": ComponentStatus.PARTIAL_OUTAGE for number in range(components)}
    incident = Incident("long", short.title, Impact.MAJOR, hit, short.started, with_states(said, hit))
    return replace(seen, incidents=(incident,), active=(incident,)), incident


@pytest.mark.parametrize(
    ("updates", "text", "kept"),
    [
        (1, "short", 1),
        (10, "short", 10),
        (11, "short", 10),
        (2000, "short", 10),
        (300, "word " * 200, 10),
        (300, "word " * 500, 5),
        (300, "word " * 1000, 2),
        (30, "word " * 100_000, 1),
        (3, "\u0001" * 100_000, 1),
        (3, '"' * 30_000, 1),
        (3, "👩‍👩‍👧‍👦" * 10_000, 1),
        (3, "\ud800" * 50_000, 1),
    ],
)
def test_of_a_long_incident_the_newest_is_told(updates: int, text: str, kept: int) -> None:
    document = told(*long_incident(updates, text))
    found = document["data"]["incident"]["updates"]
    assert [item["id"] for item in found] == [f"u{number}" for number in range(updates - kept, updates)]
    assert document["data"]["incident"]["earlier_updates"] == updates - kept
    assert document["data"]["text"].startswith(f"{updates - 1} {text[:3]}".encode(errors="replace").decode())


def test_a_long_text_is_cut_with_a_link_to_the_page() -> None:
    seen, incident = long_incident(1, "word " * 10_000)
    data = told(seen, incident)["data"]
    assert data["text"].endswith("word…\n\nThe whole text: https://help.example.org/status/incidents/long/")
    assert data["incident"]["updates"][0]["body"].endswith("word…")
    assert len(data["text"]) > 7_000, "as much as fits"


def test_an_incident_of_a_thousand_components_names_the_first_of_them() -> None:
    seen, incident = long_incident(5, "text", components=1000)
    document = told(seen, incident)
    assert list(document["data"]["incident"]["components"]) == list(incident.components)[:100]
    assert document["data"]["incident"]["updates"][-1]["id"] == "u4"


def test_names_and_addresses_of_absurd_lengths_leave_the_message_small() -> None:
    seen, incident = long_incident(3, "text " * 1000)
    page = replace(seen.page, url="https://help.example.org/" + "ü" * 1900 + "/", name="👩" * 160)
    huge = replace(incident, title="\u0003" * 3000)
    seen = replace(seen, page=page, incidents=(huge,), active=(huge,))
    data = told(seen, huge)["data"]
    assert "incident" not in data
    assert data["url"] == f"{page.url}incidents/long/"
    assert data["text"].startswith("2 text")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts_arrive_as_they_are(name: str, language: str) -> None:
    seen = hostile_snapshot({name: TEXTS[name]}, language=language)
    (incident,) = seen.incidents
    data = told(seen, incident, incident.updates[0])["data"]
    assert data["title"] == TEXTS[name].encode(errors="replace").decode()
    assert [item["status"] for item in data["incident"]["updates"]] == ["investigating"]


@given(st.text(max_size=400), st.integers(20, 300), st.text(max_size=60))
def test_a_text_that_is_cut_keeps_to_its_size(text: str, limit: int, rest: str) -> None:
    def size(what: str) -> int:
        return len(json.dumps(what, ensure_ascii=False).encode(errors="replace"))

    found = cut(text, limit, rest)
    assert size(found) <= limit
    assert found == text if size(text) <= limit else "…" in found
    assert text.startswith(found.partition("…")[0]) or "…" in text


def test_a_text_is_cut_between_words() -> None:
    assert cut("one two three four", 16) == "one two…"
    assert cut("x" * 100, 20) == "x" * 15 + "…"
    assert cut("one two", 9) == "one two"


@pytest.mark.parametrize("kind", SubjectKind)
def test_what_the_page_no_longer_has_is_told_without_it(kind: SubjectKind) -> None:
    seen = hostile_snapshot({})
    for event in NoticeEvent:
        gone = replace(
            sample(NOW),
            event=event,
            subject=Subject(kind, "gone"),
            status="operational",
            old_status="no_data",
        )
        data = read(CHANNEL.compose(replace(gone, sequence=1), seen))["data"]
        assert not {"incident", "maintenance", "component"} & set(data)


# Sending

BODY = '{"type":"test","text":"ü"}'.encode()


def hook(url: str, **keys: str) -> Any:
    return subscriber(webhook={"url": url, "secret": "${HOOK_SECRET}", **keys})


def headers_of(request: bytes) -> dict[str, str]:
    lines = request.split(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}


def test_a_message_is_posted_as_it_was_frozen_and_signed() -> None:
    with Server(answering(reply())) as server:
        remote = CHANNEL.send(letter(BODY), hook(f"{server.url}in?a=1"), means({"HOOK_SECRET": SECRET}))
    assert remote == "", "nothing has to be followed up"
    (request,) = server.requests
    assert request.startswith(b"POST /in?a=1 HTTP/1.1\r\n")
    assert request.endswith(b"\r\n\r\n" + BODY)
    headers = headers_of(request)
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"].startswith("waypost/")
    assert headers["webhook-id"] == "msg_1"
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert headers["webhook-signature"] == signature(SECRET, "msg_1", NOW, BODY)


def test_each_attempt_has_its_own_time_and_the_same_id() -> None:
    times = iter([NOW, NOW + timedelta(minutes=5)])
    with Server(answering(reply())) as server:
        for _ in range(2):
            CHANNEL.send(
                letter(BODY), hook(server.url), means({"HOOK_SECRET": SECRET}, clock=lambda: next(times))
            )
    first, second = map(headers_of, server.requests)
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 300
    assert first["webhook-signature"] != second["webhook-signature"]


def test_while_secrets_are_changed_both_sign() -> None:
    environment = {"HOOK_SECRET": SECRET, "OLD_SECRET": OLD}
    with Server(answering(reply())) as server:
        CHANNEL.send(letter(BODY), hook(server.url, old_secret=OLD_NAME), means(environment))
    signed = headers_of(server.requests[0])["webhook-signature"]
    assert signed == " ".join(signature(secret, "msg_1", NOW, BODY) for secret in (SECRET, OLD))


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "the environment variable HOOK_SECRET is not set"),
        ({"HOOK_SECRET": ""}, "the environment variable HOOK_SECRET is not set"),
        ({"HOOK_SECRET": "whsec_c2hvcnQ="}, "A secret for webhooks is whsec_ and 24 to 64 bytes in base64."),
        ({"HOOK_SECRET": "planted"}, "A secret for webhooks is whsec_ and 24 to 64 bytes in base64."),
    ],
)
def test_a_secret_that_is_missing_or_wrong_can_be_put_right(environment: dict[str, str], words: str) -> None:
    with Server(answering(reply())) as server, pytest.raises(TransportError) as caught:
        CHANNEL.send(letter(BODY), hook(server.url), means(environment))
    assert str(caught.value).startswith(words)
    assert not caught.value.permanent
    assert "planted" not in str(caught.value)
    assert server.requests == [], "nothing goes out unsigned"


def test_an_old_secret_that_is_named_and_not_set_is_told() -> None:
    with pytest.raises(MissingVariable, match="OLD_SECRET"):
        CHANNEL.send(
            letter(BODY),
            hook("http://127.0.0.1:9/", old_secret=OLD_NAME),
            means({"HOOK_SECRET": SECRET}),
        )


@pytest.mark.parametrize(
    ("url", "environment", "host"),
    [
        ("https://Hooks.Acme.example/in", {}, "hooks.acme.example"),
        ("https://hooks.acme.example:8443/in", {}, "hooks.acme.example:8443"),
        ("http://[::1]:9/", {}, "::1:9"),
        ("${HOOK_URL}", {"HOOK_URL": "https://hooks.acme.example/s"}, "hooks.acme.example"),
        ("${HOOK_URL}", {"HOOK_URL": "no address"}, ""),
        ("${HOOK_URL}", {"HOOK_URL": "http://a:bc/"}, ""),
    ],
)
def test_what_fails_together_is_one_host(url: str, environment: dict[str, str], host: str) -> None:
    assert CHANNEL.host(hook(url), means(environment)) == host


def test_an_address_in_the_environment_is_checked_when_it_is_used() -> None:
    for address in ("file:///etc/passwd", "https://a.example/\nX: planted", "planted", "http:///planted"):
        with pytest.raises(TransportError, match="the address is not a valid one") as caught:
            CHANNEL.send(
                letter(BODY), hook("${HOOK_URL}"), means({"HOOK_SECRET": SECRET, "HOOK_URL": address})
            )
        assert "planted" not in repr(caught.value)
