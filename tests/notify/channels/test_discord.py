from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from helpers.channels import Case, composition, golden_bodies, letter, means, subscriber
from helpers.discord_stand_in import HOOK, Discord
from helpers.stand_ins import Given, running
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import TransportContext
from waypost.notify.channels.discord import CHANNEL as DISCORD
from waypost.notify.channels.discord import COLOURS
from waypost.notify.rules.deliveries import Delivery, TransportError


@pytest.fixture
def discord() -> Iterator[Discord]:
    service = Discord()
    with running(service):
        yield service


def to(service: Discord, query: str = "") -> tuple[Subscriber, TransportContext]:
    return subscriber(discord={"url": "${HOOK}"}), means({"HOOK": f"{service.url}{HOOK}{query}"})


def told(event: str = "incident.opened", title: str = "Downloads fail", **keys: str) -> Delivery:
    return letter(DISCORD.compose(*composition({"event": event, "title": title})), event, **keys)


def refused(service: Discord, *answers: Given | None, first: str = "") -> TransportError:
    service.next = list(answers)
    with pytest.raises(TransportError) as caught:
        DISCORD.send(told(first_remote=first), *to(service))
    assert "planted" not in str(caught.value) + repr(caught.value)
    return caught.value


@golden_bodies("discord")
def test_a_notice_becomes_this_message(case: Case) -> None:
    assert json.loads(DISCORD.compose(*composition(case["notice"]))) == case["body"]


@golden_bodies("discord")
def test_every_message_is_taken(case: Case, discord: Discord) -> None:
    body = DISCORD.compose(*composition(case["notice"]))
    identity = DISCORD.send(letter(body), *to(discord))
    assert discord.messages == {identity: json.loads(body)}


@pytest.mark.parametrize("piece", ["*", "_~|<", "😀", "a:b: ", "](", "\\"])
def test_the_longest_text_stays_within_the_limits(discord: Discord, piece: str) -> None:
    said = {"title": piece * 300, "body": piece * 3000, "components": ["downloads"] * 3}
    DISCORD.send(letter(DISCORD.compose(*composition(said))), *to(discord))
    assert len(discord.messages) == 1


def test_every_state_has_its_colour() -> None:
    assert set(COLOURS) == set(ComponentStatus)
    assert len(set(COLOURS.values())) == len(COLOURS)


def test_the_first_message_tells_the_present_state_and_every_event_is_a_message(discord: Discord) -> None:
    first = DISCORD.send(told(), *to(discord))
    second = DISCORD.send(told("incident.resolved", "It works", first_remote=first), *to(discord))
    assert list(discord.messages) == [first, second]
    opened, resolved = discord.messages.values()
    assert opened.pop("edited")
    assert opened == resolved


def test_sending_again_edits_to_the_same(discord: Discord) -> None:
    first = DISCORD.send(told(), *to(discord))
    update = told("incident.resolved", "It works", first_remote=first)
    discord.next = [None, Given(0)]
    with pytest.raises(TransportError):
        DISCORD.send(update, *to(discord))
    after_one = discord.messages[first]
    DISCORD.send(update, *to(discord))
    assert discord.messages[first] == after_one


@pytest.mark.parametrize("event", ["update.overdue", "escalation"])
def test_what_says_nothing_of_the_state_edits_nothing(discord: Discord, event: str) -> None:
    first = DISCORD.send(told(), *to(discord))
    DISCORD.send(told(event, first_remote=first), *to(discord))
    assert "edited" not in discord.messages[first]


@pytest.mark.parametrize("subject", ["component/downloads", "endpoint/acme", "test/anna"])
def test_what_never_ends_is_no_thread(discord: Discord, subject: str) -> None:
    first = DISCORD.send(told("test", subject=subject), *to(discord))
    DISCORD.send(told("test", subject=subject, first_remote=first), *to(discord))
    assert [request.method for request in discord.asked] == ["POST", "POST"]


def test_a_first_message_that_somebody_deleted_is_left_alone(discord: Discord) -> None:
    DISCORD.send(told("incident.updated", first_remote="1"), *to(discord))
    assert len(discord.messages) == 1


@pytest.mark.parametrize("first", ["../../channels/1", "C024BE91L:1.2", "1?x=y"])
def test_what_is_no_id_of_a_message_is_not_asked_for(discord: Discord, first: str) -> None:
    DISCORD.send(told("incident.updated", first_remote=first), *to(discord))
    assert [request.method for request in discord.asked] == ["POST"]


def test_a_thread_of_a_forum_is_kept(discord: Discord) -> None:
    to_thread = to(discord, "?thread_id=42")
    first = DISCORD.send(told(), *to_thread)
    DISCORD.send(told("incident.updated", first_remote=first), *to_thread)
    assert [request.query["thread_id"] for request in discord.asked] == [["42"]] * 3


REFUSALS = [
    (Given(404, {"code": 10015, "message": "planted"}), True, True, False),
    (Given(404, {"code": 10003}), True, True, False),
    (Given(401, {"code": 50027}), True, True, False),
    (Given(400, {"code": 50035, "errors": {"planted": 1}}), True, False, False),
    # A proxy in between says these too.
    (Given(404, "<html>planted</html>"), False, False, False),
    (Given(401, ""), False, False, False),
    (Given(400, ""), False, False, False),
    (Given(503, ""), False, False, True),
    (Given(0), False, False, True),
    (Given(429, {"retry_after": 1.5, "global": False}), False, False, False),
    (Given(429, {"retry_after": 1.5, "global": True}), False, False, True),
]


@pytest.mark.parametrize(("answer", "permanent", "disables", "blames_host"), REFUSALS)
def test_a_refusal_says_what_to_do(
    discord: Discord, answer: Given, permanent: bool, disables: bool, blames_host: bool
) -> None:
    for error in (refused(discord, answer), refused(discord, answer, first="900000000000000000")):
        assert (error.permanent, error.disables, error.blames_host) == (permanent, disables, blames_host)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (Given(429, {"retry_after": 1.5}), 2),
        (Given(429, {"retry_after": 0}), 0),
        (Given(429, {"retry_after": 1e300}), 86_400),
        (Given(429, {"retry_after": "nan"}, {"X-RateLimit-Reset-After": "3.2"}), 4),
        (Given(429, {"retry_after": -1}, {"Retry-After": "9"}), 9),
        (Given(429, "planted", {"Retry-After": "9"}), 9),
    ],
)
def test_discord_says_how_long_to_wait(discord: Discord, answer: Given, seconds: int) -> None:
    assert refused(discord, answer).retry_after == timedelta(seconds=seconds)


@pytest.mark.parametrize("body", ["", "[]", '{"id": null}', '{"id": "../x"}', '{"id": {"planted": 1}}'])
def test_an_answer_without_an_id_begins_no_thread(discord: Discord, body: str) -> None:
    discord.next = [Given(200, body)]
    assert DISCORD.send(told(), *to(discord)) == ""


@pytest.mark.parametrize(
    "address",
    ["https://discord.com/channels/1/2", "https://discord.com/api/webhooks/x/y", "http://[", "planted"],
)
def test_another_address_is_refused_without_showing_it(address: str) -> None:
    with pytest.raises(TransportError, match="not that of a webhook of Discord") as caught:
        DISCORD.send(told(), subscriber(discord={"url": "${HOOK}"}), means({"HOOK": address}))
    assert address not in str(caught.value)


def test_the_host_is_that_of_the_webhook(discord: Discord) -> None:
    assert DISCORD.host(*to(discord)) == discord.url.removeprefix("http://")
