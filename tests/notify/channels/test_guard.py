"""The guard of addresses holds where it counts: at each connection, whatever the name said before."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from helpers.hostile_servers import Server, answering, reply
from helpers.notices import letter, means, subscriber
from waypost.base.net import network
from waypost.notify.channels import statuspage_webhook, webhook
from waypost.notify.rules.deliveries import TransportError

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the one of the specification
PUBLIC = ("127.0.0.2/32",)
"""Stands for the public network: tests reach no other."""

REFUSED = "the name leads to an address that is not public; `private_networks` allows networks"


@pytest.fixture
def inside() -> Iterator[Server]:
    """A server of our own network, which nobody must reach."""
    with Server(answering(reply())) as server:
        yield server


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[list[str]]]:
    """Names with the answers that lookups get, one after the other; the last one stays."""
    known: dict[str, list[list[str]]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *arguments: Any, flags: int = 0, **keys: Any) -> Any:
        if host in known and not flags:
            answers = known[host]
            found = answers.pop(0) if len(answers) > 1 else answers[0]
            return [entry for address in found for entry in numeric(address, port)]
        return real(host, port, *arguments, flags=flags | socket.AI_NUMERICHOST, **keys)

    def numeric(address: str, port: int) -> list[Any]:
        return list(real(address, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST))

    monkeypatch.setattr(network.socket, "getaddrinfo", look_up)
    return known


def send(url: str, networks: tuple[str, ...] = ()) -> None:
    target = subscriber(webhook={"url": url, "secret": "${SECRET}"})
    webhook.CHANNEL.send(letter(b"{}"), target, means({"SECRET": SECRET}, networks=networks))


def assert_refused(url: str, networks: tuple[str, ...] = ()) -> None:
    with pytest.raises(TransportError) as caught:
        send(url, networks)
    assert str(caught.value) == REFUSED
    error = caught.value
    assert (error.permanent, error.disables, error.blames_host) == (False, False, False)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "[::127.0.0.1]",
        "169.254.169.254",
        "[fe80::1]",
        "user:password@127.0.0.1",
    ],
)
def test_no_way_of_writing_a_private_address_leads_in(host: str, inside: Server) -> None:
    assert_refused(f"http://{host}:{inside.port}/")
    assert inside.requests == []


def test_a_name_of_a_private_address_is_refused(names: dict[str, list[list[str]]], inside: Server) -> None:
    names["hooks.example"] = [["127.0.0.1"]]
    assert_refused(f"http://hooks.example:{inside.port}/")
    names["hooks.example"] = [["::1", "::ffff:127.0.0.1", "10.0.0.1"]]
    assert_refused(f"http://hooks.example:{inside.port}/")
    assert inside.requests == []


def test_the_name_of_this_machine_is_refused(inside: Server) -> None:
    assert_refused(f"http://localhost:{inside.port}/")
    assert inside.requests == []


def test_a_name_that_turns_private_between_two_attempts_is_refused_at_the_second(
    names: dict[str, list[list[str]]],
) -> None:
    with Server(answering(reply())) as outside:
        # Only the address differs: the port is the same at both.
        names["hooks.example"] = [["127.0.0.1"], ["127.0.0.3"]]
        send(f"http://hooks.example:{outside.port}/", ("127.0.0.1/32",))
        assert len(outside.requests) == 1
        assert_refused(f"http://hooks.example:{outside.port}/", ("127.0.0.1/32",))
        assert len(outside.requests) == 1


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(
    names: dict[str, list[list[str]]], inside: Server
) -> None:
    """A second lookup for the connection would get the private address."""
    names["hooks.example"] = [["127.0.0.2"], ["127.0.0.1"]]
    with pytest.raises(TransportError, match="the connection was refused"):
        send(f"http://hooks.example:{inside.port}/", PUBLIC)
    assert inside.requests == []


def test_of_several_addresses_only_the_public_ones_are_tried(
    names: dict[str, list[list[str]]], inside: Server
) -> None:
    names["hooks.example"] = [["127.0.0.2", "127.0.0.1"]]
    with pytest.raises(TransportError, match="the connection was refused"):
        send(f"http://hooks.example:{inside.port}/", PUBLIC)
    assert inside.requests == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_to_a_private_address_leads_nowhere(status: int, inside: Server) -> None:
    moved = reply(status=f"{status} Moved", headers=f"Location: {inside.url}\r\n")
    with (
        Server(answering(moved)) as outside,
        pytest.raises(TransportError, match=f"{status}: redirects are not"),
    ):
        send(outside.url, ("127.0.0.0/8",))
    assert inside.requests == []


def test_a_network_that_the_operator_allows_is_reached(inside: Server) -> None:
    send(inside.url, ("10.0.0.0/8", "127.0.0.1/32"))
    send(f"http://[::ffff:127.0.0.1]:{inside.port}/", ("127.0.0.1/32",))
    assert len(inside.requests) == 2


def test_every_channel_of_addresses_that_subscribers_name_is_guarded(inside: Server) -> None:
    target = subscriber(statuspage_webhook={"url": inside.url})
    with pytest.raises(TransportError, match="not public"):
        statuspage_webhook.CHANNEL.send(letter(b"{}"), target, means({}, networks=()))
    assert inside.requests == []
