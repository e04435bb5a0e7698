"""Which articles are about the same, by the words that set them apart from all others."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cached_property, partial

from whoosh.analysis import StemmingAnalyzer
from whoosh.analysis.acore import Composable
from whoosh.classify import Bo1Model

from waypost.formats.article import Article
from waypost.search.io.word_cache import TermCache, WordCounts
from waypost.search.rules.documents import search_documents

FIELDS = {"title": 2.0, "aliases": 2.5, "headings": 1.2, "text": 1.0}
"""How much the words of each part of an article weigh when it is compared with others."""

KEY_TERMS = 25
"""Words that stand for an article when it is compared: the ones that set it apart from the others."""

COMMON = 0.25
"""A word that is a key term of more than this share of the articles does not tell any two apart."""

COMMON_AT_LEAST = 50
"""Below this number of articles no word counts as common."""


class Likeness:
    """The articles that are most like an article, by their key terms (Bose-Einstein, as Whoosh's `more_like` uses).

    All articles are compared in one pass over an inverted list of their key terms, where one search an article
    would read the whole index each time.
    """

    def __init__(self, articles: Sequence[Article], cache: TermCache[WordCounts] | None = None) -> None:
        self._articles = tuple(articles)
        self._cache = cache or TermCache(dict)

    def more_like(self, path: str, limit: int = 20) -> list[tuple[str, float]]:
        """Return the articles that share key terms with the one at `path`, from 1 (the same text) down to 0.

        The article itself is left out; for an unknown path the list is empty.
        """
        found: dict[str, float] = defaultdict(float)
        for term, weight in self._key_terms.get(path, {}).items():
            for other, its_weight in self._articles_of[term]:
                found[other] += weight * its_weight
        found.pop(path, None)
        # Rounded, so that the order of additions cannot change the order of the list.
        ranked = sorted((-round(score, 6), other) for other, score in found.items())
        return [(other, -score) for score, other in ranked[:limit]]

    @cached_property
    def _key_terms(self) -> dict[str, dict[str, float]]:
        """The key terms of each article with their weights, as a vector of length one."""
        counts = self._counts()
        everywhere: dict[str, float] = defaultdict(float)
        for words in counts.values():
            for word, count in words.items():
                everywhere[word] += count
        model = Bo1Model(max(len(counts), 1), sum(everywhere.values()))
        return {path: _heaviest(words, everywhere, model) for path, words in counts.items()}

    @cached_property
    def _articles_of(self) -> dict[str, list[tuple[str, float]]]:
        lists: dict[str, list[tuple[str, float]]] = defaultdict(list)
        for path, terms in self._key_terms.items():
            for term, weight in terms.items():
                lists[term].append((path, weight))
        most = max(COMMON_AT_LEAST, COMMON * len(self._key_terms))
        return {term: articles if len(articles) <= most else [] for term, articles in lists.items()}

    def _counts(self) -> Mapping[str, Mapping[str, float]]:
        """Count the stems of each article; title and questions weigh as much more as in a search."""
        analyzer = StemmingAnalyzer()
        counts = {
            article.path: self._cache.get(
                f"{article.kind}\0{article.front!r}\0{article.body}", partial(_stems, analyzer, article)
            )
            for article in self._articles
        }
        self._cache.save()
        return counts


def _stems(analyzer: Composable, article: Article) -> WordCounts:
    found: dict[str, float] = defaultdict(float)
    for document in search_documents([article]):
        texts = (document.title, " ".join(document.aliases), document.headings, document.text)
        for (_, weight), text in zip(FIELDS.items(), texts, strict=True):
            for token in analyzer(text):
                found[token.text] += weight
    return dict(found)


def _heaviest(
    words: Mapping[str, float], everywhere: Mapping[str, float], model: Bo1Model
) -> dict[str, float]:
    total = sum(words.values())
    scored = sorted((-model.score(count, everywhere[word], total), word) for word, count in words.items())
    heaviest = [(word, -score) for score, word in scored[:KEY_TERMS] if score < 0]
    length = math.sqrt(sum(score * score for _, score in heaviest))
    return {word: score / length for word, score in heaviest}
