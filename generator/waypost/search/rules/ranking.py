"""The documents that answer a question, best first. theme/search/search_ranking.js is the twin, held to the same lists.

All numbers are whole, so that both give the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from waypost.base.tokens import word_groups
from waypost.formats.search import LONGEST_PHRASE
from waypost.search.rules import constants
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.index import Form, Index


def near(word: str, forms: Iterable[str], *, typing: bool) -> list[tuple[str, int]]:
    """Return the forms that a word may stand for, nearest first, each with its nearness from 1 to 100.

    `typing`: the word may be unfinished.
    """
    found = [(form, nearness) for form in forms if (nearness := _nearness(word, form, typing=typing))]
    found.sort(key=lambda row: (-row[1], row[0]))
    return found[: constants.CANDIDATES]


def first_letters(word: str) -> Iterator[str]:
    """Yield the letters with which a form near a word can begin: its first, or the second where that is one too many
    or has changed places. A first letter that is missing is not found: all words would have to be compared."""
    yield from dict.fromkeys(word[:2])


def _nearness(word: str, form: str, *, typing: bool) -> int:
    if " " in form:
        return 0
    if form.startswith(word):
        enough = constants.TYPING if typing else constants.SHORTEST_PREFIX
        return (
            constants.PREFIX + constants.PREFIX_WHOLE * len(word) // len(form) if len(word) >= enough else 0
        )
    shared = _shared(word, form)
    rest = max(len(word), len(form)) - shared
    if shared >= constants.SHORTEST_TYPO and rest <= constants.LONGEST_ENDING and shared >= rest:
        # Another inflection, as far as that is known without its grammar.
        inflected = constants.SAME_STEM if shared == len(form) else constants.INFLECTED
    else:
        inflected = 0
    return max(inflected, _misspelt(word, form))


def _shared(word: str, form: str) -> int:
    most = min(len(word), len(form))
    return next((at for at in range(most) if word[at] != form[at]), most)


def _misspelt(word: str, form: str) -> int:
    if (
        len(word) < constants.SHORTEST_TYPO
        or abs(len(word) - len(form)) > 2
        or len(form) < constants.SHORTEST_FORM
    ):
        return 0
    same_start = word[0] == form[0]
    most = 2 if len(word) >= constants.SHORTEST_TWO_TYPOS and same_start else 1
    edits = distance(word, form, most)
    if edits > most:
        return 0
    return (
        (constants.ONE_TYPO if same_start else constants.FIRST_WRONG) if edits == 1 else constants.TWO_TYPOS
    )


def distance(one: str, other: str, most: int) -> int:
    """Return how many letters must change, go, come or swap places; above `most`, any larger number.

    Optimal string alignment: Boytsov, Indexing methods for approximate dictionary searching (2011), section 2.2.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        now = [row]
        for column, other_letter in enumerate(other, start=1):
            best = min(last[column] + 1, now[column - 1] + 1, last[column - 1] + (letter != other_letter))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == other_letter:
                best = min(best, before[column - 2] + 1)
            now.append(best)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]


@dataclass(frozen=True)
class Candidate:
    """A word of the collection that stands for one that was asked."""

    form: str
    entry: Form
    worth: int
    """Hundredths."""


@dataclass(frozen=True)
class Concept:
    """One word or phrase of a question."""

    asked: str
    candidates: tuple[Candidate, ...]
    weight: int
    """How much it counts."""

    @property
    def is_understood(self) -> bool:
        """Whether it stands for itself or an inflection, or is the beginning of a word: that is no correction."""
        if not self.candidates:
            return True
        form, worth = self.candidates[0].form, self.candidates[0].worth
        return form.startswith(self.asked) or self.asked.startswith(form) or worth == constants.INFLECTED


@dataclass(frozen=True)
class Hit:
    """A document that answers, with how well: higher is better, and only the order has a meaning."""

    document: SearchDocument
    score: int


@dataclass(frozen=True)
class Ranking:
    """The answer to a question."""

    hits: tuple[Hit, ...]
    """Best first; none where nothing answers."""
    concepts: tuple[Concept, ...]
    score: int = 0
    """The score of the best document, in hundredths of the sum of the weights of all words asked."""
    covered: int = 0
    """The part of those weights that the best document covers, in hundredths."""

    @property
    def confidence(self) -> int:
        """How sure it is that the best document answers; below ENOUGH there is no answer."""
        return self.score + self.covered

    @property
    def corrected(self) -> str:
        """The question in words that there are; empty where it was understood as it was written."""
        if all(concept.is_understood for concept in self.concepts):
            return ""
        return " ".join(
            concept.asked if concept.is_understood else concept.candidates[0].form
            for concept in self.concepts
        )


