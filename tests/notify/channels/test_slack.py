from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from helpers.channels import Case, composition, golden_bodies, letter, means, subscriber
from helpers.slack_stand_in import CHANNEL, HOOK, TOKEN, Slack
from helpers.stand_ins import Given, running
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import MissingVariable, TransportContext
from waypost.notify.channels.slack import CHANNEL as SLACK
from waypost.notify.rules.deliveries import Delivery, TransportError

WORK = "maintenance/database"
Way = Callable[[Slack], tuple[Subscriber, TransportContext]]


@pytest.fixture
def slack() -> Iterator[Slack]:
    service = Slack()
    with running(service):
        yield service


def by_hook(slack: Slack) -> tuple[Subscriber, TransportContext]:
    return subscriber(slack={"url": "${HOOK}"}), means({"HOOK": f"{slack.url}{HOOK}"})


def by_bot(slack: Slack, token: str = TOKEN, channel: str = CHANNEL) -> tuple[Subscriber, TransportContext]:
    target = {"token": "${TOKEN}", "channel": channel, "api": f"{slack.url}/api"}
    return subscriber(slack=target), means({"TOKEN": token})


def told(event: str = "incident.opened", title: str = "Downloads fail", **keys: str) -> Delivery:
    said = {"event": event, "title": title}
    return letter(SLACK.compose(*composition(said)), event, **keys)


def shown(message: dict[str, object]) -> str:
    blocks = message["blocks"]
    assert isinstance(blocks, list)
    return str(blocks[0]["text"]["text"])


def refused(to: tuple[Subscriber, TransportContext], sent: Delivery | None = None) -> TransportError:
    with pytest.raises(TransportError) as caught:
        SLACK.send(sent or told(), *to)
    return caught.value


@golden_bodies("slack")
def test_a_notice_becomes_this_message(case: Case) -> None:
    assert json.loads(SLACK.compose(*composition(case["notice"]))) == case["body"]


@golden_bodies("slack")
def test_every_message_is_taken_by_both_ways(case: Case, slack: Slack) -> None:
    sent = letter(SLACK.compose(*composition(case["notice"])), case["notice"].get("event", "test"))
    assert SLACK.send(sent, *by_hook(slack)) == ""
    assert SLACK.send(sent, *by_bot(slack)) == f"{CHANNEL}:1700000000.000000"
    assert slack.hooked == [json.loads(sent.body)]


def test_a_bot_keeps_one_thread_whose_first_message_tells_the_present_state(slack: Slack) -> None:
    bot = by_bot(slack)
    first = SLACK.send(told(), *bot)
    SLACK.send(told("incident.updated", "We found it", first_remote=first), *bot)
    SLACK.send(told("incident.resolved", "It works", first_remote=first), *bot)
    opened, found, resolved = slack.messages.values()
    assert shown(opened).endswith("It works")
    assert opened["edited"]
    assert opened["text"] == resolved["text"]
    timestamp = first.partition(":")[2]
    assert [found["thread_ts"], resolved["thread_ts"]] == [timestamp, timestamp]
    assert shown(found).endswith("We found it")


@pytest.mark.parametrize(
    ("event", "is_shown_in_channel", "is_first_edited"),
    [
        ("incident.updated", False, True),
        ("incident.resolved", True, True),
        ("incident.postmortem", False, True),
        ("maintenance.reminder", True, True),
        ("maintenance.started", True, True),
        ("maintenance.updated", False, True),
        # They say nothing of how it is.
        ("update.overdue", True, False),
        ("escalation", True, False),
    ],
)
def test_what_nobody_must_miss_is_shown_in_the_channel_too(
    slack: Slack, event: str, is_shown_in_channel: bool, is_first_edited: bool
) -> None:
    bot = by_bot(slack)
    first = SLACK.send(told(subject=WORK), *bot)
    SLACK.send(told(event, "News", subject=WORK, first_remote=first), *bot)
    opened, news = slack.messages.values()
    assert news["reply_broadcast"] is is_shown_in_channel
    assert opened.get("edited", False) is is_first_edited


@pytest.mark.parametrize("subject", ["component/downloads", "endpoint/acme", "test/anna"])
def test_what_never_ends_is_no_thread(slack: Slack, subject: str) -> None:
    bot = by_bot(slack)
    first = SLACK.send(told("test", subject=subject), *bot)
    SLACK.send(told("test", subject=subject, first_remote=first), *bot)
    assert ["thread_ts" in message or "edited" in message for message in slack.messages.values()] == [
        False
    ] * 2


def test_sending_again_edits_to_the_same(slack: Slack) -> None:
    bot = by_bot(slack)
    first = SLACK.send(told(), *bot)
    update = told("incident.resolved", "It works", first_remote=first)
    slack.next = [None, Given(0)]
    assert refused(bot, update).permanent is False
    after_one = dict(slack.messages[first.partition(":")[2]])
    SLACK.send(update, *bot)
    assert slack.messages[first.partition(":")[2]] == after_one


def test_a_first_message_that_somebody_deleted_is_written_anew(slack: Slack) -> None:
    remote = SLACK.send(told("incident.updated", first_remote=f"{CHANNEL}:1600000000.000000"), *by_bot(slack))
    (message,) = slack.messages.values()
    assert "thread_ts" not in message
    assert remote == f"{CHANNEL}:1700000000.000000"


