"""Send a letter by mail: over a connection that is kept, and with a plain reason where it fails."""

from __future__ import annotations

import smtplib
import ssl

from waypost.base.net.certificates import words_for
from waypost.base.net.network import deadline, explain
from waypost.formats.notices import Letter
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import Means, TransportError
from waypost.notify.channels.email.connections import Line, kept
from waypost.notify.channels.email.message import Mail, build_mail, settings_of
from waypost.notify.channels.email.smtp import GONE, LOGIN_WANTED, Refusal, Server, read_server


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
        if refusal.is_end:
            line.drop()
        else:
            # The recipient was refused, or this message: others may pass.
            kept.put(line)
        raise
    except BaseException:
        line.drop()
        raise
    kept.put(line)


def _begun(server: Server, mail: Mail) -> Line:
    """Return a connection that has taken the sender: one that was kept, or where that is in doubt a new one."""
    line = kept.take(server)
    if line is not None:
        if line.takes(mail):
            return line
        line.drop()
    line = Line(server)
    try:
        line.connection.open()
        line.connection.begin(mail)
    except BaseException:
        line.drop()
        raise
    return line


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
