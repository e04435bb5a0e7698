from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from helpers.channels import PAGE, Case, composition, golden_bodies, letter, means, subscriber
from helpers.stand_ins import Given, running
from helpers.teams_stand_in import PATH, QUERY, Teams
from waypost.formats.subscribers import NoticeEvent, Subscriber
from waypost.notify.channels.base import MissingVariable, TransportContext
from waypost.notify.channels.teams import CHANNEL as TEAMS
from waypost.notify.channels.teams import MOST_BYTES
from waypost.notify.rules.deliveries import TransportError


@pytest.fixture
def teams() -> Iterator[Teams]:
    service = Teams()
    with running(service):
        yield service


def to(service: Teams) -> tuple[Subscriber, TransportContext]:
    return subscriber(teams={"url": "${FLOW}"}), means({"FLOW": f"{service.url}{PATH}?{QUERY}"})


def refused(service: Teams, answer: Given) -> TransportError:
    service.next = [answer]
    with pytest.raises(TransportError) as caught:
        TEAMS.send(letter(TEAMS.compose(*composition({}))), *to(service))
    assert "planted" not in str(caught.value) + repr(caught.value)
    return caught.value


@golden_bodies("teams")
def test_a_notice_becomes_this_card(case: Case) -> None:
    assert json.loads(TEAMS.compose(*composition(case["notice"]))) == case["body"]


@golden_bodies("teams")
def test_every_card_is_taken(case: Case, teams: Teams) -> None:
    body = TEAMS.compose(*composition(case["notice"]))
    assert TEAMS.send(letter(body), *to(teams)) == ""
    assert teams.cards == [json.loads(body)["attachments"][0]["content"]]


def test_messages_of_one_incident_stand_by_themselves(teams: Teams) -> None:
    first = TEAMS.send(letter(TEAMS.compose(*composition({}))), *to(teams))
    assert first == ""
    TEAMS.send(letter(TEAMS.compose(*composition({})), "incident.resolved", first_remote="x"), *to(teams))
    assert len(teams.cards) == 2


@pytest.mark.parametrize("letter_of_text", ["a", "é", "字", "😀", '"', "\\", "*", "<"])
def test_the_longest_text_stays_below_the_limit(teams: Teams, letter_of_text: str) -> None:
    said = {"title": letter_of_text * 400, "body": f"{letter_of_text * 9} " * 1000}
    body = TEAMS.compose(*composition(said))
    assert len(body) <= MOST_BYTES
    TEAMS.send(letter(body), *to(teams))
    assert len(teams.cards) == 1


@pytest.mark.parametrize(("letters", "most"), [(0, 9000), (7_000, 4000), (20_000, 1000), (26_500, 1)])
def test_the_text_gives_way_to_a_long_link(letters: int, most: int) -> None:
    said = {"link": f"{PAGE}?{'a' * letters}", "body": "字" * 8900}
    body = TEAMS.compose(*composition(said))
    text = json.loads(body)["attachments"][0]["content"]["body"][1]["text"]
    assert len(body) <= MOST_BYTES
    assert 0.5 * most < len(text) <= most


@pytest.mark.parametrize(
    ("answer", "permanent", "disables", "blames_host"),
    [
        (Given(404, {"error": {"code": "WorkflowNotFound", "message": "planted"}}), True, True, False),
        (Given(410), True, True, False),
        (Given(413), True, False, False),
        (Given(400, {"error": {"code": "WorkflowTriggerIsNotEnabled"}}), False, False, False),
        (Given(401, {"error": {"code": "DirectApiAuthorizationRequired"}}), False, False, False),
        (Given(404, "planted page of a proxy"), False, False, False),
        (Given(404, {"error": "planted"}), False, False, False),
        (Given(404, {"error": {"code": ["WorkflowNotFound"]}}), False, False, False),
        (Given(302, "", {"Location": "https://example.org/planted"}), False, False, False),
        (Given(502), False, False, True),
        (Given(0), False, False, True),
    ],
)
def test_a_refusal_says_what_to_do(
    teams: Teams, answer: Given, permanent: bool, disables: bool, blames_host: bool
) -> None:
    error = refused(teams, answer)
    assert (error.permanent, error.disables, error.blames_host) == (permanent, disables, blames_host)


def test_too_many_requests_wait_as_long_as_is_asked(teams: Teams) -> None:
    assert refused(teams, Given(429, "", {"Retry-After": "12"})).retry_after == timedelta(seconds=12)


def test_the_host_is_that_of_the_workflow(teams: Teams) -> None:
    assert TEAMS.host(*to(teams)) == teams.url.removeprefix("http://")
    with pytest.raises(MissingVariable, match="FLOW"):
        TEAMS.host(subscriber(teams={"url": "${FLOW}"}), means({}))


def test_it_has_a_form_for_everything() -> None:
    assert TEAMS.events == frozenset(NoticeEvent)
