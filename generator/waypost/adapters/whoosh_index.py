"""Search with Whoosh: analysis and BM25F over title, aliases, headings and text.

The only module that knows Whoosh, so that another of its forks is a change of one line.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from whoosh.analysis import StemmingAnalyzer
from whoosh.analysis.acore import Composable
from whoosh.classify import Bo1Model
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.index import Index
from whoosh.query import Or, Term
from whoosh.searching import Searcher

from waypost.adapters.term_memory import TermMemory
from waypost.core.search import SearchDocument, search_documents
from waypost.model.article import Article

FIELDS = {"title": 2.0, "aliases": 2.5, "headings": 1.2, "text": 1.0}
"""The fields and how much each weighs; what people asked in their own words weighs most."""

MAX_WORDS = 40
"""Words of a question that are looked at; a longer one is a story, and its start says what it is about."""


KEY_TERMS = 25
"""Words that stand for an article when it is compared: those that tell it from the others."""

COMMON = 0.25
"""A word that is a key term of more than this share of the articles does not tell any two apart."""

COMMON_AT_LEAST = 50
"""Below this number of articles no word counts as common."""


@dataclass(frozen=True)
class Hit:
    """A document that answers, with how well: higher is better, and only the order has a meaning."""

    document: SearchDocument
    score: float


class SearchIndex:
    """An index in memory over the documents of one site."""

    def __init__(self, documents: Sequence[SearchDocument]) -> None:
        self._documents = tuple(documents)
        self._analyzer = StemmingAnalyzer()
        self._index = self._build()

    def _build(self) -> Index:
        fields = {name: TEXT(analyzer=self._analyzer, field_boost=boost) for name, boost in FIELDS.items()}
        index = RamStorage().create_index(Schema(number=STORED, **fields))
        writer = index.writer()
        for number, document in enumerate(self._documents):
            writer.add_document(
                number=number,
                title=document.title,
                aliases=" ".join(document.aliases),
                headings=document.headings,
                text=document.text,
            )
        writer.commit()
        return index

    def search(self, question: str, limit: int = 10) -> list[Hit]:
        """Return the documents that share words with a question, best first.

        Any shared word counts; a word that is in no document is replaced by the nearest that is.
        """
        with self._index.searcher() as searcher:
            words = [self._known(searcher, token.text) for token in self._analyzer(question[:2000])][
                :MAX_WORDS
            ]
            terms = [Term(field, word) for word in dict.fromkeys(filter(None, words)) for field in FIELDS]
            if not terms:
                return []
            found = searcher.search(Or(terms), limit=limit)
            return [Hit(self._documents[hit["number"]], float(hit.score)) for hit in found]

    def _known(self, searcher: Searcher, word: str) -> str:
        reader = searcher.reader()
        if any((field, word) in reader for field in FIELDS):
            return word
        near = searcher.corrector("text").suggest(word, limit=1, maxdist=2, prefix=1) if len(word) > 3 else []
        return str(near[0]) if near else ""


class Likeness:
    """Tells which articles speak of the same, by their key terms (Bose-Einstein, as Whoosh's `more_like` uses).

    All articles are compared in one pass over an inverted list of their key terms, where one search an article
    would read the whole index each time.
    """

    def __init__(self, articles: Sequence[Article], memory: TermMemory | None = None) -> None:
        self._articles = tuple(articles)
        self._memory = memory or TermMemory()

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
            article.path: self._memory.recall(_text_of(article), partial(_stems, analyzer, article))
            for article in self._articles
        }
        self._memory.save()
        return counts


def _text_of(article: Article) -> str:
    """Return all that the words of an article are taken from."""
    return f"{article.kind}\0{article.front!r}\0{article.body}"


def _stems(analyzer: Composable, article: Article) -> dict[str, float]:
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
