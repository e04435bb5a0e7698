"""The sample's own ticket API, spoken to over HTTP as a page does."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from waypost.serving.demo import DEADLINES, MAX_BODY, TICKETS_PATH, DemoServices, DemoTickets, faults
from waypost.serving.dev_server import DevServer

REQUEST: dict[str, Any] = {
    "subject": "Zip stops",
    "description": "It stops at 99 %.",
    "category": "downloads",
    "priority": "high",
    "attachments": [],
}
NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[DevServer]:
    demo = DemoServices()
    demo.tickets = DemoTickets(lambda: NOW)
    server = DevServer(("127.0.0.1", 0), tmp_path, demo)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def post(
    server: DevServer, body: bytes | str, path: str = TICKETS_PATH, **headers: str | None
) -> tuple[int, dict[str, Any]]:
    host = f"127.0.0.1:{server.server_address[1]}"
    data = body.encode() if isinstance(body, str) else body
    sent = {
        "Host": host,
        "Origin": f"http://{host}",
        "Content-Type": "application/json",
        "Content-Length": str(len(data)),
    }
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", int(server.server_address[1]), timeout=5)
    try:
        connection.putrequest("POST", path, skip_host=True)
        for name, value in {**sent, **given}.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(data)
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text.startswith(b"{") else {}
    finally:
        connection.close()


def test_a_request_is_taken_with_a_number_and_a_deadline(sample: DevServer) -> None:
    status, answer = post(sample, json.dumps(REQUEST))
    ticket = answer["ticket"]
    assert status == 201
    assert answer["success"] is True
    assert re.fullmatch(r"[0-9a-f]{24}", ticket.pop("_id"))
    assert ticket == {
        "ticketNumber": "SPT-2026-000001",
        "subject": "Zip stops",
        "status": "open",
        "slaDeadline": "2027-01-01T03:30:00.000Z",
        "createdAt": "2026-12-31T23:30:00.000Z",
    }
    assert sample.demo is not None
    assert sample.demo.tickets.taken == [REQUEST]


def test_every_request_has_its_own_number(sample: DevServer) -> None:
    numbers = [post(sample, json.dumps(REQUEST))[1]["ticket"]["ticketNumber"] for _ in range(3)]
    assert numbers == ["SPT-2026-000001", "SPT-2026-000002", "SPT-2026-000003"]


@pytest.mark.parametrize("priority", DEADLINES)
def test_the_deadline_follows_the_priority(sample: DevServer, priority: str) -> None:
    _, answer = post(sample, json.dumps({**REQUEST, "priority": priority}))
    promised = datetime.fromisoformat(answer["ticket"]["slaDeadline"])
    assert promised - NOW == DEADLINES[priority]
    assert DEADLINES[priority] >= timedelta(hours=2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"subject": ""}, "subject is missing."),
        ({"subject": "  "}, "subject is missing."),
        ({"subject": 1}, "subject is missing."),
        ({"subject": "x" * 201}, "subject is longer than 200 characters."),
        ({"description": None}, "description is missing."),
        ({"description": "x" * 20_001}, "description is longer than 20000 characters."),
        ({"category": []}, "category is missing."),
        ({"priority": "urgent"}, "priority must be one of critical, high, medium, low."),
        ({"priority": []}, "priority must be one of critical, high, medium, low."),
        ({"attachments": "x"}, "attachments must be a list."),
    ],
)
def test_what_is_wrong_is_said(sample: DevServer, change: dict[str, Any], message: str) -> None:
    expected = {"success": False, "message": message, "errors": [message]}
    assert post(sample, json.dumps({**REQUEST, **change})) == (422, expected)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    assert faults({}) == [
        "subject is missing.",
        "description is missing.",
        "category is missing.",
        "priority must be one of critical, high, medium, low.",
    ]
    assert faults([]) == ["The request must be a JSON object."]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 60_000])
def test_what_is_no_json_is_refused(sample: DevServer, body: bytes) -> None:
    assert post(sample, body) == (400, {"success": False, "message": "The request is not JSON."})


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": None}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example:8000", "Origin": "http://evil.example:8000"}, 403),
        ({"Host": None, "Origin": "http://"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": None}, 415),
        ({"Content_Length": None}, 411),
        ({"Content_Length": "-1"}, 411),
        ({"Content_Length": "1e3"}, 411),
        ({"Content_Length": str(MAX_BODY + 1)}, 413),
        ({"Content_Length": "9" * 400}, 413),
    ],
)
def test_only_a_page_of_this_server_may_write(
    sample: DevServer, headers: dict[str, str | None], status: int
) -> None:
    body = json.dumps(REQUEST)
    if headers == {"Content_Length": None}:
        # Without a length there is no body.
        body = ""
    found, answer = post(sample, body, **headers)
    assert (found, answer.get("success")) == (status, False)
    assert sample.demo is not None
    assert sample.demo.tickets.taken == []


def test_without_the_sample_there_is_no_such_address(tmp_path: Path) -> None:
    server = DevServer(("127.0.0.1", 0), tmp_path, None)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        assert post(server, json.dumps(REQUEST))[0] == 404
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_a_request_that_breaks_off_stops_nobody_else(sample: DevServer) -> None:
    with socket.create_connection(("127.0.0.1", int(sample.server_address[1])), timeout=5) as half:
        host = f"127.0.0.1:{sample.server_address[1]}"
        head = f"POST {TICKETS_PATH} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        half.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{".encode())
        assert post(sample, json.dumps(REQUEST))[0] == 201
