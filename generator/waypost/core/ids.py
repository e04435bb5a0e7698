"""Public ids in the form of the Statuspage API, derived from names so that they stay for ever."""

from __future__ import annotations

import hashlib

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def _digest(kind: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{kind}:{name}".encode()).digest()[:16])


def public_id(kind: str, name: str) -> str:
    """Return 12 characters of `[a-z0-9]` for a thing of a kind: the same name always gives the same id."""
    number = _digest(kind, name)
    characters = []
    for _ in range(12):
        number, remainder = divmod(number, len(_ALPHABET))
        characters.append(_ALPHABET[remainder])
    return "".join(characters)


def public_number(kind: str, name: str) -> int:
    """Return a whole number below 10^12 for the entry ids of Statuspage feeds (`Incident/<integer>`)."""
    return _digest(kind, name) % 10**12
