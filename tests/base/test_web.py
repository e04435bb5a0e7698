from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest

from helpers.hostile_servers import Server, answering, reply
from waypost.base.net.failures import Unanswered
from waypost.base.net.network import deadline
from waypost.base.net.web import Request, Response, basic, fetch


def fetched(data: bytes, **keys: Any) -> Response:
    with Server(answering(data)) as server, deadline(timedelta(seconds=5)):
        return fetch(Request(server.url), **{"max_size": 100, **keys})


@pytest.mark.parametrize("size", [0, 99, 100, 101, 5000, 500_000])
def test_of_a_large_body_one_byte_more_than_asked_for_is_returned(size: int) -> None:
    assert len(fetched(reply(b"x" * size)).body) == min(size, 101)
    packed = reply(gzip.compress(b"x" * size), headers="Content-Encoding: gzip\r\n")
    assert len(fetched(packed).body) == min(size, 101)


def test_an_answer_has_its_headers_by_any_case() -> None:
    answer = fetched(reply(b"x", "418 Teapot", "X-One: 1\r\nX-Two: a\r\nX-Two: b\r\n"))
    assert (answer.status, answer.headers["x-one"], answer.headers["X-TWO"]) == (418, "1", "a, b")


def test_neither_requests_nor_answers_show_what_is_secret() -> None:
    request = Request("https://a.example/?s-secret", headers={"A": "s-secret"}, body=b"s-secret")
    assert "secret" not in repr(request)
    assert "secret" not in repr(fetched(reply(b"s-secret", headers="A: s-secret\r\n")))


@pytest.mark.parametrize(
    "url", ["http://a.example:99999/", "http://[::1/", "http://.a.example/", "ftp://a.example/"]
)
def test_an_address_that_cannot_be_asked_is_told_without_its_text(url: str) -> None:
    with deadline(timedelta(seconds=5)), pytest.raises((Unanswered, OSError)) as caught:
        fetch(Request(url), max_size=1)
    assert "a.example" not in str(caught.value)


def test_no_redirect_is_followed_where_none_is_wanted() -> None:
    moved = reply(status="301 Moved", headers="Location: /\r\n")
    assert fetched(moved, follow=False).status == 301
    assert fetched(moved, redirects=0).status == 301
    with pytest.raises(Unanswered, match=r"more than 1 redirect$"):
        fetched(moved, redirects=1)


def test_basic_authentication_takes_every_letter() -> None:
    assert basic("me", "pässword") == "Basic bWU6cMOkc3N3b3Jk"
