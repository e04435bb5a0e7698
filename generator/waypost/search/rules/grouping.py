"""Searches that led to nothing, and which of them ask for the same."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from waypost.base.tokens import form_of, words_of
from waypost.search.rules.constants import LONGEST_QUESTION
from waypost.search.rules.index import Index, Language
from waypost.search.rules.ranking import Concept, first_letters, near, rank

ALIKE = 0.35
"""The least part of their words that two phrasings share, weighed by how much each word tells. More than a third,
so that two questions of two words are not one for a word in common. Measured on 2,100 real questions about five
collections together: with it, 55 of 100 pairs in a group ask for the same article (17 to 73 of a collection), and 14
of 100 such pairs are found; at 0.25 that is 42 and 22, at 0.45 it is 63 and 9."""

MOST_PHRASINGS = 2000
"""Different questions that are compared, the most frequent first."""


# Browsers put [email] and [number] in their place before they send anything; tickets hold what was typed.
_PERSONAL = re.compile(
    r"\[email\]|\[number\]|[^\s@<>\"',;()]{1,64}@[^\s@<>\"',;()]+|\+?\d(?:[ ./()-]{0,2}\d){6,}|\d{5,}"
)


class UnresolvedReason(StrEnum):
    """Why a search counts as unresolved."""

    NO_ANSWER = "no_answer"
    UNSURE = "unsure"
    """The nearest were shown, and that none of them answers for sure."""
    REFORMULATED = "reformulated"
    """Results were seen, none was opened, and the question was asked in other words."""
    NONE_HELPED = "none_helped"
    NOT_HELPFUL = "not_helpful"
    """An article was opened, and did not help."""
    TICKET = "ticket"
    """It became a request to a person."""


@dataclass(frozen=True)
class UnresolvedSearch:
    """A question that found no help."""

    question: str
    reason: UnresolvedReason
    count: int = 1
    category: str = ""
    """The category of the ticket that it became, in the words of the form."""


@dataclass(frozen=True)
class ReadNext:
    """The article that somebody found after a question that had found no help, by asking in other words."""

    question: str
    """The one that had found none."""
    article: str
    """Its path, from content/; in a log, its address from the root of the help center."""


@dataclass(frozen=True)
class Phrasing:
    """One way to ask, and how often it was used."""

    text: str
    """As most people spelt it, in one line."""
    count: int
    reasons: Mapping[UnresolvedReason, int]
    weights: Mapping[str, int]
    """What it asks for, as terms without inflection, typing error or choice among synonyms, each with its weight."""
    words: tuple[str, ...]
    """The words that carry weight, as they were written."""
    read: Mapping[str, int] = field(default_factory=dict)
    """How often each article was read next."""
    categories: Mapping[str, int] = field(default_factory=dict)
    """How often it became a ticket of each category."""


@dataclass(frozen=True)
class PhrasingGroup:
    """Phrasings that ask for the same."""

    phrasings: tuple[Phrasing, ...]
    """The most frequent first, and of equals the one that is most like all others."""

    @property
    def count(self) -> int:
        """How often it was asked."""
        return sum(phrasing.count for phrasing in self.phrasings)

    @property
    def reasons(self) -> Mapping[UnresolvedReason, int]:
        """How often it was left for which reason, the most frequent first."""
        total: Counter[UnresolvedReason] = Counter()
        for phrasing in self.phrasings:
            total.update(phrasing.reasons)
        return dict(sorted(total.items(), key=lambda row: (-row[1], row[0])))

    @property
    def words(self) -> tuple[str, ...]:
        """The words that people used, the most frequent first."""
        total: Counter[str] = Counter()
        for phrasing in self.phrasings:
            total.update(dict.fromkeys(phrasing.words, phrasing.count))
        return tuple(sorted(total, key=lambda word: (-total[word], word)))


@dataclass(frozen=True)
class Grouping:
    """All searches, grouped by their meaning."""

    groups: tuple[PhrasingGroup, ...]
    """The most frequent first."""
    wordless: int = 0
    """Searches without a word that carries weight."""
    left_out: int = 0
    """Searches beyond MOST_PHRASINGS."""


def group_searches(
    searches: Iterable[UnresolvedSearch], index: Index, language: Language, reads: Iterable[ReadNext] = ()
) -> Grouping:
    """Put searches for the same thing together; the same searches give the same groups in any order."""
    asked = sorted(_tally(searches, reads), key=lambda row: (-row.count, row.text))
    left_out = sum(row.count for row in asked[MOST_PHRASINGS:])
    terms = _QuestionTerms(language)
    gatherer = _Gatherer()
    wordless = 0
    for row in asked[:MOST_PHRASINGS]:
        concepts = [concept for concept in rank(index, row.text, 1).concepts if concept.is_content]
        weights = {terms.of(concept): concept.weight for concept in concepts}
        if weights:
            words = tuple(concept.asked for concept in concepts)
            tallies = dict(row.reasons), weights, words, dict(row.read), dict(row.categories)
            gatherer.add(Phrasing(row.text, row.count, *tallies))
        else:
            wordless += row.count
    groups = sorted(map(_ordered, gatherer.found), key=lambda group: (-group.count, group.phrasings[0].text))
    return Grouping(tuple(groups), wordless, left_out)


def without_personal(question: str) -> str:
    """Return a question in one line, without mail addresses and long numbers: what is an alias can be read by all."""
    return " ".join(_PERSONAL.sub(" ", question).split())


@dataclass
class _Tally:
    """All searches with the same words in the same order."""

    spellings: Counter[str] = field(default_factory=Counter)
    reasons: Counter[UnresolvedReason] = field(default_factory=Counter)
    read: Counter[str] = field(default_factory=Counter)
    categories: Counter[str] = field(default_factory=Counter)

    @property
    def count(self) -> int:
        return self.reasons.total()

    @property
    def text(self) -> str:
        """The question as most people spelt it."""
        return min(self.spellings, key=lambda text: (-self.spellings[text], text))


def _tally(searches: Iterable[UnresolvedSearch], reads: Iterable[ReadNext]) -> list[_Tally]:
    """Count each question once."""
    found: dict[str, _Tally] = defaultdict(_Tally)
    for search in searches:
        text = _shown(search.question)
        tally = found[_key(text)]
        tally.spellings[text] += search.count
        tally.reasons[search.reason] += search.count
        if search.category:
            tally.categories[search.category] += search.count
    for each in reads:
        # What was read after a question that is not in the log belongs to another time.
        if tally_of := found.get(_key(_shown(each.question))):
            tally_of.read[each.article] += 1
    return list(found.values())


def _shown(question: str) -> str:
    return without_personal(question[:LONGEST_QUESTION])


def _key(text: str) -> str:
    return " ".join(words_of(text))


class _QuestionTerms:
    """The terms that words of questions count as: without inflection, choice among synonyms, or typing error."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._unknown: dict[str, list[str]] = defaultdict(list)
        self._same: dict[str, str] = {}
        for group in language.synonyms:
            members = [language.term_of(form_of(member)) for member in group.members]
            # A word in two groups stays with its first: joining the groups would make one of half the language.
            for member in members:
                self._same.setdefault(member, members[0])

    def of(self, concept: Concept) -> str:
        """Return the term of a word or phrase; a word that no article has becomes one like it that came before."""
        known = concept.candidates[0].form if concept.candidates else self._like_unknown(concept.asked)
        term = self._language.term_of(known)
        return self._same.get(term, term)

    def _like_unknown(self, word: str) -> str:
        forms = (form for letter in first_letters(word) for form in self._unknown[letter])
        found = near(word, forms, typing=False)
        if found:
            return found[0].form
        self._unknown[word[0]].append(word)
        return word


