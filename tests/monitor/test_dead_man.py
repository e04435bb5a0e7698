from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pytest_httpserver import HTTPServer

from helpers.sites import free_port
from waypost.monitor.dead_man import INTERVAL, LOOK, DeadMan, PingRefused

SECRET = "0f3c-planted"  # noqa: S105  # a value to look for in what is told


def refusal(url: str, timeout: timedelta = timedelta(seconds=10)) -> str:
    with pytest.raises(PingRefused) as found:
        DeadMan(url, lambda: True, timeout).turn()
    assert SECRET not in str(found.value)
    assert "127.0.0.1" not in str(found.value)
    assert found.value.__cause__ is None, "a traceback would show the address"
    return str(found.value)


def test_it_asks_every_minute_while_polling_works(server: HTTPServer) -> None:
    server.expect_request(f"/{SECRET}", method="GET").respond_with_data("OK")
    is_polling = [True]
    switch = DeadMan(server.url_for(f"/{SECRET}"), lambda: is_polling[0])
    assert switch.turn() == INTERVAL
    assert len(server.log) == 1
    is_polling[0] = False
    assert switch.turn() == LOOK
    assert len(server.log) == 1, "while nothing is polled the alarm must come"


def test_what_goes_wrong_is_told_without_the_address(server: HTTPServer) -> None:
    server.expect_request("/refuses").respond_with_data(SECRET, status=503)
    server.expect_request("/moved").respond_with_data("", status=302, headers={"Location": f"/{SECRET}"})
    assert "HTTP status 503" in refusal(server.url_for(f"/refuses?{SECRET}"))
    assert "HTTP status 302" in refusal(server.url_for(f"/moved?{SECRET}"))
    assert [request.path for request, _ in server.log] == ["/refuses", "/moved"], "no redirect is followed"
    assert "the connection was refused" in refusal(f"http://127.0.0.1:{free_port()}/{SECRET}")
    assert "the name cannot be found" in refusal(f"http://{SECRET}.invalid/")


@contextmanager
def silent_server() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def test_a_server_that_never_answers_holds_it_for_its_time_alone() -> None:
    with silent_server() as port:
        words = refusal(f"http://127.0.0.1:{port}/{SECRET}", timedelta(seconds=0.2))
    assert "no complete answer within 0.2 s" in words
