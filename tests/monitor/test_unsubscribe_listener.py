from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import closing
from http import HTTPStatus

import pytest

from waypost.monitor.heartbeat_listener import AnswerPage, HeartbeatListener, Leaving, is_one_click

FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=xyz"
TOKEN = "a-token_of-anna"  # noqa: S105  # the end of an address in these tests


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


class List:
    """Remembers who asked and who left."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.left: list[str] = []

    def ask(self, token: str) -> AnswerPage:
        self.asked.append(token)
        return (
            AnswerPage(HTTPStatus.OK, "<p>Leave?</p>") if token == TOKEN else AnswerPage(HTTPStatus.NOT_FOUND)
        )

    def leave(self, token: str) -> AnswerPage:
        if token != TOKEN:
            return AnswerPage(HTTPStatus.NOT_FOUND)
        self.left.append(token)
        return AnswerPage(HTTPStatus.OK, "<p>Gone.</p>")


@pytest.fixture
def people() -> List:
    return List()


@pytest.fixture
def port(people: List) -> Iterator[int]:
    leaving = Leaving(people.ask, people.leave)
    server = HeartbeatListener("127.0.0.1", 0, lambda name, word: HTTPStatus.OK, "a key", leaving)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()
    thread.join()


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
def test_one_click_leaves_without_a_key(people: List, port: int, content_type: str, body: bytes) -> None:
    answer = ask(port, "POST", body=body, content_type=content_type)
    assert answer == (200, "text/html; charset=utf-8", b"<p>Gone.</p>")
    assert people.left == [TOKEN]


def test_following_the_link_only_shows_the_page(people: List, port: int) -> None:
    assert ask(port, "GET") == (200, "text/html; charset=utf-8", b"<p>Leave?</p>")
    assert ask(port, "HEAD") == (200, "text/html; charset=utf-8", b"")
    assert ask(port, "GET", f"/unsubscribe/{TOKEN}?List-Unsubscribe=One-Click")[0] == 200
    assert people.left == []


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_anything_else_is_refused(people: List, port: int, method: str) -> None:
    expected = {"PUT": 405, "POST": 400}[method]
    for body in (b"", b"List-Unsubscribe=No"):
        assert ask(port, method, body=body)[0] == expected
    assert (people.asked, people.left) == ([], [])


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


def test_where_no_mails_are_sent_there_are_no_links() -> None:
    server = HeartbeatListener("127.0.0.1", 0, lambda name, word: HTTPStatus.OK, None)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        assert ask(server.server_address[1], "GET")[0] == 404
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
