from __future__ import annotations

import contextlib
import gzip
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from waypost.adapters import http_probe
from waypost.adapters.http_probe import MAX_BODY, MAX_REDIRECTS, ProbeResult, judge, probe_http
from waypost.model.checks import Expect, HttpCheck
from waypost.model.status import ComponentStatus

Handler = Callable[[socket.socket, bytes], None]

HARD_BOUND = 5.0
"""A probe with a deadline of one second must have ended by then, on any machine."""


class Server:
    """Answers every connection with a function of its own; it never closes early on its side."""

    def __init__(self, handle: Handler, context: ssl.SSLContext | None = None) -> None:
        self._handle, self._context = handle, context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self.port: int = self._listener.getsockname()[1]
        self.url = f"{'https' if context else 'http'}://127.0.0.1:{self.port}/"

    def __enter__(self) -> Server:
        self._listener.settimeout(0.05)
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            connection.settimeout(30)
            if self._context:
                connection = stack.enter_context(self._context.wrap_socket(connection, server_side=True))
            request = b""
            while b"\r\n\r\n" not in request:
                data = connection.recv(4096)
                if not data:
                    return
                request += data
            self.requests.append(request)
            self._handle(connection, request)


def reply(body: bytes = b"", status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode("latin-1") + body


def answering(data: bytes) -> Handler:
    return lambda connection, _: connection.sendall(data)


def check(url: str, **keys: Any) -> HttpCheck:
    expect = Expect(**keys.pop("expect", {}))
    timeout = timedelta(seconds=keys.pop("timeout", 5))
    return HttpCheck(http=url, every=timedelta(minutes=1), timeout=timeout, expect=expect, **keys)


def probe(handle: Handler, **keys: Any) -> ProbeResult:
    with Server(handle) as server:
        return probe_http(check(server.url, **keys))


def drip(connection: socket.socket, piece: bytes) -> None:
    """Send a piece again and again for as long as the other side takes it."""
    for _ in range(2000):
        connection.sendall(piece)
        time.sleep(0.01)


def test_a_good_answer_is_operational_with_its_latency() -> None:
    result = probe(answering(reply(b"all fine")), expect={"body_contains": "fine"})
    assert (result.status, result.reason) == (ComponentStatus.OPERATIONAL, "")
    assert timedelta(0) < result.latency < timedelta(seconds=5)


def test_the_request_says_who_asks() -> None:
    with Server(answering(reply())) as server:
        probe_http(check(server.url + "health?x=1"))
    assert server.requests[0].startswith(b"GET /health?x=1 HTTP/1.1\r\n")
    assert b"\r\nUser-Agent: waypost/" in server.requests[0]


@pytest.mark.parametrize(
    ("expect", "status", "body", "reason"),
    [
        ({}, 200, b"", ""),
        ({}, 500, b"", "HTTP status 500, expected 200"),
        ({"status": 204}, 204, b"", ""),
        ({"status": 204}, 200, b"", "HTTP status 200, expected 204"),
        ({"body_contains": "größer"}, 200, "ist größer".encode(), ""),
        ({"body_contains": "x"}, 200, b"y", "the body does not hold the expected text"),
        ({"body_json": {"$.ok": True}}, 200, b'{"ok": true}', ""),
        ({"body_json": {"$.ok": True}}, 200, b'{"ok": 1}', "$.ok in the body is not what is expected"),
        ({"body_json": {"$.ok": 1}}, 200, b'{"ok": true}', "$.ok in the body is not what is expected"),
        ({"body_json": {"$.ok": True}}, 200, b'{"ok": "true"}', "$.ok in the body is not what is expected"),
        ({"body_json": {"$.ok": True}}, 200, b"{}", "$.ok in the body is not what is expected"),
        ({"body_json": {"$.a.1.b": "x"}}, 200, b'{"a": [0, {"b": "x"}]}', ""),
        ({"body_json": {"$.a.9": "x"}}, 200, b'{"a": [0]}', "$.a.9 in the body is not what is expected"),
        ({"body_json": {"$.a.b": "x"}}, 200, b'{"a": 5}', "$.a.b in the body is not what is expected"),
        ({"body_json": {"$.²": "x"}}, 200, b"[0, 1, 2]", "$.² in the body is not what is expected"),
        ({"body_json": {"$": [1, 2]}}, 200, b"[1, 2]", ""),
        ({"body_json": {"$.ok": True}}, 200, b"<html>", "the body is not JSON"),
        ({"body_json": {"$.ok": True}}, 200, b"[" * 100_000, "the body is not JSON"),
        ({"body_json": {"$.ok": True}}, 200, b"\xff\xfe", "the body is not JSON"),
        ({"body_json": {"$.n": 1}}, 200, b'{"n": ' + b"9" * 5000 + b"}", "the body is not JSON"),
    ],
)
def test_an_answer_is_judged_by_what_is_expected(
    expect: dict[str, Any], status: int, body: bytes, reason: str
) -> None:
    found = judge(Expect(**expect), status, body)
    assert found == reason


def test_a_failure_has_the_state_that_the_check_names() -> None:
    broken = answering(reply(status="503 Service Unavailable"))
    assert probe(broken).status is ComponentStatus.MAJOR_OUTAGE
    result = probe(broken, fails_as=ComponentStatus.PARTIAL_OUTAGE)
    assert (result.status, result.reason) == (ComponentStatus.PARTIAL_OUTAGE, "HTTP status 503, expected 200")


def test_a_slow_answer_is_degraded_and_a_wrong_slow_answer_is_down() -> None:
    def slow(connection: socket.socket, _: bytes) -> None:
        time.sleep(0.1)
        connection.sendall(reply(b"late"))

    result = probe(slow, expect={"within": timedelta(milliseconds=50)})
    assert result.status is ComponentStatus.DEGRADED_PERFORMANCE
    assert result.reason.startswith("answered in ")
    assert result.reason.endswith("expected within 0.05 s")
    wrong = probe(slow, expect={"within": timedelta(milliseconds=50), "body_contains": "early"})
    assert wrong.status is ComponentStatus.MAJOR_OUTAGE


def endless_chunks(connection: socket.socket, _: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    drip(connection, b"1\r\nx\r\n")


def silent(connection: socket.socket, _: bytes) -> None:
    connection.recv(1)


@pytest.mark.parametrize(
    "handle",
    [
        silent,
        lambda connection, _: drip(connection, b"H"),
        lambda connection, _: (connection.sendall(b"HTTP/1.1 200 OK\r\n"), drip(connection, b"X: y\r\n"))[1],
        lambda connection, _: (connection.sendall(reply(length=10**9)), drip(connection, b"x"))[1],
        lambda connection, _: drip(connection, b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless_chunks,
    ],
    ids=[
        "silence",
        "drip_status_line",
        "drip_headers",
        "drip_body",
        "endless_100_continue",
        "endless_chunks",
    ],
)
def test_nothing_holds_a_probe_beyond_its_deadline(handle: Handler) -> None:
    with Server(handle) as server:
        started = time.monotonic()
        result = probe_http(check(server.url, timeout=1))
        assert time.monotonic() - started < HARD_BOUND
    assert result.status is ComponentStatus.MAJOR_OUTAGE
    # A flood of headers may also be cut by the library's own limit.
    assert result.reason in ("no complete answer within 1 s", "the answer was cut off or is not HTTP")


def test_a_server_that_takes_no_connection_is_given_up() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        with contextlib.ExitStack() as stack:
            for _ in range(4):  # fill the queue of waiting connections, so that the next gets no answer
                waiting = stack.enter_context(socket.socket())
                waiting.setblocking(False)
                waiting.connect_ex(address)
            started = time.monotonic()
            result = probe_http(check(f"http://127.0.0.1:{address[1]}/", timeout=1))
            assert time.monotonic() - started < HARD_BOUND
    assert result.reason == "no complete answer within 1 s"


def test_a_name_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()
    monkeypatch.setattr(http_probe.socket, "getaddrinfo", lambda *_, **__: release.wait(10))
    started = time.monotonic()
    result = probe_http(check("http://hangs.example/", timeout=1))
    release.set()
    assert time.monotonic() - started < HARD_BOUND
    assert result.reason == "no complete answer within 1 s"


def test_of_an_endless_body_only_the_beginning_is_read() -> None:
    def endless(connection: socket.socket, _: bytes) -> None:
        connection.sendall(reply(b"start", length=10**12))
        while True:
            connection.sendall(b"x" * 65536)

    result = probe(endless, timeout=10, expect={"body_contains": "start"})
    assert result.status is ComponentStatus.OPERATIONAL


@pytest.mark.parametrize("layers", [1, 2])
def test_a_compressed_bomb_does_not_fill_the_memory(layers: int) -> None:
    body = b"0" * (64 * MAX_BODY)
    for _ in range(layers):
        body = gzip.compress(body)
    encoding = ", ".join(["gzip"] * layers)
    with Server(answering(reply(body, headers=f"Content-Encoding: {encoding}\r\n"))) as server:
        probe_http(check(server.url))  # what is imported and kept for good is not counted
        tracemalloc.start()
        result = probe_http(check(server.url, expect={"body_contains": "0000"}))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert result.status is ComponentStatus.OPERATIONAL
    assert peak < 12 * MAX_BODY


def redirecting(target: str, more: bytes = b"", **keys: Any) -> Handler:
    return answering(reply(more, "302 Found", f"Location: {target}\r\n", **keys))


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("/", f"more than {MAX_REDIRECTS} redirects"),
        ("file:///etc/passwd", "redirected to an address that is not http or https"),
        ("ftp://127.0.0.1/", "redirected to an address that is not http or https"),
        ("javascript:alert(1)", "redirected to an address that is not http or https"),
        ("http://", f"more than {MAX_REDIRECTS} redirects"),  # no host: the same address again
        ("http://[::1", "redirected to an address that is not valid"),
        ("/caf\xe9", "redirected to an address that is not valid"),  # not UTF-8
        ("http://127.0.0.1:99999/", "redirected to an address that is not valid"),
        ("http://" + "a" * 300 + "/", "the name cannot be found"),
    ],
)
def test_redirects_that_lead_nowhere_are_explained(target: str, reason: str) -> None:
    result = probe(redirecting(target))
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, reason)


