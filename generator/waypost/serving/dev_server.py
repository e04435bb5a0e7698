"""The server of `waypost serve`: static files, pages that reload themselves, and the sample's services."""

from __future__ import annotations

import http.server
import json
import threading
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from waypost.serving.demo import DEMO_HEADER, DEMO_PATH, TICKETS_PATH, DemoServices, DemoTickets

EVENTS_PATH = "/_waypost/events"
SCRIPT_PATH = "/_waypost/reload.js"

_RELOAD_SCRIPT = f"""\
const source = new EventSource("{EVENTS_PATH}");
source.addEventListener("reload", () => location.reload());
addEventListener("pagehide", () => source.close());
"""

_KEEP_ALIVE = 10.0


class Reloader:
    """Lets open pages load again: each waits for a version that is newer than its own."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.version = 0

    def announce(self) -> None:
        """Let every open page load itself again."""
        with self._changed:
            self.version += 1
            self._changed.notify_all()

    def wait(self, version: int, seconds: float) -> bool:
        """Wait until there is a newer version, but not for longer; tell whether there is."""
        with self._changed:
            return self._changed.wait_for(lambda: self.version > version, seconds)


class DevServer(http.server.ThreadingHTTPServer):
    """Serves a folder on this machine while somebody writes."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], root: Path, demo: DemoServices | None) -> None:
        self.reloader = Reloader()
        self.demo = demo
        super().__init__(address, partial(_Handler, directory=str(root)))

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet when a browser goes away in the middle of an answer."""


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: DevServer
    protocol_version = "HTTP/1.1"
    server_version = "waypost"
    extensions_map = {  # noqa: RUF012  # the library's own declaration
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".atom": "application/atom+xml",
        ".rss": "application/rss+xml",
        ".ics": "text/calendar; charset=utf-8",
        ".js": "text/javascript",
        ".json": "application/json",
        ".md": "text/markdown; charset=utf-8",
        ".txt": "text/plain; charset=utf-8",
    }

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if path == EVENTS_PATH:
            self._send_events()
        elif path == SCRIPT_PATH:
            self._send(HTTPStatus.OK, "text/javascript", _RELOAD_SCRIPT.encode())
        elif path.startswith(DEMO_PATH) and self.server.demo:
            status, answer = self.server.demo.answer(path.removeprefix(DEMO_PATH))
            self._send(status, "application/json", json.dumps(answer).encode())
        else:
            self._send_file()

    def do_POST(self) -> None:
        """Take a ticket, or break or heal a demo service: POST /_demo/NAME/break or /_demo/NAME/recover."""
        # The body may not be read, so whatever follows must not be taken for another request.
        self.close_connection = True
        path = unquote(urlsplit(self.path).path)
        if path == TICKETS_PATH and self.server.demo:
            self._take_ticket(self.server.demo.tickets)
            return
        parts = path.removeprefix(DEMO_PATH).split("/")
        is_known = len(parts) == 2 and parts[1] in ("break", "recover")
        is_allowed = is_known and DEMO_HEADER in self.headers and self._is_addressed_here()
        if self.server.demo is None or not is_allowed:
            self._send(HTTPStatus.NOT_FOUND, "text/plain", b"There is nothing here.\n")
            return
        self.server.demo.set_broken(parts[0], parts[1] == "break")
        self._send(
            HTTPStatus.OK, "application/json", json.dumps({"service": parts[0], "done": parts[1]}).encode()
        )

    def _take_ticket(self, tickets: DemoTickets) -> None:
        # A client that stops in the middle must not hold a thread for ever.
        self.connection.settimeout(_KEEP_ALIVE)
        try:
            status, answer = tickets.answer(self.headers, self.rfile)
        except OSError:
            return
        self._send(status, "application/json", json.dumps(answer).encode())

    def _is_addressed_here(self) -> bool:
        """Tell whether the request was meant for this machine, and not for a name that was bent to it."""
        host = self.headers.get("Host", "").rpartition(":")[0]
        return host in ("localhost", "127.0.0.1", "[::1]") and "Origin" not in self.headers

    def _send_file(self) -> None:
        """Send a file of the site; pages get the script that reloads them, and are never cached."""
        path = Path(self.translate_path(self.path))
        if path.is_dir() and not urlsplit(self.path).path.endswith("/"):
            self.send_response(HTTPStatus.MOVED_PERMANENTLY)
            self.send_header("Location", urlsplit(self.path).path.replace("//", "/") + "/")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        target = path / "index.html" if path.is_dir() else path
        status = HTTPStatus.OK
        if not target.is_file():
            target, status = Path(str(self.directory)) / "404.html", HTTPStatus.NOT_FOUND
        if not target.is_file():
            self._send(status, "text/plain", b"There is nothing here.\n")
            return
        body = target.read_bytes()
        if target.suffix == ".html":
            body = body.replace(
                b"</body>", f'<script type="module" src="{SCRIPT_PATH}"></script></body>'.encode()
            )
        self._send(status, self.guess_type(str(target)), body)

    def _send(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8" if kind.startswith("text/html") else kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-cache")
        if "/status/" in self.path:
            # Widgets and exporters read the API from other sites.
            self.send_header("Access-Control-Allow-Origin", "*")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_HEAD(self) -> None:
        self._send_file()

    def _send_events(self) -> None:
        reloader = self.server.reloader
        version = reloader.version
        try:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Cache-Control", "no-cache")
            self.send_header("Connection", "close")
            self.end_headers()
            while True:
                event = "reload" if reloader.wait(version, _KEEP_ALIVE) else "still-here"
                version = reloader.version
                self.wfile.write(f"event: {event}\ndata: {{}}\n\n".encode())
                self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the library's own name
        """Say nothing: the terminal is for the writer."""
