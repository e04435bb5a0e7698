"""What passes between the listener and whoever takes people off a list: RFC 8058 and the page with its button."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl

PREFIX = "/unsubscribe/"
"""Below this address each subscriber has one of their own."""

MOST_BODY = 4096
"""Bytes of a body that are looked at; what mail programs send has about 200."""

WORD, VALUE = "List-Unsubscribe", "One-Click"
"""What stands in the body of who really wants to leave (RFC 8058, 3.2)."""


@dataclass(frozen=True)
class AnswerPage:
    """What is answered."""

    status: HTTPStatus
    html: str = ""
    """Empty where only the status is told, in a word."""


@dataclass(frozen=True)
class Leaving:
    """Both take the end of an address, and answer 404 for one that is nobody's."""

    ask: Callable[[str], AnswerPage]
    """Show the page with the button. It changes nothing: programs that look for harm follow every link in a mail."""
    leave: Callable[[str], AnswerPage]
    """Take who has this address off the list."""


def is_one_click(content_type: str, body: bytes) -> bool:
    """Tell whether a body says so: as a form of either kind, the one that mail programs send or that of the page."""
    if len(body) > MOST_BODY:
        return False
    if content_type.lower().startswith("multipart/form-data"):
        head = f"Content-Type: {content_type}\r\n\r\n".encode(errors="replace")
        parts = email.message_from_bytes(head + body, policy=email.policy.default).walk()
        return any(
            part.get_param("name", header="content-disposition") == WORD
            and part.get_payload(decode=True) in (VALUE.encode(), VALUE.encode() + b"\r\n")
            for part in parts
            if not part.is_multipart()
        )
    text = body.decode("ascii", "replace")
    return (WORD, VALUE) in parse_qsl(text.strip(), max_num_fields=20) if text.count("&") < 20 else False
