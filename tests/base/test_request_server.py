"""Real sockets against the small server: what it answers, what it refuses, and whom it lets wait."""

from __future__ import annotations

import contextlib
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from http import HTTPStatus
from pathlib import Path

import pytest

from waypost.base.faults import FaultKind, Faults
from waypost.base.net import request_server
from waypost.base.net.http_messages import MOST_BODY, MOST_HEAD, ServerRequest, ServerResponse
from waypost.base.net.request_server import ListenRefused, Route, ServerLimits, listening

PATIENT = 30.0
"""Seconds after which a test gives up."""


class Echo:
    """Keeps every request, and answers it when it may."""

    def __init__(self) -> None:
        self.requests: list[ServerRequest] = []
        self.may_answer = threading.Event()
        self.may_answer.set()

    def __call__(self, request: ServerRequest) -> ServerResponse:
        self.requests.append(request)
        assert self.may_answer.wait(PATIENT)
        if request.query == "break":
            raise ValueError("of the inside")
        return ServerResponse(body=b"here\n")


@contextmanager
def serving(echo: Echo, limits: ServerLimits | None = None, faults: Faults | None = None) -> Iterator[int]:
    routes = [
        Route("/echo/", echo, frozenset({"GET", "HEAD", "POST"})),
        Route("/one", lambda _: ServerResponse(HTTPStatus.OK)),
    ]
    with listening(("127.0.0.1", 0), routes, faults or Faults(), limits) as port:
        yield port


def connected(port: int, source: str = "127.0.0.1") -> socket.socket:
    client = socket.create_connection(("127.0.0.1", port), timeout=PATIENT, source_address=(source, 0))
    client.settimeout(PATIENT)
    return client


def rest(client: socket.socket) -> bytes:
    """Return all that still comes."""
    parts: list[bytes] = []
    with contextlib.suppress(ConnectionError):
        while part := client.recv(65536):
            parts.append(part)
    return b"".join(parts)


def ask(port: int, sent: bytes, source: str = "127.0.0.1") -> bytes:
    with closing(connected(port, source)) as client:
        client.sendall(sent)
        return rest(client)


def get(port: int, path: str = "/echo/x", source: str = "127.0.0.1") -> int:
    """Return the status of an answer; 0 where none came."""
    answer = ask(port, f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode(), source)
    return int(answer.split()[1]) if answer else 0


def until(holds: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + PATIENT
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/echo/", 200),
        ("/echo/a/b?c=d", 200),
        ("/one", 200),
        ("/one?x", 200),
        ("/one/", 404),
        ("/ones", 404),
        ("/", 404),
    ],
)
def test_a_route_is_one_address_or_all_below_it(path: str, status: int) -> None:
    with serving(Echo()) as port:
        assert get(port, path) == status


