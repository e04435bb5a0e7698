"""Signatures: of webhooks after Standard Webhooks 1.0.0 (standardwebhooks.com), and of the links by which people leave.

A link holds a signature over the id of its subscriber, and not the id itself.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256

PREFIX = "whsec_"
LEAST, MOST = 24, 64
"""How many bytes a secret may have."""


class BadSecret(ValueError):
    """A secret is not of the form that receivers expect; the message never repeats it."""

    def __init__(self) -> None:
        super().__init__(
            "A secret for webhooks is whsec_ and 24 to 64 bytes in base64. `waypost webhook secret` makes one."
        )


def new_secret(random: bytes) -> str:
    """Return a secret made of 24 to 64 random bytes."""
    if not LEAST <= len(random) <= MOST:
        raise BadSecret
    return PREFIX + base64.b64encode(random).decode("ascii")


def signature(secret: str, message_id: str, at: datetime, body: bytes) -> str:
    """Sign one message: `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; raises BadSecret."""
    signed = f"{message_id}.{int(at.timestamp())}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, sha256)).decode("ascii")


def signed_headers(secrets: Sequence[str], message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Return the three headers of one attempt, signed with each secret; raises BadSecret."""
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signature(secret, message_id, at, body) for secret in secrets),
    }


def _key(secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise BadSecret
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSecret from None
    if not LEAST <= len(key) <= MOST:
        raise BadSecret
    return key


LEAST_KEY = 16
"""Characters that a key has at least."""

_PURPOSE = b"waypost unsubscribe\n"
# Keeps these signatures apart from any others that are made with the same key.


class WeakKey(ValueError):
    """A key is too short to sign with; the message never repeats it."""

    def __init__(self) -> None:
        super().__init__(f"the key of `email.unsubscribe` has fewer than {LEAST_KEY} characters")


def unsubscribe_token(key: str, subscriber: str) -> str:
    """Return the end of a subscriber's link: 32 characters of base64url, 192 bits; raises WeakKey."""
    if len(key) < LEAST_KEY:
        raise WeakKey
    digest = hmac.digest(key.encode(), _PURPOSE + subscriber.encode(), sha256)
    return base64.urlsafe_b64encode(digest[:24]).decode("ascii")


def subscriber_of_token(key: str, token: str, subscribers: Iterable[str]) -> str | None:
    """Return the id of the subscriber whose link ends so; None for any other token. Raises WeakKey.

    Every subscriber is compared, each in constant time, so that the time taken tells nothing.
    """
    given = token.encode(errors="replace")
    found = None
    for subscriber in subscribers:
        if hmac.compare_digest(unsubscribe_token(key, subscriber).encode(), given):
            found = subscriber
    return found