def test_redirects_are_followed_without_reading_their_endless_bodies() -> None:
    def handle(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /end "):
            connection.sendall(reply(b"arrived"))
        else:
            connection.sendall(reply(b"x", "302 Found", "Location: end\r\n", length=10**12))
            while True:
                connection.sendall(b"x" * 65536)

    result = probe(handle, timeout=10, expect={"body_contains": "arrived"})
    assert result == ProbeResult(ComponentStatus.OPERATIONAL, result.latency)


def test_a_refused_connection_is_explained() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    result = probe_http(check(f"http://127.0.0.1:{port}/"))
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, "the connection was refused")


def reset(connection: socket.socket, _: bytes) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def half_close(connection: socket.socket, _: bytes) -> None:
    connection.sendall(reply(b"only a part", length=1000))
    connection.shutdown(socket.SHUT_WR)
    connection.recv(1)


@pytest.mark.parametrize(
    ("handle", "reason"),
    [
        (reset, "the connection was closed early"),
        (lambda connection, _: connection.close(), "the connection was closed early"),
        (half_close, "the answer was cut off or is not HTTP"),
        (answering(b"SSH-2.0-OpenSSH\r\n"), "the answer was cut off or is not HTTP"),
        (answering(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200), "the answer was cut off or is not HTTP"),
        (answering(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000), "the answer was cut off or is not HTTP"),
        (answering(b"HTTP/1.1 999999 X\r\n\r\n"), "the answer was cut off or is not HTTP"),
        (
            answering(reply(b"no gzip", headers="Content-Encoding: gzip\r\n")),
            "the answer was cut off or is not HTTP",
        ),
        (
            answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
            "the answer was cut off or is not HTTP",
        ),
    ],
    ids=["reset", "closed", "half_closed", "ssh", "many_headers", "long_header", "status", "gzip", "chunks"],
)
def test_answers_that_break_off_or_are_not_http_are_explained(handle: Handler, reason: str) -> None:
    result = probe(handle)
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, reason)


