"""The small HTTP server for reports of jobs: `/heartbeat/NAME`, and `/start`, `/fail` or an exit code behind it.

The addresses are those of healthchecks.io, so that a job that reports there needs another host only. Below
`/unsubscribe/` subscribers leave the list of mails, by one click (RFC 8058) or by the button of a page.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import hmac
import http.server
import io
import ipaddress
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from waypost.base.database.engine import StoreError
from waypost.formats.run_options import KEY_VARIABLE
from waypost.formats.status_config import StatusConfig
from waypost.monitor.heartbeats import UnknownHeartbeat, report
from waypost.problems import Refused

UNSUBSCRIBE_PREFIX = "/unsubscribe/"
"""Below this address each subscriber has one of their own."""

MOST_FORM = 4096
"""The most bytes of the form of an unsubscription; mail programs send about 200."""

FIELD, VALUE = "List-Unsubscribe", "One-Click"
"""The field of the form that confirms an unsubscription (RFC 8058, 3.2)."""


@dataclass(frozen=True)
class AnswerPage:
    """An answer to a subscriber."""

    status: HTTPStatus
    html: str = ""
    """Empty where the phrase of the status is enough."""


@dataclass(frozen=True)
class Leaving:
    """How subscribers leave. Both functions take the end of an address, and answer 404 for an unknown one."""

    ask: Callable[[str], AnswerPage]
    """Show the page with the button. It changes nothing: programs that look for harm follow every link in a mail."""
    leave: Callable[[str], AnswerPage]
    """Take the subscriber with this address off the list."""


def is_one_click(content_type: str, body: bytes) -> bool:
    """Return whether a body confirms it, as the form of a mail program or as the form of the page."""
    if len(body) > MOST_FORM:
        return False
    if content_type.lower().startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode(errors="replace")
        parts = email.message_from_bytes(head + body, policy=email.policy.default).walk()
        return any(
            part.get_param("name", header="content-disposition") == FIELD
            and part.get_payload(decode=True) in (VALUE.encode(), VALUE.encode() + b"\r\n")
            for part in parts
            if not part.is_multipart()
        )
    text = body.decode("ascii", "replace")
    return (FIELD, VALUE) in parse_qsl(text.strip(), max_num_fields=20) if text.count("&") < 20 else False


HEARTBEAT_PREFIX = "/heartbeat/"
PATIENCE = 5.0
"""Seconds a client may be silent."""

DEADLINE = 10.0
"""Seconds a client may take in all."""

AT_ONCE = 32
"""Clients that are served at the same time; more are turned away."""

MAX_BODY = 64 * 1024
"""Bytes of a body that are read and dropped: jobs send the end of their log."""

_PAGE_HEADERS = {
    # The address of the page is a secret of its reader: nothing may keep it or pass it on.
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
    " frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}

Receive = Callable[[str, str], HTTPStatus]
"""Takes a name and a word (start, fail, an exit code, or nothing), keeps it, and returns the answer."""


class HeartbeatListener(http.server.ThreadingHTTPServer):
    """Listens for reports, which need the key where there is one.

    With `leaving` it serves subscribers who leave too: their address is their key.
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, host: str, port: int, receive: Receive, key: str | None, leaving: Leaving | None = None
    ) -> None:
        self.receive = receive
        self.key = key
        self.leaving = leaving
        self._slots = threading.BoundedSemaphore(AT_ONCE)
        # An IPv6 address needs a socket of its own family.
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, port), _HeartbeatHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Serve a client in a thread of its own, while there are not too many."""
        if not self._slots.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Serve one client for a while at most, and make room for the next."""
        # A client that sends a byte now and then would never be silent for long enough.
        end = threading.Timer(DEADLINE, _hang_up, [request])
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._slots.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Stay quiet when a client goes away in the middle."""


def _hang_up(request: socket.socket) -> None:
    # It may have ended by itself in the same moment.
    with contextlib.suppress(OSError):
        request.shutdown(socket.SHUT_RDWR)


class _HeaderStream(io.BufferedReader):
    """A stream that remembers the last line read from it."""

    last = b""

    def readline(self, limit: int | None = -1, /) -> bytes:
        self.last = super().readline(limit)
        return self.last


class _HeartbeatHandler(http.server.BaseHTTPRequestHandler):
    server: HeartbeatListener
    server_version = "waypost"
    sys_version = ""
    timeout = PATIENCE

    def setup(self) -> None:
        """Read through a stream that remembers how the headers ended."""
        super().setup()
        self.rfile.close()
        self.rfile: Any = _HeaderStream(self.connection.makefile("rb", buffering=0))

    def parse_request(self) -> bool:
        """Refuse what was cut off: half of `/backups/fail` must not be taken for the success of `backups`."""
        is_whole = super().parse_request() and self.request_version.startswith("HTTP/1.")
        return is_whole and self.rfile.last in (b"\r\n", b"\n")

    def _take(self) -> None:
        self.close_connection = True
        try:
            parts = urlsplit(self.path)
        except ValueError:
            self._answer(HTTPStatus.NOT_FOUND)
            return
        if self.server.leaving and parts.path.startswith(UNSUBSCRIBE_PREFIX):
            self._visit(self.server.leaving, parts.path.removeprefix(UNSUBSCRIBE_PREFIX))
            return
        name, word = _name_and_word(parts.path)
        if name is None:
            self._answer(HTTPStatus.NOT_FOUND)
        elif not self._knows_key(parts.query):
            self._answer(HTTPStatus.FORBIDDEN)
        else:
            self._read_body()
            self._answer(self.server.receive(name, word))

    do_GET = do_POST = do_PUT = do_HEAD = _take  # noqa: N815  # the library calls them so

    def _visit(self, leaving: Leaving, token: str) -> None:
        body = self._read_body()
        if self.command in ("GET", "HEAD"):
            self._show(leaving.ask(token))
        elif self.command != "POST":
            self._answer(HTTPStatus.METHOD_NOT_ALLOWED)
        elif is_one_click(self.headers.get("Content-Type", ""), body):
            self._show(leaving.leave(token))
        else:
            self._answer(HTTPStatus.BAD_REQUEST)

    def _knows_key(self, query: str) -> bool:
        if self.server.key is None:
            return True
        header = self.headers.get("Authorization", "").removeprefix("Bearer ")
        given = (
            parse_qs(query, max_num_fields=10).get("key", [header])[0] if query.count("&") < 10 else header
        )
        return hmac.compare_digest(given.encode(errors="replace"), self.server.key.encode())

    def _read_body(self) -> bytes:
        length = self.headers.get("Content-Length", "0")
        if not (length.isascii() and length.isdecimal() and len(length) < 20):
            return b""
        return bytes(self.rfile.read(min(int(length), MAX_BODY)))

    def _answer(self, status: HTTPStatus) -> None:
        body = b"OK\n" if status is HTTPStatus.OK else f"{status.phrase}\n".encode()
        self._send(status, "text/plain", body, {})

    def _show(self, page: AnswerPage) -> None:
        if page.html:
            self._send(page.status, "text/html", page.html.encode(), _PAGE_HEADERS)
        else:
            self._answer(page.status)

    def _send(self, status: HTTPStatus, media_type: str, body: bytes, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Type", f"{media_type}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # the library's own name  # noqa: A002  # the library's own name
        """Say nothing: an address may hold the key."""


def _name_and_word(path: str) -> tuple[str | None, str]:
    """Split `/heartbeat/backups/nightly/fail`; the word is empty where there is none. None for other paths."""
    rest = unquote(path).removeprefix(HEARTBEAT_PREFIX) if path.startswith(HEARTBEAT_PREFIX) else ""
    name, _, word = rest.rstrip("/").rpartition("/")
    if word in ("start", "fail", "success") or word.isdecimal():
        return name or None, word
    return rest.rstrip("/") or None, ""


class ListenRefused(Refused):
    """The listener cannot be started; the message says why and what to do."""


@contextmanager
def listening(
    address: tuple[str, int],
    config: Callable[[], StatusConfig],
    database_url: str,
    key: str | None,
    clock: Callable[[], datetime],
    leaving: Leaving | None = None,
) -> Iterator[int]:
    """Listen for reports, and for people who leave, while the block runs; yields the port. Raises ListenRefused.

    Without a key only this machine may report: an address that others reach is refused.
    """
    host, port = address
    if not key and not _is_own(host):
        raise ListenRefused(f"Everybody could report to {host}. Set {KEY_VARIABLE}, or listen on 127.0.0.1.")

    def receive(name: str, word: str) -> HTTPStatus:
        try:
            report(config(), database_url, name, word, clock())
        except UnknownHeartbeat:
            return HTTPStatus.NOT_FOUND
        except (StoreError, OSError):
            # The job may try again; nothing was kept.
            return HTTPStatus.SERVICE_UNAVAILABLE
        return HTTPStatus.OK

    try:
        server = HeartbeatListener(host, port, receive, key, leaving)
    except OSError as error:
        reason = (error.strerror or "unknown").lower()
        raise ListenRefused(f"{host}:{port} cannot be listened on: {reason}.") from None
    thread = threading.Thread(target=server.serve_forever, name="waypost-heartbeats", daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
