"""Links by which people leave: each holds a signature over the id of its subscriber, and not the id itself."""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from hashlib import sha256

LEAST_KEY = 16
"""Characters that a key has at least."""

_PURPOSE = b"waypost unsubscribe\n"
# Keeps these signatures apart from any others that are made with the same key.


class WeakKey(ValueError):
    """A key is too short to sign with; the message never repeats it."""

    def __init__(self) -> None:
        super().__init__(f"the key of `email.unsubscribe` has fewer than {LEAST_KEY} characters")


def leaving_token(key: str, subscriber: str) -> str:
    """Return the end of a subscriber's link: 32 characters of base64url, 192 bits; raises WeakKey."""
    if len(key) < LEAST_KEY:
        raise WeakKey
    digest = hmac.digest(key.encode(), _PURPOSE + subscriber.encode(), sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode("ascii")


def who_leaves(key: str, token: str, subscribers: Iterable[str]) -> str | None:
    """Return the id of the subscriber whose link ends so; None for any other token. Raises WeakKey.

    Every subscriber is compared, each in constant time, so that the time taken tells nothing.
    """
    given = token.encode(errors="replace")
    found = None
    for subscriber in subscribers:
        if hmac.compare_digest(leaving_token(key, subscriber).encode(), given):
            found = subscriber
    return found
