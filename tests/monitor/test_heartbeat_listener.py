from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus

import pytest

from waypost.base.faults import Faults
from waypost.base.net.request_server import listening
from waypost.monitor.heartbeat_listener import heartbeat_route

KEY = "s3cret-key"


class Jobs:
    """Keeps what was reported."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str]] = []
        self.answer = HTTPStatus.OK

    def receive(self, name: str, word: str) -> HTTPStatus:
        self.received.append((name, word))
        return self.answer


@contextmanager
def listener(jobs: Jobs, key: str | None = None) -> Iterator[int]:
    with listening(("127.0.0.1", 0), [heartbeat_route(jobs.receive, key)], Faults()) as port:
        yield port


def ask(
    port: int, path: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None
) -> tuple[int, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body or None, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()


@pytest.mark.parametrize(
    ("path", "received"),
    [
        ("/heartbeat/backups", ("backups", "")),
        ("/heartbeat/backups/", ("backups", "")),
        ("/heartbeat/backups/start", ("backups", "start")),
        ("/heartbeat/backups/fail", ("backups", "fail")),
        ("/heartbeat/backups/0", ("backups", "0")),
        ("/heartbeat/backups/137", ("backups", "137")),
        ("/heartbeat/backups/nightly", ("backups/nightly", "")),
        ("/heartbeat/backups/nightly/start", ("backups/nightly", "start")),
        ("/heartbeat/backups%2Fnightly?x=1", ("backups/nightly", "")),
    ],
)
def test_an_address_says_which_job_and_what(path: str, received: tuple[str, str]) -> None:
    jobs = Jobs()
    with listener(jobs) as port:
        assert ask(port, path) == (200, b"OK\n")
    assert jobs.received == [received]


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_every_method_that_jobs_use_means_the_same(method: str) -> None:
    jobs = Jobs()
    with listener(jobs) as port:
        status, _ = ask(
            port, "/heartbeat/backups", method, b"" if method in ("GET", "HEAD") else b"log\n" * 900
        )
    assert status == 200
    assert jobs.received == [("backups", "")]


@pytest.mark.parametrize(
    "sent",
    [
        b"GET /heartbeat/backups",
        b"GET /heartbeat/backups\r\n",
        b"GET /heartbeat/backups HTTP/1.1\r\n",
        b"GET /heartbeat/backups HTTP/1.1\r\nHost: x",
        b"GET /heartbeat/backups HTTP/1.1\r\nHost: x\r\n",
    ],
)
def test_a_request_that_was_cut_off_is_no_report(sent: bytes) -> None:
    jobs = Jobs()
    with listener(jobs) as port, closing(socket.create_connection(("127.0.0.1", port))) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        client.settimeout(10)
        while client.recv(4000):
            pass
    assert jobs.received == []


@pytest.mark.parametrize(
    "path", ["/", "/heartbeat", "/heartbeat/", "/heartbeats/x", "/status/heartbeat/x", "/heartbeat//"]
)
def test_other_addresses_are_not_found(path: str) -> None:
    jobs = Jobs()
    with listener(jobs) as port:
        assert ask(port, path)[0] == 404
    assert jobs.received == []


def test_other_methods_are_refused() -> None:
    jobs = Jobs()
    with listener(jobs) as port:
        assert ask(port, "/heartbeat/backups", "DELETE")[0] == 405
    assert jobs.received == []


@pytest.mark.parametrize("answer", [HTTPStatus.NOT_FOUND, HTTPStatus.SERVICE_UNAVAILABLE])
def test_the_answer_says_whether_it_was_kept(answer: HTTPStatus) -> None:
    jobs = Jobs()
    jobs.answer = answer
    with listener(jobs) as port:
        assert ask(port, "/heartbeat/backups") == (answer.value, f"{answer.phrase}\n".encode())


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        (f"/heartbeat/x?key={KEY}", {}, 200),
        ("/heartbeat/x", {"Authorization": f"Bearer {KEY}"}, 200),
        ("/heartbeat/x", {}, 403),
        ("/heartbeat/x?key=", {}, 403),
        (f"/heartbeat/x?key={KEY}x", {}, 403),
        ("/heartbeat/x?key=%ff%fe", {}, 403),
        ("/heartbeat/x", {"Authorization": "Bearer other"}, 403),
        ("/heartbeat/x", {"Authorization": f"Basic {KEY}"}, 403),
        (f"/heartbeat/x?{'a=1&' * 500}key={KEY}", {}, 403),
    ],
)
def test_where_there_is_a_key_it_must_be_brought(path: str, headers: dict[str, str], status: int) -> None:
    jobs = Jobs()
    with listener(jobs, KEY) as port:
        assert ask(port, path, headers=headers)[0] == status
    assert bool(jobs.received) == (status == 200)


def test_neither_the_key_nor_an_address_is_ever_printed(capfd: pytest.CaptureFixture[str]) -> None:
    with listener(Jobs(), KEY) as port:
        ask(port, f"/heartbeat/x?key={KEY}")
        ask(port, f"/elsewhere?key={KEY}")
        with closing(socket.create_connection(("127.0.0.1", port))) as client:
            client.sendall(f"nonsense {KEY}\r\n\r\n".encode())
            assert KEY.encode() not in client.recv(4000).split(b"\r\n\r\n")[0]
    assert capfd.readouterr() == ("", "")
