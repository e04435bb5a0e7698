"""An incident as each chat gets it, from the page through the database to the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from helpers.discord_stand_in import HOOK as DISCORD_HOOK
from helpers.discord_stand_in import Discord
from helpers.slack_stand_in import CHANNEL, Slack
from helpers.slack_stand_in import TOKEN as SLACK_TOKEN
from helpers.stand_ins import Given, running
from helpers.status_world import history, moment, site, take_snapshot
from helpers.stores import Store
from helpers.teams_stand_in import PATH, QUERY, Teams
from helpers.twilio_stand_in import ACCOUNT, SENDER, TwilioMessages
from helpers.twilio_stand_in import TOKEN as TWILIO_TOKEN
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import SubscriberFile
from waypost.notify.dispatch import enqueue_notices
from waypost.notify.rules.deliveries import DeliveryState
from waypost.notify.worker import DeliveryWorker


@dataclass
class Chats:
    """Four services, and the environment and the file that lead to them."""

    slack: Slack
    teams: Teams
    discord: Discord
    twilio: TwilioMessages

    @property
    def environment(self) -> dict[str, str]:
        return {
            "SLACK": SLACK_TOKEN,
            "TEAMS": f"{self.teams.url}{PATH}?{QUERY}",
            "DISCORD": f"{self.discord.url}{DISCORD_HOOK}",
            "SID": ACCOUNT,
            "TWILIO": TWILIO_TOKEN,
        }

    @property
    def file(self) -> SubscriberFile:
        subscribers = [
            {"id": "a", "slack": {"token": "${SLACK}", "channel": CHANNEL, "api": f"{self.slack.url}/api"}},
            {"id": "b", "teams": {"url": "${TEAMS}"}},
            {"id": "c", "discord": {"url": "${DISCORD}"}},
            {"id": "d", "sms": "+4915100000000"},
        ]
        twilio = {"account": "${SID}", "token": "${TWILIO}", "sender": SENDER, "api": self.twilio.url}
        delivery = {"private_networks": ["127.0.0.0/8"], "timeout": "5s"}
        told = {"subscribers": subscribers, "twilio": twilio, "delivery": delivery}
        return TypeAdapter(SubscriberFile).validate_python(told)


@dataclass
class World:
    """A page whose one incident grows, and what tells of it."""

    store: Store
    chats: Chats

    def site(self, says: list[str]) -> StatusSite:
        incidents = [{"id": "zip", "title": "Downloads fail", "says": says}] if says else []
        return replace(site(incidents=incidents), subscribers=self.chats.file)

    def tell(self, at: str, *says: str) -> None:
        """Look at the page, and send what is due."""
        place, now = self.site(list(says)), moment(at)
        with_courier = DeliveryWorker(
            self.store.outbox, place, environment=self.chats.environment, clock=lambda: now, threads=4
        )
        try:
            enqueue_notices(self.store.outbox, place, take_snapshot(place, history(), now))
            with_courier.drain()
        finally:
            with_courier.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    chats = Chats(Slack(), Teams(), Discord(), TwilioMessages())
    with ExitStack() as stack:
        for service in (chats.slack, chats.teams, chats.discord, chats.twilio):
            stack.enter_context(running(service))
        store = stack.enter_context(closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")))
        found = World(store, chats)
        found.tell("09:00")
        yield found


OPENED, FOUND, OVER = "10:00 investigating", "10:10 identified", "10:20 resolved"


def test_an_incident_is_one_thread_where_a_chat_has_threads(world: World) -> None:
    world.tell("10:00:01", OPENED)
    world.tell("10:20:01", OPENED, FOUND, OVER)
    slack, discord = world.chats.slack, world.chats.discord
    opened, found, resolved = slack.messages.values()
    first = next(iter(slack.messages))
    assert [found["thread_ts"], resolved["thread_ts"]] == [first, first]
    assert "🟢 [Resolved] Downloads fail" in opened["text"], "the first message says how things are"
    assert [message["embeds"][0]["title"] for message in discord.messages.values()] == [
        "🟢 [Resolved] Downloads fail",
        "🟠 [Identified] Downloads fail",
        "🟢 [Resolved] Downloads fail",
    ]
    assert [card["fallbackText"] for card in world.chats.teams.cards] == [
        "🟠 [Investigating] Downloads fail",
        "🟠 [Identified] Downloads fail",
        "🟢 [Resolved] Downloads fail",
    ]
    assert [message["Body"].partition(":")[0] for message in world.chats.twilio.messages] == [
        "Investigating",
        "Identified",
        "Resolved",
    ]


def test_updates_that_waited_together_are_one_thread_too(world: World) -> None:
    world.tell("10:20:01", OPENED, FOUND, OVER)
    first, *replies = world.chats.slack.messages
    assert [world.chats.slack.messages[reply]["thread_ts"] for reply in replies] == [first, first]
    assert [request.method for request in world.chats.discord.asked] == [
        "POST",
        "PATCH",
        "POST",
        "PATCH",
        "POST",
    ]


def test_a_channel_that_is_gone_is_disabled_and_the_others_go_on(world: World) -> None:
    world.chats.slack.next = [Given(200, {"ok": False, "error": "is_archived"})]
    world.tell("10:00:01", OPENED)
    world.tell("10:10:01", OPENED, FOUND)
    states = {(item.endpoint, item.state) for item in world.store.outbox.deliveries()}
    assert states == {
        ("a", DeliveryState.FAILED),
        *((other, DeliveryState.DELIVERED) for other in "bcd"),
    }
    assert len(world.chats.slack.asked) == 1
    (disabled,) = world.store.outbox.state().disabled.values()
    assert disabled.reason == "the channel is archived"