def rank(
    index: Index,
    question: str,
    limit: int = 10,
    *,
    typing: bool = False,
    always: bool = False,
) -> Ranking:
    """Return the documents that answer a question, and how sure that is.

    `typing` says that the last word may be unfinished; with `always`, the nearest are returned however far
    they are.
    """
    concepts = tuple(_concepts(index, question, typing=typing))
    scores, best = _scores(index, concepts)
    order = sorted(scores, key=lambda number: (-scores[number], number))
    total = sum(concept.weight for concept in concepts)
    if not order or not total:
        return Ranking((), concepts)
    first = order[0]
    score = scores[first] * constants.SCALE // total
    covered = sum(concept.weight * best[at].get(first, 0) for at, concept in enumerate(concepts)) // total
    is_answer = always or (score + covered >= constants.ENOUGH and covered >= constants.ENOUGH_COVERED)
    found = (
        [number for number in order if scores[number] * constants.TAIL >= scores[first]] if is_answer else []
    )
    hits = tuple(Hit(index.documents[number], scores[number]) for number in found[:limit])
    return Ranking(hits, concepts, score, covered)


def _scores(index: Index, concepts: Sequence[Concept]) -> tuple[dict[int, int], list[dict[int, int]]]:
    """Return the score of each document, and for each concept the worth with which documents hold it."""
    scores: dict[int, int] = {}
    holding: list[dict[int, int]] = []
    for concept in concepts:
        values: dict[int, int] = {}
        worths: dict[int, int] = {}
        for candidate in concept.candidates:
            postings = index.postings[candidate.entry.term]
            for number, impact in zip(postings.documents, postings.impacts, strict=True):
                value = impact * candidate.worth
                if value > values.get(number, 0):
                    values[number] = value
                    worths[number] = candidate.worth
        for number, value in values.items():
            scores[number] = scores.get(number, 0) + value
        holding.append(worths)
    return scores, holding


def _concepts(index: Index, question: str, *, typing: bool) -> Iterator[Concept]:
    """Take a question apart; each word counts once."""
    groups = list(word_groups(question[: constants.LONGEST_QUESTION]))[: constants.MOST_WORDS]
    typing = typing and bool(question) and not question[-1].isspace()
    known: set[str] = set()
    at = 0
    while at < len(groups):
        phrase = _phrase(index, groups, at)
        words = [phrase] if phrase else _meant(index, groups[at])
        at += len(phrase.split()) if phrase else 1
        is_last = typing and at == len(groups)
        for word in words:
            if word in known or (word in index.stop and not is_last):
                continue
            known.add(word)
            yield _concept(index, word, typing=is_last)


def _phrase(index: Index, groups: Sequence[Sequence[str]], at: int) -> str:
    """Return the longest phrase that begins at a word, or nothing."""
    for length in range(LONGEST_PHRASE, 1, -1):
        words = [group[-1] for group in groups[at : at + length]]
        if len(words) == length and " ".join(words) in index.phrases:
            return " ".join(words)
    return ""


def _meant(index: Index, group: Sequence[str]) -> Sequence[str]:
    """Of a compound, return the parts that there are, or else the whole."""
    if len(group) == 1:
        return group
    return [word for word in group if word in index.forms] or group[-1:]


def _concept(index: Index, word: str, *, typing: bool) -> Concept:
    entry = index.forms.get(word)
    found = [Candidate(word, entry, constants.WHOLE)] if entry else []
    if entry and " " in word:
        return Concept(word, (*found, *_parts(index, word)), entry.weight)
    if entry and not typing:
        return Concept(word, tuple(found), entry.weight)
    forms = [form for letter in first_letters(word) for form in index.by_letter.get(letter, ())]
    if entry or word in index.stop:
        completed = [form for form in forms if form.startswith(word) and form != word and " " not in form]
        longer = near(word, completed, typing=True)
        found += [Candidate(form, index.forms[form], constants.COMPLETED) for form, _ in longer]
        return Concept(word, tuple(found), entry.weight if entry else 0)
    found = [Candidate(form, index.forms[form], worth) for form, worth in near(word, forms, typing=typing)]
    return Concept(word, tuple(found), index.unknown if not found else found[0].entry.weight)


def _parts(index: Index, phrase: str) -> Iterator[Candidate]:
    """Yield the words of a phrase, which may stand apart where it does not stand whole."""
    for word in phrase.split():
        if word not in index.stop and word in index.forms:
            yield Candidate(word, index.forms[word], constants.COMPLETED)
