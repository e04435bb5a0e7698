"""Why there was no answer from the network, in words that people can be shown."""

from __future__ import annotations

import socket
import ssl
from datetime import timedelta

from waypost.base.net.network import AddressRefused, DeadlineExceeded

MAX_REASON = 200
"""Characters of a reason; what servers say of themselves is cut there."""


class Unanswered(Exception):
    """There was no answer that could be judged; the words say why."""


def plain(text: str, most: int = MAX_REASON) -> str:
    """Make one line of printable characters of a text that a stranger may have written."""
    line = " ".join("".join(ch if ch.isprintable() else " " for ch in text[: 4 * most]).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def explain(error: Exception, timeout: timedelta, *, is_late: bool) -> str:
    """Say in plain words why there was no answer; addresses and details of the inside are left out."""
    if is_late or isinstance(error, DeadlineExceeded | TimeoutError):
        return f"no complete answer within {timeout.total_seconds():g} s"
    if isinstance(error, Unanswered):
        return str(error)
    known = next((words for kind, words in _WORDS if isinstance(error, kind)), None)
    return known or f"the check went wrong ({type(error).__name__})"


_WORDS: tuple[tuple[type[Exception], str], ...] = (
    (AddressRefused, "the address is not allowed"),
    (ssl.SSLError, "the encrypted connection failed"),
    (socket.gaierror, "the name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionError, "the connection was closed early"),
    (OSError, "the host cannot be reached"),
)
"""What failures of connections mean, the more special first."""