def similarity(one: Mapping[str, int], other: Mapping[str, int]) -> float:
    """Return how much two phrasings share, from 0 to 1: Jaccard's index of their weighted terms (Ružička)."""
    shared = sum(min(one[term], other[term]) for term in one.keys() & other.keys())
    return shared / (sum(one.values()) + sum(other.values()) - shared) if shared else 0.0


@dataclass
class _Gatherer:
    """Groups around the phrasing that came first, which is the most frequent one.

    Each phrasing is compared with that one alone. Joining whatever is like any member (single linkage) makes
    chains: on 625 questions about 125 articles, 52 of 100 pairs were then right in place of 71.
    """

    found: list[list[Phrasing]] = field(default_factory=list)
    _by_term: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, phrasing: Phrasing) -> None:
        near = sorted({number for term in phrasing.weights for number in self._by_term.get(term, ())})
        rated = [(similarity(self.found[number][0].weights, phrasing.weights), -number) for number in near]
        best, number = max(rated, default=(0.0, 0))
        if best >= ALIKE:
            self.found[-number].append(phrasing)
            return
        for term in phrasing.weights:
            self._by_term[term].append(len(self.found))
        self.found.append([phrasing])


def _ordered(members: Sequence[Phrasing]) -> PhrasingGroup:
    centre: Counter[str] = Counter()
    for phrasing in members:
        centre.update({term: weight * phrasing.count for term, weight in phrasing.weights.items()})
    total = sum(phrasing.count for phrasing in members)

    def order(phrasing: Phrasing) -> tuple[int, float, str]:
        scaled = {term: weight * total for term, weight in phrasing.weights.items()}
        return -phrasing.count, -similarity(centre, scaled), phrasing.text

    return PhrasingGroup(tuple(sorted(members, key=order)))
