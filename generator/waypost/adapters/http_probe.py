"""Probe an HTTP address with requests, under one deadline for everything.

requests only limits the wait for the next byte, so a server that drips one byte at a time holds it for
ever. Here every operation on the socket gets what is left of the whole time, TLS included, and the name
is looked up in a thread that can be abandoned.
"""

from __future__ import annotations

import json
import queue
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError

from waypost import __version__
from waypost.model.checks import Expect, HttpCheck
from waypost.model.status import ComponentStatus

MAX_BODY = 1024 * 1024
"""How many decoded bytes of a body are looked at; the rest is not read."""

MAX_REDIRECTS = 10

_current = threading.local()


class DeadlineExceeded(OSError):  # named as the standard library names its own
    """The whole time of a probe is over."""


@dataclass(frozen=True)
class ProbeResult:
    """What one probe found."""

    status: ComponentStatus
    latency: timedelta
    reason: str = ""


def _remaining() -> float:
    left: float = _current.deadline - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded("no answer in time")
    return left


class _DeadlineSocket(socket.socket):
    """A socket on which no single operation can outlast the probe."""

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_remaining())
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(_remaining())
        super().sendall(*args, **kwargs)


class _DeadlineTLSSocket(ssl.SSLSocket):
    """The same for TLS, whose handshake is one operation."""

    def do_handshake(self, block: bool = False) -> None:
        self.settimeout(_remaining())
        super().do_handshake(block)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        self.settimeout(_remaining())
        return super().recv_into(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        self.settimeout(_remaining())
        super().sendall(*args, **kwargs)


def _look_up(host: str, port: int) -> list[Any]:
    """Resolve a name; the system's resolver cannot be interrupted, so it works in a thread of its own."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=work, name="waypost-resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_remaining())
    except queue.Empty:
        raise DeadlineExceeded("the name was not found in time") from None
    if isinstance(answer, UnicodeError):
        raise socket.gaierror("the name is not valid")
    if isinstance(answer, Exception):
        raise answer
    return list(answer)


def _connect(host: str, port: int) -> socket.socket:
    failure: OSError = OSError("the name has no address")
    for family, kind, protocol, _, address in _look_up(host, port):
        connection = _DeadlineSocket(family, kind, protocol)
        try:
            connection.settimeout(_remaining())
            connection.connect(address)
        except DeadlineExceeded:
            connection.close()
            raise
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


class _PlainConnection(HTTPConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, self.port or 80)


class _TLSConnection(HTTPSConnection):
    def _new_conn(self) -> socket.socket:
        return _connect(self._dns_host, self.port or 443)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TLSPool(HTTPSConnectionPool):
    ConnectionCls = _TLSConnection


@cache
def _tls_context() -> ssl.SSLContext:
    """Build the TLS settings once: reading the system's certificates takes longer than most probes."""
    context = ssl.create_default_context(cafile=DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = _DeadlineTLSSocket
    return context


class _DeadlineAdapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _TLSPool}

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        if host["scheme"] == "https":
            pool = {"cert_reqs": "CERT_REQUIRED", "ssl_context": _tls_context()}
        return host, pool


class _Session(requests.Session):
    """Leaves redirects to us: the library reads the whole body of each, however long, even if told not to follow."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        return None


def probe_http(check: HttpCheck) -> ProbeResult:
    """Fetch the address of a check once and judge the answer; never raises for what a server does.

    The returned latency is the whole time, from the name lookup to the end of the body.
    """
    started = time.monotonic()
    _current.deadline = started + check.timeout.total_seconds()
    try:
        status, body = _fetch(check.http, follow=not 300 <= check.expect.status < 400)
    except (requests.RequestException, HTTPError, OSError) as error:
        reason = _explain(error, check.timeout, time.monotonic() >= _current.deadline)
        return ProbeResult(check.fails_as, _since(started), reason)
    latency = _since(started)
    reason = judge(check.expect, status, body)
    if reason:
        return ProbeResult(check.fails_as, latency, reason)
    if check.expect.within and latency > check.expect.within:
        allowed = f"{check.expect.within.total_seconds():g} s"
        slow = f"answered in {latency.total_seconds():.2f} s, expected within {allowed}"
        return ProbeResult(ComponentStatus.DEGRADED_PERFORMANCE, latency, slow)
    return ProbeResult(ComponentStatus.OPERATIONAL, latency)


def _since(started: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - started)


def _fetch(url: str, *, follow: bool) -> tuple[int, bytes]:
    with _Session() as session:
        session.trust_env = False
        session.headers["User-Agent"] = f"waypost/{__version__}"
        session.mount("http://", _DeadlineAdapter())
        session.mount("https://", _DeadlineAdapter())
        for _ in range(MAX_REDIRECTS + 1):
            with session.get(url, stream=True, timeout=None, allow_redirects=False) as response:
                target = _redirect_target(response) if follow else None
                if target is None:
                    return response.status_code, _read_body(response)
                url = _join(url, target)
    raise requests.TooManyRedirects


def _redirect_target(response: requests.Response) -> str | None:
    try:
        return response.headers["location"].encode("latin-1").decode() if response.is_redirect else None
    except UnicodeError:
        raise requests.exceptions.InvalidURL from None


def _join(url: str, target: str) -> str:
    try:
        return urljoin(url, target)
    except ValueError:
        raise requests.exceptions.InvalidURL from None


def _read_body(response: requests.Response) -> bytes:
    body = bytearray()
    for chunk in response.iter_content(16 * 1024):
        _remaining()
        body += chunk
        if len(body) >= MAX_BODY:
            break
    return bytes(body[:MAX_BODY])


def judge(expect: Expect, status: int, body: bytes) -> str:
    """Return why an answer is not good, or an empty string."""
    if status != expect.status:
        return f"HTTP status {status}, expected {expect.status}"
    if expect.body_contains is not None and expect.body_contains.encode() not in body:
        return "the body does not hold the expected text"
    return _judge_json(expect.body_json, body) if expect.body_json else ""


def _judge_json(expected: Mapping[str, Any], body: bytes) -> str:
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return "the body is not JSON"
    for path, value in expected.items():
        if not _is_same(_at_path(data, path), value):
            return f"{path} in the body is not what is expected"
    return ""


def _is_same(found: Any, wanted: Any) -> bool:
    """Compare as JSON does: true is not 1, but 1 is 1.0."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_is_same, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(_is_same(found[key], wanted[key]) for key in found)
    return bool(found == wanted)


_NOWHERE = object()


def _at_path(data: Any, path: str) -> Any:
    """Follow a path of keys and positions, such as `$.services.0.ok`; a path may lead nowhere."""
    for step in path.removeprefix("$").strip(".").split("."):
        if isinstance(data, list) and step.isdecimal() and int(step) < len(data):
            data = data[int(step)]
        elif isinstance(data, dict):
            data = data.get(step, _NOWHERE)
        elif step:
            return _NOWHERE
    return data


def _explain(error: Exception, timeout: timedelta, is_late: bool) -> str:
    """Say in plain words why there was no answer; addresses and details of the inside are left out."""
    chain: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and len(chain) < 10:
        chain.append(current)
        reason = getattr(current, "reason", None)
        nested = reason if isinstance(reason, BaseException) else None
        inner = next((item for item in current.args if isinstance(item, BaseException)), None)
        current = nested or inner or current.__cause__ or current.__context__
    if is_late or any(isinstance(item, DeadlineExceeded | TimeoutError) for item in chain):
        return f"no complete answer within {timeout.total_seconds():g} s"
    for kind, words in _WORDS:
        if any(isinstance(item, kind) for item in chain):
            return words
    return "the answer was cut off or is not HTTP"


_WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (requests.TooManyRedirects, f"more than {MAX_REDIRECTS} redirects"),
    (requests.exceptions.InvalidSchema, "redirected to an address that is not http or https"),
    (requests.exceptions.MissingSchema, "redirected to an address that is not valid"),
    (requests.exceptions.InvalidURL, "redirected to an address that is not valid"),
    (ssl.SSLCertVerificationError, "the certificate is not valid"),
    (ssl.SSLError, "the encrypted connection failed"),
    (socket.gaierror, "the name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionError, "the connection was closed early"),
)
