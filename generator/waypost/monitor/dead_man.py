"""The dead man's switch: a request goes out every minute while polling works, and who gets none raises the alarm.

Whatever ends or cuts off the poller is so noticed from outside. The address is a secret: who knows it could keep
the alarm silent.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from waypost.base.net.failures import Unanswered, explain
from waypost.base.net.network import current_exchange, deadline
from waypost.base.net.web import Request, fetch
from waypost.problems import Refused

URL_VARIABLE = "WAYPOST_DEAD_MAN_URL"
"""The environment variable with the address."""

INTERVAL = 60.0
"""Seconds between two requests."""

LOOK = 1.0
"""Seconds after which it is asked again whether polling works."""

TIMEOUT = timedelta(seconds=10)
"""How long one request may take."""

MAX_ANSWER = 16 * 1024
"""Bytes of an answer that are read; nothing in it matters."""


class PingRefused(Refused):
    """The request was not taken; the message says why, and not where to it went."""


class DeadMan:
    """Sends the requests, as long as its turns are taken."""

    def __init__(self, url: str, is_polling: Callable[[], bool], timeout: timedelta = TIMEOUT) -> None:
        self._url = url
        self._is_polling = is_polling
        self._timeout = timeout

    def turn(self) -> float:
        """Send one request while polling works; return the seconds until the next turn. Raises PingRefused."""
        if not self._is_polling():
            return LOOK
        self._ping()
        return INTERVAL

    def _ping(self) -> None:
        with deadline(self._timeout):
            try:
                answer = fetch(Request(self._url), follow=False, max_size=MAX_ANSWER, whole=False)
            except (Unanswered, OSError) as error:
                words = explain(error, self._timeout, is_late=current_exchange().is_over)
                raise PingRefused(_sentence(words)) from None
        if not 200 <= answer.status < 300:
            raise PingRefused(_sentence(f"HTTP status {answer.status}"))


def _sentence(words: str) -> str:
    return f"The dead man's switch was not reached: {words}. Whoever waits for it may raise an alarm."
