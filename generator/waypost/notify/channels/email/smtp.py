"""Hand mails to a server by SMTP (RFC 5321), each conversation within the present deadline.

Connections are kept for the next mail, and shut when none comes.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

from waypost.base.net.network import connect, deadline, encrypt, remaining, verifying
from waypost.notify.channels.email.message import Mail
from waypost.notify.rules.deliveries import TransportError

MOST_ANSWER = 64 * 1024
"""Bytes of one answer that are read; a server that sends more is cut off."""

ENDED = 421
"""The server ends the conversation, whatever was asked."""

GONE = frozenset({"5.1.1", "5.1.2", "5.1.10", "5.2.1"})
"""There is no such mailbox, domain or recipient, or it is closed for good (RFC 3463, RFC 7505)."""

LOGIN_WANTED = frozenset({530, 535, 538})
"""The server wants a login, or another one, before it takes a recipient (RFC 4954): that is no fault of theirs."""

FULL = "5.2.2"
"""The mailbox is full, which passes."""

IDLE = 20.0
"""Seconds for which a connection is kept without a mail; others want to connect too."""

MOST_MAILS = 100
"""Mails over one connection; many servers allow no more."""

MOST_KEPT = 8
"""Connections that are kept without a mail."""

PATIENCE = timedelta(seconds=5)
"""How long a kept connection may take to answer before a new one is made."""

FAREWELL = timedelta(seconds=1)
"""How long it may take to say goodbye."""

_ENHANCED = re.compile(rb"([245]\.\d{1,3}\.\d{1,3})\b")
_FORM = (
    "write it as smtps://user:password@mail.example.org:465, with other characters in both percent-encoded"
)


@dataclass(frozen=True)
class Server:
    """Where mail is handed in, and how."""

    host: str
    port: int
    encryption: Literal["tls", "starttls", "none"]
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)


def read_server(url: str) -> Server:
    """Read the address of a server; raises TransportError, which does not repeat it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in ("smtp", "smtps") or parts.path not in ("", "/") or parts.fragment:
        raise TransportError(f"the address of the mail server is not valid; {_FORM}")
    if parts.query not in _CHOICES:
        raise TransportError("the address of the mail server may end in ?starttls=yes or ?starttls=no only")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if parts.scheme == "smtps":
        return Server(host, port or 465, "tls", user, password)
    wants = _CHOICES[parts.query]
    encryption: Literal["starttls", "none"] = (
        "starttls" if (not _is_loopback(host) if wants is None else wants) else "none"
    )
    if password and encryption == "none" and not _is_loopback(host):
        raise TransportError(
            "a password is not sent without encryption; write smtps:// or leave ?starttls=no out"
        )
    return Server(host, port or 587, encryption, user, password)


_CHOICES = {"": None, "starttls=yes": True, "starttls=no": False}


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Refusal(Exception):
    """A server answered with a refusal; nothing of its answer but the codes is kept."""

    def __init__(self, stage: str, code: int, answer: bytes = b"") -> None:
        found = _ENHANCED.match(answer)
        self.stage = stage
        self.code = code
        self.enhanced = found[1].decode("ascii") if found else ""
        super().__init__(
            f"the mail server {stage} ({self._codes})" if code > 0 else f"the mail server {stage}"
        )

    @property
    def _codes(self) -> str:
        return f"{self.code} {self.enhanced}".strip()

    @property
    def is_end(self) -> bool:
        """Whether the connection cannot be used any more."""
        return self.code == ENDED or self.code < 200

    @property
    def is_passing(self) -> bool:
        """Whether the server itself says that trying again may help."""
        return not 500 <= self.code < 600 or self.enhanced == FULL


