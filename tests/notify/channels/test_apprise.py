from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import ClassVar

import pytest

from helpers.channels import Case, composition, golden_bodies, letter, means, subscriber
from helpers.hostile_servers import Server, silent
from helpers.stand_ins import Asked, Given, StandIn, running
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.apprise import CHANNEL as APPRISE
from waypost.notify.channels.base import MissingVariable, TransportContext
from waypost.notify.rules.deliveries import TransportError

# What Apprise loads for signed mail is deprecated in Python 3.11.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")


class Json(StandIn):
    """Takes what Apprise sends to addresses that begin with json:// (its "Custom JSON Notifications")."""

    name: ClassVar[str] = "JSON"

    def accept(self, asked: Asked) -> Given:
        said = asked.document()
        assert set(said) == {"version", "title", "message", "attachments", "type"}
        assert said["attachments"] == []
        assert asked.headers["user-agent"] == "Waypost"
        assert said["type"] in {"info", "success", "warning", "failure"}
        return Given(200, {})


@pytest.fixture
def service() -> Iterator[Json]:
    running_service = Json()
    with running(running_service):
        yield running_service


def to(url: str, timeout: float = 5) -> tuple[Subscriber, TransportContext]:
    found = subscriber(apprise={"url": "${PAGER}"})
    return found, means({"PAGER": url}, timedelta(seconds=timeout), subscribers=(found,))


def address(service: Json, rest: str = "/planted?redirect=yes&overflow=split") -> str:
    return service.url.replace("http://", "json://") + rest


def refused(url: str, timeout: float = 5) -> TransportError:
    with pytest.raises(TransportError) as caught:
        APPRISE.send(letter(APPRISE.compose(*composition({}))), *to(url, timeout))
    assert "planted" not in str(caught.value) + repr(caught.value)
    assert not caught.value.permanent
    return caught.value


@golden_bodies("apprise")
def test_a_notice_becomes_this_message(case: Case) -> None:
    assert json.loads(APPRISE.compose(*composition(case["notice"]))) == case["body"]


@golden_bodies("apprise")
def test_every_message_arrives_as_one(case: Case, service: Json) -> None:
    assert APPRISE.send(letter(APPRISE.compose(*composition(case["notice"]))), *to(address(service))) == ""
    (asked,) = service.asked
    said = asked.document()
    assert said["title"] == case["body"]["title"]
    assert said["type"] == case["body"]["type"]
    assert case["body"]["body"].startswith(said["message"].rstrip("… .")[:300])


def test_a_refusal_is_tried_again(service: Json) -> None:
    service.next = [Given(500, "planted")]
    assert "Apprise does not say why" in str(refused(address(service)))


def test_a_redirect_is_not_followed_whatever_the_address_says(service: Json) -> None:
    service.next = [Given(302, "", {"Location": f"{service.url}/planted-elsewhere"})]
    refused(address(service))
    assert len(service.asked) == 1


def test_a_service_that_does_not_answer_is_left_in_time() -> None:
    with Server(silent) as server:
        refused(f"json://{server.place}/planted?rto=0.5&cto=0.5", timeout=1)


@pytest.mark.parametrize(
    "url", ["planted", "nosuchservice://planted", "https://", "json://", "tgram://planted"]
)
def test_an_address_that_apprise_does_not_know_is_told_without_showing_it(url: str) -> None:
    assert "Apprise does not understand the address" in str(refused(url))


def test_several_addresses_in_one_are_not_all_sent_to(service: Json) -> None:
    one = address(service, "/one")
    APPRISE.send(letter(APPRISE.compose(*composition({}))), *to(f"{one}, {address(service, '/two')}"))
    assert len(service.asked) == 1


def test_without_the_package_it_is_said_which_extra_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    assert 'pip install "waypost[apprise]"' in str(refused("json://127.0.0.1/planted"))


def test_nothing_that_apprise_says_reaches_the_logs(
    service: Json, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [logging.StreamHandler()])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    service.next = [Given(500, "planted")]
    refused(address(service))
    refused("tgram://planted")
    logging.getLogger("waypost").warning("this is shown")
    shown = "".join(capfd.readouterr())
    assert "this is shown" in shown
    assert "planted" not in shown


def test_the_host_is_no_part_of_the_secret() -> None:
    assert APPRISE.host(*to("tgram://planted/chat")) == "apprise-tgram"
    assert APPRISE.host(*to("planted")) == "apprise-planted"
    with pytest.raises(MissingVariable, match="PAGER"):
        APPRISE.host(subscriber(apprise={"url": "${PAGER}"}), means({}))
