"""How much each word of a document counts: BM25F with weights for title, aliases, headings and text.

Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009). Each field is saturated
for itself, and the rarity of a word is mostly that within the field: on both collections that this was
measured with, that finds more than adding up the fields first.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Counts = Mapping[str, int]
"""How often each term stands in a text."""


@dataclass(frozen=True)
class Field:
    """One part of a document."""

    name: str
    weight: float
    saturation: float
    """k1 of BM25: how slowly further mentions stop to count."""
    length: float
    """b of BM25: how much a long text counts less, from 0 to 1."""


FIELDS = (
    Field("title", weight=2.0, saturation=1.5, length=0.75),
    Field("aliases", weight=2.5, saturation=1.2, length=0.0),
    Field("headings", weight=0.8, saturation=1.2, length=0.5),
    Field("text", weight=1.0, saturation=2.5, length=0.75),
)

OWN_RARITY = 0.7
"""The part of a word's weight that its rarity within the field decides; its rarity anywhere decides the rest."""


def rarity(holders: int, documents: int) -> float:
    """Return how much a word tells that is in some documents of all: Robertson's idf, never below zero."""
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


Impacts = dict[str, dict[int, float]]
"""What each term is worth in which document, by its number."""


def holders(documents: Sequence[Sequence[Counts]]) -> Counter[str]:
    """Return in how many documents each term is."""
    return Counter(term for fields in documents for term in set().union(*fields))


def impacts(documents: Sequence[Sequence[Counts]]) -> Impacts:
    """Return what each term is worth in each document, which is given by the counts of its FIELDS.

    The numbers of the documents ascend for each term.
    """
    anywhere = holders(documents)
    scales = [
        _Scale.of(field, [fields[place] for fields in documents], anywhere)
        for place, field in enumerate(FIELDS)
    ]
    found: Impacts = defaultdict(dict)
    for number, fields in enumerate(documents):
        for term, value in _values(fields, scales).items():
            found[term][number] = value
    return found


@dataclass(frozen=True)
class _Scale:
    """What one field counts by."""

    field: Field
    worth: Mapping[str, float]
    """Of each term, before saturation."""
    average: float
    """Words of a text that has any."""

    @classmethod
    def of(cls, field: Field, texts: Sequence[Counts], anywhere: Counts) -> _Scale:
        lengths = [length for text in texts if (length := sum(text.values()))]
        within = Counter(term for text in texts for term in text)
        worth = {
            term: field.weight
            * (field.saturation + 1)
            * (OWN_RARITY * rarity(count, len(texts)) + (1 - OWN_RARITY) * rarity(anywhere[term], len(texts)))
            for term, count in within.items()
        }
        return cls(field, worth, sum(lengths) / len(lengths) if lengths else 1.0)

    def values(self, text: Counts) -> dict[str, float]:
        """Return what each term of a text is worth."""
        field, worth = self.field, self.worth
        length = sum(text.values()) / self.average
        norm = field.saturation * (1 - field.length + field.length * length)
        return {term: worth[term] * count / (count + norm) for term, count in text.items()}


def _values(fields: Sequence[Counts], scales: Sequence[_Scale]) -> dict[str, float]:
    """Add up what each term is worth in the fields of one document."""
    *short, longest = zip(scales, fields, strict=True)
    found = longest[0].values(longest[1])
    for scale, text in short:
        for term, value in scale.values(text).items():
            found[term] = found.get(term, 0.0) + value
    return found
