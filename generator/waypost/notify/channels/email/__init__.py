"""Mails: one thread an incident, as text and HTML, to each recipient by themselves, with one click to leave."""

from __future__ import annotations

import smtplib
import ssl

from waypost.base.net.certificates import words_for
from waypost.base.net.failures import explain, lacking
from waypost.base.net.network import deadline
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import ALL_EVENTS, Channel, TransportContext
from waypost.notify.channels.email.composing import compose
from waypost.notify.channels.email.message import Mail, build_mail, settings_of
from waypost.notify.channels.email.smtp import (
    GONE,
    LOGIN_WANTED,
    MailConnection,
    Refusal,
    Server,
    pool,
    read_server,
)
from waypost.notify.rules.deliveries import Delivery, TransportError


def host(subscriber: Subscriber, context: TransportContext) -> str:
    """Name the mail server, whose failures count together for all recipients; raises MissingVariable."""
    if context.file.email is None:
        return ""
    url = context.value(context.file.email.server)
    try:
        return read_server(url).host
    except TransportError:
        # Sending says what is wrong with it.
        return ""


def send(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> str:
    """Send a mail to one recipient; return its Message-ID. Raises TransportError."""
    mail = build_mail(delivery, subscriber, context)
    server = read_server(context.value(settings_of(context).server))
    timeout = context.file.delivery.timeout
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
            if lacking(error):
                raise
            words = explain(error, timeout, is_late=run.is_over)
            raise TransportError(words, blames_host=True) from None
    return mail.message_id


def _hand_over(server: Server, mail: Mail) -> None:
    connection = _begun(server, mail)
    try:
        connection.finish(mail)
    except Refusal as refusal:
        if refusal.is_end:
            connection.close()
        else:
            # The recipient was refused, or this message: others may pass.
            pool.put(connection)
        raise
    except BaseException:
        connection.close()
        raise
    pool.put(connection)


def _begun(server: Server, mail: Mail) -> MailConnection:
    """Return a connection that has taken the sender: one of the pool, or where that is in doubt a new one."""
    connection = pool.take(server)
    if connection is not None:
        if connection.begin_again(mail):
            return connection
        connection.close()
    connection = MailConnection(server)
    try:
        connection.open()
        connection.begin(mail)
    except BaseException:
        connection.close()
        raise
    return connection


def _meaning(refusal: Refusal) -> TransportError:
    """Return the error of a refusal, with what is to be done about it."""
    words = str(refusal)
    is_about_this = refusal.stage in ("refused the recipient", "refused the message")
    if not is_about_this or refusal.is_end or refusal.code in LOGIN_WANTED:
        return TransportError(words, blames_host=True)
    if refusal.is_passing:
        # Greylisting is meant for one sender and recipient; trouble of the system (x.3.x) is not.
        return TransportError(words, blames_host=refusal.enhanced.startswith("4.3."))
    return TransportError(words, permanent=True, disables=refusal.enhanced in GONE)


CHANNEL = Channel(kind="email", events=ALL_EVENTS, compose=compose, host=host, send=send)
