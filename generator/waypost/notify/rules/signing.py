"""Signatures of webhooks after Standard Webhooks 1.0.0 (standardwebhooks.com)."""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
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
