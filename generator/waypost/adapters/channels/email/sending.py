"""Send a letter by mail: over a connection that the thread keeps, and with a plain reason where it fails."""

from __future__ import annotations

import contextlib
import smtplib
import ssl
import threading
import time
from datetime import timedelta

from waypost.adapters.certificates import words_for
from waypost.adapters.channels.base import Means, TransportError
from waypost.adapters.channels.email.message import Mail, build_mail, settings_of
from waypost.adapters.channels.email.smtp import (
    GONE,
    LOGIN_WANTED,
    Connection,
    Refusal,
    Server,
    read_server,
)
from waypost.adapters.network import deadline, remaining
from waypost.adapters.probers import explain
from waypost.model.notices import Letter
from waypost.model.subscribers import Subscriber

IDLE = 30.0
"""Seconds after which a kept connection is not trusted any more; servers hang up on those who say nothing."""

MOST_MAILS = 100
"""Mails over one connection; many servers allow no more."""

PATIENCE = timedelta(seconds=5)
"""How long a kept connection may take to answer before a new one is made."""


class _Line:
    """A connection with what is known of it; it is closed when nobody has it any more, as when its thread ends."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.connection = Connection(server)
        self.used = time.monotonic()

    def is_fit(self, server: Server) -> bool:
        """Tell whether it may be used for another mail."""
        is_fresh = time.monotonic() - self.used < IDLE and self.connection.sent < MOST_MAILS
        return is_fresh and self.server == server

    def close(self) -> None:
        """Hang up, without a word: in doubt the server would not answer it."""
        self.connection.close()

    def __del__(self) -> None:
        self.close()


class _Kept(threading.local):
    """The one connection that a thread keeps open for its next mail."""

    line: _Line | None = None


_kept = _Kept()


def hang_up() -> None:
    """Close the connection that this thread keeps, if it does."""
    _kept.line = None


def host(subscriber: Subscriber, means: Means) -> str:
    """Name the mail server, whose failures count together for all recipients; raises MissingVariable."""
    if means.file.email is None:
        return ""
    url = means.value(means.file.email.server)
    try:
        return read_server(url).host
    except TransportError:
        # Sending says what is wrong with it.
        return ""


def send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    """Send a letter to one recipient; return its Message-ID. Raises TransportError."""
    mail = build_mail(letter, subscriber, means)
    server = read_server(means.value(settings_of(means).server))
    timeout = means.file.delivery.timeout
    with deadline(timeout) as run:
        try:
            _hand_over(server, mail)
        except Refusal as refusal:
            raise _meaning(refusal) from None
        except ssl.SSLCertVerificationError as error:
            raise TransportError(f"the mail server: {words_for(error)}", blames_host=True) from None
        except smtplib.SMTPServerDisconnected:
            words = explain(ConnectionError(), timeout, is_late=run.is_over)
            raise TransportError(words, blames_host=True) from None
        except (OSError, ValueError) as error:
            words = explain(error, timeout, is_late=run.is_over)
            raise TransportError(words, blames_host=True) from None
    return mail.message_id


def _hand_over(server: Server, mail: Mail) -> None:
    line = _begun(server, mail)
    try:
        line.connection.finish(mail)
    except Refusal as refusal:
        # The recipient was refused, or this message: others may pass.
        if refusal.is_end:
            line.close()
        else:
            _keep(line)
        raise
    except BaseException:
        line.close()
        raise
    _keep(line)


def _keep(line: _Line) -> None:
    line.used = time.monotonic()
    _kept.line = line


def _begun(server: Server, mail: Mail) -> _Line:
    """Return a connection that has taken the sender: the one that was kept, or where that is in doubt a new one."""
    line, _kept.line = _kept.line, None
    if line is not None:
        if line.is_fit(server) and _is_alive(line.connection, mail):
            return line
        line.close()
    line = _Line(server)
    try:
        line.connection.open()
        line.connection.begin(mail)
    except BaseException:
        line.close()
        raise
    return line


def _is_alive(connection: Connection, mail: Mail) -> bool:
    patience = min(PATIENCE, timedelta(seconds=remaining() / 3))
    with deadline(patience), contextlib.suppress(OSError, Refusal, TransportError):
        if connection.rset()[0] == 250:
            connection.begin(mail)
            return True
    return False


def _meaning(refusal: Refusal) -> TransportError:
    """Say what is to be done after an answer."""
    words = str(refusal)
    is_about_this = refusal.stage in ("refused the recipient", "refused the message")
    if not is_about_this or refusal.is_end or refusal.code in LOGIN_WANTED:
        return TransportError(words, blames_host=True)
    if refusal.is_passing:
        # Greylisting is meant for one sender and recipient; trouble of the system (x.3.x) is not.
        return TransportError(words, blames_host=refusal.enhanced.startswith("4.3."))
    return TransportError(words, permanent=True, disables=refusal.enhanced in GONE)
