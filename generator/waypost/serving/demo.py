"""The sample's own services, for `waypost serve --demo`: some that can be broken and healed, and a ticket API.

The path of the API and the shape of its answers are those of docs/tickets.md, section `api`. It keeps requests
only in memory.
"""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from waypost.problems import Refused

DEMO_PATH = "/_demo/"
DEMO_HEADER = "X-Waypost-Demo"
"""Must be sent to break a demo service, so that no other web page can do it by a form."""

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


Response = tuple[HTTPStatus, dict[str, Any]]


class DemoTickets:
    """Takes requests, numbers them, and promises an answer."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._lock = threading.Lock()
        self.taken: list[dict[str, Any]] = []
        """The requests so far, oldest first."""

    def answer(self, headers: Message, stream: BufferedIOBase) -> Response:
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
    """Return the faults of a request; none where it can be taken."""
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


def _refusal(headers: Message) -> Response | None:
    """Refuse a request that no page of this server sends, before its body is read."""
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


def _refuse(status: HTTPStatus, message: str) -> Response:
    return status, {"success": False, "message": message}


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class DemoServices:
    """Small services that work until somebody breaks them; the sample's checks poll them for real."""

    def __init__(self) -> None:
        self._broken: set[str] = set()
        self.tickets = DemoTickets()

    def set_broken(self, name: str, broken: bool) -> None:
        """Break a service, or heal it."""
        (self._broken.add if broken else self._broken.discard)(name)

    def answer(self, name: str) -> tuple[HTTPStatus, dict[str, Any]]:
        """Return the answer of a service."""
        ok = name not in self._broken
        return (HTTPStatus.OK if ok else HTTPStatus.SERVICE_UNAVAILABLE), {"service": name, "ok": ok}


class NotServing(Refused):
    """No sample is being served at the port."""


def set_demo_service(port: int, service: str, *, broken: bool) -> None:
    """Break a demo service of this machine or heal it; raises NotServing where no sample answers."""
    command = "break" if broken else "recover"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request(
            "POST", f"{DEMO_PATH}{quote(service, safe='')}/{command}", headers={DEMO_HEADER: "1"}
        )
        is_taken = connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        is_taken = False
    finally:
        connection.close()
    if not is_taken:
        start = f"waypost serve --demo --port {port}"
        raise NotServing(f"No sample answers at port {port}. Start it in another window: {start}")
