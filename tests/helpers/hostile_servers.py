"""Real servers on this machine that behave badly on purpose, and the certificates some of them show."""

from __future__ import annotations

import contextlib
import datetime
import ipaddress
import re
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pydantic import TypeAdapter

from waypost.formats.checks import Check, CheckBase
from waypost.monitor.probes.registry import probe
from waypost.monitor.probes.result import ProbeContext, ProbeResult

Handler = Callable[[socket.socket, bytes], None]

HARD_BOUND = 2.0
"""Seconds after its deadline by which a check must have ended, on any machine."""

NOW = datetime.datetime(2026, 11, 20, 12, tzinfo=datetime.UTC)

_CHECK: TypeAdapter[CheckBase] = TypeAdapter(Check)


def check(**keys: Any) -> CheckBase:
    """Build a check from what stands in a file."""
    return _CHECK.validate_python(keys)


def run(**keys: Any) -> ProbeResult:
    """Run a check that is written like this, and see that it ends in time."""
    wanted = check(**keys)
    started = time.monotonic()
    result = probe(wanted, ProbeContext(now=NOW))
    assert time.monotonic() - started < wanted.timeout.total_seconds() + HARD_BOUND
    return result


class Server:
    """Answers every connection with a function of its own; it never closes early on its side."""

    def __init__(self, handle: Handler, context: ssl.SSLContext | None = None, *, waits: bool = True) -> None:
        self._handle, self._context, self._waits = handle, context, waits
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.requests: list[bytes] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._accept)]
        self.port: int = self._listener.getsockname()[1]
        self.place = f"127.0.0.1:{self.port}"
        self.url = f"{'https' if context else 'http'}://{self.place}/"

    def __enter__(self) -> Server:
        self._listener.settimeout(0.05)
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        self._listener.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                connection, _ = self._listener.accept()
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(connection.close)
            connection.settimeout(30)
            if self._context:
                connection = stack.enter_context(self._context.wrap_socket(connection, server_side=True))
            request = self._request(connection) if self._waits else b""
            if request is not None:
                self.requests.append(request)
                self._handle(connection, request)

    @staticmethod
    def _request(connection: socket.socket) -> bytes | None:
        request, size = b"", None
        while size is None or len(request) < size:
            data = connection.recv(4096)
            if not data:
                return None
            request += data
            head, end, _ = request.partition(b"\r\n\r\n")
            if end:
                length = re.search(rb"\r\nContent-Length: (\d+)", head)
                size = len(head) + len(end) + (int(length[1]) if length else 0)
        return request


def reply(body: bytes = b"", status: str = "200 OK", headers: str = "", length: int | None = None) -> bytes:
    """Return an answer of HTTP."""
    size = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {size}\r\n{headers}\r\n".encode("latin-1") + body


def answering(data: bytes) -> Handler:
    """Send some bytes and close."""
    return lambda connection, _: connection.sendall(data)


def silent(connection: socket.socket, _: bytes) -> None:
    """Say nothing until the other side goes."""
    while connection.recv(4096):
        pass


def drip(connection: socket.socket, piece: bytes) -> None:
    """Send a piece again and again for as long as the other side takes it."""
    for _ in range(2000):
        connection.sendall(piece)
        time.sleep(0.01)


def endless(connection: socket.socket) -> None:
    """Send without an end, as fast as the other side takes it."""
    while True:
        connection.sendall(b"x" * 65536)


