"""The words of a language, for the search: theme/search/, Whoosh's grammar, and the synonyms of the site."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from whoosh.lang import has_stemmer, has_stopwords, languages, stemmer_for_language, stopwords_for_language
from whoosh.lang.porter import stem as porter

from waypost.base.files.resources import theme_folder
from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import parse_yaml
from waypost.base.tokens import fold
from waypost.formats.search import SynonymFile
from waypost.problems import ProblemsFound
from waypost.search.rules.index import Language, SynonymGroup

GENERAL = 0.5
"""The worth of a synonym of the language against the word itself."""

OWN = 0.8
"""The worth of a synonym that the site names."""


def stemmer(language: str) -> Callable[[str], str]:
    """Return a function from words to their stems; in a language that Whoosh does not know, words stay as they are."""
    if language == "en":
        # Porter's first stemmer, as in Whoosh's own analysis: it finds as much as the second, in half the time.
        return cache(porter)
    return cache(stemmer_for_language(language)) if has_stemmer(language) else str


WITH_STOP_WORDS = frozenset(language for language in languages if has_stopwords(language))
"""Languages whose stop words are known."""


def stop_words(language: str) -> frozenset[str]:
    """Return the words that are in every sentence of a language; none for one that Whoosh does not know."""
    words = stopwords_for_language(language) if has_stopwords(language) else ()
    return frozenset(fold(word) for word in words)


def search_language(code: str, own: SynonymFile | None = None) -> Language:
    """Return a language with the synonyms of a site; one that Waypost has no words for is read without."""
    general = _general(code)
    groups = own.synonyms if own else ()
    return Language(
        general.code,
        general.stem,
        general.stop,
        general.light,
        (*general.synonyms, *(SynonymGroup(group, OWN) for group in groups)),
    )


@cache
def _general(code: str) -> Language:
    path = theme_folder() / "search" / f"{code}.yml"
    if not path.is_file():
        return Language(code, stemmer(code), stop_words(code))
    document, problems = parse_yaml(Source(f"theme/search/{code}.yml", path.read_text(encoding="utf-8")))
    if document is None:
        raise ProblemsFound(problems)
    groups = (tuple(member.strip() for member in line.split(",")) for line in document.data["synonyms"])
    return Language(
        code,
        stemmer(code),
        frozenset(fold(word) for word in document.data["stop"].split()),
        frozenset(fold(word) for word in document.data["light"].split()),
        tuple(SynonymGroup(members, GENERAL) for members in groups),
    )