def test_a_name_that_is_not_found_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_found(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(http_probe.socket, "getaddrinfo", not_found)
    result = probe_http(check("http://nothing.invalid/"))
    assert result.status is ComponentStatus.MAJOR_OUTAGE
    assert result.reason == "the name cannot be found"


def test_the_environments_proxy_and_passwords_are_not_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with Server(answering(reply())) as server:
        assert probe_http(check(server.url)).status is ComponentStatus.OPERATIONAL
    assert b"Authorization" not in server.requests[0]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("the command openssl is not installed")
    folder = tmp_path_factory.mktemp("certificate")
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "1",
        "-subj",
        "/CN=127.0.0.1",
    ]
    files = ["-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
    more = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*command, *files, *more], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context, folder / "cert.pem"


def test_a_certificate_that_nobody_vouches_for_is_a_failure(certificate: tuple[ssl.SSLContext, Path]) -> None:
    with Server(answering(reply()), certificate[0]) as server:
        result = probe_http(check(server.url))
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, "the certificate is not valid")


def test_a_server_that_never_shakes_hands_is_given_up() -> None:
    with Server(answering(reply())) as server:
        started = time.monotonic()
        result = probe_http(check(server.url.replace("http:", "https:"), timeout=1))
        assert time.monotonic() - started < HARD_BOUND
    assert (result.status, result.reason) == (ComponentStatus.MAJOR_OUTAGE, "no complete answer within 1 s")


