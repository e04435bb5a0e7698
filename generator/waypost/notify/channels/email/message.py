"""One mail for one recipient, with the headers that thread it, keep robots quiet and let people leave.

Header lines are written here: the library of the language reads a value before it writes it, so that encoded words
(RFC 2047) in a title come out as what they stand for, line ends and further headers included. And it cuts long ids
into such words.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import ipaddress
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import quote, urlsplit

from waypost.formats.subscribers import MailServer, Subscriber, mail_address
from waypost.notify.channels.base import TransportContext
from waypost.notify.channels.email.composing import FrozenMail, one_line, with_leave
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.signing import WeakKey, unsubscribe_token

FOLD = "\r\n "
"""How a header goes on in the next line (RFC 5322, 2.2.3)."""

WIDTH = 76
"""Characters of a line, where that can be chosen."""

_PER_WORD = 42
# Bytes that an encoded word holds: their base64 and what is around it have less than 75 characters (RFC 2047, 2).
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_SAFE = re.compile(r"[ -~]*")
_LONG = re.compile(r"\S{300}")


def header_lines(headers: Iterable[tuple[str, str]]) -> bytes:
    """Return header lines; a value that would begin another header is a fault of the caller."""
    lines = [f"{name}: {value}\r\n" for name, value in headers]
    if any(re.search(r"[\r\n]", line.replace(FOLD, "")[:-2]) for line in lines):
        raise ValueError("a header holds a line end")
    return "".join(lines).encode()


def words(text: str) -> str:
    """Write one line of text, such as a subject."""
    if not _is_plain(text):
        return _encoded(text)
    lines = textwrap.wrap(text, WIDTH - 10, break_long_words=False, break_on_hyphens=False)
    return FOLD.join(lines)


def address(name: str, mail: str) -> str:
    """Write an address with the name that stands beside it, if there is one."""
    if not name:
        return mail
    if not _is_plain(name):
        name = _encoded(name)
    elif not _PHRASE.fullmatch(name):
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        name = f'"{escaped}"'
    return f"{name}{FOLD if len(name) + len(mail) > WIDTH - 10 else ' '}<{mail}>"


def _is_plain(text: str) -> bool:
    """Tell whether a text may stand as it is: nobody must take a part of it for an encoded word."""
    return bool(_SAFE.fullmatch(text)) and "=?" not in text and not _LONG.search(text)


def _encoded(text: str) -> str:
    pieces, piece = [], b""
    for character in text:
        data = character.encode("utf-8", "replace")
        if len(piece) + len(data) > _PER_WORD:
            pieces.append(piece)
            piece = b""
        piece += data
    return FOLD.join(f"=?utf-8?b?{base64.b64encode(part).decode('ascii')}?=" for part in [*pieces, piece])


_LOCAL = re.compile(r"[^\s()<>\[\]:;@\\,.\"]+(\.[^\s()<>\[\]:;@\\,.\"]+)*")
# Local parts that need quotes are valid, but nobody has them, and programs on the way read them in their own ways.
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")


@dataclass(frozen=True)
class Mail:
    """A mail that is ready to go; it never shows itself, because it holds addresses."""

    sender: str
    recipient: str
    data: bytes
    """All of it, with the line ends of SMTP."""
    message_id: str
    """Without its brackets."""
    needs_utf8: bool
    """Whether an address has characters that only a server with SMTPUTF8 (RFC 6531) takes."""

    def __repr__(self) -> str:
        """Tell nothing of it."""
        return f"Mail({self.message_id})"


def settings_of(context: TransportContext) -> MailServer:
    """Return how mail is sent; raises TransportError where it is not configured."""
    if context.file.email is None:
        raise TransportError("subscribers.yml has no `email`, which says how mail is sent")
    return context.file.email


def build_mail(delivery: Delivery, subscriber: Subscriber, context: TransportContext) -> Mail:
    """Make the mail of a delivery; raises TransportError."""
    settings = settings_of(context)
    try:
        frozen = FrozenMail.from_bytes(delivery.body)
    except (ValueError, KeyError, TypeError):
        raise TransportError("what was kept of the mail cannot be read", permanent=True) from None
    sender, recipient = _address(context, settings.sender), _address(context, str(subscriber.email))
    needs_utf8 = not (sender + recipient).isascii()
    answers = _address(context, settings.reply_to) if settings.reply_to else ""
    domain = sender.rpartition("@")[2]
    message_id = f"{re.sub(r'[^A-Za-z0-9_.-]', '-', delivery.message_id)}@{domain}"
    leave = leave_links(subscriber, context, settings, answers or sender)
    headers = [
        ("From", address(one_line(settings.name or context.page_name), sender)),
        ("To", address("", recipient)),
        *([("Reply-To", address("", answers))] if answers else []),
        ("Subject", words(one_line(frozen.subject))),
        ("Date", format_datetime(context.clock())),
        ("Message-ID", f"<{message_id}>"),
        # Every mail of a thread answers the same one; it never existed, and need not.
        ("In-Reply-To", f"<{_thread(delivery, context)}@{domain}>"),
        ("References", f"<{_thread(delivery, context)}@{domain}>"),
        ("Auto-Submitted", "auto-generated"),
        # All but reports of failure, which the operator needs (MS-OXCMAIL 2.2.3.2.14).
        ("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"),
        ("List-Id", f"<{_list_id(context.page_url)}>"),
        ("List-Unsubscribe", f",{FOLD}".join(f"<{link}>" for link in leave)),
        *([_ONE_CLICK] if leave[0].startswith("https://") else []),
    ]
    data = header_lines(headers) + _content(frozen, leave[0])
    return Mail(sender, recipient, data, message_id, needs_utf8)


_ONE_CLICK = ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")


def _content(frozen: FrozenMail, link: str) -> bytes:
    """Return both forms of a mail with the headers that tell them apart."""
    message = EmailMessage(policy.SMTP)
    message.set_content(f"{frozen.text}{frozen.leave}: {link}\n", cte="quoted-printable")
    html = with_leave(frozen.html, link, frozen.leave)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def leave_links(
    subscriber: Subscriber, context: TransportContext, settings: MailServer, answers: str
) -> tuple[str, ...]:
    """Return the addresses by which a subscriber leaves, the best first; raises TransportError."""
    written = f"mailto:{quote(answers, safe='@')}?subject=unsubscribe%20{subscriber.id}"
    if settings.unsubscribe is None:
        return (written,)
    try:
        token = unsubscribe_token(context.value(settings.unsubscribe.key), subscriber.id)
    except WeakKey as error:
        raise TransportError(str(error)) from None
    return (quote(settings.unsubscribe.url, safe="/:?#[]@!$&'()*+,;=%~") + token, written)


def _address(context: TransportContext, text: str) -> str:
    """Return an address with its domain as name servers know it; raises TransportError."""
    try:
        local, _, domain = mail_address(context.value(text)).rpartition("@")
        domain = domain.encode("idna").decode("ascii")
    except ValueError:
        local, domain = "", ""
    if not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise TransportError("a mail address is not a valid one")
    return f"{local}@{domain}"


def _thread(delivery: Delivery, context: TransportContext) -> str:
    """Name the message that all mails of a thread seem to answer."""
    thread = f"{context.page_url}\n{delivery.subject}"
    return f"thread.{hashlib.sha256(thread.encode()).hexdigest()[:32]}"


def _list_id(page_url: str) -> str:
    """Name the list after the address of the page (RFC 2919): `status.help.example.org`."""
    parts = urlsplit(page_url)
    host = parts.hostname or "localhost"
    with contextlib.suppress(ValueError):
        # A number is no name that a list may have.
        host = ipaddress.ip_address(host).exploded.replace(":", "-") + ".invalid"
    path = re.sub(r"[^A-Za-z0-9]+", "-", parts.path).strip("-").lower()
    try:
        return f"{path[:60] or 'status'}.{host.encode('idna').decode('ascii')}"
    except ValueError:
        return f"{path[:60] or 'status'}.invalid"