def test_an_answer_is_whole_and_closes() -> None:
    with serving(Echo()) as port:
        answer = ask(port, b"GET /echo/ HTTP/1.1\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"Content-Length: 5\r\nConnection: close\r\n" in answer
        assert answer.endswith(b"\r\n\r\nhere\n")
        assert ask(port, b"HEAD /echo/ HTTP/1.1\r\n\r\n") == answer.removesuffix(b"here\n")


def test_a_handler_gets_the_whole_request() -> None:
    echo = Echo()
    with serving(echo) as port:
        ask(
            port,
            b"\r\nPOST /echo/a%20b?c=1 HTTP/1.0\nX-One:  1 \r\nX-One: 2\r\nContent-Length: 3\r\n\r\nabcdef",
        )
    [request] = echo.requests
    assert request == ServerRequest(
        "POST", "/echo/a%20b", "c=1", {"x-one": "1", "content-length": "3"}, b"abc"
    )


@pytest.mark.parametrize(
    ("head", "sent", "body"),
    [
        ("Content-Length: 0", b"", b""),
        (f"Content-Length: {MOST_BODY + 9}", b"x" * (MOST_BODY + 9), b"x" * MOST_BODY),
        ("Transfer-Encoding: chunked", b"3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n", b"abc0123456789"),
        (
            "Transfer-Encoding: chunked",
            b"%x\r\n%s" % (MOST_BODY + 9, b"x" * (MOST_BODY + 9)),
            b"x" * MOST_BODY,
        ),
    ],
    ids=["none", "long", "chunked", "long_chunk"],
)
def test_a_body_is_read_up_to_a_limit_and_the_answer_still_comes(head: str, sent: bytes, body: bytes) -> None:
    echo = Echo()
    with serving(echo) as port:
        answer = ask(port, f"POST /echo/ HTTP/1.1\r\n{head}\r\n\r\n".encode() + sent)
    assert answer.endswith(b"here\n")
    assert [request.body for request in echo.requests] == [body]


def test_a_client_that_waits_for_leave_to_send_its_body_gets_it() -> None:
    echo = Echo()
    with serving(echo) as port, closing(connected(port)) as client:
        client.sendall(b"POST /echo/ HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"ab")
        assert rest(client).endswith(b"here\n")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /echo/",
        b"GET /echo/x HTTP/1.1\r\n",
        b"GET /echo/x HTTP/1.1\r\nHost: x\r\n",
        b"POST /echo/x HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc",
        b"POST /echo/x HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc",
    ],
)
def test_what_was_cut_off_is_no_request(sent: bytes) -> None:
    echo = Echo()
    with serving(echo) as port, closing(connected(port)) as client:
        client.sendall(sent)
        client.shutdown(socket.SHUT_WR)
        assert rest(client) == b""
    assert echo.requests == []


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET /echo/\r\n\r\n", 400),
        (b"GET /echo/ HTTP/2\r\n\r\n", 400),
        (b"G@T /echo/ HTTP/1.1\r\n\r\n", 400),
        (b"GET http://[ HTTP/1.1\r\n\r\n", 400),
        (b"GET /echo/ HTTP/1.1\r\nno colon\r\n\r\n", 400),
        (b"GET /echo/ HTTP/1.1\r\n folded: x\r\n\r\n", 400),
        (b"POST /echo/ HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /echo/ HTTP/1.1\r\nContent-Length: 1_0\r\n\r\n", 400),
        (b"POST /echo/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nz\r\n", 400),
        (b"POST /echo/ HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n", 400),
        (b"POST /echo/ HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"DELETE /echo/ HTTP/1.1\r\n\r\n", 405),
        (b"GET /echo/ HTTP/1.1\r\nX: " + b"x" * 2 * MOST_HEAD + b"\r\n\r\n", 431),
        (b"GET /echo/ HTTP/1.1\r\n" + b"X: " + b"x" * (MOST_HEAD - 20) + b"\r\nY: 1\r\n\r\n", 431),
        (b"GET /echo/ HTTP/1.1\r\n" + b"X: 1\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_what_cannot_be_served_is_refused_and_the_next_is_served(sent: bytes, status: int) -> None:
    echo = Echo()
    with serving(echo) as port:
        assert ask(port, sent).startswith(b"HTTP/1.1 %d " % status)
        assert echo.requests == []
        assert get(port) == 200


def test_a_handler_that_fails_is_answered_and_told_until_it_works_again() -> None:
    faults = Faults()
    with serving(Echo(), faults=faults) as port:
        assert get(port, "/echo/?break") == 500
        assert [fault.key for fault in faults.present()] == [(FaultKind.LISTENER, "/echo/")]
        assert get(port, "/one") == 200
        assert get(port) == 200
        assert faults.present() == ()


@contextmanager
def slow_clients(
    port: int, sources: Sequence[str], sent: bytes = b"GET /echo/slow HTTP/1.1\r\nX-"
) -> Iterator[None]:
    """Hold connections that began a request; where `sent` is empty they are silent."""
    with ExitStack() as stack:
        for source in sources:
            client = stack.enter_context(closing(connected(port, source)))
            client.sendall(sent)
        yield


@pytest.mark.parametrize("sent", [b"", b"GET /echo/slow HTTP/1.1\r\nX-"], ids=["silent", "dripping"])
@pytest.mark.parametrize("addresses", [1, 40])
def test_slow_clients_refuse_nobody_a_place(sent: bytes, addresses: int) -> None:
    echo = Echo()
    sources = [f"127.0.0.{number % addresses + 1}" for number in range(40)]
    with serving(echo) as port, slow_clients(port, sources, sent), ThreadPoolExecutor(20) as pool:
        assert list(pool.map(lambda _: get(port), range(20))) == [200] * 20
    assert all(request.path == "/echo/x" for request in echo.requests)


@pytest.mark.parametrize(
    "limits",
    [ServerLimits(clients=4, waited_for=9, grace=0.0), ServerLimits(waited_for=4, grace=0.0)],
    ids=["in_all", "of_one"],
)
def test_where_slow_clients_take_all_room_the_slowest_makes_room(limits: ServerLimits) -> None:
    with serving(Echo(), limits) as port, closing(connected(port)) as first:
        first.sendall(b"GET /echo/slow")
        with slow_clients(port, ["127.0.0.1"] * 20):
            assert rest(first).startswith(b"HTTP/1.1 408 ")
            assert [get(port) for _ in range(9)] == [200] * 9


def test_a_share_that_is_full_is_that_of_one_address() -> None:
    limits = ServerLimits(waited_for=4, grace=PATIENT)
    with serving(Echo(), limits) as port, slow_clients(port, ["127.0.0.1"] * 4):
        until(lambda: get(port) == 503, "its own share is full")
        assert get(port, source="127.0.0.2") == 200


def test_who_finds_no_room_is_answered_so_that_clients_try_again() -> None:
    limits = ServerLimits(waited_for=2, grace=PATIENT)
    with serving(Echo(), limits) as port, slow_clients(port, ["127.0.0.1"] * 2):
        answers: list[bytes] = []
        until(
            lambda: answers.append(ask(port, b"GET /echo/x HTTP/1.1\r\n\r\n")) or b" 503 " in answers[-1],
            "there is no room",
        )
        assert answers[-1].startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"\r\nRetry-After: 1\r\n" in answers[-1]
        assert answers[-1].endswith(b"\r\n\r\nService Unavailable\n")
    # They have gone.
    with serving(Echo(), limits) as port:
        with slow_clients(port, ["127.0.0.1"] * 2):
            pass
        until(lambda: get(port) == 200, "there is room again")


def test_a_slow_client_is_dropped_when_its_time_is_over() -> None:
    with serving(Echo(), ServerLimits(reading=0.2)) as port, closing(connected(port)) as client:
        client.sendall(b"GET /echo/x HTTP/1.1\r\nX-")
        assert rest(client).startswith(b"HTTP/1.1 408 ")


def test_who_does_not_take_an_answer_is_dropped() -> None:
    sent = threading.Event()

    def much(_: ServerRequest) -> ServerResponse:
        sent.set()
        return ServerResponse(body=b"x" * 30_000_000)

    with (
        listening(("127.0.0.1", 0), [Route("/", much)], Faults(), ServerLimits(answering=0.2)) as port,
        closing(connected(port)) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert sent.wait(PATIENT)
        time.sleep(0.5)
        assert len(rest(client)) < 30_000_000


def test_a_handler_that_hangs_is_answered_and_keeps_its_place_until_it_ends() -> None:
    echo = Echo()
    echo.may_answer.clear()
    with serving(echo, ServerLimits(requests=1, handling=0.2, queueing=0.2)) as port:
        assert get(port) == 503
        assert get(port) == 503
        assert len(echo.requests) == 1, "the second had no slot"
        echo.may_answer.set()
        until(lambda: get(port) == 200, "there is a slot again")


def test_what_is_being_handled_when_it_stops_is_answered() -> None:
    echo = Echo()
    echo.may_answer.clear()
    with ThreadPoolExecutor(1) as pool, serving(echo) as port:
        answer = pool.submit(get, port)
        until(lambda: bool(echo.requests), "it is being handled")
        threading.Timer(0.1, echo.may_answer.set).start()
    assert answer.result(PATIENT) == 200


def test_stopping_waits_for_nobody_who_is_slow_and_for_no_handler_that_hangs() -> None:
    echo = Echo()
    echo.may_answer.clear()
    with ExitStack() as clients:
        with serving(echo, ServerLimits(stopping=0.1)) as port:
            for _ in range(5):
                clients.enter_context(slow_clients(port, ["127.0.0.1"]))
            clients.enter_context(closing(connected(port))).sendall(b"GET /echo/x HTTP/1.1\r\n\r\n")
            until(lambda: bool(echo.requests), "one is being handled")
        # The limit of this test is that of its neighbours: it would hang here.
        assert not [thread for thread in threading.enumerate() if thread.name == "waypost-listener"]
    echo.may_answer.set()


def test_a_thread_that_cannot_be_started_is_told_and_the_client_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults = Faults()
    start = threading.Thread.start

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "waypost-request":
            raise RuntimeError("can't start new thread")
        start(thread)

    with serving(Echo(), faults=faults) as port:
        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", refuse)
            assert get(port) == 503
            assert [fault.key for fault in faults.present()] == [(FaultKind.LISTENER, "/echo/")]
        assert get(port) == 200
        assert faults.present() == ()


FEW_FILES = """
import resource, socket
from waypost.base.faults import Faults
from waypost.base.net import request_server
from waypost.base.net.http_messages import ServerResponse
from waypost.base.net.request_server import ServerLimits, Route, listening

request_server.PAUSE = 0.05
faults = Faults()
with listening(("127.0.0.1", 0), [Route("/", lambda _: ServerResponse())], faults, ServerLimits()) as port:
    client = socket.create_connection(("127.0.0.1", port), timeout=30)
    late = socket.socket()
    late.settimeout(30)
    open_files = []
    try:
        while True:
            open_files.append(open("/dev/null"))
    except OSError:
        pass
    late.connect(("127.0.0.1", port))
    while not faults.present():
        pass
    print([fault.kind.value for fault in faults.present()])
    for file in open_files:
        file.close()
    late.sendall(b"GET / HTTP/1.1\\r\\n\\r\\n")
    print(late.recv(12).decode(), faults.present())
"""


def test_without_file_handles_it_waits_and_says_so() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FEW_FILES],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64)),  # it calls nothing else
    )
    assert done.stdout.splitlines() == ["['listener']", "HTTP/1.1 200 ()"], done.stderr