class _Answers:
    """Reads answers line by line, and not without end."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.left = MOST_ANSWER

    def readline(self, limit: int) -> bytes:
        line = bytes(self._stream.readline(limit))
        self.left -= len(line)
        if self.left < 0:
            raise OSError("the answer is too long")
        # A line that was cut off is no answer, though its first digits may look like one.
        return line if line.endswith(b"\n") or len(line) >= limit else b""

    def close(self) -> None:
        self._stream.close()


class MailConnection(smtplib.SMTP):
    """A connection to a server, on sockets under the present deadline; one thread uses it at a time."""

    file: Any

    def __init__(self, server: Server) -> None:
        # The library would look up the name of this machine, for as long as that takes.
        super().__init__(local_hostname="localhost")
        self.server = server
        self._host = server.host
        self.sent = 0
        """How many mails went over it."""
        self.used = time.monotonic()
        """When it was last used."""

    def __del__(self) -> None:
        self.close()

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        connection = connect(host, port)
        if self.server.encryption == "tls":
            return encrypt(connection, host, verifying())
        return connection

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer; raises SMTPServerDisconnected for one that is too long too."""
        if self.file is None and self.sock is not None:
            self.file = _Answers(self.sock.makefile("rb"))
        if self.file is not None:
            self.file.left = MOST_ANSWER
        return super().getreply()

    def open(self) -> None:
        """Connect, encrypt and log in; raises Refusal, OSError and ValueError."""
        server = self.server
        code, answer = self.connect(server.host, server.port)
        if code != 220:
            raise Refusal("does not take mail now", code, answer)
        self.local_hostname = _literal(str(self.sock.getsockname()[0]))  # type: ignore[union-attr]  # just connected
        try:
            if server.encryption == "starttls":
                self._encrypt()
            self.ehlo_or_helo_if_needed()
        except smtplib.SMTPHeloError as error:
            raise Refusal("refused the greeting", error.smtp_code) from None
        if server.user or server.password:
            self._log_in()

    def _encrypt(self) -> None:
        try:
            self.starttls(context=verifying())
        except smtplib.SMTPNotSupportedError:
            words = "the mail server offers no STARTTLS; write smtps:// where it encrypts from the start"
            raise TransportError(words, blames_host=True) from None
        except smtplib.SMTPResponseException as error:
            raise Refusal("refused STARTTLS", error.smtp_code) from None

    def _log_in(self) -> None:
        try:
            self.login(self.server.user, self.server.password)
        except smtplib.SMTPAuthenticationError as error:
            raise Refusal("refused the login", error.smtp_code, _bytes(error.smtp_error)) from None
        except smtplib.SMTPServerDisconnected:
            raise
        except (smtplib.SMTPException, ValueError):
            # No way to log in that both know, or a password with characters that SMTP cannot say.
            words = "knows no way to log in that we know, or the login is not plain ASCII"
            raise Refusal(words, 0) from None

    def begin(self, mail: Mail) -> None:
        """Say whom a mail is from; raises Refusal and OSError."""
        if mail.needs_utf8 and not self.has_extn("smtputf8"):
            words = "the mail server does not take addresses with characters beyond ASCII (SMTPUTF8)"
            raise TransportError(words, permanent=True)
        code, answer = self.mail(mail.sender, ["SMTPUTF8", "BODY=8BITMIME"] if mail.needs_utf8 else [])
        if code != 250:
            raise Refusal("refused the sender", code, answer)

    def finish(self, mail: Mail) -> None:
        """Say whom it is for, and hand it over; raises Refusal and OSError."""
        code, answer = self.rcpt(mail.recipient)
        if code not in (250, 251):
            raise Refusal("refused the recipient", code, answer)
        try:
            code, answer = self.data(mail.data)
        except smtplib.SMTPDataError as error:
            code, answer = error.smtp_code, _bytes(error.smtp_error)
        if code != 250:
            raise Refusal("refused the message", code, answer)
        self.sent += 1

    @property
    def is_fit(self) -> bool:
        """Whether it may be used for another mail."""
        return time.monotonic() - self.used < IDLE and self.sent < MOST_MAILS

    def begin_again(self, mail: Mail) -> bool:
        """Wipe what was left of the mail before, and begin another; tell whether the server is still there."""
        patience = min(PATIENCE, timedelta(seconds=remaining() / 3))
        with deadline(patience), contextlib.suppress(OSError, Refusal, TransportError):
            if self.rset()[0] == 250:
                self.begin(mail)
                return True
        return False

    def end(self) -> None:
        """Say goodbye, and hang up."""
        with deadline(FAREWELL), contextlib.suppress(OSError):
            self.docmd("QUIT")
        self.close()


def _bytes(answer: bytes | str) -> bytes:
    return answer if isinstance(answer, bytes) else answer.encode(errors="replace")


def _literal(address: str) -> str:
    """Write our own address as servers are greeted with it (RFC 5321, 4.1.3)."""
    address = address.partition("%")[0]
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


class ConnectionPool:
    """The connections of this process that nobody uses just now."""

    def __init__(self) -> None:
        self._idle: list[MailConnection] = []
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None

    def take(self, server: Server) -> MailConnection | None:
        """Return the connection to a server that was used last; None where there is none."""
        with self._lock:
            for connection in reversed(self._idle):
                if connection.server == server and connection.is_fit:
                    self._idle.remove(connection)
                    return connection
        return None

    def put(self, connection: MailConnection) -> None:
        """Keep a connection for a while."""
        connection.used = time.monotonic()
        with self._lock:
            self._idle.append(connection)
            surplus = [self._idle.pop(0)] if len(self._idle) > MOST_KEPT else []
            self._start_timer()
        for old in surplus:
            old.end()

    def _start_timer(self) -> None:
        if self._timer is None and self._idle:
            timer = threading.Timer(IDLE + 0.1, self._expire)
            timer.daemon = True
            # Without it connections end later; the mail that was just handed over must not fail for that.
            with contextlib.suppress(RuntimeError, MemoryError):
                timer.start()
                self._timer = timer

    def _expire(self) -> None:
        """End connections that were not used for too long."""
        with self._lock:
            self._timer = None
            ended = [connection for connection in self._idle if not connection.is_fit]
            self._idle = [connection for connection in self._idle if connection.is_fit]
            self._start_timer()
        for connection in ended:
            connection.end()

    def clear(self) -> None:
        """End all connections."""
        with self._lock:
            ended, self._idle = self._idle, []
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        for connection in ended:
            connection.end()


pool = ConnectionPool()
