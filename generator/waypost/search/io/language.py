"""The words of a language, for the search: theme/search/, Snowball's stemmers, lists of stop words, and the synonyms
of the site."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from heapq import nlargest

import snowballstemmer
from spellchecker import SpellChecker
from stopwordsiso import stopwords
from whoosh.lang import has_stopwords, stopwords_for_language
from whoosh.lang.porter import stem as porter

from waypost.base.files.resources import theme_folder
from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import parse_yaml
from waypost.base.tokens import fold, words_of
from waypost.formats.search import SynonymFile
from waypost.problems import ProblemsFound
from waypost.search.rules.index import Language, SynonymGroup

GENERAL = 0.5
"""The worth of a synonym of the language against the word itself."""

OWN = 0.8
"""The worth of a synonym that the site names."""


_STEMMERS = {
    "ar": "arabic", "hy": "armenian", "eu": "basque", "ca": "catalan", "cs": "czech", "da": "danish", "nl": "dutch",
    "eo": "esperanto", "et": "estonian", "fi": "finnish", "fr": "french", "de": "german", "el": "greek",
    "hi": "hindi", "hu": "hungarian", "id": "indonesian", "ga": "irish", "it": "italian", "lt": "lithuanian",
    "ne": "nepali", "nb": "norwegian", "nn": "norwegian", "no": "norwegian", "fa": "persian", "pl": "polish",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "st": "sesotho", "es": "spanish",
    "sv": "swedish", "ta": "tamil", "tr": "turkish", "yi": "yiddish",
}  # fmt: skip
"""Snowball's algorithms, by the code of the language."""


def stemmer(language: str) -> Callable[[str], str]:
    """Return a function from words to their stems, without diacritics."""
    if language == "en":
        # Porter's first stemmer, as in Whoosh's own analysis: it finds as much as the second, in a quarter of the time.
        return cache(porter)
    if language not in _STEMMERS:
        return str
    stem = snowballstemmer.stemmer(_STEMMERS[language]).stemWord
    return cache(lambda word: fold(stem(word)))


_LINKS = {
    "de": ("", "s", "n", "en", "es", "e", "er"),
    "nl": ("", "s", "en", "e", "er"),
    **dict.fromkeys(("da", "nb", "nn", "no", "sv"), ("", "s", "e", "o", "u")),
    **dict.fromkeys(("et", "fi", "hu"), ("", "n")),
}
"""What stands between the parts of compounds, in languages that write them as one word."""


def stop_words(language: str) -> frozenset[str]:
    """Return the words that are in every sentence of a language."""
    words = stopwords_for_language(language) if has_stopwords(language) else stopwords(language)
    return frozenset(fold(word) for word in words)


FREQUENT = 20_000
"""Words of a language that are never taken for another word."""

SHORTEST_FREQUENT = 3
"""Letters of such a word; shorter ones are never corrected anyway."""


def frequent_words(language: str) -> frozenset[str]:
    """Return the most frequent words of a language, as search sees them; none where nobody has counted them."""
    if language not in SpellChecker.languages():
        return frozenset()
    counts = dict(SpellChecker(language=language).word_frequency.items())
    words = nlargest(FREQUENT, counts, key=counts.__getitem__)
    return frozenset(found for word in words for found in words_of(word) if len(found) >= SHORTEST_FREQUENT)


def search_language(code: str, own: SynonymFile | None = None) -> Language:
    """Return a language with the synonyms of a site; one that Waypost has no words for is read without."""
    general = _general(code)
    groups = own.synonyms if own else ()
    return replace(general, synonyms=(*general.synonyms, *(SynonymGroup(group, OWN) for group in groups)))


@cache
def _general(code: str) -> Language:
    known = Language(
        code, stemmer(code), stop_words(code), links=_LINKS.get(code, ()), words=frequent_words(code)
    )
    path = theme_folder() / "search" / f"{code}.yml"
    if not path.is_file():
        return known
    document, problems = parse_yaml(Source(f"theme/search/{code}.yml", path.read_text(encoding="utf-8")))
    if document is None:
        raise ProblemsFound(problems)
    groups = (tuple(member.strip() for member in line.split(",")) for line in document.data["synonyms"])
    return replace(
        known,
        stop=frozenset(fold(word) for word in document.data["stop"].split()),
        light=frozenset(fold(word) for word in document.data["light"].split()),
        synonyms=tuple(SynonymGroup(members, GENERAL) for members in groups),
        pages={name: tuple(questions) for name, questions in document.data["pages"].items()},
    )
