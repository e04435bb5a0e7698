from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from helpers.hostile_servers import (
    NOW,
    Handler,
    Server,
    answering,
    closed_port,
    drip,
    full_queue,
    reply,
    silent,
)
from waypost.base.net import network
from waypost.base.net.failures import AddressRefused, DeadlineExceeded
from waypost.base.net.network import MAX_ADDRESSES, connect, current_exchange, deadline, remaining, resolve
from waypost.formats.checks import HttpCheck, TcpCheck
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext

SECOND = timedelta(seconds=1)


def addresses(*ports: int) -> list[Any]:
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[Any]]:
    """Names with the addresses that a lookup gives, beside numeric ones."""
    known: dict[str, list[Any]] = {}
    real = socket.getaddrinfo

    def look_up(host: str, port: int, *arguments: Any, flags: int = 0, **keys: Any) -> Any:
        if host in known and not flags:
            return known[host]
        return real(host, port, *arguments, flags=flags | socket.AI_NUMERICHOST, **keys)

    monkeypatch.setattr(network.socket, "getaddrinfo", look_up)
    return known


def test_one_deadline_is_shared_by_all_that_is_done() -> None:
    with deadline(SECOND) as run:
        assert 0 < remaining() <= 1
        assert current_exchange() is run
        run.ends -= 2
        assert run.is_over
        with pytest.raises(DeadlineExceeded):
            remaining()


def test_a_deadline_within_another_leaves_that_one_as_it_was() -> None:
    with deadline(10 * SECOND) as outer:
        with deadline(SECOND):
            assert remaining() <= 1
        assert current_exchange() is outer
        assert remaining() > 1


def test_a_dead_address_does_not_eat_the_time_of_the_next(names: dict[str, list[Any]]) -> None:
    with full_queue() as dead, Server(silent, waits=False) as server:
        names["two.example"] = addresses(dead, server.port)
        with deadline(2 * SECOND), connect("two.example", 1) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"


def test_a_refused_address_is_followed_by_the_next(names: dict[str, list[Any]]) -> None:
    with Server(silent, waits=False) as server:
        names["two.example"] = addresses(closed_port(), server.port)
        with deadline(SECOND), connect("two.example", 1) as connection:
            assert connection.getpeername()[1] == server.port


def test_a_name_with_thousands_of_addresses_is_not_followed_for_ever(names: dict[str, list[Any]]) -> None:
    with Server(silent, waits=False) as server:
        names["many.example"] = [*addresses(*[closed_port()] * MAX_ADDRESSES), *addresses(server.port)]
        with deadline(5 * SECOND), pytest.raises(ConnectionRefusedError):
            connect("many.example", 1)


def test_addresses_can_be_refused(names: dict[str, list[Any]]) -> None:
    with Server(silent, waits=False) as server:
        with deadline(SECOND, refuse=lambda address: address.startswith("127.")):
            for host in ("127.0.0.1", "localhost.example"):
                names["localhost.example"] = addresses(server.port)
                with pytest.raises(AddressRefused):
                    connect(host, server.port)
        with deadline(SECOND, refuse=lambda _: False), connect("127.0.0.1", server.port):
            pass


def test_of_several_addresses_only_those_that_are_refused_are_left_out(names: dict[str, list[Any]]) -> None:
    with Server(silent, waits=False) as server:
        other = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.9", closed_port()))
        names["both.example"] = [other, *addresses(server.port)]
        refuse = "127.0.0.9".__eq__
        with deadline(SECOND, refuse=refuse), connect("both.example", 1) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"


def test_a_refused_address_is_refused_at_every_redirect_too() -> None:
    with Server(answering(reply())) as inside:
        target = inside.url.replace("127.0.0.1", "127.0.0.9")
        with Server(answering(reply(status="302 Found", headers=f"Location: {target}\r\n"))) as outside:
            context = ProbeContext(now=NOW, refuse=lambda address: address == "127.0.0.9")
            result = probe(HttpCheck(http=outside.url), context)
    assert result.reason == "the address is not allowed"
    assert inside.requests == []


def test_lookups_of_one_name_that_hang_are_one(monkeypatch: pytest.MonkeyPatch) -> None:
    release, calls = threading.Event(), []

    def hang(host: str, port: int, *_: Any, flags: int = 0, **__: Any) -> Any:
        if flags:
            raise socket.gaierror
        calls.append(host)
        release.wait(10)
        return addresses(port)

    monkeypatch.setattr(network.socket, "getaddrinfo", hang)
    for _ in range(5):
        with deadline(SECOND / 50), pytest.raises(DeadlineExceeded):
            resolve("hangs.example", 1)
    assert calls == ["hangs.example"]
    threads = [thread for thread in threading.enumerate() if thread.name == "waypost-resolve"]
    assert len(threads) == 1
    release.set()
    threads[0].join(5)
    with deadline(SECOND):
        assert resolve("hangs.example", 1) == addresses(1)
    assert calls == ["hangs.example"] * 2, "what was found late is not kept"


@pytest.mark.parametrize("host", ["a" * 300, "a..b", "\udcff", "", "-.invalid"])
def test_a_name_that_cannot_be_is_an_error_of_the_network(host: str) -> None:
    with deadline(5 * SECOND), pytest.raises(OSError):  # noqa: PT011  # which of them depends on the system
        connect(host, 65536 if not host else 1)


def test_a_numeric_address_is_not_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(network, "_look_up", lambda *_: pytest.fail("no lookup is needed"))
    with deadline(SECOND):
        assert resolve("::1", 80)[0][4][:2] == ("::1", 80)
        assert resolve("192.0.2.1", 80)[0][4] == ("192.0.2.1", 80)


def deaf(connection: socket.socket, _: bytes) -> None:
    time.sleep(1)


def send_much(connection: socket.socket) -> None:
    connection.sendall(b"x" * 50_000_000)


def receive_much(connection: socket.socket) -> None:
    while True:
        connection.recv(10)


@pytest.mark.parametrize(
    ("server", "work"), [(deaf, send_much), (lambda peer, _: drip(peer, b"x"), receive_much)]
)
def test_no_single_operation_outlasts_the_deadline(server: Handler, work: Callable[[Any], None]) -> None:
    with contextlib.ExitStack() as stack:
        port = stack.enter_context(Server(server, waits=False)).port
        stack.enter_context(deadline(SECOND / 4))
        connection = stack.enter_context(connect("127.0.0.1", port))
        with pytest.raises((DeadlineExceeded, TimeoutError)):
            work(connection)


def test_sockets_are_closed_when_a_handshake_fails() -> None:
    with Server(answering(b"no"), waits=False) as server:
        result = probe(TcpCheck(tcp=server.place, tls=True), ProbeContext(now=NOW))
    assert result.reason in ("the encrypted connection failed", "the connection was closed early")
