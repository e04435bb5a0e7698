"""One mail for one recipient, with the headers that thread it, keep robots quiet and let people leave."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import re
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from typing import Any
from urllib.parse import quote, urlsplit

from waypost.adapters.channels.base import Means, TransportError
from waypost.adapters.channels.email.composing import FrozenMail, one_line
from waypost.adapters.channels.email.rendering import with_leave
from waypost.core.notify.unsubscribing import WeakKey, leaving_token
from waypost.model.notices import Letter
from waypost.model.subscribers import MailServer, Subscriber, mail_address


class _Whole(UnstructuredHeader):
    """A header of ids or addresses, which the library would cut into encoded words where they are long."""

    name: str

    def fold(self, *, policy: Any) -> str:
        """Break the line between its parts only."""
        return f"{self.name}: {self}".replace(", ", f",{policy.linesep} ") + str(policy.linesep)


def _headers() -> HeaderRegistry:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references", "list-id", "list-unsubscribe"):
        registry.map_to_type(name, _Whole)  # type: ignore[arg-type]  # it joins the two classes
    return registry


_PLAIN = policy.SMTP.clone(header_factory=_headers())
_INTERNATIONAL = policy.SMTPUTF8.clone(header_factory=_headers())


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


def settings_of(means: Means) -> MailServer:
    """Return how mail is sent; raises TransportError where nothing is said of it."""
    if means.file.email is None:
        raise TransportError("subscribers.yml has no `email`, which says how mail is sent")
    return means.file.email


def build_mail(letter: Letter, subscriber: Subscriber, means: Means) -> Mail:
    """Make the mail of a letter; raises TransportError."""
    settings = settings_of(means)
    try:
        frozen = FrozenMail.from_bytes(letter.body)
    except (ValueError, KeyError, TypeError):
        raise TransportError("what was kept of the mail cannot be read", permanent=True) from None
    sender, recipient = _address(means, settings.sender), _address(means, str(subscriber.email))
    needs_utf8 = not (sender + recipient).isascii()
    answers = _address(means, settings.reply_to) if settings.reply_to else ""
    domain = sender.rpartition("@")[2]
    message_id = f"{re.sub(r'[^A-Za-z0-9_.-]', '-', letter.delivery.message_id)}@{domain}"
    leave = leave_links(subscriber, means, settings, answers or sender)
    message = EmailMessage(_INTERNATIONAL if needs_utf8 else _PLAIN)
    message["From"] = _named(one_line(settings.name or means.page_name), sender)
    message["To"] = _named("", recipient)
    if answers:
        message["Reply-To"] = _named("", answers)
    message["Subject"] = one_line(frozen.subject)
    message["Date"] = means.clock()
    message["Message-ID"] = f"<{message_id}>"
    message["In-Reply-To"] = message["References"] = f"<{_thread(letter, means)}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    # All but reports of failure, which the operator needs (MS-OXCMAIL 2.2.3.2.14).
    message["X-Auto-Response-Suppress"] = "DR, RN, NRN, OOF, AutoReply"
    message["List-Id"] = f"<{_list_id(means.page_url)}>"
    message["List-Unsubscribe"] = ", ".join(f"<{link}>" for link in leave)
    if leave[0].startswith("https://"):
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(f"{frozen.text}{frozen.leave}: {leave[0]}\n", cte="quoted-printable")
    html = with_leave(frozen.html, leave[0], frozen.leave)
    message.add_alternative(html, subtype="html", cte="quoted-printable")
    return Mail(sender, recipient, message.as_bytes(), message_id, needs_utf8)


def leave_links(subscriber: Subscriber, means: Means, settings: MailServer, answers: str) -> tuple[str, ...]:
    """Return the addresses by which a subscriber leaves, the best first; raises TransportError."""
    written = f"mailto:{quote(answers, safe='@')}?subject=unsubscribe%20{subscriber.id}"
    if settings.unsubscribe is None:
        return (written,)
    try:
        token = leaving_token(means.value(settings.unsubscribe.key), subscriber.id)
    except WeakKey as error:
        raise TransportError(str(error)) from None
    return (settings.unsubscribe.url + token, written)


def _address(means: Means, text: str) -> str:
    """Return an address with its domain as name servers know it; raises TransportError."""
    try:
        local, _, domain = mail_address(means.value(text)).rpartition("@")
        return f"{local}@{domain.encode('idna').decode('ascii')}"
    except ValueError:
        raise TransportError("a mail address is not a valid one") from None


def _named(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    try:
        return Address(name, local, domain)
    except (ValueError, IndexError):
        raise TransportError("a mail address is not a valid one") from None


def _thread(letter: Letter, means: Means) -> str:
    """Return the id of the message that all of a thread seem to answer; it never existed, and need not."""
    thread = f"{means.page_url}\n{letter.delivery.subject}"
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