def test_a_trusted_server_is_reached_and_cannot_drip_either(
    certificate: tuple[ssl.SSLContext, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    trusting = http_probe._tls_context.__wrapped__()
    trusting.load_verify_locations(certificate[1])
    monkeypatch.setattr(http_probe, "_tls_context", lambda: trusting)

    def handle(connection: socket.socket, request: bytes) -> None:
        if request.startswith(b"GET /drip "):
            drip(connection, b"H")
        connection.sendall(reply(b"secret"))

    with Server(handle, certificate[0]) as server:
        assert probe_http(check(server.url)).status is ComponentStatus.OPERATIONAL
        started = time.monotonic()
        result = probe_http(check(server.url + "drip", timeout=1))
        assert time.monotonic() - started < HARD_BOUND
    assert result.reason == "no complete answer within 1 s"


@pytest.mark.parametrize(
    ("path", "wanted", "body", "good"),
    [
        ("$.a", [True], b'{"a": [1]}', False),
        ("$.a", {"b": 1}, b'{"a": {"b": true}}', False),
        ("$.a", 1, b'{"a": 1.0}', True),
        ("$.a", None, b"{}", False),
        ("$.a", None, b'{"a": null}', True),
        ("$.a.0.b", "x", b'{"a": [{"b": "x"}]}', True),
    ],
    ids=[
        "true inside a list",
        "true inside a mapping",
        "1 is 1.0",
        "null is not absent",
        "null",
        "a deep path",
    ],
)
def test_values_are_compared_as_json_does(path: str, wanted: object, body: bytes, good: bool) -> None:
    assert (judge(Expect(body_json={path: wanted}), 200, body) == "") is good


def test_a_redirect_can_be_what_is_expected(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/old").respond_with_data("", 301, {"Location": httpserver.url_for("/new")})
    check = HttpCheck(http=httpserver.url_for("/old"), expect=Expect(status=301))
    assert probe_http(check).status is ComponentStatus.OPERATIONAL
    httpserver.check_assertions()
