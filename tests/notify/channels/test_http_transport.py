from __future__ import annotations

import gzip
import threading
import time
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.hostile_servers import (
    Handler,
    Server,
    answering,
    certificates,
    closed_port,
    drip,
    drip_handshake,
    endless,
    full_queue,
    reply,
    reset,
    silent,
)
from helpers.notices import NOW, means
from waypost.base.net import network
from waypost.base.net.web import Response
from waypost.notify.channels.http_transport import LONGEST_WAIT, MOST_ANSWER, host_of, post, retry_after
from waypost.notify.rules.deliveries import TransportError

SHORT = timedelta(milliseconds=300)
HARD_BOUND = 2.0
"""Seconds after its time by which an attempt must have ended, on any machine."""


def posted(handle: Handler, *, timeout: timedelta = timedelta(seconds=5), **keys: Any) -> Response:
    with Server(handle, **keys) as server:
        started = time.monotonic()
        try:
            return post(means({}, timeout=timeout), f"{server.url}planted", b"planted", {"X-A": "planted"})
        finally:
            assert time.monotonic() - started < timeout.total_seconds() + HARD_BOUND


def failed(handle: Handler, **keys: Any) -> TransportError:
    with pytest.raises(TransportError) as caught:
        posted(handle, **keys)
    error = caught.value
    for shown in (str(error), repr(error)):
        assert "planted" not in shown
        assert "127.0.0.1" not in shown
    assert error.__cause__ is None, "no traceback tells what is behind it"
    assert error.__suppress_context__ or error.__context__ is None
    return error


def endlessly(head: bytes, piece: bytes) -> Handler:
    def handle(connection: Any, _: bytes) -> None:
        connection.sendall(head)
        drip(connection, piece)

    return handle


def flooding(head: bytes) -> Handler:
    def handle(connection: Any, _: bytes) -> None:
        connection.sendall(head)
        endless(connection)

    return handle


def falling_silent(data: bytes) -> Handler:
    def handle(connection: Any, request: bytes) -> None:
        connection.sendall(data)
        silent(connection, request)

    return handle


def breaking_off(data: bytes) -> Handler:
    def handle(connection: Any, request: bytes) -> None:
        connection.sendall(data)
        reset(connection, request)

    return handle


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


# What the status says

STATUSES = {
    # status: words, permanent, disables, blames the host
    "301 Moved": ("HTTP status 301: redirects are not followed", False, False, False),
    "302 Found": ("HTTP status 302: redirects are not followed", False, False, False),
    "304 Not Modified": ("HTTP status 304: redirects are not followed", False, False, False),
    "307 Temporary Redirect": ("HTTP status 307: redirects are not followed", False, False, False),
    "308 Permanent Redirect": ("HTTP status 308: redirects are not followed", False, False, False),
    "400 Bad Request": ("HTTP status 400", False, False, False),
    "401 Unauthorized": ("HTTP status 401", False, False, False),
    "404 Not Found": ("HTTP status 404", False, False, False),
    "408 Request Timeout": ("HTTP status 408", False, False, False),
    "410 Gone": ("HTTP status 410: the endpoint is gone", True, True, False),
    "429 Too Many Requests": ("HTTP status 429", False, False, False),
    "500 Internal Server Error": ("HTTP status 500", False, False, True),
    "502 Bad Gateway": ("HTTP status 502", False, False, True),
    "503 Service Unavailable": ("HTTP status 503", False, False, True),
    "599 Whatever": ("HTTP status 599", False, False, True),
    "600 Whatever": ("HTTP status 600", False, False, True),
    "999 planted planted": ("HTTP status 999", False, False, True),
}


@pytest.mark.parametrize(
    "status", ["200 OK", "201 Created", "202 Accepted", "204 No Content", "299 Anything"]
)
def test_every_2xx_is_success(status: str) -> None:
    answer = posted(answering(reply(b"" if "204" in status else b"fine", status)))
    assert answer.status == int(status[:3])
    assert answer.body == (b"" if "204" in status else b"fine")


@pytest.mark.parametrize("status", STATUSES)
def test_every_other_status_is_failure_and_says_what_to_do(status: str) -> None:
    error = failed(answering(reply(b"planted", status, "X-B: planted\r\nLocation: /planted\r\n")))
    assert (str(error), error.permanent, error.disables, error.blames_host) == STATUSES[status]
    assert error.retry_after is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with Server(answering(reply())) as target:
        moved = reply(status=f"{status} Moved", headers=f"Location: {target.url}\r\n")
        assert "not followed" in str(failed(answering(moved)))
        assert target.requests == []


# Retry-After

