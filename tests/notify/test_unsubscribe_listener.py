from __future__ import annotations

import http.client
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pytest

from helpers.stores import Store
from waypost.base.faults import Faults
from waypost.base.net.request_server import listening
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status_config import Component, PageConfig, StatusConfig
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import MailServer, Subscriber, SubscriberFile, Unsubscribe
from waypost.monitor.heartbeat_listener import heartbeat_route
from waypost.notify.rules.signing import unsubscribe_token
from waypost.notify.unsubscribing import is_one_click, unsubscribe_route

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=xyz"
NOW = datetime(2026, 11, 20, tzinfo=UTC)
KEY = "sixteen letters+"
TOKEN = unsubscribe_token(KEY, "anna")
ONE_CLICK = Unsubscribe(url="https://in.lumen.example/unsubscribe/", key="${LEAVE}")
PROJECT = Project(
    HelpCenter(),
    StatusSite(
        StatusConfig(
            page=PageConfig(name="Lumen", url="https://help.lumen.example/status/"),
            components=(Component(id="api", name="API"),),
        ),
        subscribers=SubscriberFile(
            subscribers=(Subscriber(id="anna", email="anna@example.org"),),
            email=MailServer(server="${MAIL}", sender="status@lumen.example", unsubscribe=ONE_CLICK),
        ),
    ),
)


def multipart(name: str = "List-Unsubscribe", value: str = "One-Click") -> bytes:
    return f'--xyz\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n--xyz--\r\n'.encode()


@pytest.mark.parametrize(
    ("content_type", "body", "wants"),
    [
        (FORM, b"List-Unsubscribe=One-Click", True),
        (f"{FORM}; charset=utf-8", b"List-Unsubscribe=One-Click\r\n", True),
        (FORM, b"other=1&List-Unsubscribe=One-Click", True),
        ("", b"List-Unsubscribe=One-Click", True),
        (PARTS, multipart(), True),
        ("Multipart/Form-Data; boundary=xyz", multipart(), True),
        (FORM, b"", False),
        (FORM, b"List-Unsubscribe=One-Cl", False),
        (FORM, b"List-Unsubscribe=No", False),
        (FORM, b"list=One-Click", False),
        (FORM, b"\xff\xfe", False),
        (FORM, b"&" * 4000, False),
        (FORM, b"List-Unsubscribe=One-Click&" + b"x" * 5000, False),
        (PARTS, multipart(value="No"), False),
        (PARTS, multipart(name="other"), False),
        (PARTS, b"List-Unsubscribe=One-Click", False),
        ("multipart/form-data", multipart(), False),
        (
            "multipart/form-data; boundary=xyz\r\nContent-Type: text/plain",
            b"List-Unsubscribe=One-Click",
            False,
        ),
        (PARTS, b"--xyz\r\n" * 500, False),
    ],
)
def test_only_who_says_so_wants_to_leave(content_type: str, body: bytes, wants: bool) -> None:
    assert is_one_click(content_type, body) is wants


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(Store(f"sqlite:///{tmp_path / 'waypost.db'}")) as store:
        yield store


@pytest.fixture
def port(store: Store) -> Iterator[int]:
    routes = [
        heartbeat_route(lambda name, word: HTTPStatus.OK, "a key"),
        unsubscribe_route(lambda: PROJECT, store.outbox, lambda: NOW, {"LEAVE": KEY}),
    ]
    with listening(("127.0.0.1", 0), routes, Faults()) as port:
        yield port


def left(store: Store) -> frozenset[str]:
    return store.outbox.state().unsubscribed


def ask(
    port: int, method: str, path: str = f"/unsubscribe/{TOKEN}", body: bytes = b"", content_type: str = FORM
) -> tuple[int, str, bytes]:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request(method, path, body or None, {"Content-Type": content_type} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()


@pytest.mark.parametrize(
    ("content_type", "body"), [(FORM, b"List-Unsubscribe=One-Click"), (PARTS, multipart())]
)
def test_one_click_leaves_without_a_key(store: Store, port: int, content_type: str, body: bytes) -> None:
    answer = ask(port, "POST", body=body, content_type=content_type)
    assert answer[:2] == (200, "text/html; charset=utf-8")
    assert b"You are unsubscribed" in answer[2]
    assert left(store) == {"anna"}


def test_following_the_link_only_shows_the_page(store: Store, port: int) -> None:
    status, media_type, page = ask(port, "GET")
    assert (status, media_type) == (200, "text/html; charset=utf-8")
    assert b'<form method="post">' in page
    assert ask(port, "HEAD") == (200, "text/html; charset=utf-8", b"")
    assert ask(port, "GET", f"/unsubscribe/{TOKEN}?List-Unsubscribe=One-Click")[0] == 200
    assert left(store) == frozenset()


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_anything_else_is_refused(store: Store, port: int, method: str) -> None:
    expected = {"PUT": 405, "POST": 400}[method]
    for body in (b"", b"List-Unsubscribe=No"):
        assert ask(port, method, body=body)[0] == expected
    assert left(store) == frozenset()


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_unknown_link_looks_like_any_page_that_is_not_there(port: int, method: str) -> None:
    body = b"List-Unsubscribe=One-Click" if method == "POST" else b""
    nowhere = ask(port, method, "/nowhere", body)
    assert nowhere[0] == 404
    for token in ("", "anna", f"{TOKEN}/", f"{TOKEN}%2F", "..%2F..", "%00", "x" * 5000):
        assert ask(port, method, f"/unsubscribe/{token}", body) == nowhere


def test_the_page_is_kept_by_nobody_and_runs_nothing(port: int) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", f"/unsubscribe/{TOKEN}")
        answer = connection.getresponse()
        answer.read()
        headers = answer.headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none';")
    assert "script" not in headers["Content-Security-Policy"]


def test_heartbeats_still_need_their_key(port: int) -> None:
    assert ask(port, "POST", "/heartbeat/backups")[0] == 403
    assert ask(port, "POST", "/heartbeat/backups?key=a%20key")[0] == 200
