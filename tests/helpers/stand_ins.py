"""Services of others as local servers, which fail the test when a request has not the documented shape."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    def document(self) -> dict[str, Any]:
        """Read the body as JSON."""
        assert self.headers["content-type"].startswith("application/json"), self.headers["content-type"]
        found = json.loads(self.body.decode("utf-8"))
        assert isinstance(found, dict)
        return found


@dataclass(frozen=True)
class Given:
    """An answer."""

    status: int = 200
    body: bytes | str | dict[str, Any] = b""
    headers: dict[str, str] = field(default_factory=dict)

    def data(self) -> bytes:
        """Return the body as bytes."""
        if isinstance(self.body, dict):
            return json.dumps(self.body).encode()
        return self.body.encode() if isinstance(self.body, str) else self.body


class StandIn:
    """A service; a subclass says in `accept` what it checks and answers."""

    name: ClassVar[str]

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.faults: list[str] = []
        self.next: list[Given | None] = []
        """What is answered next, whatever is asked; None is the usual answer. A lost one has the status 0."""
        self.url = ""
        self.delay = 0.0
        """Seconds before each answer."""

    def accept(self, asked: Asked) -> Given:
        """Check a request and answer it."""
        raise NotImplementedError

    def answer(self, asked: Asked) -> Given:
        """Answer a request, by the book or as the test wants; what was wrong with it fails the test at the end."""
        self.asked.append(asked)
        try:
            usual = self.accept(asked)
        except Exception as error:
            self.faults.append(f"{self.name}: {asked.method} {asked.path}: {error!r}")
            return Given(400, "refused by the stand-in")
        wanted = self.next.pop(0) if self.next else None
        return wanted or usual


@contextmanager
def running(service: StandIn) -> Iterator[StandIn]:
    """Run a stand-in; afterwards every request must have had the documented shape."""

    class Handler(BaseHTTPRequestHandler):
        def _serve(self) -> None:
            parts = urlsplit(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            names = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(size)
            time.sleep(service.delay)
            given = service.answer(Asked(self.command, parts.path, parse_qs(parts.query), names, body))
            if given.status == 0:
                self.close_connection = True
                return
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given.data())))
            self.end_headers()
            self.wfile.write(given.data())

        do_POST = do_PATCH = do_GET = _serve  # noqa: N815  # the library's names

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()
    assert service.faults == []
