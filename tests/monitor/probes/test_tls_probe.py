from __future__ import annotations

import datetime
from datetime import timedelta

import pytest

from helpers.hostile_servers import (
    Certificates,
    Handler,
    Server,
    answering,
    closed_port,
    drip_handshake,
    reset,
    run,
    silent,
)
from waypost.base.net import network
from waypost.base.net.certificates import expiry, first_expiry
from waypost.formats.status import ComponentStatus

OPERATIONAL, DOWN = ComponentStatus.OPERATIONAL, ComponentStatus.MAJOR_OUTAGE
LATE = "no complete answer within 0.5 s"


@pytest.mark.parametrize(
    ("which", "reason"),
    [
        ("good", ""),
        ("soon", ""),
        ("expired", "the certificate has expired"),
        ("early", "the certificate is not valid yet"),
        ("other", "the certificate is for another address"),
        ("selfsigned", "the certificate is self-signed"),
    ],
)
def test_a_certificate_is_judged_and_its_end_told_all_the_same(
    trusted: Certificates, which: str, reason: str
) -> None:
    with Server(silent, trusted.servers[which], waits=False) as server:
        result = run(tls=server.place)
    assert (result.status, result.reason) == (DOWN if reason else OPERATIONAL, reason)
    assert result.certificate_expires == trusted.ends[which]


def test_an_authority_that_nobody_knows_is_a_failure(certs: Certificates) -> None:
    with Server(silent, certs.servers["good"], waits=False) as server:
        result = run(tls=server.place)
    assert result.reason == "the certificate comes from an authority that is not known, or lacks its chain"
    assert result.certificate_expires == certs.ends["good"]


def test_the_certificate_is_that_of_the_name_that_is_asked_for(trusted: Certificates) -> None:
    with Server(silent, trusted.servers["other"], waits=False) as server:
        assert run(tls=server.place, server_name="other.example").status is OPERATIONAL
    with Server(silent, trusted.servers["good"], waits=False) as server:
        result = run(tls=server.place, server_name="other.example")
    assert result.reason == "the certificate is for another name"
    assert result.certificate_expires == trusted.ends["good"]


def test_a_slow_handshake_is_degraded(trusted: Certificates) -> None:
    with Server(silent, trusted.servers["good"], waits=False) as server:
        result = run(tls=server.place, expect={"within": "0.001ms"})
    assert result.status is ComponentStatus.DEGRADED_PERFORMANCE
    assert result.certificate_expires == trusted.ends["good"]


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (silent, LATE),
        (drip_handshake, LATE),
        (reset, "the connection was closed early"),
        (answering(b"220 mail ESMTP\r\n"), "the encrypted connection failed"),
        (answering(b""), "the encrypted connection failed"),
    ],
    ids=["silent", "drip", "reset", "another protocol", "closed"],
)
def test_what_does_not_shake_hands_is_explained(handle: Handler, reason: str) -> None:
    with Server(handle, waits=False) as server:
        result = run(tls=server.place, timeout="500ms")
    assert result.status is DOWN
    # A server that closes at once may do so before or after it read our first words.
    assert result.reason in (reason, "the connection was closed early" if reason != LATE else LATE)
    assert result.certificate_expires is None


def test_nobody_there() -> None:
    assert run(tls=f"127.0.0.1:{closed_port()}").reason == "the connection was refused"


def test_bytes_that_are_no_certificate_have_no_end(certs: Certificates) -> None:
    assert expiry(b"") is None
    assert expiry(b"\x30\x82" + b"\xff" * 5000) is None
    assert first_expiry([b"x"]) is None


def test_the_first_of_several_ends_counts(trusted: Certificates) -> None:
    found = []
    for which in ("good", "soon", "expired"):
        with Server(silent, trusted.servers[which], waits=False) as server:
            with network.deadline(timedelta(seconds=5)) as run_:
                network.encrypt(network.connect("127.0.0.1", server.port), "x", network.unverified()).close()
            found += run_.certificates
    assert first_expiry([*found, b"x"]) == trusted.ends["expired"]
    assert expiry(found[0]) == trusted.ends["good"]
    assert trusted.ends["good"].tzinfo is datetime.UTC
