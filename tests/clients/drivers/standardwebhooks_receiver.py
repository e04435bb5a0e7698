"""A receiver of webhooks that verifies them with standardwebhooks: it answers 204, or 401 to what is not ours.

It prints its port, and a line of JSON for each message. Secrets are its arguments: one is enough.
"""

from __future__ import annotations

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook


class Receiver(BaseHTTPRequestHandler):
    """Verifies what is posted."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        found = next(
            filter(None, (verified(secret, body, dict(self.headers)) for secret in sys.argv[1:])), None
        )
        say(json.dumps({"id": self.headers["webhook-id"], "message": found}))
        self.send_response(204 if found else 401)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library names it so
        del format, args


def say(line: str) -> None:
    """Write a line that is read at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def verified(secret: str, body: bytes, headers: dict[str, str]) -> object:
    """Return the message, or nothing where it is not ours: the library leaks errors of all sorts."""
    try:
        return Webhook(secret).verify(body, headers)
    except Exception:
        return None


with HTTPServer(("127.0.0.1", 0), Receiver) as server:
    say(str(server.server_port))
    server.serve_forever()