def reset(connection: socket.socket, _: bytes) -> None:
    """Close with a reset in place of an end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def drip_handshake(connection: socket.socket, _: bytes) -> None:
    """Begin a handshake of TLS, and send one byte of it after the other."""
    connection.recv(4096)
    connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
    drip(connection, b"\x00")


@contextlib.contextmanager
def full_queue() -> Iterator[int]:
    """Give the port of a server that takes no more connections and refuses none."""
    with socket.socket() as listener, contextlib.ExitStack() as stack:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def closed_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Certificates:
    """An authority, and settings of servers that show certificates of all sorts."""

    authority: Path
    servers: dict[str, ssl.SSLContext]
    ends: dict[str, datetime.datetime]


def certificates(folder: Path) -> Certificates:
    """Make an authority and certificates: good, soon, expired, early, other (name) and selfsigned."""
    now = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    day = datetime.timedelta(days=1)
    key, issuer = ec.generate_private_key(ec.SECP256R1()), _name("Test authority")
    root = _signed(_builder(issuer, issuer, key, now - day, now + 90 * day, is_authority=True), key)
    (folder / "authority.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    wanted = {
        "good": (now - day, now + 60 * day, "127.0.0.1"),
        "soon": (now - day, now + 5 * day, "127.0.0.1"),
        "expired": (now - 9 * day, now - 2 * day, "127.0.0.1"),
        "early": (now + day, now + 9 * day, "127.0.0.1"),
        "other": (now - day, now + 60 * day, "other.example"),
        "selfsigned": (now - day, now + 60 * day, "127.0.0.1"),
    }
    servers, ends = {}, {}
    for name, (start, end, host) in wanted.items():
        own = ec.generate_private_key(ec.SECP256R1())
        subject = _name(f"{name} server")
        by_itself = name == "selfsigned"
        builder = _builder(subject, subject if by_itself else issuer, own, start, end, host=host)
        signed = _signed(builder, own if by_itself else key)
        servers[name], ends[name] = _context(folder / f"{name}.pem", signed, own), end
    return Certificates(folder / "authority.pem", servers, ends)


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    start: datetime.datetime,
    end: datetime.datetime,
    *,
    host: str = "",
    is_authority: bool = False,
) -> x509.CertificateBuilder:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if host:
        try:
            name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(host))
        except ValueError:
            name = x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([name]), critical=False)
    return builder


def _signed(builder: x509.CertificateBuilder, key: ec.EllipticCurvePrivateKey) -> x509.Certificate:
    return builder.sign(key, hashes.SHA256())


def _context(path: Path, signed: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> ssl.SSLContext:
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + signed.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


Answerer = Callable[[dns.message.Message], "bytes | None"]


class NameServer:
    """A name server on this machine whose answers a function makes, over UDP and over TCP."""

    def __init__(self, answer: Answerer, over_tcp: Answerer | None = None) -> None:
        self._answer, self._over_tcp = answer, over_tcp
        self._tcp = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._tcp.getsockname()[1]
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", self.port))
        self.place = f"127.0.0.1:{self.port}"
        self.asked: list[dns.message.Message] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._datagrams), threading.Thread(target=self._streams)]

    def __enter__(self) -> NameServer:
        for listener in (self._udp, self._tcp):
            listener.settimeout(0.05)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(10)
        self._udp.close()
        self._tcp.close()

    def _datagrams(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(TimeoutError):
                data, sender = self._udp.recvfrom(4096)
                query = dns.message.from_wire(data)
                self.asked.append(query)
                answer = self._answer(query)
                if answer is not None:
                    self._udp.sendto(answer, sender)

    def _streams(self) -> None:
        while not self._stop.is_set():
            with contextlib.suppress(OSError):
                connection, _ = self._tcp.accept()
                with connection:
                    connection.settimeout(5)
                    size = int.from_bytes(connection.recv(2))
                    answer = (self._over_tcp or self._answer)(dns.message.from_wire(connection.recv(size)))
                    if answer is not None:
                        connection.sendall(len(answer).to_bytes(2) + answer)


def records(*texts: str, code: str = "NOERROR", name: str | None = None) -> Answerer:
    """Answer every question with these records, each written as `A 192.0.2.1`."""

    def answer(query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.set_rcode(dns.rcode.from_text(code))
        for text in texts:
            owner, (kind, value) = name or query.question[0].name, text.split(" ", 1)
            response.answer.append(dns.rrset.from_text(owner, 60, "IN", kind, value))
        return response.to_wire()

    return answer
