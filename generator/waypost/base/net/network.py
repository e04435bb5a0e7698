"""Sockets under one deadline: name lookup, connection, TLS and every byte share what is left of it.

Usual timeouts limit the wait for the next byte, so a server that drips one byte at a time holds them for
ever. Here every operation gets what is left of the whole time, and a name is looked up in a thread that
can be abandoned. The certificates that were shown are kept along the way. Failures have words for people.
"""

from __future__ import annotations

import contextlib
import encodings.idna  # noqa: F401  # looking up a name imports it, which fails where no file can be opened any more
import errno
import logging
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
from pathlib import Path
from typing import Any

import certifi

from waypost.base.net.authorities import SYSTEM
from waypost.base.net.failures import (
    AddressRefused,
    CannotMeasure,
    DeadlineExceeded,
    LookupTimeout,
    most_telling,
)

log = logging.getLogger("waypost")

MAX_ADDRESSES = 8
"""How many addresses of one name are tried; a name server may claim thousands."""


Refuse = Callable[[str], bool]
"""Returns whether a numeric address must not be reached."""


@dataclass
class Exchange:
    """One exchange with a server under a deadline."""

    started: float
    ends: float
    refuse: Refuse | None = None
    trust: str = ""
    """Whom to trust beside the well known authorities: see `verifying`."""
    answered: float | None = None
    """When the answer was complete."""
    host: str = ""
    """The name that was last connected to, and its port."""
    port: int = 0
    server_name: str = ""
    """The name that a certificate was last asked for."""
    protocol: str | None = None
    """The protocol that the server chose of those that it was last offered (ALPN); None where it chose none."""
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
def deadline(timeout: timedelta, refuse: Refuse | None = None, trust: str = "") -> Iterator[Exchange]:
    """Limit all that is done inside to a whole time; `refuse` keeps connections from addresses.

    `trust` says whom to trust beside the well known authorities: see `verifying`.
    """
    now = time.monotonic()
    exchange = Exchange(now, now + timeout.total_seconds(), refuse, trust)
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
        current_exchange().protocol = None
        self.settimeout(remaining())
        super().do_handshake(block)
        current_exchange().protocol = self.selected_alpn_protocol()
        certificate = self.getpeercert(binary_form=True)
        if certificate:
            current_exchange().certificates.append(certificate)


def tls_settings() -> ssl.SSLContext:
    """Return the TLS settings for the present exchange: the well known authorities, and those that its `trust` names.

    That is a file of certificates in PEM, or SYSTEM. Raises CannotMeasure where the file cannot be read.
    """
    trust = current_exchange().trust
    if not trust:
        return verifying()
    try:
        # A file that was replaced is read again.
        return verifying(trust, 0 if trust == SYSTEM else Path(trust).stat().st_mtime_ns)
    except (FileNotFoundError, PermissionError, IsADirectoryError, ssl.SSLError):
        raise CannotMeasure("the file that `trust` names cannot be read as certificates in PEM") from None


@cache
def verifying(trust: str = "", changed: int = 0) -> ssl.SSLContext:
    """Build the TLS settings once: reading the certificates of authorities takes longer than most checks."""
    del changed  # only for the cache
    context = ssl.create_default_context(cafile=certifi.where())
    if trust == SYSTEM:
        context.load_default_certs()
    elif trust:
        context.load_verify_locations(trust)
    context.sslsocket_class = DeadlineTLSSocket
    return context


@cache
def unverified(*protocols: str) -> ssl.SSLContext:
    """Build settings that take any certificate: only to read one, or to learn which protocol a server speaks."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.sslsocket_class = DeadlineTLSSocket
    if protocols:
        context.set_alpn_protocols(list(protocols))
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
        except UnicodeError:
            _finish(lambda: found.set_exception(socket.gaierror("the name is not valid")))
        except Exception as error:  # whoever waits must get it, whatever it is
            log.debug("A name could not be looked up.", exc_info=True)
            fault = error
            _finish(lambda: found.set_exception(fault))
        else:
            _finish(lambda: found.set_result(answer))

    def _finish(settle: Callable[[], None]) -> None:
        with _lookups_lock:
            _lookups.pop((host, port), None)
        settle()

    try:
        threading.Thread(target=work, name="waypost-resolve", daemon=True).start()
    except RuntimeError as error:
        refused = error
        _finish(lambda: found.set_exception(refused))
    return found


def resolve(host: str, port: int) -> list[Any]:
    """Return the addresses of a name, as getaddrinfo does; it raises OSError where there are none."""
    numeric = socket.AI_NUMERICHOST | socket.AI_NUMERICSERV
    with contextlib.suppress(OSError, UnicodeError):
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=numeric))
    try:
        return _look_up(host, port).result(remaining())
    except FutureTimeout:
        raise LookupTimeout("the name was not found in time") from None


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
    failures: list[OSError] = []
    for tried, entry in enumerate(addresses):
        try:
            return _connected(entry, remaining() / (len(addresses) - tried))
        except DeadlineExceeded:
            raise
        except OSError as error:
            failures.append(error)
    if not failures:
        raise OSError(errno.EHOSTUNREACH, "the name has no address")
    raise most_telling(failures)


def _connected(entry: Any, patience: float) -> DeadlineSocket:
    """Connect to one address within so many seconds."""
    family, kind, protocol, _, address = entry
    connection = DeadlineSocket(family, kind, protocol)
    try:
        connection.settimeout(patience)
        connection.connect(address)
    except OSError as error:
        connection.close()
        if error.errno == errno.ENETUNREACH and _has_route(family, address):
            # We can send there; it is somebody on the way who cannot.
            raise OSError(errno.EHOSTUNREACH, "unreachable beyond our own network") from error
        raise
    return connection


def _has_route(family: int, address: Any) -> bool:
    """Return whether this machine knows a way to an address; nothing is sent."""
    with socket.socket(family, socket.SOCK_DGRAM) as datagram:
        return datagram.connect_ex(address) != errno.ENETUNREACH


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


def speaks_only_http2() -> bool:
    """Return whether the server of the present exchange speaks HTTP/2 and no older one, by a second handshake.

    One that speaks both has chosen the older one in the first handshake, where nothing else was offered.
    """
    run = current_exchange()
    if run.protocol is not None or not run.server_name:
        return False
    with contextlib.suppress(OSError, ValueError):
        connection = encrypt(connect(run.host, run.port), run.server_name, unverified("h2"))
        with contextlib.closing(connection):
            return connection.selected_alpn_protocol() == "h2"
    return False


MAX_REASON = 200
"""Characters of a reason; longer texts of servers are cut."""


def plain(text: str, most: int = MAX_REASON) -> str:
    """Make one line of printable characters of a text that a stranger may have written."""
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"
