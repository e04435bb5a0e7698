"""The alphabet of text messages (3GPP TS 23.038, 6.2.1): what a message may hold without becoming three.

A message has 160 places for letters of this alphabet, some of which take two. One other letter anywhere, and all
are sent as UTF-16, of which there is room for 70.
"""

from __future__ import annotations

import unicodedata

from waypost.notify.channels.chat import head, length

MOST_GSM = 160
MOST_UTF16 = 70

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "ÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("\f^{}\\[~]|€")
"""These take two places: an escape goes before each."""

_ALIKE = {
    **dict.fromkeys("‘’‚‛′´`", "'"),
    **dict.fromkeys("“”„‟″«»", '"'),
    **dict.fromkeys("‹", "<"),
    **dict.fromkeys("›", ">"),
    **dict.fromkeys("‐‑‒–—―−", "-"),
    **dict.fromkeys("•·∙▪", "-"),
    "…": "...",
    "→": "->",
    "←": "<-",
    "×": "x",
    "÷": "/",
    "ẞ": "SS",
    "Œ": "OE",
    "œ": "oe",
    "Ł": "L",
    "ł": "l",
    "Đ": "D",
    "đ": "d",
    "ı": "i",
    "þ": "th",
    "Þ": "Th",
    "ð": "d",
    "©": "(c)",
    "®": "(r)",
    "°": " deg",
    "\t": " ",
}
"""What can be written with letters of the alphabet without another meaning."""


def places(text: str) -> int | None:
    """Count the places that a text takes of the 160; None where it holds a letter that is not in the alphabet."""
    if any(letter not in BASIC and letter not in EXTENDED for letter in text):
        return None
    return sum(2 if letter in EXTENDED else 1 for letter in text)


def transliterate(text: str) -> str:
    """Write a text with the letters of the alphabet as far as it can be read then; symbols such as emoji are left out.

    Letters of other scripts stay as they are.
    """
    return " ".join("".join(map(_replaced, unicodedata.normalize("NFC", text))).split())


def only_gsm(text: str) -> str:
    """Return what of a text can be written with the alphabet, without the rest."""
    kept = "".join(letter for letter in transliterate(text) if letter in BASIC or letter in EXTENDED)
    return " ".join(kept.split())


def _replaced(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED:
        return letter
    if letter in _ALIKE:
        return _ALIKE[letter]
    bare = "".join(_ALIKE.get(part, part) for part in unicodedata.normalize("NFKD", letter) if _is_base(part))
    if bare and places(bare) is not None:
        return bare
    kind = unicodedata.category(letter)
    if kind.startswith("Z"):
        return " "
    # Symbols, marks of other letters and what is not shown.
    return "" if kind.startswith("S") or kind in ("Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn") else letter


def _is_base(part: str) -> bool:
    return not unicodedata.combining(part)


def fits(text: str) -> bool:
    """Tell whether a text is one message."""
    taken = places(text)
    return length(text) <= MOST_UTF16 if taken is None else taken <= MOST_GSM


def cut(text: str, rest: str) -> str:
    """Return the beginning of a text with which `rest` behind it is one message; empty where there is no room."""
    if fits(text + rest):
        return text
    for most in range(min(len(text), MOST_GSM), 0, -1):
        kept = head(text, most).rstrip(" .,;:-(")
        words = kept.rpartition(" ")[0]
        # A long word is cut rather than lost.
        kept = words if 2 * len(words) >= len(kept) else kept
        if kept and fits(f"{kept}...{rest}"):
            return f"{kept}..."
    return ""
