"""The index of one site: which words there are, and how much each is worth in which document."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from waypost.base.tokens import form_of, words_of
from waypost.search.rules.documents import SearchDocument


@dataclass(frozen=True)
class SynonymGroup:
    """Words and phrases that people use for one thing."""

    members: tuple[str, ...]
    weight: float
    """The worth of a document with one of the other members, against one with the member that was asked."""


@dataclass(frozen=True)
class Language:
    """One language as the index needs it."""

    code: str
    stem: Callable[[str], str]
    """Returns the stem that the inflections of a word share."""
    stop: frozenset[str] = frozenset()
    """Words that are in every sentence; nothing is found by them."""
    light: frozenset[str] = frozenset()
    """Words of any conversation, which say little about a question."""
    synonyms: Sequence[SynonymGroup] = ()

    def term_of(self, form: str) -> str:
        """Return the stem of a word; a phrase is its own."""
        return form if " " in form else self.stem(form)


Counts = Mapping[str, int]
"""How often each term stands in a text."""


@dataclass(frozen=True)
class DocumentField:
    """One part of a document."""

    name: str
    weight: float
    saturation: float
    """k1 of BM25: how slowly further mentions stop to count."""
    length: float
    """b of BM25: how much a long text counts less, from 0 to 1."""


FIELDS = (
    DocumentField("title", weight=2.0, saturation=1.5, length=0.75),
    DocumentField("aliases", weight=2.5, saturation=1.2, length=0.0),
    DocumentField("headings", weight=0.8, saturation=1.2, length=0.5),
    DocumentField("text", weight=1.0, saturation=2.5, length=0.75),
)

OWN_RARITY = 0.7
"""The part of a word's weight that its rarity within the field decides; its rarity anywhere decides the rest."""


def rarity(holders: int, documents: int) -> float:
    """Return the weight of a word by how many documents of all hold it: Robertson's idf, never below zero."""
    return math.log(1 + (documents - holders + 0.5) / (holders + 0.5))


Impacts = dict[str, dict[int, float]]
"""The worth of each term in each document, by the document's number."""


def holders(documents: Sequence[Sequence[Counts]]) -> Counter[str]:
    """Return in how many documents each term is."""
    return Counter(term for fields in documents for term in set().union(*fields))


def impacts(documents: Sequence[Sequence[Counts]]) -> Impacts:
    """Return the worth of each term in each document; a document is given as the counts of its FIELDS.

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
    """The weights of one field."""

    field: DocumentField
    worth: Mapping[str, float]
    """Of each term, before saturation."""
    average: float
    """Words of a text that has any."""

    @classmethod
    def of(cls, field: DocumentField, texts: Sequence[Counts], anywhere: Counts) -> _Scale:
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
        """Return the worth of each term of a text."""
        field, worth = self.field, self.worth
        length = sum(text.values()) / self.average
        norm = field.saturation * (1 - field.length + field.length * length)
        return {term: worth[term] * count / (count + norm) for term, count in text.items()}


def _values(fields: Sequence[Counts], scales: Sequence[_Scale]) -> dict[str, float]:
    """Add up the worth of each term over the fields of one document."""
    *short, longest = zip(scales, fields, strict=True)
    found = longest[0].values(longest[1])
    for scale, text in short:
        for term, value in scale.values(text).items():
            found[term] = found.get(term, 0.0) + value
    return found


SCALE = 4
"""Steps of an impact to one unit of BM25."""

FINE = 16
"""Steps of a word's weight to one unit of rarity."""

LIGHT = 0.6
"""The weight of a word of any conversation against other words."""


@dataclass(frozen=True)
class Form:
    """A word as it is written somewhere."""

    term: int
    """The number of the stem that it has in common with its inflections."""
    weight: int
    """Its weight, in steps of 1/FINE: the rarer, the more."""


@dataclass(frozen=True)
class Postings:
    """The documents that a term is worth something in, by their numbers, which ascend."""

    documents: Sequence[int]
    impacts: Sequence[int]


@dataclass(frozen=True)
class Index:
    """The data of the ranking; browsers get it in shards."""

    documents: tuple[SearchDocument, ...]
    forms: Mapping[str, Form]
    """By the word; those that were only named as synonyms are among them. In the order of the alphabet."""
    postings: Sequence[Postings]
    """By the number of the term."""
    stop: frozenset[str]
    phrases: frozenset[str]
    """Entries of `forms` with spaces: words that mean something else together."""
    unknown: int
    """The weight of a word that is nowhere."""

    @cached_property
    def by_letter(self) -> Mapping[str, Sequence[str]]:
        """The forms by their first letter, in the order of the alphabet."""
        found: dict[str, list[str]] = {}
        for form in self.forms:
            found.setdefault(form[0], []).append(form)
        return found


