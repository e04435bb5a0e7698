"""Sockets under one deadline: name lookup, connection, TLS and every byte share what is left of it.

Usual timeouts limit the wait for the next byte, so a server that drips one byte at a time holds them for
ever. Here every operation gets what is left of the whole time, and a name is looked up in a thread that
can be abandoned. The certificates that were shown are kept along the way. Failures have words for people.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from typing import Any

import certifi

MAX_ADDRESSES = 8
"""How many addresses of one name are tried; a name server may claim thousands."""


class DeadlineExceeded(OSError):  # named as the standard library names its own
    """The whole time is over."""


class AddressRefused(OSError):
    """The name leads only to addresses that may not be reached."""


Refuse = Callable[[str], bool]
"""Returns whether a numeric address must not be reached."""


@dataclass
class Exchange:
    """One exchange with a server under a deadline."""

    started: float
    ends: float
    refuse: Refuse | None = None
    answered: float | None = None
    """When the answer was complete."""
    host: str = ""
    """The name that was last connected to, and its port."""
    port: int = 0
    server_name: str = ""
    """The name that a certificate was last asked for."""
    certificates: list[bytes] = field(default_factory=list)
    """The certificates that servers proved to own, in DER."""

    @property
    def latency(self) -> timedelta:
        """How long the answer took, or how long it has been waited for."""
        return timedelta(seconds=(self.answered or time.monotonic()) - self.started)

    def mark_answered(self) -> None:
        """Note that the answer is complete, so that judging it does not count as waiting for it."""
        self.answered = time.monotonic()

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self.ends


_current: ContextVar[Exchange] = ContextVar("waypost_exchange")


@contextlib.contextmanager
def deadline(timeout: timedelta, refuse: Refuse | None = None) -> Iterator[Exchange]:
    """Limit all that is done inside to a whole time; `refuse` keeps connections from addresses."""
    now = time.monotonic()
    exchange = Exchange(now, now + timeout.total_seconds(), refuse)
    token = _current.set(exchange)
    try:
        yield exchange
    finally:
        _current.reset(token)


def current_exchange() -> Exchange:
    """Return the exchange under the present deadline."""
    return _current.get()


def remaining() -> float:
    """Return the seconds that are left; raise DeadlineExceeded where there are none."""
    left = _current.get().ends - time.monotonic()
    if left <= 0:
        raise DeadlineExceeded("no answer in time")
    return left


class DeadlineSocket(socket.socket):
    """A socket on which no single operation can outlast the deadline."""

    def recv(self, *args: Any, **kwargs: Any) -> bytes:
        """Receive within what is left."""
        self.settimeout(remaining())
        return super().recv(*args, **kwargs)

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        """Receive within what is left."""
        self.settimeout(remaining())
        return super().recv_into(*args, **kwargs)

    def send(self, *args: Any, **kwargs: Any) -> int:
        """Send within what is left."""
        self.settimeout(remaining())
        return super().send(*args, **kwargs)

    def sendall(self, *args: Any, **kwargs: Any) -> None:
        """Send within what is left."""
        self.settimeout(remaining())
        super().sendall(*args, **kwargs)


class DeadlineTLSSocket(DeadlineSocket, ssl.SSLSocket):
    """The same for TLS, whose handshake is one operation; what is received and sent passes through TLS next."""

    def do_handshake(self, block: bool = False) -> None:
        """Agree on encryption within what is left, and keep the certificate."""
        current_exchange().server_name = str(self.server_hostname or "")
        self.settimeout(remaining())
        super().do_handshake(block)
        certificate = self.getpeercert(binary_form=True)
        if certificate:
            current_exchange().certificates.append(certificate)


@cache
def verifying() -> ssl.SSLContext:
    """Build the TLS settings once: reading the certificates of authorities takes longer than most checks."""
    context = ssl.create_default_context(cafile=certifi.where())
    context.sslsocket_class = DeadlineTLSSocket
    return context


@cache
def unverified() -> ssl.SSLContext:
    """Build settings that take any certificate: only to read one, never to send anything to its server."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = DeadlineTLSSocket
    return context


