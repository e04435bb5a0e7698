"""Ids derived from names, so that they stay for ever: those of the Statuspage API, and names of files."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

_ALPHABET = "0123456789abcdefghijklmnopqrstuvwxyz"


def _digest(kind: str, name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"{kind}:{name}".encode()).digest()[:16])


# Each publication names the same things again, in several files.
@lru_cache(65536)
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


UNTITLED = "untitled"
"""The file name of a title of which no letter can stand in one, such as one in Hebrew."""


def slugify(title: str) -> str:
    """Return a title as a file name: 'Größe ändern?' becomes 'grosse-andern'."""
    plain = unicodedata.normalize("NFKD", title.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-") or UNTITLED
