"""Read what search knows of a language: theme/search/, Whoosh's grammar, and the synonyms of the site."""

from __future__ import annotations

from functools import cache

from waypost.base.files.resources import theme_folder
from waypost.base.files.text_files import Source
from waypost.base.files.yaml_source import parse_yaml
from waypost.base.tokens import fold
from waypost.formats.search import SynonymFile
from waypost.problems import ProblemsFound
from waypost.search.io.whoosh_words import stemmer, stop_words
from waypost.search.rules.language import Language, SynonymGroup

GENERAL = 0.5
"""What a synonym of the language is worth against the word itself."""

OWN = 0.8
"""The same for a synonym that the writers of the site named."""


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
