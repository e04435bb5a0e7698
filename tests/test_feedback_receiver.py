"""The program in docs/feedback-and-privacy.md that receives votes does what the page says."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from helpers.talkative_site import receiver
from waypost.lint.review import VoteLog

VOTE = {"page": "downloads/zip/", "helpful": False, "reason": "unclear", "language": "en"}
REFUSED: list[tuple[str, Any]] = [
    ("no object", ["page"]),
    ("nothing", None),
    ("a key is missing", {key: VOTE[key] for key in ("page", "helpful", "language")}),
    ("a key too many", {**VOTE, "name": "Ada"}),
    ("a reason of its own", {**VOTE, "reason": "spite"}),
    ("a number for yes", {**VOTE, "helpful": 1}),
    ("a list for text", {**VOTE, "text": ["x"]}),
    ("a page that is no text", {**VOTE, "page": None}),
]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[int, Path]]:
    file = tmp_path / "votes.jsonl"
    handler = receiver(file)
    handler.log_message = lambda *_: None  # type: ignore[method-assign, assignment]
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.server_address[1], file
        server.shutdown()
        thread.join()


def post(port: int, body: bytes, **headers: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("POST", "/feedback", body, {"Content-Type": "text/plain;charset=UTF-8", **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def test_answers_are_appended_as_lines(served: tuple[int, Path]) -> None:
    port, file = served
    votes = [VOTE, {**VOTE, "reason": None, "helpful": True}, {**VOTE, "text": 'two\nlines "ü" 🚀'}]
    assert [post(port, json.dumps(vote, ensure_ascii=False).encode()) for vote in votes] == [204] * 3
    lines = file.read_text(encoding="utf-8").splitlines()
    received = [json.loads(line) for line in lines]
    for vote in received:
        assert abs(datetime.now(UTC) - datetime.fromisoformat(vote.pop("at"))) < timedelta(minutes=10)
    assert received == votes
    # What the program appends is what `waypost review` reads.
    log = VoteLog(file)
    assert [(vote.page, vote.is_helpful) for vote in log.votes()] == [
        (vote["page"], vote["helpful"]) for vote in votes
    ]
    assert (log.bad, log.undated) == (0, 0)


@pytest.mark.parametrize(("why", "body"), REFUSED, ids=[why for why, _ in REFUSED])
def test_anything_else_is_refused(served: tuple[int, Path], why: str, body: Any) -> None:
    port, file = served
    assert post(port, json.dumps(body).encode()) == 400
    assert not file.exists()


def test_what_is_no_json_or_too_long_is_refused(served: tuple[int, Path]) -> None:
    port, file = served
    assert post(port, b"{") == 400
    assert post(port, b"\xff\xfe") == 400
    assert post(port, b"[" * 8000) == 400
    assert post(port, json.dumps({**VOTE, "text": "x" * 9000}).encode()) == 413
    assert post(port, b"") == 413
    assert not file.exists()