_lookups: dict[tuple[str, int], Future[list[Any]]] = {}
_lookups_lock = threading.Lock()


def _look_up(host: str, port: int) -> Future[list[Any]]:
    """Start looking up a name, or join a lookup that runs: hanging lookups are as many as names, not as checks."""
    with _lookups_lock:
        found = _lookups.get((host, port))
        if found is not None:
            return found
        found = _lookups[host, port] = Future()

    def work() -> None:
        try:
            answer: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            outcome: Exception = error
            if isinstance(error, UnicodeError):
                outcome = socket.gaierror("the name is not valid")
            _finish(lambda: found.set_exception(outcome))
        else:
            _finish(lambda: found.set_result(answer))

    def _finish(settle: Callable[[], None]) -> None:
        with _lookups_lock:
            _lookups.pop((host, port), None)
        settle()

    threading.Thread(target=work, name="waypost-resolve", daemon=True).start()
    return found


def resolve(host: str, port: int) -> list[Any]:
    """Return the addresses of a name, as getaddrinfo does; it raises OSError where there are none."""
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    with contextlib.suppress(OSError, UnicodeError):
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=numeric))
    try:
        return _look_up(host, port).result(remaining())
    except FutureTimeout:
        raise DeadlineExceeded("the name was not found in time") from None


def allowed(addresses: list[Any]) -> list[Any]:
    """Leave out the addresses that may not be reached; raise AddressRefused where none is left."""
    refuse = current_exchange().refuse
    kept = [entry for entry in addresses if refuse is None or not refuse(str(entry[4][0]))]
    if addresses and not kept:
        raise AddressRefused("the address is not allowed")
    return kept[:MAX_ADDRESSES]


def connect(host: str, port: int) -> DeadlineSocket:
    """Connect to one of the addresses of a name, tried in order, each for its share of what is left."""
    exchange = current_exchange()
    exchange.host, exchange.port = host, port
    addresses = allowed(resolve(host, port))
    failure: OSError = OSError("the name has no address")
    for tried, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = DeadlineSocket(family, kind, protocol)
        try:
            connection.settimeout(remaining() / (len(addresses) - tried))
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


def encrypt(connection: DeadlineSocket, server_name: str, context: ssl.SSLContext) -> DeadlineTLSSocket:
    """Agree on encryption over a connection, which is closed where that fails."""
    try:
        connection.settimeout(remaining())
        wrapped = context.wrap_socket(connection, server_hostname=server_name)
    except (OSError, ValueError):
        connection.close()
        raise
    assert isinstance(wrapped, DeadlineTLSSocket)  # noqa: S101  # both contexts above say so; it is for mypy
    return wrapped


MAX_REASON = 200
"""Characters of a reason; longer texts of servers are cut."""


class Unanswered(Exception):
    """There was no answer that could be judged; the message has the reason."""


def plain(text: str, most: int = MAX_REASON) -> str:
    """Make one line of printable characters of a text that a stranger may have written."""
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def explain(error: Exception, timeout: timedelta, *, is_late: bool) -> str:
    """Return in plain words why there was no answer, without addresses or details of the program."""
    if is_late or isinstance(error, DeadlineExceeded | TimeoutError):
        return f"no complete answer within {timeout.total_seconds():g} s"
    if isinstance(error, Unanswered):
        return str(error)
    known = next((words for kind, words in _FAILURES if isinstance(error, kind)), None)
    return known or f"the check went wrong ({type(error).__name__})"


_FAILURES: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "the address is not allowed"),
    (ssl.SSLError, "the encrypted connection failed"),
    (socket.gaierror, "the name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionError, "the connection was closed early"),
    (OSError, "the host cannot be reached"),
)
"""The words for failures of connections, the more special first."""
