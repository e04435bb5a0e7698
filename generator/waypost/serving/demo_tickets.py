"""The sample's own ticket API: takes requests as a real one does, and keeps them only in memory.

Its path and the shape of its answers are those of docs/tickets.md, section `api`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from http import HTTPStatus
from typing import Any, Protocol
from uuid import uuid4

TICKETS_PATH = "/_demo/api/v1/support/tickets"

MAX_BODY = 65_536
"""More bytes than this are refused: a request is text."""

DEADLINES: Mapping[str, timedelta] = {
    "critical": timedelta(hours=2),
    "high": timedelta(hours=4),
    "medium": timedelta(hours=24),
    "low": timedelta(hours=72),
}
"""By when the made-up support answers, by priority."""

_LONGEST = {"subject": 200, "description": 20_000, "category": 64}
_LOCAL = ("localhost", "127.0.0.1", "[::1]")


class Readable(Protocol):
    """What a request's body is read from."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes, or fewer at the end."""


Answer = tuple[HTTPStatus, dict[str, Any]]


class DemoTickets:
    """Takes requests, numbers them, and promises an answer."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.taken: list[dict[str, Any]] = []
        """What was taken so far, oldest first."""

    def answer(self, headers: Message, stream: Readable) -> Answer:
        """Read one request and answer it; never raises for what a client may send."""
        refusal = _refusal(headers)
        if refusal:
            return refusal
        body = stream.read(int(headers["Content-Length"]))
        try:
            request = json.loads(body)
        except (ValueError, RecursionError):
            return _refuse(HTTPStatus.BAD_REQUEST, "The request is not JSON.")
        messages = faults(request)
        if messages:
            return HTTPStatus.UNPROCESSABLE_ENTITY, {
                "success": False,
                "message": " ".join(messages),
                "errors": messages,
            }
        return HTTPStatus.CREATED, {"success": True, "ticket": self._take(request)}

    def _take(self, request: dict[str, Any]) -> dict[str, Any]:
        now = self._now().astimezone(UTC)
        with self._lock:
            self.taken.append(request)
            number = len(self.taken)
        return {
            "_id": uuid4().hex[:24],
            "ticketNumber": f"SPT-{now:%Y}-{number:06d}",
            "subject": request["subject"],
            "status": "open",
            "slaDeadline": _moment(now + DEADLINES[request["priority"]]),
            "createdAt": _moment(now),
        }


def faults(request: Any) -> list[str]:
    """Say what is wrong with a request; empty where it can be taken."""
    if not isinstance(request, dict):
        return ["The request must be a JSON object."]
    found = []
    for name, longest in _LONGEST.items():
        value = request.get(name)
        if not isinstance(value, str) or not value.strip():
            found.append(f"{name} is missing.")
        elif len(value) > longest:
            found.append(f"{name} is longer than {longest} characters.")
    if request.get("priority") not in tuple(DEADLINES):
        found.append(f"priority must be one of {', '.join(DEADLINES)}.")
    if not isinstance(request.get("attachments", []), list):
        found.append("attachments must be a list.")
    return found


def _refusal(headers: Message) -> Answer | None:
    """Refuse what no page of this server sends, before its body is read."""
    host = headers.get("Host", "")
    if host.rpartition(":")[0] not in _LOCAL or headers.get("Origin") != f"http://{host}":
        return _refuse(HTTPStatus.FORBIDDEN, "Only pages of this server may write here.")
    if headers.get_content_type() != "application/json":
        return _refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The request must be application/json.")
    length = headers.get("Content-Length", "")
    if not (length.isascii() and length.isdigit()):
        return _refuse(HTTPStatus.LENGTH_REQUIRED, "The request does not say how long it is.")
    if len(length) > len(str(MAX_BODY)) or int(length) > MAX_BODY:
        return _refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The request is longer than {MAX_BODY} bytes.")
    return None


def _refuse(status: HTTPStatus, message: str) -> Answer:
    return status, {"success": False, "message": message}


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
