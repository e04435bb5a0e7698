"""Post to an address that a subscriber named: guarded, capped, without redirects; failures say what to do next."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from waypost.base.net.failures import AddressRefused, Unanswered, explain, lacking
from waypost.base.net.network import current_exchange, deadline
from waypost.base.net.web import Request, Response, fetch
from waypost.formats.field_types import web_url
from waypost.formats.subscribers import Subscriber
from waypost.notify.channels.base import TransportContext
from waypost.notify.rules.deliveries import TransportError

JSON = {"Content-Type": "application/json"}

MOST_ANSWER = 16 * 1024
"""How many bytes of an answer are read; it is never logged."""

LONGEST_WAIT = timedelta(hours=24)
"""How long a Retry-After is believed at most."""

_WORTH_RETRYING = frozenset({408, 409, 421, 423, 425, 429})
"""Refusals that say nothing of the message itself."""


def host_of(url: str) -> str:
    """Return the host of an address and its port where one is named, in lower case."""
    try:
        parts = urlsplit(url)
        return f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    except ValueError:
        return ""


def target_host(subscriber: Subscriber, context: TransportContext) -> str:
    """Name the host of the address that stands in a subscriber's entry; raises MissingVariable."""
    return host_of(context.value(subscriber.target.url))


def post(context: TransportContext, url: str, body: bytes, headers: Mapping[str, str]) -> Response:
    """Send a body within the time of one attempt; return the answer if it is 2xx, raise TransportError for all else.

    The status decides, also where the body of the answer breaks off or never ends: it is returned as far as it
    came, and after `MOST_ANSWER` bytes one more is the last.
    """
    with attempt(context):
        answer = ask(context, url, body, headers)
    if 200 <= answer.status < 300:
        return answer
    raise refusal(answer, context.clock())


@contextmanager
def attempt(context: TransportContext, *, guarded: bool = True) -> Iterator[None]:
    """Let everything that is asked inside share the time of one attempt.

    The address of a service that the operator runs or rents need not be `guarded` against being private.
    """
    with deadline(context.file.delivery.timeout, context.refuse if guarded else None):
        yield


def ask(
    context: TransportContext, url: str, body: bytes, headers: Mapping[str, str] = JSON, method: str = "POST"
) -> Response:
    """Send a body within the present attempt and return the answer, also where it is a refusal.

    For services that explain a refusal in the body of their answer. Raises TransportError where there is no answer,
    and the error itself where it is this machine that has run out of something.
    """
    try:
        request = Request(web_url(url), method, headers, body)
    except ValueError:
        raise TransportError("the address is not a valid one") from None
    try:
        return fetch(request, follow=False, max_size=MOST_ANSWER, whole=False)
    except AddressRefused:
        words = "the name leads to an address that is not public; `private_networks` allows networks"
        raise TransportError(words) from None
    except (Unanswered, OSError) as error:
        if lacking(error):
            raise
        words = explain(error, context.file.delivery.timeout, is_late=current_exchange().is_over)
        raise TransportError(words, blames_host=True) from None


def refusal(answer: Response, now: datetime) -> TransportError:
    """Return the error of a status other than 2xx (Standard Webhooks, "Delivery and retries")."""
    status = answer.status
    words = f"HTTP status {status}"
    if status == 410:
        return TransportError(f"{words}: the endpoint is gone", permanent=True, disables=True)
    if 300 <= status < 400:
        return TransportError(f"{words}: redirects are not followed")
    if status >= 500 or status in _WORTH_RETRYING:
        wait = retry_after(answer.headers.get("retry-after", ""), now)
        return TransportError(words, retry_after=wait, blames_host=status >= 500)
    return TransportError(words)


def retry_after(text: str, now: datetime) -> timedelta | None:
    """Read Retry-After (RFC 9110, 10.2.3): seconds, or a date; None for anything else."""
    text = text.strip()[:64]
    if text.isascii() and text.isdigit():
        wait = timedelta(seconds=min(int(text), 10**8))
    else:
        try:
            at = parsedate_to_datetime(text)
        except ValueError:
            return None
        wait = (at if at.tzinfo else at.replace(tzinfo=UTC)) - now
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
