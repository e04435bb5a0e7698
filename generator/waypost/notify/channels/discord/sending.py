"""Send a message to a webhook of Discord, and say what its refusals mean."""

from __future__ import annotations

import math
import re
from datetime import timedelta
from urllib.parse import urlsplit, urlunsplit

from waypost.base.net.web import Response
from waypost.formats.notices import Letter
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import Means, TransportError
from waypost.notify.channels.chat import first_of_thread, json_object, tells_the_state
from waypost.notify.channels.http_transport import LONGEST_WAIT, ask, attempt, refusal

_JSON = {"Content-Type": "application/json"}
_HOOK = re.compile(r"/(?:[^/]+/)*webhooks/[0-9]{1,25}/[^/]+")
_MESSAGE = re.compile(r"[0-9]{1,25}")

_UNKNOWN_MESSAGE = 10008
_BAD_MESSAGE = (50006, 50035)
_INVALID_TOKEN = 50027
# discord.com/developers/docs, "Opcodes and Status Codes"


def send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    """Bring the first message of the thread up to date, then send a new one; return its id.

    In this order doing it again edits to the same.
    """
    url = means.value(subscriber.target.url)
    first = first_of_thread(letter)
    with attempt(means):
        if _MESSAGE.fullmatch(first) and tells_the_state(letter):
            _edit(letter, url, first, means)
        answer = ask(means, _address(url, wait=True), letter.body, _JSON)
    if not 200 <= answer.status < 300:
        raise _refusal(answer, means)
    identity = str(json_object(answer.body).get("id") or "")
    return identity if _MESSAGE.fullmatch(identity) else ""


def _edit(letter: Letter, url: str, first: str, means: Means) -> None:
    answer = ask(means, _address(url, f"/messages/{first}"), letter.body, _JSON, method="PATCH")
    if 200 <= answer.status < 300:
        return
    # Somebody deleted it, or it is in the channel of an earlier webhook.
    if answer.status == 404 and json_object(answer.body).get("code") == _UNKNOWN_MESSAGE:
        return
    raise _refusal(answer, means)


def _address(url: str, below: str = "", *, wait: bool = False) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    path = parts.path.rstrip("/")
    if not _HOOK.fullmatch(path):
        raise TransportError("the address is not that of a webhook of Discord")
    # A thread of a forum is named in the query.
    asked = "&".join(filter(None, [parts.query, "wait=true" if wait else ""]))
    return urlunsplit((parts.scheme, parts.netloc, path + below, asked, ""))


def _refusal(answer: Response, means: Means) -> TransportError:
    said = json_object(answer.body)
    code = said.get("code")
    if answer.status == 404 and isinstance(code, int):
        return TransportError("the webhook or its channel was deleted", permanent=True, disables=True)
    if code == _INVALID_TOKEN:
        return TransportError("Discord does not know the webhook", permanent=True, disables=True)
    if code in _BAD_MESSAGE:
        return TransportError("Discord refuses the form of the message", permanent=True)
    if answer.status == 429:
        told = (said.get("retry_after"), answer.headers.get("x-ratelimit-reset-after"))
        wait = next((span for span in map(_wait, told) if span is not None), None)
        if wait is not None:
            words, is_global = "Discord asks to wait", said.get("global") is True
            return TransportError(words, retry_after=wait, blames_host=is_global)
    return refusal(answer, means.clock())


def _wait(seconds: object) -> timedelta | None:
    """Read seconds, which Discord gives with fractions; None for anything else."""
    try:
        number = float(str(seconds))
    except ValueError:
        return None
    if not math.isfinite(number) or number < 0:
        return None
    return min(timedelta(seconds=math.ceil(min(number, 1e8))), LONGEST_WAIT)
