"""The documents that answer a question, best first. theme/search/search_ranking.js is the twin, held to the same lists.

All numbers are whole, so that both give the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from waypost.base.tokens import word_groups
from waypost.formats.search import LONGEST_PHRASE
from waypost.search.rules import constants
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.index import Form, Index, question_key


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
    is_content: bool = True
    """Whether it says what the question is about, which the words of every sentence do not."""

    @property
    def is_understood(self) -> bool:
        """Whether it stands for itself or an inflection, or is the beginning of a word: that is no correction."""
        if not self.candidates:
            return True
        form, worth = self.candidates[0].form, self.candidates[0].worth
        return form.startswith(self.asked) or self.asked.startswith(form) or worth == constants.INFLECTED


class AnswerState(StrEnum):
    """How sure it is that the first result answers."""

    ANSWER = "answer"
    UNSURE = "unsure"
    """The nearest are shown, and the way to a person before them."""
    NOTHING = "nothing"
    """No document shares a word with the question that says what it is about."""


@dataclass(frozen=True)
class Hit:
    """A document that may answer."""

    document: SearchDocument
    score: int
    """Higher is better, and only the order has a meaning."""
    passage: int = -1
    """The number of the passage that is nearest to the question; -1 for documents further down."""


@dataclass(frozen=True)
class Ranking:
    """The answer to a question."""

    hits: tuple[Hit, ...]
    """Best first."""
    concepts: tuple[Concept, ...]
    state: AnswerState = AnswerState.NOTHING
    confidence: int = 0
    """How near the best document is to the whole question, in thousandths of the weight of its words."""

    @property
    def corrected(self) -> str:
        """The question in words that there are; empty where it was understood as it was written."""
        if all(concept.is_understood for concept in self.concepts):
            return ""
        return " ".join(
            concept.asked if concept.is_understood else concept.candidates[0].form
            for concept in self.concepts
        )


def rank(index: Index, question: str, limit: int = 10, *, typing: bool = False) -> Ranking:
    """Return the documents that answer a question, and how sure that is.

    `typing` says that the last word may be unfinished.
    """
    concepts = tuple(_concepts(index, question, typing=typing))
    same = dict(_word_for_word(index, question))
    if not same and not any(concept.candidates for concept in concepts if concept.is_content):
        return Ranking((), concepts)
    scores = {**dict.fromkeys(same, 0), **_scores(index, concepts)}
    if not scores:
        return Ranking((), concepts)
    known = sum(concept.weight for concept in concepts if concept.candidates)
    found = sorted(scores, key=lambda number: (-scores[number], number))
    nearness = {number: scores[number] * constants.FIRST // known for number in found}
    asked = _asked_forms(index, concepts)
    compared = {
        number: _nearest_passage(index, number, asked, known) for number in found[: constants.COMPARED]
    }
    for number, (_, likeness) in compared.items():
        nearness[number] += likeness * constants.SECOND
    # The rest stays behind those that were compared, in its order: so far only its words are known.
    best = sorted(compared, key=lambda number: -nearness[number]) + found[constants.COMPARED :]
    best.sort(key=lambda number: -same.get(number, 0))
    confidence = compared.get(best[0], (-1, 0))[1] * known // sum(concept.weight for concept in concepts)
    state = AnswerState.ANSWER if same or confidence >= index.sure else AnswerState.UNSURE
    least = max(nearness.values()) * constants.TAIL
    hits = tuple(
        Hit(index.documents[number], nearness[number], compared.get(number, (-1, 0))[0])
        for number in best[: limit if state is AnswerState.ANSWER else min(limit, constants.NEAREST)]
        if number in same or nearness[number] * constants.WHOLE >= least
    )
    return Ranking(hits, concepts, state, confidence)


def _scores(index: Index, concepts: Sequence[Concept]) -> dict[int, int]:
    """Return the score of each document: of each concept, the best that any of its candidates is worth in it."""
    scores: dict[int, int] = {}
    for concept in concepts:
        values: dict[int, int] = {}
        for candidate in concept.candidates:
            postings = index.postings[candidate.entry.term]
            for number, impact in zip(postings.documents, postings.impacts, strict=True):
                values[number] = max(values.get(number, 0), impact * candidate.worth)
        for number, value in values.items():
            scores[number] = scores.get(number, 0) + value
    return scores


def _word_for_word(index: Index, question: str) -> Iterator[tuple[int, int]]:
    """Yield the documents that ask the same word for word, each with how much that says."""
    if entry := index.forms.get(question_key(question[: constants.LONGEST_QUESTION])):
        postings = index.postings[entry.term]
        yield from zip(postings.documents, postings.impacts, strict=True)


@dataclass(frozen=True)
class _AskedForms:
    """The forms by which a passage holds a concept."""

    weight: int
    ways: Sequence[tuple[int, Sequence[Collection[str]]]]
    """The worth of each candidate, with the inflections of each of its words; the best worth comes first."""

    def worth_in(self, passage: Collection[str]) -> int:
        """Return with what worth a passage holds it, in hundredths."""
        for worth, words in self.ways:
            if all(any(form in passage for form in forms) for forms in words):
                return worth
        return 0


def _asked_forms(index: Index, concepts: Iterable[Concept]) -> list[_AskedForms]:
    found = []
    for concept in concepts:
        ways = [
            (candidate.worth, [index.inflections(word) for word in candidate.form.split()])
            for candidate in concept.candidates
        ]
        ways += [
            (candidate.worth * worth // constants.WHOLE, [[word] for word in form.split()])
            for candidate in concept.candidates
            for worth, form in index.synonyms_of(candidate.entry.term)
        ]
        found.append(_AskedForms(concept.weight, sorted(ways, key=lambda way: -way[0])))
    return found


def _nearest_passage(index: Index, number: int, asked: Sequence[_AskedForms], known: int) -> tuple[int, int]:
    """Return the passage of a document that is most like the question, and how much, up to 1,000.

    Dice's coefficient of the weights of their words. `known` is the weight of the words asked that there are.
    """
    best, most = -1, 0
    for place, passage in enumerate(index.passages[number]):
        shared = sum(each.weight * each.worth_in(passage) for each in asked)
        likeness = 20 * shared // (known + index.weight_of(passage)) if shared else 0
        if likeness > most:
            best, most = place, likeness
    return best, most


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
            if word not in known:
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
    is_content = word not in index.stop
    found = [Candidate(word, entry, constants.WHOLE)] if entry else []
    if entry and " " in word:
        return Concept(word, (*found, *_parts(index, word)), entry.weight)
    if not typing and (entry or not is_content):
        weight = entry.weight if entry else index.unknown * constants.STOP // constants.WHOLE
        return Concept(word, tuple(found), weight, is_content)
    forms = [form for letter in first_letters(word) for form in index.by_letter.get(letter, ())]
    if entry or not is_content:
        completed = [form for form in forms if form.startswith(word) and form != word]
        longer = near(word, completed, typing=True)
        found += [Candidate(form, index.forms[form], constants.COMPLETED) for form, _ in longer]
        return Concept(word, tuple(found), entry.weight if entry else 0, is_content)
    found = [Candidate(form, index.forms[form], worth) for form, worth in near(word, forms, typing=typing)]
    if found:
        return Concept(word, tuple(found), found[0].entry.weight)
    # Nothing can be said about a word that is only begun.
    return Concept(word, (), 0 if typing else index.unknown)


def _parts(index: Index, phrase: str) -> Iterator[Candidate]:
    """Yield the words of a phrase, which may stand apart where it does not stand whole."""
    for word in phrase.split():
        if word not in index.stop and word in index.forms:
            yield Candidate(word, index.forms[word], constants.COMPLETED)