IN_AN_HOUR = format_datetime(NOW + timedelta(hours=1), usegmt=True)
WAITS = {
    # header: seconds
    "120": 120,
    "0": 0,
    " 7 ": 7,
    "86400": 86400,
    "86401": 86400,
    "9" * 40: 86400,
    "0" * 20 + "5": 5,
    IN_AN_HOUR: 3600,
    format_datetime(NOW - timedelta(hours=1), usegmt=True): 0,
    "Fri, 31 Dec 9999 23:59:59 GMT": 86400,
    "Sun Nov  6 08:49:37 1994": 0,
    "Friday, 20-Nov-26 13:00:00 GMT": 3600,
    "-5": None,
    "1.5": None,
    "soon": None,
    "planted": None,
    "٣": None,
    "": None,
}


@pytest.mark.parametrize("header", WAITS)
def test_how_long_to_wait_is_read(header: str) -> None:
    wait = retry_after(header, NOW)
    assert wait == (None if WAITS[header] is None else timedelta(seconds=WAITS[header] or 0))


@pytest.mark.parametrize("status", ["429 Slow down", "503 Busy", "500 Broken", "408 Late"])
def test_who_asks_to_wait_is_waited_for(status: str) -> None:
    error = failed(answering(reply(status=status, headers="Retry-After: 90\r\n")))
    assert error.retry_after == timedelta(seconds=90)


@pytest.mark.parametrize("status", ["404 Gone for now", "301 Moved", "410 Gone"])
def test_other_answers_do_not_steer_when_it_is_tried_again(status: str) -> None:
    assert failed(answering(reply(status=status, headers="Retry-After: 90\r\n"))).retry_after is None


@given(st.text(max_size=80) | st.from_regex(r"\w{3}, \d+ \w{3} \d+ \d+:\d+:\d+ [-+\w]+", fullmatch=True))
def test_any_header_is_read_without_an_error(text: str) -> None:
    wait = retry_after(text, NOW)
    assert wait is None or timedelta(0) <= wait <= LONGEST_WAIT


@given(
    st.datetimes(
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))])
    )
)
def test_any_date_is_read(at: datetime) -> None:
    wait = retry_after(format_datetime(at), NOW)
    if at.year >= 1000:
        assert wait is not None
        assert timedelta(0) <= wait <= LONGEST_WAIT


# Receivers that are slow, huge or broken

