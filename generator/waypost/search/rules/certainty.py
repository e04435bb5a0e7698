"""From what confidence on an answer is one: learned from the documents themselves, for each site anew.

Words that are drawn from anywhere make questions that nothing answers. How near the best document comes to such
a question depends on how long the documents of a site are, and how much they have in common.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.index import Index, Language, build_index, document_words
from waypost.search.rules.ranking import rank

DRAWN = 60
"""Questions that are drawn."""

WORDS = 8
"""Words of each that are known. People ask in six to sixteen words, by the means of seven collections."""

KNOWN = 72
"""The part of the words of a question about something else that a site knows, in hundredths."""

LEAST = 30
"""With fewer documents too little is known of them: then only what comes nearer than nearly all is an answer."""


def learned(index: Index) -> Index:
    """Return an index that knows from what confidence on a document answers."""
    passages = [passage for held in index.passages for passage in held if passage]
    if not passages:
        return index
    found = sorted(rank(index, question, 1).confidence for question in _drawn(passages))
    place = DRAWN // 2 if len(index.documents) >= LEAST else DRAWN * 4 // 5
    return replace(index, sure=found[place] * KNOWN // 100)


def index_documents(documents: Sequence[SearchDocument], language: Language) -> Index:
    """Index documents without a cache."""
    words = [document_words(document, language) for document in documents]
    return learned(build_index(documents, words, language))


def _drawn(passages: Sequence[Sequence[str]]) -> list[str]:
    """Return questions of words that stand anywhere; the same for the same documents."""
    rng = random.Random(0)  # noqa: S311  # no secret
    return [" ".join(rng.choice(rng.choice(passages)) for _ in range(WORDS)) for _ in range(DRAWN)]
