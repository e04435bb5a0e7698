"""The documents that answer a question, best first. theme/search/search_ranking.js is the twin, held to the same lists.

All numbers are whole, so that both give the same order.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache

from waypost.base.tokens import word_groups
from waypost.formats.search import LONGEST_PHRASE
from waypost.search.rules import constants
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.index import Form, Index, question_key


@dataclass(frozen=True)
class Nearness:
    """How near a form is to a word that was asked."""

    form: str
    worth: int
    """Hundredths."""
    is_correction: bool = False
    """Whether the word is the form misspelt."""


def near(
    word: str,
    forms: Iterable[str],
    *,
    typing: bool,
    is_word: bool = False,
    least: int = constants.LEAST_ALIKE,
) -> list[Nearness]:
    """Return the forms that a word may stand for, nearest first.

    `typing`: the word may be unfinished. `is_word`: the language has it, so that it is not misspelt; then it stands
    for what is at least so much alike.
    """
    if is_word:
        found = [
            each for form in forms if (each := _begun(word, form, typing=typing) or _alike(word, form, least))
        ]
    else:
        found = [each for form in forms if (each := _nearness(word, form, typing=typing))]
    found.sort(key=lambda nearness: (-nearness.worth, nearness.form))
    return found[: constants.CANDIDATES]


def related(word: str, forms: Iterable[str]) -> list[Nearness]:
    """Return the forms that are related to a word which is known, nearest first."""
    found = [
        Nearness(form, likeness * constants.RELATED // constants.WHOLE)
        for form in forms
        if not _is_short(word, form) and (likeness := _likeness(word, form)) >= constants.LEAST_RELATED
    ]
    found.sort(key=lambda nearness: (-nearness.worth, nearness.form))
    return found[: constants.RELATIVES]


def first_letters(word: str) -> Iterator[str]:
    """Yield the letters with which a form near a word can begin: its first, or the second where that is one too many
    or has changed places."""
    yield from dict.fromkeys(word[:2])


def _nearness(word: str, form: str, *, typing: bool) -> Nearness | None:
    """Compare a form with a word that nobody knows: both must begin alike, or be one letter or two apart."""
    if begun := _begun(word, form, typing=typing):
        return begun
    begins_alike = word[: constants.SHARED] == form[: constants.SHARED]
    alike = _alike(word, form) if begins_alike else None
    worth = _misspelt(word, form)
    if worth <= (alike.worth if alike else 0):
        return alike
    # What differs only in its last letter may be another inflection as well.
    rest = max(len(word), len(form)) - 1
    return Nearness(form, worth, is_correction=not (begins_alike and word[:rest] == form[:rest]))


def _begun(word: str, form: str, *, typing: bool) -> Nearness | None:
    enough = constants.TYPING if typing else constants.SHORTEST_PREFIX
    if len(word) < enough or not form.startswith(word):
        return None
    return Nearness(form, constants.PREFIX + constants.PREFIX_WHOLE * len(word) // len(form))


def _alike(word: str, form: str, least: int = constants.LEAST_ALIKE) -> Nearness | None:
    likeness = 0 if _is_short(word, form) and least > constants.LAST_ALIKE else _likeness(word, form)
    return Nearness(form, likeness * constants.ALIKE // constants.WHOLE) if likeness >= least else None


def _is_short(word: str, form: str) -> bool:
    """Tell whether two words are too short to be alike without one being the beginning of the other: tear and team."""
    return (
        min(len(word), len(form)) <= constants.SHORT
        and not word.startswith(form)
        and not form.startswith(word)
    )


def _likeness(word: str, form: str) -> int:
    """Return how many groups of three letters two words share, in hundredths: Dice's coefficient.

    Angell, Freund and Willett, Automatic spelling correction using a trigram similarity measure (1983).
    """
    if min(len(word), len(form)) < constants.SHORTEST_ALIKE:
        return 0
    one, other = _groups(word), _groups(form)
    return 2 * constants.WHOLE * len(one & other) // (len(one) + len(other))


@lru_cache(maxsize=4096)
def _groups(word: str) -> frozenset[str]:
    # The space in front makes the beginning count more.
    spaced = f" {word}"
    return frozenset(spaced[at : at + 3] for at in range(len(spaced) - 2))


def _misspelt(word: str, form: str) -> int:
    if min(len(word), len(form)) < constants.SHORTEST_TYPO or abs(len(word) - len(form)) > 2:
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
    is_correction: bool = False
    """Whether the word that was asked is this one misspelt."""


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
        """Whether it stands for what was written, or something like it."""
        return not self.candidates or not self.candidates[0].is_correction


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

    @property
    def section(self) -> int:
        """The number of the section of that passage; -1 for none."""
        return self.document.passages[self.passage].section if self.passage >= 0 else -1


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


def rank(
    index: Index, question: str, limit: int = 10, *, typing: bool = False, as_typed: bool = False
) -> Ranking:
    """Return the documents that answer a question, and how sure that is.

    `typing` says that the last word may be unfinished, `as_typed` that no word is taken for another one.
    """
    concepts = _key_terms(_concepts(index, question, typing=typing, as_typed=as_typed))
    if not any(concept.candidates for concept in concepts if concept.is_content):
        # Better something that is hardly alike than nothing; random letters are like no word.
        least = constants.LAST_ALIKE
        concepts = _key_terms(_concepts(index, question, typing=typing, as_typed=as_typed, least=least))
    same = dict(_word_for_word(index, question))
    if not same and not any(concept.candidates for concept in concepts if concept.is_content):
        return Ranking((), concepts)
    scores = {**dict.fromkeys(same, 0), **_scores(index, concepts)}
    if not scores:
        return Ranking((), concepts)
    # A title may be asked for in words that are none here: without its final s, and taken as they are typed.
    known = sum(concept.weight for concept in concepts if concept.candidates) or 1
    found = sorted(scores, key=lambda number: (-scores[number], number))
    nearness = {number: scores[number] * constants.FIRST // known for number in found}
    asked = asked_forms(index, concepts)
    compared = {
        number: _nearest_passage(index, number, asked, known) for number in found[: constants.COMPARED]
    }
    for number, (_, likeness) in compared.items():
        nearness[number] += likeness * constants.SECOND
    # The rest stays behind those that were compared, in its order: so far only its words are known.
    best = sorted(compared, key=lambda number: -nearness[number]) + found[constants.COMPARED :]
    best.sort(key=lambda number: -same.get(number, 0))
    confidence = (
        compared.get(best[0], (-1, 0))[1] * known // max(known, sum(concept.weight for concept in concepts))
    )
    is_sure = same or confidence >= index.sure or _is_named(index, best[0], concepts, asked)
    state = AnswerState.ANSWER if is_sure else AnswerState.UNSURE
    least = max(nearness.values()) * constants.TAIL
    hits = tuple(
        Hit(index.documents[number], nearness[number], compared.get(number, (-1, 0))[0])
        for number in best[: limit if state is AnswerState.ANSWER else min(limit, constants.NEAREST)]
        if number in same or nearness[number] * constants.WHOLE >= least
    )
    return Ranking(hits, concepts, state, confidence)


def _key_terms(concepts: Iterable[Concept]) -> tuple[Concept, ...]:
    """Return the heaviest words of a question, in their order: a story or an error message has many more.

    Words that are nowhere come last.
    """
    found = list(concepts)
    order = sorted(range(len(found)), key=lambda at: (not found[at].candidates, -found[at].weight))
    heaviest = order[: constants.KEY_TERMS]
    return tuple(found[at] for at in sorted(heaviest))


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
class AskedForms:
    """The forms by which a passage holds a concept."""

    weight: int
    ways: Sequence[tuple[int, Sequence[Collection[str]]]]
    """The worth of each candidate, with the inflections of each of its words; the best worth comes first."""

    def worth_in(self, passage: Collection[str]) -> int:
        """Return with what worth a passage holds it, in hundredths."""
        # Nearly all passages hold none of them, which is found out sooner at once than form by form.
        if self._forms.isdisjoint(passage):
            return 0
        for worth, words in self.ways:
            if all(any(form in passage for form in forms) for forms in words):
                return worth
        return 0

    @cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(form for _, words in self.ways for forms in words for form in forms)


def asked_forms(index: Index, concepts: Iterable[Concept]) -> list[AskedForms]:
    """Return the forms by which a passage holds what was asked."""
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
        found.append(AskedForms(concept.weight, sorted(ways, key=lambda way: -way[0])))
    return found


def _is_named(index: Index, number: int, concepts: Sequence[Concept], asked: Sequence[AskedForms]) -> bool:
    """Tell whether a title, an alias or a heading of a document has all that a question is about."""
    content = [forms for concept, forms in zip(concepts, asked, strict=True) if concept.is_content]
    return any(
        passage.is_name and all(each.worth_in(forms) >= constants.NAMED for each in content)
        for passage, forms in zip(index.documents[number].passages, index.passages[number], strict=True)
    )


def _nearest_passage(index: Index, number: int, asked: Sequence[AskedForms], known: int) -> tuple[int, int]:
    """Return the passage of a document that is most like the question, and how much, up to LIKENESS.

    Dice's coefficient of the weights of their words. `known` is the weight of the words asked that there are.
    """
    best, most = -1, 0
    for place, passage in enumerate(index.passages[number]):
        shared = sum(each.weight * each.worth_in(passage) for each in asked)
        weights = constants.WHOLE * (known + index.weight_of(passage))
        likeness = 2 * constants.LIKENESS * shared // weights
        if likeness > most:
            best, most = place, likeness
    return best, most


def _concepts(
    index: Index, question: str, *, typing: bool, as_typed: bool, least: int = constants.LEAST_ALIKE
) -> Iterator[Concept]:
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
                yield _concept(index, word, typing=is_last, as_typed=as_typed, least=least)


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
        return group if group[0] in index.forms else index.parts(group[0]) or group
    return [word for word in group if word in index.forms] or group[-1:]


def _concept(index: Index, word: str, *, typing: bool, as_typed: bool, least: int) -> Concept:
    entry = index.forms.get(word)
    is_content = word not in index.stop
    found = [Candidate(word, entry, constants.WHOLE)] if entry else []
    if entry and " " in word:
        return Concept(word, (*found, *_parts(index, word)), entry.weight)
    if not typing and (as_typed or not is_content):
        unknown = index.unknown if is_content else index.unknown * constants.STOP // constants.WHOLE
        return Concept(word, tuple(found), entry.weight if entry else unknown, is_content)
    if not typing and entry:
        found += _candidates(index, related(word, index.neighbours(word)))
        return Concept(word, tuple(found), entry.weight)
    forms = [
        form for letter in first_letters(word) for form in index.by_letter.get(letter, ()) if " " not in form
    ]
    if entry or not is_content:
        completed = [form for form in forms if form.startswith(word) and form != word]
        longer = near(word, completed, typing=True)
        found += [Candidate(each.form, index.forms[each.form], constants.COMPLETED) for each in longer]
        return Concept(word, tuple(found), entry.weight if entry else 0, is_content)
    spelled = index.spelling.get(word)
    found = _candidates(index, near(word, forms, typing=typing, is_word=spelled == "", least=least))
    found += [
        Candidate(letter + word, index.forms[letter + word], constants.FIRST_WRONG, is_correction=True)
        for letter in spelled or ""
    ]
    found.sort(key=lambda candidate: -candidate.worth)
    if found:
        # It cannot say more than a word of which nothing is known.
        return Concept(word, tuple(found), min(index.unknown, found[0].entry.weight))
    # Nothing can be said about a word that is only begun.
    return Concept(word, (), 0 if typing else index.unknown)


def _candidates(index: Index, found: Iterable[Nearness]) -> list[Candidate]:
    return [Candidate(each.form, index.forms[each.form], each.worth, each.is_correction) for each in found]


def _parts(index: Index, phrase: str) -> Iterator[Candidate]:
    """Yield the words of a phrase, which may stand apart where it does not stand whole."""
    for word in phrase.split():
        if word not in index.stop and word in index.forms:
            yield Candidate(word, index.forms[word], constants.COMPLETED)
