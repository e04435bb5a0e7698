"""The words of a text as search sees them. theme/search/search_words.js is its twin.

Case and diacritics go, apostrophes close up, articles before a word (l'été) go, and a compound with hyphens counts
as its parts and as one word. Scripts that put no spaces between words are cut into pairs of characters; a Han
character is a word on its own too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
"""Thai, Lao, Burmese, Khmer, Kana and Han."""

_MARK = "".join(char for char in map(chr, range(0x0900, 0x1900)) if unicodedata.category(char)[0] == "M")
_MARK += "\u3099\u309a"
"""Marks that stay: vowels and tones of South and Southeast Asia, and those that make ha to ba or pa."""

_NUMBER = re.compile(r"\d+(?:[.,]\d+)+")
_WORD = rf"(?:[^\W_]|[{_MARK}])+(?:['’](?:[^\W\d_]|[{_MARK}])+)*"
_NUMBER_OR_COMPOUND = re.compile(rf"{_NUMBER.pattern}|{_WORD}(?:[-\u2010\u2011]{_WORD})*")
_HYPHEN = re.compile(r"[-\u2010\u2011]")
_POSSESSIVE = re.compile(r"['’]s$")
_ELISION = re.compile(
    r"^(?:[cdjlmnst]|(?:jus|lors|puis|quoi)?qu|un|gl|(?:d?a|de|ne|su|co|que)ll|quest)['’](?=[aeiouhy])"
)
"""The short words of French, Italian and Catalan that lose their vowel before another."""
_ARABIC_ARTICLE = re.compile(
    "^(?:[\u0648\u0628\u0643\u0641]?\u0627\u0644|\u0644\u0644)(?=[\u0621-\u064a]{2})"
)
"""The article of Arabic and what is written together with it: Larkey, Ballesteros and Connell, Improving stemming for
Arabic information retrieval (2002), light10."""

_APOSTROPHE = re.compile(r"['’]")
_RUN = re.compile(rf"[{_UNSPACED}]+|[^{_UNSPACED}]+")
_HAN = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_SIGN = re.compile(rf"[^{_MARK}][{_MARK}]*|[{_MARK}]+")
_HAS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

LONGEST = 40
"""Characters of a word that count; what is longer is no word."""


def fold(text: str) -> str:
    """Return a text without case and diacritics."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss")).replace("и\u0306", "й")
    return "".join(char for char in plain if unicodedata.category(char)[0] != "M" or char in _MARK).lower()


def written_words(text: str) -> dict[str, str]:
    """Return the words of a text that have diacritics, by the word without: grammar needs them."""
    found: dict[str, str] = {}
    if text.isascii():
        return found
    for match in re.finditer(r"[^\W\d_]+", unicodedata.normalize("NFC", text.lower())):
        written = match[0]
        if not written.isascii() and (folded := fold(written)) != written:
            found.setdefault(folded, written)
    return found


def words_of(text: str) -> list[str]:
    """Return the words of a text, in its order."""
    return [word for group in word_groups(text) for word in group]


def word_groups(text: str) -> Iterator[list[str]]:
    """Yield what stands between spaces: one word, or the parts of a compound and then the whole of it."""
    for found in _NUMBER_OR_COMPOUND.finditer(fold(text)):
        yield _group(found[0])


def form_of(text: str) -> str:
    """Return a word or a phrase as an index writes it: a compound as one word, a phrase with single spaces."""
    return " ".join(group[-1] for group in word_groups(text))


def _group(found: str) -> list[str]:
    if found.isascii() and found.isalnum():
        # Nearly every word: nothing to take apart.
        return [found[:LONGEST]]
    if _NUMBER.fullmatch(found):
        return [found.replace(",", ".")[:LONGEST]]
    parts = [
        _APOSTROPHE.sub("", _POSSESSIVE.sub("", _ELISION.sub("", part))) for part in _HYPHEN.split(found)
    ]
    if len(parts) > 1:
        return [part[:LONGEST] for part in parts] + ["".join(parts)[:LONGEST]]
    return _runs(parts[0])


def _runs(word: str) -> list[str]:
    if not _HAS_UNSPACED.search(word):
        return [_ARABIC_ARTICLE.sub("", word)[:LONGEST]]
    return [part for run in _RUN.findall(word) for part in _pairs(run)]


def _pairs(run: str) -> list[str]:
    if not _HAS_UNSPACED.match(run):
        return [run[:LONGEST]]
    signs = _SIGN.findall(run)
    if len(signs) == 1:
        return [run]
    return _HAN.findall(run) + [one + other for one, other in pairwise(signs)]
