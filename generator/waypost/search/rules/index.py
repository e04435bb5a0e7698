"""The index of one site: which words there are, and how much each is worth in which document."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from waypost.base.tokens import form_of, words_of
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.language import Language
from waypost.search.rules.weights import FIELDS, Counts, Impacts, holders, impacts, rarity

SCALE = 4
"""Steps of an impact to one unit of BM25."""

FINE = 16
"""Steps of a word's weight to one unit of rarity."""

LIGHT = 0.6
"""What a word of any conversation counts against one that says what it is about."""


@dataclass(frozen=True)
class Form:
    """A word as it is written somewhere."""

    term: int
    """The number of the stem that it has in common with its inflections."""
    weight: int
    """How much it tells, in steps of 1/FINE: the rarer the more."""


@dataclass(frozen=True)
class Postings:
    """The documents that a term is worth something in, by their numbers, which ascend."""

    documents: Sequence[int]
    impacts: Sequence[int]


@dataclass(frozen=True)
class Index:
    """All that a ranking reads; browsers get the same in shards."""

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
    stems = {
        form: _stem(form, language) for form in {f for fields in counts for text in fields for f in text}
    }
    stemmed = [tuple(_stemmed(text, stems) for text in fields) for fields in counts]
    anywhere = holders(stemmed)
    worth = impacts(stemmed)
    light = {language.stem(word) for word in language.light} & worth.keys()
    _lighten(worth, light)
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
    """Count and weigh documents of which nothing is remembered."""
    phrases = phrases_of(language)
    return build_index(documents, [count_forms(each, language, phrases) for each in documents], language)


def _stem(form: str, language: Language) -> str:
    return form if " " in form else language.stem(form)


def _stemmed(text: Counts, stems: Mapping[str, str]) -> Counts:
    found: dict[str, int] = defaultdict(int)
    for form, count in text.items():
        found[stems[form]] += count
    return found


def _postings(worth: Mapping[int, float]) -> Postings:
    kept = [(number, steps) for number, value in worth.items() if (steps := round(value * SCALE))]
    return Postings([number for number, _ in kept], [steps for _, steps in kept])


def _lighten(worth: Impacts, light: Collection[str]) -> None:
    for term in light:
        worth[term] = {number: value * LIGHT for number, value in worth[term].items()}


def _add_synonyms(worth: Impacts, stems: dict[str, str], language: Language) -> None:
    """Let what says the same count; a word that no document has becomes one that is known."""
    own = {term: dict(held) for term, held in worth.items()}
    for group in language.synonyms:
        members = {form: _stem(form, language) for form in map(form_of, group.members)}
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
