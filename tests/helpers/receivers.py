"""Receivers of webhooks that verify what they get by the words of Standard Webhooks, and fail on demand."""

from __future__ import annotations

import base64
import hmac
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105  # the example of Standard Webhooks, not ours


@dataclass(frozen=True)
class Received:
    """One message that came, as its receiver understood it."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def payload(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


Answer = Callable[[Received], tuple[int, Mapping[str, str]]]


def fine(received: Received) -> tuple[int, Mapping[str, str]]:
    """Answer that it was understood."""
    return 204, {}


@dataclass
class Receiver:
    """A server that keeps all that it was sent and that was signed well; others it refuses with 401."""

    url: str
    answer: Answer = fine
    seen: list[Received] = field(default_factory=list)
    answer_body: bytes = b""
    refused: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, received: Received) -> tuple[int, Mapping[str, str]]:
        """Verify a message, keep it, and answer."""
        headers = received.headers
        signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + received.body
        digest = hmac.new(base64.b64decode(SECRET.removeprefix("whsec_")), signed, "sha256").digest()
        if f"v1,{base64.b64encode(digest).decode()}" not in headers.get("webhook-signature", "").split(" "):
            with self.lock:
                self.refused += 1
            return 401, {}
        with self.lock:
            self.seen.append(received)
        return self.answer(received)

    @property
    def types(self) -> list[str]:
        """What the messages tell of, in their order."""
        return [str(item.payload["type"]) for item in self.seen]


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run one on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, headers = place.take(Received(self.path, dict(self.headers.items()), body))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            body = b"" if status == 204 else place.answer_body
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named by the base class
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 128

    with Server(("127.0.0.1", 0), Handler) as server:
        place = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield place
        finally:
            server.shutdown()
