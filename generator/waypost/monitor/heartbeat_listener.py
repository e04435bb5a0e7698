"""Where jobs report to over HTTP: `/heartbeat/NAME`, and `/start`, `/fail` or an exit code behind it.

The addresses are those of healthchecks.io, so that a job that reports there needs another host only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import unquote

from waypost.base.net.http_messages import ServerRequest, ServerResponse
from waypost.base.net.request_server import ListenRefused, Route
from waypost.formats.run_options import KEY_VARIABLE

HEARTBEAT_PREFIX = "/heartbeat/"

Receive = Callable[[str, str], HTTPStatus]
"""Takes a name and a word (start, fail, an exit code, or nothing), keeps it, and returns the answer."""


def heartbeat_route(receive: Receive, key: str | None) -> Route:
    """Return the address for reports, which need the key where there is one."""

    def answer(request: ServerRequest) -> ServerResponse:
        name, word = _name_and_word(request.path)
        if name is None:
            return ServerResponse(HTTPStatus.NOT_FOUND)
        return ServerResponse(receive(name, word) if request.brings_key(key) else HTTPStatus.FORBIDDEN)

    return Route(HEARTBEAT_PREFIX, answer, frozenset({"GET", "HEAD", "POST", "PUT"}))


def require_key(host: str, key: str | None) -> None:
    """Raise ListenRefused where others than this machine could report without a key."""
    if not key and not _is_own(host):
        raise ListenRefused(f"Everybody could report to {host}. Set {KEY_VARIABLE}, or listen on 127.0.0.1.")


def _name_and_word(path: str) -> tuple[str | None, str]:
    """Split `/heartbeat/backups/nightly/fail`; the word is empty where there is none. None for other paths."""
    rest = unquote(path).removeprefix(HEARTBEAT_PREFIX) if path.startswith(HEARTBEAT_PREFIX) else ""
    name, _, word = rest.rstrip("/").rpartition("/")
    if word in ("start", "fail", "success") or word.isdecimal():
        return name or None, word
    return rest.rstrip("/") or None, ""


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