FieldCounts = tuple[Counts, ...]
"""How often each form stands in each of FIELDS."""

Phrases = Mapping[str, Sequence[tuple[str, ...]]]
"""Phrases as their words, by their first word."""


def count_forms(document: SearchDocument, language: Language, phrases: Phrases) -> FieldCounts:
    """Count the words of each field of a document, as they are written, and the phrases among them."""
    texts = {
        "title": document.title,
        # A mark between two keeps the end of one and the start of the next from making a phrase.
        "aliases": " . ".join(document.aliases),
        "headings": document.headings,
        "text": document.text,
    }
    return tuple(_count(texts[field.name], language.stop, phrases) for field in FIELDS)


def phrases_of(language: Language) -> Phrases:
    """Return the synonyms of several words, by their first word."""
    found: dict[str, list[tuple[str, ...]]] = {}
    for group in language.synonyms:
        for member in group.members:
            words = tuple(form_of(member).split())
            if len(words) > 1:
                found.setdefault(words[0], []).append(words)
    return found


def _count(text: str, stop: Collection[str], phrases: Phrases) -> Counts:
    words = words_of(text)
    counts = Counter(word for word in words if word not in stop)
    for at, word in enumerate(words):
        for phrase in phrases.get(word, ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                counts[" ".join(phrase)] += 1
    return counts


def build_index(
    documents: Sequence[SearchDocument], counts: Sequence[FieldCounts], language: Language
) -> Index:
    """Weigh every word of every document; `counts` are those of `count_forms`, in the same order."""
    forms = {form for fields in counts for text in fields for form in text}
    stems = {form: language.term_of(form) for form in forms}
    stemmed = [tuple(_stemmed(text, stems) for text in fields) for fields in counts]
    anywhere = holders(stemmed)
    worth = impacts(stemmed)
    light = {language.stem(word) for word in language.light} & worth.keys()
    for term in light:
        worth[term] = {number: value * LIGHT for number, value in worth[term].items()}
    _add_synonyms(worth, stems, language)
    terms = sorted(worth)
    numbers = {term: number for number, term in enumerate(terms)}
    weights = {
        term: max(1, round(rarity(anywhere[term], len(documents)) * FINE * (LIGHT if term in light else 1)))
        for term in terms
    }
    return Index(
        documents=tuple(documents),
        forms={
            form: Form(numbers[stem], weights[stem])
            for form, stem in sorted(stems.items())
            if stem in numbers
        },
        postings=[_postings(worth[term]) for term in terms],
        stop=language.stop,
        phrases=frozenset(form for form in stems if " " in form),
        unknown=round(rarity(0, len(documents)) * FINE),
    )


def index_documents(documents: Sequence[SearchDocument], language: Language) -> Index:
    """Count and weigh documents without a cache."""
    phrases = phrases_of(language)
    return build_index(documents, [count_forms(each, language, phrases) for each in documents], language)


def _stemmed(text: Counts, stems: Mapping[str, str]) -> Counts:
    found: dict[str, int] = defaultdict(int)
    for form, count in text.items():
        found[stems[form]] += count
    return found


def _postings(worth: Mapping[int, float]) -> Postings:
    kept = [(number, steps) for number, value in worth.items() if (steps := round(value * SCALE))]
    return Postings([number for number, _ in kept], [steps for _, steps in kept])


def _add_synonyms(worth: Impacts, stems: dict[str, str], language: Language) -> None:
    """Let synonyms count for each other; a synonym that no document holds becomes a known word."""
    own = {term: dict(held) for term, held in worth.items()}
    for group in language.synonyms:
        members = {form: language.term_of(form) for form in map(form_of, group.members)}
        known = {stem for stem in members.values() if stem in own}
        if not known:
            continue
        for form, stem in members.items():
            stems.setdefault(form, stem)
            for other in known - {stem}:
                _merge(worth, stem, own[other], group.weight)


def _merge(worth: Impacts, term: str, other: Mapping[int, float], share: float) -> None:
    held = dict(worth.get(term, {}))
    for number, value in other.items():
        held[number] = max(held.get(number, 0.0), value * share)
    worth[term] = dict(sorted(held.items()))
