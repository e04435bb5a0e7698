from __future__ import annotations

import socket
from typing import Any

import pytest

from helpers.hostile_servers import (
    Certificates,
    Handler,
    Server,
    answering,
    closed_port,
    drip,
    drip_handshake,
    endless,
    full_queue,
    reset,
    run,
    silent,
)
from waypost.base.net.failures import Blame
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.result import ProbeResult

OPERATIONAL, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
LATE = "no complete answer within 0.5 s"
WRONG = "the answer does not hold what is expected"


def probed(handle: Handler, **keys: Any) -> ProbeResult:
    with Server(handle, waits=False) as server:
        return run(tcp=server.place, timeout="500ms", **keys)


def test_a_connection_is_enough_where_nothing_more_is_expected() -> None:
    result = probed(silent)
    assert (result.status, result.reason) == (OPERATIONAL, "")


def test_it_says_what_it_is_told_to_and_waits_for_the_answer() -> None:
    def echo(connection: socket.socket, _: bytes) -> None:
        sent = connection.recv(100)
        for byte in b"you said " + sent.upper():
            connection.sendall(bytes([byte]))
        connection.recv(1)

    assert probed(echo, send="ping\r\n", expect={"contains": "PING\r\n"}).status is OPERATIONAL
    assert probed(echo, send="ping\r\n", expect={"matches": r"said \w{4}"}).status is OPERATIONAL


@pytest.mark.parametrize(
    ("handle", "keys", "reason"),
    [
        (answering(b"220 mail ESMTP"), {"expect": {"contains": "220 "}}, ""),
        (answering(b"220 mail ESMTP"), {"expect": {"matches": "^220 .*SMTP$"}}, ""),
        (answering(b"554 go away"), {"expect": {"contains": "220 "}}, WRONG),
        (answering(b"554 go away"), {"expect": {"matches": "^220 "}}, WRONG),
        (answering(b""), {"expect": {"contains": "220 "}}, WRONG),
        (reset, {"expect": {"contains": "220 "}}, "the connection was closed early"),
        (silent, {"expect": {"contains": "220 "}}, LATE),
        (lambda connection, _: drip(connection, b"x"), {"expect": {"contains": "220 "}}, LATE),
        (lambda connection, _: drip(connection, b"x"), {"expect": {"matches": "220 "}}, LATE),
        (
            lambda connection, _: endless(connection),
            {"expect": {"contains": "220 "}},
            "the first 64 KiB of the answer do not hold what is expected",
        ),
    ],
    ids=[
        *("good", "good pattern", "wrong", "wrong pattern", "closed", "reset", "silent", "drip"),
        *("drip with a pattern", "endless"),
    ],
)
def test_an_answer_is_judged_by_what_is_expected(handle: Handler, keys: dict[str, Any], reason: str) -> None:
    result = probed(handle, **keys)
    assert (result.status, result.reason) == (DOWN if reason else OPERATIONAL, reason)


def test_a_pattern_that_takes_for_ever_says_nothing_about_the_server() -> None:
    result = probed(answering(b"a" * 5000 + b"!"), expect={"matches": "^(a|a|aa)+b"})
    assert (result.status, result.blame) == (ComponentStatus.NO_DATA, Blame.CHECK)


def test_a_text_is_found_across_the_pieces_that_it_comes_in() -> None:
    def pieces(connection: socket.socket, _: bytes) -> None:
        for piece in (b"x" * 5000, b"rea", b"d", b"y"):
            connection.sendall(piece)
        connection.recv(1)

    assert probed(pieces, expect={"contains": "ready"}).status is OPERATIONAL


def test_nobody_there() -> None:
    assert run(tcp=f"127.0.0.1:{closed_port()}").reason == "the connection was refused"
    with full_queue() as port:
        assert run(tcp=f"127.0.0.1:{port}", timeout="500ms").reason == LATE


def test_an_encrypted_port_is_spoken_to_and_its_certificate_read(trusted: Certificates) -> None:
    expect = {"contains": "hello"}
    with Server(answering(b"hello"), trusted.servers["good"], waits=False) as server:
        result = run(tcp=server.place, tls=True, expect=expect)
        assert run(tcp=server.place, timeout="500ms", expect=expect).status is DOWN, "encryption is asked for"
    assert (result.status, result.certificate_expires) == (OPERATIONAL, trusted.ends["good"])
    with Server(answering(b"hello"), trusted.servers["expired"], waits=False) as server:
        result = run(tcp=server.place, tls=True, expect=expect)
    assert (result.status, result.reason) == (DOWN, "the certificate has expired")
    assert result.certificate_expires == trusted.ends["expired"]


@pytest.mark.parametrize("handle", [silent, drip_handshake])
def test_a_handshake_without_an_end_is_given_up(handle: Handler) -> None:
    assert probed(handle, tls=True).reason == LATE
