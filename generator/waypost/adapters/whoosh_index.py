"""Search with Whoosh: analysis and BM25F over title, aliases, headings and text.

The only module that knows Whoosh, so that another of its forks is a change of one line.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whoosh.analysis import StemmingAnalyzer
from whoosh.fields import STORED, TEXT, Schema
from whoosh.filedb.filestore import RamStorage
from whoosh.index import Index
from whoosh.query import Or, Term
from whoosh.searching import Searcher

from waypost.core.search import SearchDocument

FIELDS = {"title": 2.0, "aliases": 2.5, "headings": 1.2, "text": 1.0}
"""The fields and how much each weighs; what people asked in their own words weighs most."""

MAX_WORDS = 40
"""Words of a question that are looked at; a longer one is a story, and its start says what it is about."""


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
