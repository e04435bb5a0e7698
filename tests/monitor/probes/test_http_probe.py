from __future__ import annotations

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from datetime import timedelta
from pathlib import Path
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
    reply,
    reset,
    run,
    silent,
)
from waypost.base.net import network
from waypost.base.net.failures import Blame
from waypost.base.net.web import Response
from waypost.formats.expectations import Expect
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.http import judge
from waypost.monitor.probes.result import ProbeResult

OPERATIONAL, DEGRADED = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED_PERFORMANCE
PARTIAL, DOWN = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE

MIB = 1024 * 1024


def probed(handle: Handler, **keys: Any) -> ProbeResult:
    with Server(handle) as server:
        return run(http=server.url, **keys)


def test_a_good_answer_is_operational_with_its_times() -> None:
    result = probed(answering(reply(b"all fine")), expect={"body_contains": "fine"})
    assert (result.status, result.reason) == (OPERATIONAL, "")
    assert timedelta(0) < result.latency < timedelta(seconds=5)


def test_the_request_is_as_it_is_written() -> None:
    with Server(answering(reply(status="204 No Content"))) as server:
        result = run(
            http=f"{server.url}orders?x=1",
            method="PUT",
            headers={"X-Key": "k1", "Content-Type": "application/json"},
            body='{"größe": 1}',
            auth={"basic": {"user": "me", "password": "pässword"}},
        )
    assert result.status is OPERATIONAL
    request = server.requests[0]
    assert request.startswith(b"PUT /orders?x=1 HTTP/1.1\r\n")
    assert b"\r\nUser-Agent: waypost/" in request
    assert b"\r\nX-Key: k1\r\n" in request
    assert b"\r\nContent-Type: application/json\r\n" in request
    assert b"\r\nAuthorization: Basic bWU6cMOkc3N3b3Jk\r\n" in request
    assert '{"größe": 1}'.encode() in request


def test_a_token_is_sent_and_never_shown() -> None:
    with Server(answering(reply(status="500 Oops"))) as server:
        result = run(http=f"{server.url}?key=k-secret", auth={"bearer": "t-secret"})
    assert b"\r\nAuthorization: Bearer t-secret\r\n" in server.requests[0]
    assert "secret" not in repr(result)