LATE = "no complete answer within 0.3 s"
FAILURES: dict[str, tuple[Handler, str]] = {
    "says nothing": (silent, LATE),
    "drips its first line": (lambda connection, _: drip(connection, b"H"), LATE),
    "drips its headers": (
        endlessly(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n"),
        "the answer was cut off or is not HTTP",
    ),
    "drips one header": (endlessly(b"HTTP/1.1 200 OK\r\nX-A: ", b"b"), LATE),
    "floods with one header": (
        flooding(b"HTTP/1.1 200 OK\r\nX-A: "),
        "the answer was cut off or is not HTTP",
    ),
    "says to go on for ever": (endlessly(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), LATE),
    "resets at once": (reset, "the connection was closed early"),
    "closes at once": (lambda connection, _: None, "the connection was closed early"),
    "is no server of HTTP": (
        answering(b"220 smtp.example.org ESMTP\r\n"),
        "the answer was cut off or is not HTTP",
    ),
    "has a status without a number": (
        answering(b"HTTP/1.1 OK\r\n\r\n"),
        "the answer was cut off or is not HTTP",
    ),
}


@pytest.mark.parametrize("name", FAILURES)
def test_a_receiver_that_gives_no_status_ends_in_time(name: str) -> None:
    handle, words = FAILURES[name]
    error = failed(handle, timeout=SHORT)
    # How much of a dripping answer came before the time was over depends on the machine.
    assert str(error) in (words, LATE), str(error)
    assert (error.permanent, error.disables, error.blames_host) == (False, False, True)


BODIES: dict[str, tuple[Handler, int]] = {
    # What comes after a status of success, and how many bytes of it are read at most.
    "drips its body": (endlessly(b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n", b"x"), 5000),
    "says nothing more": (falling_silent(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), 0),
    "closes within the headers": (answering(b"HTTP/1.1 200 OK\r\nX-A:"), 0),
    "sends without an end": (flooding(b"HTTP/1.1 200 OK\r\n\r\n"), MOST_ANSWER + 1),
    "sends chunks for ever": (endlessly(CHUNKED, b"1\r\nx\r\n"), 5000),
    "sends large chunks for ever": (
        endlessly(CHUNKED, b"2000\r\n" + b"x" * 0x2000 + b"\r\n"),
        MOST_ANSWER + 1,
    ),
    "sends a chunk that is none": (answering(CHUNKED + b"no size\r\n"), 0),
    "breaks off": (answering(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nfine"), 4),
    "resets": (breaking_off(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nfine"), 4),
    "packs what is not packed": (answering(reply(b"fine", headers="Content-Encoding: gzip\r\n")), 0),
    "sends 20 MB": (answering(reply(b"x" * 20_000_000)), MOST_ANSWER + 1),
    "packs a bomb": (
        answering(reply(gzip.compress(b"\0" * 50_000_000), headers="Content-Encoding: gzip\r\n")),
        MOST_ANSWER + 1,
    ),
}


@pytest.mark.parametrize("name", BODIES)
def test_a_status_of_success_counts_whatever_becomes_of_the_body(name: str) -> None:
    handle, most = BODIES[name]
    tracemalloc.start()
    try:
        answer = posted(handle, timeout=SHORT)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert answer.status == 200
    assert len(answer.body) <= most
    assert peak < 60_000_000, "what the server itself holds, and not much more"


@pytest.mark.parametrize("name", ["drips its body", "sends without an end", "resets"])
def test_a_status_of_failure_counts_whatever_becomes_of_the_body(name: str) -> None:
    heads = {
        "drips its body": endlessly(b"HTTP/1.1 410 Gone\r\nContent-Length: 99999\r\n\r\n", b"planted"),
        "sends without an end": flooding(b"HTTP/1.1 410 Gone\r\n\r\n"),
        "resets": breaking_off(b"HTTP/1.1 410 Gone\r\nContent-Length: 99\r\n\r\nplanted"),
    }
    assert failed(heads[name], timeout=SHORT).disables


def test_a_receiver_that_takes_nothing_ends_in_time() -> None:
    def stuck(connection: Any, _: bytes) -> None:
        time.sleep(0.4)

    with Server(stuck, waits=False) as server, pytest.raises(TransportError, match=r"within 0\.3 s"):
        post(means({}, timeout=SHORT), server.url, b"x" * 30_000_000, {})


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (lambda: f"http://127.0.0.1:{closed_port()}/planted", "the connection was refused"),
        (lambda: "http://planted.invalid/", "the name cannot be found"),
        (lambda: "http://127.0.0.1:99999/planted", "the address is not a valid one"),
        (lambda: "http://.planted/", "the name cannot be found"),
    ],
)
def test_a_receiver_that_is_not_there(place: Callable[[], str], words: str) -> None:
    with pytest.raises(TransportError) as caught:
        post(means({}), place(), b"", {})
    accepted = (words, "the address is not valid", f"{words}: no answer from a name server")
    assert str(caught.value) in accepted
    assert not caught.value.permanent


def test_a_receiver_whose_queue_is_full_ends_in_time() -> None:
    with full_queue() as port, pytest.raises(TransportError, match=r"within 0\.3 s"):
        post(means({}, timeout=SHORT), f"http://127.0.0.1:{port}/", b"", {})


@pytest.mark.parametrize("name", ["good", "expired", "other", "selfsigned"])
def test_only_a_receiver_that_proves_its_name_gets_anything(name: str, trusted_by_us: Any) -> None:
    with Server(answering(reply()), trusted_by_us.servers[name]) as server:
        if name == "good":
            assert post(means({}), server.url, b"secret", {}).status == 200
            return
        with pytest.raises(TransportError) as caught:
            post(means({}), server.url, b"secret", {})
        assert str(caught.value) == "the encrypted connection failed"
        assert server.requests == []


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def trusted_by_us(authority: Any) -> Any:
    network.verifying.cache_clear()
    network.verifying().load_verify_locations(authority.authority)
    yield authority
    network.verifying.cache_clear()


def test_a_handshake_that_drips_ends_in_time() -> None:
    with Server(drip_handshake, waits=False) as server, pytest.raises(TransportError, match=r"within 0\.3 s"):
        post(means({}, timeout=SHORT), server.url.replace("http:", "https:"), b"", {})


def test_no_proxy_and_no_password_file_comes_between(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{closed_port()}")
    assert posted(answering(reply())).status == 200


def test_several_are_sent_to_at_once_each_for_its_own_time() -> None:
    outcomes: list[str] = []

    def one(url: str) -> None:
        try:
            outcomes.append(str(post(means({}, timeout=SHORT), url, b"", {}).status))
        except TransportError as error:
            outcomes.append(str(error))

    with Server(silent) as slow, Server(answering(reply())) as good:
        threads = [threading.Thread(target=one, args=(url,)) for url in [slow.url] * 5 + [good.url] * 5]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert sorted(outcomes) == ["200"] * 5 + [LATE] * 5


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://A.example/x", "a.example"),
        ("https://user:planted@a.example:8443/", "a.example:8443"),
        ("http://a.example:0/", "a.example"),
        ("http://a.example:x/", ""),
        ("http://[::1/", ""),
        ("planted", ""),
        ("", ""),
    ],
)
def test_the_host_is_told_without_the_rest(url: str, host: str) -> None:
    assert host_of(url) == host
