"""Ids derived from names, so that they stay for ever: those of the Statuspage API, and names of files."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from anyascii import anyascii

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


def component_public_id(name: str, formerly: Sequence[str]) -> str:
    """Return the public id of a component: of the id that it had first, so that a new one changes nothing."""
    return public_id("component", (*formerly, name)[0])


def public_number(kind: str, name: str) -> int:
    """Return a whole number below 10^12 for the entry ids of Statuspage feeds (`Incident/<integer>`)."""
    return _digest(kind, name) % 10**12


_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def slugify(title: str, language: str = "en") -> str:
    """Return a title as a file name: 'Größe ändern?' becomes 'grosse-andern', and 'Где?' becomes 'gde'.

    In German (`de`) it becomes 'groesse-aendern'. A title without any letter or digit gets six characters
    that stay the same.
    """
    text = unicodedata.normalize("NFC", title.replace("ß", "ss"))
    if language.partition("-")[0] == "de":
        text = text.translate(_GERMAN)
    plain = "".join(map(_plain, text))
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:60].strip("-")
    return slug or public_id("title", title)[:6]


def _plain(character: str) -> str:
    """Return the ASCII letters that stand for a character; nothing for signs and pictures."""
    base = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
    if base or unicodedata.category(character)[0] not in "LMN":
        return base
    return re.sub(r"[^A-Za-z0-9]", "", anyascii(character))
