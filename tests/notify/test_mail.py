from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from helpers.hostile_servers import closed_port
from helpers.mail_server import MailBoxes, mail_server
from helpers.status_world import history, moment, site, take_snapshot
from helpers.stores import Store
from waypost.base.net.http_messages import ServerRequest
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import SubscriberFile
from waypost.notify.dispatch import enqueue_notices
from waypost.notify.rules.deliveries import DeliveryFilter, DeliveryState
from waypost.notify.unsubscribing import unsubscribe_route
from waypost.notify.worker import DeliveryWorker

FILE = TypeAdapter(SubscriberFile).validate_python(
    {
        "subscribers": [{"id": name, "email": f"{name}@example.org"} for name in ("anna", "bert", "cara")],
        "email": {
            "server": "${MAIL}",
            "sender": "status@lumen.example",
            "unsubscribe": {"url": "https://in.lumen.example/unsubscribe/", "key": "${LEAVE}"},
        },
    }
)


class World:
    """A page on which something happens, a store, and a real mail server."""

    def __init__(self, store: Store, port: int) -> None:
        self.store = store
        self.environment: Mapping[str, str] = {
            "MAIL": f"smtp://127.0.0.1:{port}",
            "LEAVE": "sixteen letters+",
        }
        self.now = moment("10:00")
        self.says: list[str] = []

    @property
    def site(self) -> StatusSite:
        return replace(
            site(incidents=[{"id": "one", "says": self.says}] if self.says else []), subscribers=FILE
        )

    def look(self, at: str, *says: str) -> None:
        """Let time pass, and everything that is said by then be told and sent."""
        self.now = moment(at)
        self.says += says
        enqueue_notices(self.store.outbox, self.site, take_snapshot(self.site, history(), self.now))
        courier = DeliveryWorker(self.store.outbox, self.site, environment=self.environment, clock=self.clock)
        try:
            courier.drain()
        finally:
            courier.close()

    def clock(self) -> datetime:
        return self.now

    def leave(self, link: str) -> int:
        project = Project(HelpCenter(), self.site)
        token = link.rpartition("/")[2]
        route = unsubscribe_route(lambda: project, self.store.outbox, self.clock, self.environment)
        click = ServerRequest("POST", f"/unsubscribe/{token}", body=b"List-Unsubscribe=One-Click")
        return route.handler(click).status

    def states(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for delivery in reversed(self.store.outbox.deliveries()):
            found.setdefault(delivery.endpoint, []).append(delivery.state)
        return found


@pytest.fixture
def boxes() -> MailBoxes:
    return MailBoxes()


@pytest.fixture
def world(tmp_path: Path, boxes: MailBoxes) -> Iterator[World]:
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store, mail_server(boxes) as port:
        yield World(store, port)


def test_an_incident_reaches_three_people_of_whom_one_is_gone_one_must_wait_and_one_leaves(
    world: World, boxes: MailBoxes
) -> None:
    world.look("10:00")
    boxes.says = {
        "RCPT bert@example.org": ["550 5.1.1 gone"],
        "RCPT cara@example.org": ["451 4.7.1 greylisted"],
    }
    world.look("10:02", "10:01 investigating")
    assert world.states() == {"anna": ["delivered"], "bert": ["failed"], "cara": ["pending"]}
    (failed,) = world.store.outbox.deliveries(DeliveryFilter(state=DeliveryState.FAILED))
    assert failed.last_error == "the mail server refused the recipient (550 5.1.1)"
    world.look("10:03")
    assert [taken.recipients for taken in boxes.taken] == [["anna@example.org"], ["cara@example.org"]]
    assert len({str(taken.message["Message-ID"]) for taken in boxes.taken}) == 1
    assert list(world.store.outbox.state().disabled) == ["bert"]

    link = str(boxes.taken[1].message["List-Unsubscribe"]).partition(">")[0].removeprefix("<")
    assert world.leave(link) == 200
    world.look("10:31", "10:30 resolved")
    assert [taken.recipients for taken in boxes.taken[2:]] == [["anna@example.org"]]
    first, last = (taken.message for taken in (boxes.taken[0], boxes.taken[2]))
    assert (first["Subject"], first["References"]) == (last["Subject"], last["References"])
    assert first["Message-ID"] != last["Message-ID"]
    assert world.states()["bert"] == ["failed", "failed"], "kept, so that it can be replayed"


def test_all_mail_goes_out_when_the_server_is_back(world: World, boxes: MailBoxes) -> None:
    world.look("10:00")
    away, world.environment = (
        world.environment,
        {**world.environment, "MAIL": f"smtp://127.0.0.1:{closed_port()}"},
    )
    world.look("10:02", "10:01 investigating")
    assert world.states() == {name: ["pending"] for name in ("anna", "bert", "cara")}
    world.environment = away
    world.look("11:30")
    assert sorted(taken.recipients[0] for taken in boxes.taken) == [
        "anna@example.org",
        "bert@example.org",
        "cara@example.org",
    ]