@pytest.mark.parametrize("method", ["HEAD", "POST", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_is_asked_as_written(method: str) -> None:
    with Server(answering(reply())) as server:
        assert run(http=server.url, method=method).status is OPERATIONAL
    assert server.requests[0].startswith(f"{method} / ".encode())


@pytest.mark.parametrize(
    ("expect", "status", "headers", "body", "reason"),
    [
        ({}, 200, {}, b"", ""),
        ({}, 204, {}, b"", ""),
        ({}, 500, {}, b"", "HTTP status 500, expected 2xx"),
        ({"status": 204}, 204, {}, b"", ""),
        ({"status": 204}, 200, {}, b"", "HTTP status 200, expected 204"),
        ({"status": "4xx"}, 404, {}, b"", ""),
        ({"status": ["200-204", 401]}, 401, {}, b"", ""),
        ({"status": ["200-204", 401]}, 205, {}, b"", "HTTP status 205, expected 200-204 or 401"),
        ({"body_contains": "größer"}, 200, {}, "ist größer".encode(), ""),
        ({"body_contains": "x"}, 200, {}, b"y", "the body does not hold the expected text"),
        ({"body_contains": ["x", "y"]}, 200, {}, b"xy", ""),
        ({"body_contains": ["x", "y"]}, 200, {}, b"x", "the body does not hold the expected text"),
        ({"body_matches": r"v\d+"}, 200, {}, b"now v12", ""),
        ({"body_matches": r"^v\d+"}, 200, {}, b"now v12", "the expected pattern is not in the body"),
        ({"body_matches": "ö"}, 200, {}, b"\xff\xc3\xb6", ""),
        ({"body_json": {"$.ok": True}}, 200, {}, b'{"ok": true}', ""),
        ({"body_json": {"$.ok": True}}, 200, {}, b"<html>", "the body is not JSON"),
        ({"headers": {"x-cache": "HIT"}}, 200, {"X-Cache": "HIT"}, b"", ""),
        (
            {"headers": {"X-Cache": "HIT"}},
            200,
            {"X-Cache": "MISS"},
            b"",
            "the header X-Cache is not what is expected",
        ),
        ({"headers": {"Age": {"lt": 60}}}, 200, {"Age": "59"}, b"", ""),
        ({"headers": {"Age": {"lt": 60}}}, 200, {"Age": "61"}, b"", "the header Age is not what is expected"),
        ({"headers": {"Age": {"lt": 60}}}, 200, {"Age": "x"}, b"", "the header Age is not what is expected"),
        ({"headers": {"Age": {"lt": 60}}}, 200, {}, b"", "the header Age is not what is expected"),
        ({"headers": {"Server": {"exists": False}}}, 200, {}, b"", ""),
        (
            {"headers": {"Server": {"exists": False}}},
            200,
            {"Server": "x"},
            b"",
            "the header Server is not what is expected",
        ),
        ({"max_size": 4}, 200, {}, b"1234", ""),
        ({"max_size": 4}, 200, {}, b"12345", "the body is larger than 4 bytes"),
        ({"max_size": "5kB"}, 200, {}, b"x" * 5001, "the body is larger than 5 kB"),
    ],
)
def test_an_answer_is_judged_by_what_is_expected(
    expect: dict[str, Any], status: int, headers: dict[str, str], body: bytes, reason: str
) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    result = probed(answering(reply(body, f"{status} X", lines)), expect=expect)
    assert (result.reason, result.status) == (reason, DOWN if reason else OPERATIONAL)


def test_what_is_judged_first_is_the_status() -> None:
    assert judge(Expect(body_contains=["x"]), Response(500, {}, b"")).startswith("HTTP status 500")


def test_a_failure_has_the_state_that_the_check_names() -> None:
    broken = answering(reply(status="503 Service Unavailable"))
    result = probed(broken, fails_as="partial_outage")
    assert (result.status, result.reason) == (PARTIAL, "HTTP status 503, expected 2xx")
    assert probed(lambda *_: None, fails_as="partial_outage").status is PARTIAL


def test_a_slow_answer_is_degraded_and_a_wrong_slow_answer_is_down() -> None:
    def slow(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.1)
        connection.sendall(reply(b"late"))

    result = probed(slow, expect={"within": "50ms"})
    assert result.status is DEGRADED
    assert result.reason.startswith("answered in ")
    assert result.reason.endswith("expected within 0.05 s")
    assert probed(slow, expect={"within": "50ms", "body_contains": "early"}).status is DOWN


def endless_chunks(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    drip(connection, b"1\r\nx\r\n")


def slow_hops(connection: socket.socket, _: bytes) -> None:
    time.sleep(0.3)
    connection.sendall(reply(status="302 Found", headers="Location: /next\r\n"))


LATE = "no complete answer within 0.5 s"
NOT_HTTP = "the answer was cut off or is not HTTP"


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (silent, LATE),
        (lambda connection, _: drip(connection, b"H"), LATE),
        (
            lambda connection, _: (connection.sendall(b"HTTP/1.1 200 OK\r\nX: "), drip(connection, b"y"))[1],
            LATE,
        ),
        (lambda connection, _: (connection.sendall(reply(length=10**9)), drip(connection, b"x"))[1], LATE),
        (lambda connection, _: drip(connection, b"HTTP/1.1 100 Continue\r\n\r\n"), LATE),
        (endless_chunks, LATE),
        (slow_hops, LATE),
    ],
    ids=["silence", "status line", "headers", "body", "100 continue", "chunks", "redirects"],
)
def test_nothing_holds_a_check_beyond_its_deadline(handle: Handler, reason: str) -> None:
    result = probed(handle, timeout="500ms")
    assert (result.status, result.reason) == (DOWN, reason)
    assert result.latency < timedelta(seconds=0.5 + 2)


def test_a_server_that_takes_no_connection_is_given_up() -> None:
    with full_queue() as port:
        result = run(http=f"http://127.0.0.1:{port}/", timeout="500ms")
    assert (result.status, result.reason) == (DOWN, LATE)


def test_a_name_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    real = socket.getaddrinfo

    def hang(host: str, *arguments: Any, flags: int = 0, **keys: Any) -> Any:
        if not flags:
            release.wait(10)
        return real(host, *arguments, flags=flags, **keys)

    monkeypatch.setattr(network.socket, "getaddrinfo", hang)
    result = run(http="http://hangs.example/", timeout="500ms")
    release.set()
    assert (result.blame, result.reason) == (
        Blame.RESOLVER,
        "the name servers of this machine gave no answer",
    )


@pytest.mark.parametrize("wanted", ["", "x"])
def test_of_an_endless_body_no_more_than_the_limit_is_read(wanted: str) -> None:
    def handle(connection: socket.socket, _: bytes) -> None:
        connection.sendall(reply(b"start", length=10**12))
        endless(connection)

    expect = {"max_size": "1MiB", **({"body_contains": wanted} if wanted else {})}
    result = probed(handle, expect=expect)
    assert (result.status, result.reason) == (DOWN, "the body is larger than 1048576 bytes")


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("gzip, gzip", lambda body: gzip.compress(gzip.compress(body))),
        ("deflate", zlib.compress),
    ],
)
def test_a_compressed_bomb_is_a_failure_and_does_not_fill_the_memory(encoding: str, pack: Any) -> None:
    body = pack(b"0" * (64 * MIB))
    answer = answering(reply(body, headers=f"Content-Encoding: {encoding}\r\n"))
    with Server(answer) as server:
        run(http=server.url)  # what is imported and kept for good is not counted
        tracemalloc.start()
        result = run(http=server.url, expect={"body_contains": "0000"})
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert (result.status, result.reason) == (DOWN, "the body is larger than 2 MB")
    assert peak < 12 * MIB