def test_a_server_that_fails_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_server, "PAUSE", 0.01)
    real = request_server.RequestServer.serve
    failures = [RuntimeError("of the inside"), OSError("epoll")]

    async def serve(*args: object) -> None:
        if failures:
            raise failures.pop()
        await real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(request_server.RequestServer, "serve", serve)
    faults = Faults()
    with serving(Echo(), faults=faults) as port:
        assert get(port) == 200
        assert (failures, faults.present()) == ([], ())
    assert faults.totals() == {FaultKind.LISTENER: 1}


def test_ipv6_is_listened_on_by_its_own_address() -> None:
    with (
        listening(("::1", 0), [Route("/", lambda _: ServerResponse())], Faults()) as port,
        closing(socket.create_connection(("::1", port), timeout=PATIENT)) as client,
    ):
        client.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert rest(client).startswith(b"HTTP/1.1 200 ")


def test_who_listens_on_all_addresses_hears_ipv4_too() -> None:
    limits = ServerLimits(waited_for=1, grace=PATIENT)
    with listening(("::", 0), [Route("/", lambda _: ServerResponse())], Faults(), limits) as port:
        assert get(port) == 200
        with slow_clients(port, ["127.0.0.1"]):
            until(lambda: get(port) == 503, "its own share is full")
            assert get(port, source="127.0.0.2") == 200, "every address of IPv4 is one"


def test_a_network_of_ipv6_has_one_share() -> None:
    assert request_server._share("2001:db8:1:2:3::4") == request_server._share("2001:db8:1:2:ffff::1")
    assert request_server._share("2001:db8:1:2::4") != request_server._share("2001:db8:1:3::4")
    assert request_server._share("fe80::1%eth0") == request_server._share("fe80::2%eth0")


@pytest.mark.parametrize(("files", "most"), [(64, 16), (100_000, 256), (resource.RLIM_INFINITY, 256)])
def test_clients_take_a_quarter_of_the_files_at_most(
    monkeypatch: pytest.MonkeyPatch, files: int, most: int
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (files, files))
    assert request_server.RequestServer([], Faults(), ServerLimits())._most_clients == most


def test_an_address_in_use_is_told() -> None:
    with (
        serving(Echo()) as port,
        pytest.raises(ListenRefused, match=f"127.0.0.1:{port} cannot be listened on: address already in use"),
    ):
        listening(("127.0.0.1", port), [], Faults()).__enter__()
