"""A real mail server on this machine, and what it takes to send one letter to it."""

from __future__ import annotations

import contextlib
import email
import email.policy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from waypost.formats.subscribers import DeliverySettings, MailServer, NoticeEvent, Subscriber, SubscriberFile
from waypost.notify.channels.base import TransportContext
from waypost.notify.channels.email.composing import FrozenMail
from waypost.notify.channels.email.smtp import pool
from waypost.notify.rules.deliveries import Delivery, DeliveryState

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
FROZEN = FrozenMail("Incident: Downloads fail", "It fails.\n", "<p>It fails.</p><!--leave-->", "Unsubscribe")


@dataclass
class Taken:
    """A mail as the server got it."""

    sender: str
    recipients: list[str]
    data: bytes
    message: EmailMessage


@dataclass
class MailBoxes:
    """Keeps mails, and answers as a test wants: `says` has by command what is answered, in turn."""

    taken: list[Taken] = field(default_factory=list)
    says: dict[str, list[str]] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    def _next(self, *names: str) -> str | None:
        for name in names:
            if self.says.get(name):
                return self.says[name].pop(0)
        return None

    async def handle_EHLO(  # noqa: N802  # the library's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.heard.append(f"EHLO {hostname}")
        return responses

    async def handle_RSET(self, *_: object) -> str:  # noqa: N802  # the library's name
        self.heard.append("RSET")
        return self._next("RSET") or "250 OK"

    async def handle_QUIT(self, *_: object) -> str:  # noqa: N802  # the library's name
        self.heard.append("QUIT")
        return "221 Bye"

    async def handle_MAIL(  # noqa: N802  # the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        self.heard.append(f"MAIL {address}")
        answer = self._next("MAIL")
        if answer:
            return answer
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802  # the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.heard.append(f"RCPT {address}")
        answer = self._next(f"RCPT {address}", "RCPT")
        if answer and not answer.startswith("2"):
            return answer
        envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # the library's name
        self.heard.append("DATA")
        answer = self._next("DATA")
        if answer:
            return answer
        data = envelope.content
        assert isinstance(data, bytes)
        message = email.message_from_bytes(data, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), data, message))
        return "250 2.0.0 queued as SECRET-QUEUE-ID"

    def login(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        """Take one password only."""
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right pass/word", handled=False)


class _AnyPort(Controller):
    """Lets the system choose the port."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextlib.contextmanager
def mail_server(boxes: MailBoxes, **settings: Any) -> Iterator[int]:
    """Run a server while the block does; yields its port."""
    controller = _AnyPort(boxes, hostname="127.0.0.1", port=0, **settings)
    controller.start()
    try:
        yield controller.port
    finally:
        pool.clear()
        controller.stop()


def means(port: int = 0, url: str = "", *, seconds: float = 5.0, **changes: Any) -> TransportContext:
    """Make what sending needs, for a server on this machine."""
    extra: Mapping[str, str] = changes.pop("environment", {})
    mail = {"server": "${MAIL}", "sender": "status@lumen.example", **changes}
    delivery = DeliverySettings.__pydantic_validator__.validate_python({"timeout": f"{seconds}s"})  # type: ignore[attr-defined]  # pydantic's own
    return TransportContext(
        file=SubscriberFile(email=MailServer(**mail), delivery=delivery),
        page_name="Lumen status",
        page_url="https://help.lumen.example/status/",
        clock=lambda: NOW,
        refuse=lambda address: True,
        environment={"MAIL": url or f"smtp://127.0.0.1:{port}", **extra},
    )


def person(address: str = "anna@example.org", name: str = "anna") -> Subscriber:
    """Make a subscriber."""
    return Subscriber(id=name, email=address)


def letter(
    body: bytes | None = None,
    *,
    message_id: str = "msg_abc",
    subject: str = "incident/2026-11-20-downloads",
    attempts: int = 1,
) -> Delivery:
    """Make a letter; what a test does not name is plain."""
    return Delivery(
        id=1,
        sequence=1,
        endpoint="anna",
        kind="email",
        event=NoticeEvent.INCIDENT_UPDATED,
        subject=subject,
        message_id=message_id,
        created_at=NOW,
        state=DeliveryState.PENDING,
        attempts=attempts,
        failures=attempts - 1,
        body=FROZEN.to_bytes() if body is None else body,
    )


Sender = Callable[[Delivery, Subscriber, TransportContext], str]