def test_a_pattern_that_takes_for_ever_ends_with_the_deadline() -> None:
    result = probed(
        answering(reply(b"a" * 5000 + b"!")), timeout="500ms", expect={"body_matches": "^(a|a|aa)+$"}
    )
    assert (result.status, result.blame) == (ComponentStatus.NO_DATA, Blame.CHECK), "the server did answer"
    assert result.reason.startswith("the regular expression takes too long here")


def redirecting(target: str, status: int = 302) -> Handler:
    return answering(reply(b"", f"{status} Found", f"Location: {target}\r\n"))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/", "more than 10 redirects"),
        ("file:///etc/passwd", "redirected to an address that is not http or https"),
        ("ftp://127.0.0.1/", "redirected to an address that is not http or https"),
        ("javascript:alert(1)", "redirected to an address that is not http or https"),
        ("http://", "more than 10 redirects"),  # no host: the same address again
        ("http://[::1", "redirected to an address that is not valid"),
        ("/caf\xe9", "redirected to an address that is not valid"),  # not UTF-8
        ("http://127.0.0.1:99999/", "redirected to an address that is not valid"),
        ("http://" + "a" * 300 + "/", "the name cannot be found"),
    ],
)
def test_redirects_that_lead_nowhere_are_explained(target: str, reason: str) -> None:
    result = probed(redirecting(target))
    assert (result.status, result.reason) == (DOWN, reason)


def test_no_more_redirects_are_followed_than_are_allowed() -> None:
    with Server(redirecting("/")) as server:
        assert run(http=server.url, redirects=2).reason == "more than 2 redirects"
    assert len(server.requests) == 3
    with Server(redirecting("/")) as server:
        assert run(http=server.url, redirects=0).reason == "HTTP status 302, expected 2xx"
    assert len(server.requests) == 1


def test_a_redirect_can_be_what_is_expected() -> None:
    with Server(redirecting("/new", 301)) as server:
        assert run(http=server.url, expect={"status": 301}).status is OPERATIONAL
    assert len(server.requests) == 1


