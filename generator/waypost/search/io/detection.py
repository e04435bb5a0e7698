"""The language of a text, by its script and its stop words."""

from __future__ import annotations

import unicodedata
from collections import Counter

from stopwordsiso import stopwords

from waypost.base.tokens import fold, words_of

_BY_SCRIPT = {
    # By the first word of the names that Unicode gives to the letters of a script. English first, so that it wins
    # where nothing is known.
    "LATIN": (
        *(
            "en",
            "ca",
            "cs",
            "da",
            "de",
            "eo",
            "es",
            "et",
            "eu",
            "fi",
            "fr",
            "ga",
            "gl",
            "hr",
            "hu",
            "id",
            "it",
        ),
        *("lt", "lv", "nl", "no", "pl", "pt", "ro", "sk", "sl", "sv", "tr", "vi"),
    ),
    "CYRILLIC": ("ru", "uk", "bg"),
    "ARABIC": ("ar", "fa", "ur"),
    "DEVANAGARI": ("hi", "mr"),
    "HIRAGANA": ("ja",),
    "KATAKANA": ("ja",),
    "CJK": ("zh",),
    "HANGUL": ("ko",),
    "THAI": ("th",),
    "GREEK": ("el",),
    "HEBREW": ("he",),
    "ARMENIAN": ("hy",),
    "BENGALI": ("bn",),
    "GUJARATI": ("gu",),
}

_SAMPLE = 200_000
"""Characters that are looked at."""

_KANA = 0.05
"""The share of kana that makes a text Japanese, whose words are mostly written in Chinese characters."""


def detect_language(text: str) -> str:
    """Return the code of the language of a text; English where nothing is known of it.

    Of the languages of its script it is the one whose stop words are most frequent; a word counts the less, the
    more languages it is a stop word of.
    """
    text = text[:_SAMPLE]
    scripts = Counter(unicodedata.name(letter, "").partition(" ")[0] for letter in text if letter.isalpha())
    if scripts["HIRAGANA"] + scripts["KATAKANA"] > _KANA * scripts.total():
        return "ja"
    codes = _BY_SCRIPT[max(_BY_SCRIPT, key=lambda name: scripts[name])]
    if len(codes) == 1:
        return codes[0]
    lists = {code: frozenset(map(fold, stopwords(code))) for code in codes}
    shared = Counter(word for words in lists.values() for word in words)
    counts = Counter(words_of(text))
    return max(codes, key=lambda code: sum(counts[word] / shared[word] for word in lists[code]))
