"""Requests and responses of HTTP/1 as values, and how each is read from and written to a stream."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

MOST_HEAD = 16 * 1024
"""The most bytes of a request line and its headers."""

MOST_HEADERS = 100
"""The most headers of a request."""

MOST_BODY = 64 * 1024
"""The most bytes of a body that are kept; what comes after them is not read."""

MOST_FIELDS = 10
"""The most fields of a query that are looked at."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_LINE_ENDS = (b"\r\n", b"\n")


class CutOff(Exception):
    """The client went away before the request was whole: nothing it sent may be taken for a request."""


class BadRequest(Exception):
    """What came is no request that can be served."""

    def __init__(self, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(status.phrase)
        self.status = status


@dataclass(frozen=True)
class ServerRequest:
    """A whole request."""

    method: str
    path: str
    """As it was sent: what is escaped in it still is."""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """By their names in lower case; of a header that comes twice, the first."""
    body: bytes = b""
    """Its first `MOST_BODY` bytes."""

    def brings_key(self, key: str | None) -> bool:
        """Return whether it brings a key, as `?key=…` or `Authorization: Bearer …`; true where none is wanted."""
        if key is None:
            return True
        given = self.headers.get("authorization", "").removeprefix("Bearer ")
        if self.query.count("&") < MOST_FIELDS:
            given = parse_qs(self.query, max_num_fields=MOST_FIELDS).get("key", [given])[0]
        return hmac.compare_digest(given.encode(errors="replace"), key.encode())


@dataclass(frozen=True)
class ServerResponse:
    """What is answered."""

    status: HTTPStatus = HTTPStatus.OK
    body: bytes | None = None
    """None for the phrase of the status."""
    media_type: str = "text/plain; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)

    def encoded(self, *, is_head: bool = False) -> bytes:
        """Return it as it is sent; the answer to HEAD has no body."""
        phrase = "OK" if self.status is HTTPStatus.OK else self.status.phrase
        body = f"{phrase}\n".encode() if self.body is None else self.body
        headers = {
            "Content-Type": self.media_type,
            "Content-Length": str(len(body)),
            "Connection": "close",
            # Clients that wait and try again must be able to do so.
            **({"Retry-After": "1"} if self.status is HTTPStatus.SERVICE_UNAVAILABLE else {}),
            **self.headers,
        }
        lines = [f"HTTP/1.1 {self.status.value} {self.status.phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join((*lines, "", "")).encode("latin-1", "replace")
        return head if is_head else head + body


async def read_request(reader: asyncio.StreamReader, go_on: Callable[[], None]) -> ServerRequest:
    """Read a request whole; `go_on` tells a client that waits for it to send its body.

    Raises CutOff and BadRequest. The stream must have a limit, which is that of a line.
    """
    request = _parsed(await _head(reader))
    if request.headers.get("expect", "").lower() == "100-continue":
        go_on()
    try:
        return replace(request, body=await _body(reader, request.headers))
    except asyncio.IncompleteReadError:
        raise CutOff from None


async def _line(reader: asyncio.StreamReader, too_long: HTTPStatus) -> bytes:
    try:
        line = await reader.readline()
    except ValueError:
        raise BadRequest(too_long) from None
    if not line.endswith(b"\n"):
        raise CutOff
    return line


async def _head(reader: asyncio.StreamReader) -> list[str]:
    lines: list[str] = []
    size = 0
    while True:
        line = await _line(reader, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        size += len(line)
        if size > MOST_HEAD or len(lines) > MOST_HEADERS:
            raise BadRequest(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if line not in _LINE_ENDS:
            lines.append(line.decode("latin-1").rstrip("\r\n"))
        elif lines:
            return lines


def _parsed(lines: list[str]) -> ServerRequest:
    words = lines[0].split(" ")
    if len(words) != 3 or not _TOKEN.fullmatch(words[0]) or not words[2].startswith("HTTP/1."):
        raise BadRequest
    try:
        target = urlsplit(words[1])
    except ValueError:
        raise BadRequest from None
    headers: dict[str, str] = {}
    for line in lines[1:]:
        name, colon, value = line.partition(":")
        if not colon or not _TOKEN.fullmatch(name):
            raise BadRequest
        headers.setdefault(name.lower(), value.strip())
    return ServerRequest(words[0], target.path, target.query, headers)


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "transfer-encoding" in headers:
        if headers["transfer-encoding"].lower() != "chunked":
            raise BadRequest(HTTPStatus.NOT_IMPLEMENTED)
        return await _chunks(reader)
    length = _number(headers.get("content-length", "0"), 10)
    return await reader.readexactly(min(length, MOST_BODY))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = b""
    while len(body) < MOST_BODY:
        line = await _line(reader, HTTPStatus.BAD_REQUEST)
        size = _number(line.split(b";")[0].strip().decode("latin-1"), 16)
        if not size:
            return body
        body += await reader.readexactly(min(size, MOST_BODY - len(body)))
        if len(body) < MOST_BODY and await _line(reader, HTTPStatus.BAD_REQUEST) not in _LINE_ENDS:
            raise BadRequest
    return body


def _number(text: str, base: int) -> int:
    if not re.fullmatch(r"[0-9A-Fa-f]{1,19}" if base == 16 else r"[0-9]{1,19}", text):
        raise BadRequest
    return int(text, base)