def test_redirects_are_followed_without_reading_their_endless_bodies() -> None:
    def handle(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /end "):
            connection.sendall(reply(b"arrived"))
        else:
            connection.sendall(reply(b"x", "302 Found", "Location: end\r\n", length=10**12))
            endless(connection)

    assert probed(handle, expect={"body_contains": "arrived"}).status is OPERATIONAL


SECRETS = {"X-Api-Key": "s-key", "Cookie": "s-cookie", "Accept": "text/html"}


def test_what_is_secret_stays_with_the_host_it_is_meant_for() -> None:
    with Server(answering(reply())) as other, Server(redirecting(f"{other.url}in")) as first:
        run(http=first.url, headers=SECRETS, auth={"bearer": "s-token"})
    assert b"s-key" in first.requests[0]
    assert b"s-token" in first.requests[0]
    assert b"s-" not in other.requests[0]
    assert b"\r\nAccept: text/html\r\n" in other.requests[0]


def test_a_redirect_on_the_same_host_takes_everything_along() -> None:
    def handle(connection: socket.socket, request: bytes) -> None:
        is_end = request.startswith(b"GET /end ")
        connection.sendall(reply() if is_end else reply(status="302 Found", headers="Location: /end\r\n"))

    with Server(handle) as server:
        run(http=server.url, headers=SECRETS, auth={"bearer": "s-token"})
    assert all(secret in server.requests[1] for secret in (b"s-key", b"s-cookie", b"s-token"))


def test_a_name_and_password_in_the_address_do_not_travel_either() -> None:
    with Server(answering(reply())) as other, Server(redirecting(other.url)) as first:
        run(http=first.url.replace("//", "//me:s-word@"))
    assert b"\r\nAuthorization: Basic " in first.requests[0]
    assert b"Authorization" not in other.requests[0]


def test_cookies_that_a_server_sets_are_not_sent_back() -> None:
    answer = reply(status="302 Found", headers="Set-Cookie: a=b\r\nLocation: /\r\n")
    with Server(answering(answer)) as server:
        run(http=server.url, redirects=1)
    assert b"Cookie" not in server.requests[1]


@pytest.mark.parametrize(
    ("status", "method", "after", "has_body"),
    [
        (301, "POST", b"GET", False),
        (303, "PUT", b"GET", False),
        (307, "POST", b"POST", True),
        (308, "PUT", b"PUT", True),
        (303, "HEAD", b"HEAD", False),
    ],
)
def test_a_redirect_changes_the_method_as_browsers_do(
    status: int, method: str, after: bytes, has_body: bool
) -> None:
    with Server(redirecting("/", status)) as server:
        body = {} if method == "HEAD" else {"body": "data", "headers": {"Content-Type": "text/plain"}}
        run(http=server.url, method=method, redirects=1, **body)
    assert server.requests[1].startswith(after + b" / ")
    assert (b"Content-Type" in server.requests[1]) is has_body


def test_a_body_is_not_sent_to_another_host() -> None:
    with Server(answering(reply())) as other, Server(redirecting(other.url, 307)) as first:
        result = run(http=first.url, method="POST", body="s-secret")
    assert result.reason == "redirected to another host, where the body of the request is not sent"
    assert other.requests == []


def test_a_refused_connection_is_explained() -> None:
    result = run(http=f"http://127.0.0.1:{closed_port()}/")
    assert (result.status, result.reason) == (DOWN, "the connection was refused")


def half_close(connection: socket.socket, _: bytes) -> None:
    connection.sendall(reply(b"only a part", length=1000))
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


def many_headers(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X: y\r\n" * 1000)


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (reset, "the connection was closed early"),
        (lambda connection, _: connection.close(), "the connection was closed early"),
        (half_close, NOT_HTTP),
        (answering(b"SSH-2.0-OpenSSH\r\n"), NOT_HTTP),
        (many_headers, "the headers of the answer are larger than 256 KiB"),
        (answering(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000), NOT_HTTP),
        (answering(b"HTTP/1.1 999999 X\r\n\r\n"), NOT_HTTP),
        (answering(reply(b"no gzip", headers="Content-Encoding: gzip\r\n")), NOT_HTTP),
        (answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), NOT_HTTP),
    ],
    ids=[
        "reset",
        "closed",
        "half closed",
        "ssh",
        "endless headers",
        "long header",
        "status",
        "gzip",
        "chunks",
    ],
)
def test_answers_that_break_off_or_are_not_http_are_explained(handle: Handler, reason: str) -> None:
    result = probed(handle)
    assert (result.status, result.reason) == (DOWN, reason)


def test_the_environments_proxy_and_passwords_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Server(answering(reply())) as server:
        assert run(http=server.url).status is OPERATIONAL
    assert b"Authorization" not in server.requests[0]


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
    with Server(answering(reply()), trusted.servers[which]) as server:
        result = run(http=server.url)
    assert (result.status, result.reason) == (DOWN if reason else OPERATIONAL, reason)
    assert result.certificate_expires == trusted.ends[which]


def test_nothing_is_said_to_a_server_that_nobody_vouches_for(trusted: Certificates) -> None:
    with Server(answering(reply()), trusted.servers["selfsigned"]) as server:
        run(http=server.url, auth={"bearer": "s-token"})
    assert server.requests == []


def test_over_redirects_the_first_certificate_to_end_counts(trusted: Certificates) -> None:
    with (
        Server(answering(reply()), trusted.servers["good"]) as end,
        Server(redirecting(end.url), trusted.servers["soon"]) as first,
    ):
        assert run(http=first.url).certificate_expires == trusted.ends["soon"]


def test_encryption_that_drips_or_stays_silent_is_given_up(trusted: Certificates) -> None:
    for handle in (silent, drip_handshake):
        with Server(handle, waits=False) as server:
            result = run(http=server.url.replace("http:", "https:"), timeout="500ms")
        assert (result.status, result.reason) == (DOWN, LATE)

    def dripping(connection: socket.socket, _: bytes) -> None:
        drip(connection, b"H")

    with Server(dripping, trusted.servers["good"]) as server:
        assert run(http=server.url, timeout="500ms").reason == LATE


def test_a_server_without_encryption_is_explained() -> None:
    with Server(answering(b"HTTP/1.1 400 Bad Request\r\n\r\n"), waits=False) as server:
        result = run(http=server.url.replace("http:", "https:"))
    assert (result.status, result.reason) == (DOWN, "the encrypted connection failed")