@pytest.mark.parametrize("first", ["C0OTHER:1600000000.000000", "1600000000.000000", "{}"])
def test_a_thread_of_another_channel_is_left_alone(slack: Slack, first: str) -> None:
    SLACK.send(told("incident.updated", first_remote=first), *by_bot(slack))
    assert [request.path for request in slack.asked] == ["/api/chat.postMessage"]


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, "no_service"),
        (404, "channel_not_found"),
        (403, "action_prohibited"),
        (403, "invalid_token"),
        (410, "channel_is_archived"),
    ],
)
def test_a_webhook_that_is_gone_is_not_asked_again(slack: Slack, status: int, body: str) -> None:
    slack.next = [Given(status, body)]
    error = refused(by_hook(slack))
    assert (error.permanent, error.disables) == (True, True)
    assert body not in str(error)


@pytest.mark.parametrize(
    ("status", "body", "permanent"),
    [
        (400, "invalid_payload", True),
        (400, "invalid_blocks", True),
        # A proxy in between says these too.
        (403, "<html>Forbidden</html>", False),
        (404, "Not found", False),
        (200, "<html>Sign in to the hotel's network</html>", False),
        (302, "", False),
        (500, "rollup_error", False),
    ],
)
def test_what_a_webhook_refuses_disables_nothing(
    slack: Slack, status: int, body: str, permanent: bool
) -> None:
    slack.next = [Given(status, body)]
    error = refused(by_hook(slack))
    assert (error.permanent, error.disables) == (permanent, False)
    assert "html" not in str(error)
    assert error.blames_host is (status == 500)


REFUSALS = [
    ("channel_not_found", True, True, False),
    ("is_archived", True, True, False),
    ("invalid_auth", True, True, False),
    ("token_revoked", True, True, False),
    ("account_inactive", True, True, False),
    ("msg_too_long", True, False, False),
    ("invalid_blocks", True, False, False),
    ("not_in_channel", False, False, False),
    ("missing_scope", False, False, False),
    ("ratelimited", False, False, False),
    ("internal_error", False, False, True),
    ("a_new_word_planted", False, False, False),
    (None, False, False, False),
]


@pytest.mark.parametrize(("reason", "permanent", "disables", "blames_host"), REFUSALS)
def test_an_answer_of_200_may_be_a_refusal(
    slack: Slack, reason: str | None, permanent: bool, disables: bool, blames_host: bool
) -> None:
    slack.next = [Given(200, {"ok": False, "error": reason}, {"Retry-After": "30"})]
    error = refused(by_bot(slack))
    assert (error.permanent, error.disables, error.blames_host) == (permanent, disables, blames_host)
    assert "planted" not in str(error)


@pytest.mark.parametrize("body", ["", "[]", "null", "nonsense", '{"ok": "true"}', "[" * 5000])
def test_an_answer_that_cannot_be_read_is_no_success(slack: Slack, body: str) -> None:
    slack.next = [Given(200, body)]
    assert refused(by_bot(slack)).permanent is False


@pytest.mark.parametrize(
    "answer",
    [
        Given(429, "", {"Retry-After": "30"}),
        Given(200, {"ok": False, "error": "ratelimited"}, {"Retry-After": "30"}),
    ],
)
def test_slack_says_how_long_to_wait(slack: Slack, answer: Given) -> None:
    slack.next = [answer]
    error = refused(by_bot(slack))
    assert (error.permanent, error.retry_after) == (False, timedelta(seconds=30))


def test_a_token_that_slack_does_not_know_is_told_without_showing_it(slack: Slack) -> None:
    error = refused(by_bot(slack, "xoxb-other-planted"))
    assert error.disables
    assert "planted" not in repr(error) + str(error)
    assert error.__cause__ is None


@pytest.mark.parametrize("way", [by_hook, by_bot])
def test_an_answer_that_is_lost_blames_the_host(slack: Slack, way: Way) -> None:
    slack.next = [Given(0)]
    error = refused(way(slack))
    assert (error.permanent, error.blames_host) == (False, True)


def test_editing_and_replying_share_the_time_of_one_attempt(slack: Slack) -> None:
    first = SLACK.send(told(), *by_bot(slack))
    slack.delay = 0.4
    to, usual = by_bot(slack)
    hasty = means(usual.environment, timedelta(seconds=0.6))
    error = refused((to, hasty), told("incident.resolved", first_remote=first))
    assert str(error) == "no complete answer within 0.6 s"


@pytest.mark.parametrize("way", [by_hook, by_bot])
def test_an_address_that_is_not_public_is_not_reached(slack: Slack, way: Way) -> None:
    to, usual = way(slack)
    error = refused((to, means(usual.environment, refuse=lambda address: address == "127.0.0.1")))
    assert "not public" in str(error)
    assert slack.asked == []


def test_hosts_are_those_that_are_asked(slack: Slack) -> None:
    place = slack.url.removeprefix("http://")
    assert SLACK.host(*by_hook(slack)) == place
    assert SLACK.host(*by_bot(slack)) == place
    usual = subscriber(slack={"token": "${TOKEN}", "channel": CHANNEL})
    assert SLACK.host(usual, means({})) == "slack.com"


def test_a_variable_that_is_not_set_is_named(slack: Slack) -> None:
    for target in ({"url": "${HOOK}"}, {"token": "${HOOK}", "channel": CHANNEL}):
        with pytest.raises(MissingVariable, match="HOOK"):
            SLACK.send(told(), subscriber(slack=target), means({}))
