"""Header lines of mails, written by ourselves.

The library of the language reads a value before it writes it: encoded words (RFC 2047) in a title come out as
what they stand for, line ends and further headers included. And it cuts long ids into such words.
"""

from __future__ import annotations

import base64
import re
import textwrap
from collections.abc import Iterable

FOLD = "\r\n "
"""How a header goes on in the next line (RFC 5322, 2.2.3)."""

WIDTH = 76
"""Characters of a line, where that can be chosen."""

_PER_WORD = 42
# Bytes that an encoded word holds: their base64 and what is around it have less than 75 characters (RFC 2047, 2).
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_SAFE = re.compile(r"[ -~]*")
_LONG = re.compile(r"\S{300}")


def header_lines(headers: Iterable[tuple[str, str]]) -> bytes:
    """Return header lines; a value that would begin another header is a fault of the caller."""
    lines = [f"{name}: {value}\r\n" for name, value in headers]
    if any(re.search(r"[\r\n]", line.replace(FOLD, "")[:-2]) for line in lines):
        raise ValueError("a header holds a line end")
    return "".join(lines).encode()


def words(text: str) -> str:
    """Write one line of text, such as a subject."""
    if not _is_plain(text):
        return _encoded(text)
    lines = textwrap.wrap(text, WIDTH - 10, break_long_words=False, break_on_hyphens=False)
    return FOLD.join(lines)


def address(name: str, mail: str) -> str:
    """Write an address with the name that stands beside it, if there is one."""
    if not name:
        return mail
    if not _is_plain(name):
        name = _encoded(name)
    elif not _PHRASE.fullmatch(name):
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        name = f'"{escaped}"'
    return f"{name}{FOLD if len(name) + len(mail) > WIDTH - 10 else ' '}<{mail}>"


def _is_plain(text: str) -> bool:
    """Tell whether a text may stand as it is: nobody must take a part of it for an encoded word."""
    return bool(_SAFE.fullmatch(text)) and "=?" not in text and not _LONG.search(text)


def _encoded(text: str) -> str:
    pieces, piece = [], b""
    for character in text:
        data = character.encode("utf-8", "replace")
        if len(piece) + len(data) > _PER_WORD:
            pieces.append(piece)
            piece = b""
        piece += data
    return FOLD.join(f"=?utf-8?b?{base64.b64encode(part).decode('ascii')}?=" for part in [*pieces, piece])
