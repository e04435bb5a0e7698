"""Receivers that others wrote verify what is sent to them: the libraries of Standard Webhooks, as real servers."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest

from helpers.client_pages import DRIVERS, MODULES, node_client, python_client
from helpers.hostile_status import hostile_snapshot
from helpers.notices import channel_cases, composition, letter, means, subscriber
from helpers.signed_messages import OLD, OTHER, SECRET
from waypost.formats.lint import Cadence
from waypost.formats.subscribers import SubscriberFile
from waypost.notify.channels.webhook import CHANNEL
from waypost.notify.rules.deliveries import TransportError
from waypost.notify.rules.notices import OutboxState
from waypost.notify.rules.sources import NoticeContext, incident_notices


@dataclass(frozen=True)
class Receiver:
    """A server that knows SECRET."""

    url: str
    output: IO[str]

    def get(self, body: bytes, name: str, age: timedelta = timedelta(0), **secrets: str) -> dict[str, Any]:
        """Send a message, and return what the receiver made of it; raise TransportError where it refused."""
        environment = {"NEW": secrets.get("new", SECRET), "OLD": secrets.get("old", OTHER)}
        target = subscriber(
            webhook={
                "url": self.url,
                "secret": "${NEW}",
                **({"old_secret": "${OLD}"} if "old" in secrets else {}),
            }
        )
        try:
            CHANNEL.send(
                letter(body, name=name), target, means(environment, clock=lambda: datetime.now(UTC) - age)
            )
        finally:
            found: dict[str, Any] = json.loads(self.output.readline())
            assert found["id"] == name
        return found


def command(kind: str) -> list[str | Path]:
    if kind == "python":
        return [python_client("standardwebhooks") / "python", DRIVERS / "standardwebhooks_receiver.py"]
    node_client("standardwebhooks")
    return ["node", DRIVERS / "standardwebhooks_receiver.js"]


@pytest.fixture(scope="module", params=["python", "node"])
def receiver(request: pytest.FixtureRequest) -> Iterator[Receiver]:
    with subprocess.Popen(
        [*command(request.param), SECRET],
        env={**os.environ, "NODE_PATH": str(MODULES)},
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdout is not None
        try:
            yield Receiver(f"http://127.0.0.1:{int(process.stdout.readline())}/in", process.stdout)
        finally:
            process.terminate()


def test_every_kind_of_message_is_verified_and_read(receiver: Receiver) -> None:
    for number, case in enumerate(channel_cases("webhook")):
        body = CHANNEL.compose(*composition(case))
        assert receiver.get(body, f"msg_{number}")["message"] == case["body"], case["name"]


def test_texts_of_every_kind_are_verified_as_they_are(receiver: Receiver) -> None:
    look = NoticeContext(hostile_snapshot(), OutboxState(), SubscriberFile(), Cadence())
    for number, notice in enumerate(incident_notices(look)):
        body = CHANNEL.compose(replace(notice, sequence=number + 1), look.snapshot)
        assert receiver.get(body, f"msg_{number}")["message"] == json.loads(body)


def test_who_changes_the_secret_loses_nothing(receiver: Receiver) -> None:
    both_ways = [{"new": SECRET}, {"new": SECRET, "old": OLD}, {"new": OLD, "old": SECRET}]
    for number, secrets in enumerate(both_ways):
        assert receiver.get(b'{"a":1}', f"msg_{number}", **secrets)["message"] == {"a": 1}


@pytest.mark.parametrize("age", [timedelta(minutes=6), timedelta(minutes=-6)])
def test_what_is_signed_at_another_time_is_refused(receiver: Receiver, age: timedelta) -> None:
    with pytest.raises(TransportError, match="HTTP status 401"):
        receiver.get(b"{}", "msg_1", age)


def test_what_is_signed_by_another_is_refused(receiver: Receiver) -> None:
    with pytest.raises(TransportError, match="HTTP status 401"):
        receiver.get(b"{}", "msg_1", new=OTHER)
