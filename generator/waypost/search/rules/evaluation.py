"""How well a search answers questions whose answers are known.

Success and reciprocal rank as in TREC; the discounted cumulative gain is that of Järvelin and Kekäläinen,
Cumulated Gain-Based Evaluation of IR Techniques (ACM TOIS 20:4, 2002), with the grade itself as the gain, divided
by log2(rank + 1), against the best possible order.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from waypost.formats.search import NO_ANSWER, Query
from waypost.search.rules.ranking import AnswerState, Ranking

DEPTH = 10
"""Results of a question that count; nobody reads further."""

Answerer = Callable[[str], Ranking]
"""Answers a question as readers get it, with its best DEPTH at least."""


@dataclass(frozen=True)
class Question:
    """A question, and the documents that answer it."""

    id: str
    text: str
    grades: Mapping[str, float]
    """How well each document answers, by its path; those with a grade of 0 or less, and all others, do not."""


@dataclass(frozen=True)
class QuestionResult:
    """The results of one question."""

    question: Question
    found: tuple[str, ...]
    """The paths of the results, best first. A faq may stand in it several times, once for each question."""
    first_title: str = ""
    """The title of the first result."""
    state: AnswerState = AnswerState.NOTHING

    @property
    def is_answerable(self) -> bool:
        """Whether anything answers it; where nothing does, nothing may be found."""
        return any(grade > 0 for grade in self.question.grades.values())

    @property
    def is_held_back(self) -> bool:
        """Whether no answer was claimed: nothing was found, or only the nearest were named."""
        return self.state is not AnswerState.ANSWER

    @property
    def rank(self) -> int:
        """The place of the first that answers, from 1; 0 where none of the best DEPTH does."""
        grades = self.question.grades
        return next((at for at, path in enumerate(self.found[:DEPTH], 1) if grades.get(path, 0) > 0), 0)

    @property
    def is_right(self) -> bool:
        """Whether the best answer came first, or none was claimed where nothing answers."""
        return self.rank == 1 if self.is_answerable else self.is_held_back

    @property
    def first(self) -> str:
        """The path of the first result, or nothing."""
        return self.found[0] if self.found else ""

    @property
    def ndcg(self) -> float:
        """The discounted cumulative gain of the best DEPTH against the best possible, from 0 to 1."""
        grades = self.question.grades
        # A document that comes a second time is no gain.
        new = [path if self.found.index(path) == at else "" for at, path in enumerate(self.found[:DEPTH])]
        ideal = _gain(sorted(grades.values(), reverse=True))
        # The order is the same, but sums of fractions may differ in their last digit.
        return min(1.0, _gain(grades.get(path, 0) for path in new) / ideal) if ideal else 0.0


def _gain(grades: Iterable[float]) -> float:
    ranked = list(grades)[:DEPTH]
    return sum(max(grade, 0) / math.log2(rank + 1) for rank, grade in enumerate(ranked, 1))


@dataclass(frozen=True)
class Figures:
    """How well many questions were answered; every figure is a share from 0 to 1.

    Success, rank and gain are of the questions that have an answer.
    """

    right: float
    """The share of all questions that got the best answer first, or none where there is none."""
    success_at_1: float
    """The share whose first result answers."""
    success_at_5: float
    """The share with an answer among the first five."""
    mrr_at_10: float
    """The mean of 1/rank of the first that answers; 0 where it is not among ten."""
    ndcg_at_10: float
    """The mean of the discounted cumulative gain."""
    no_answer_rate: float
    """The share of all questions for which nothing was found; the same as `nothing`."""
    answered: float
    """The share of all questions that got an answer that the search is sure of."""
    unsure: float
    """The share that got the nearest articles, and the way to a person before them."""
    nothing: float
    """The share that was told that there is nothing."""
    rightly_refused: float | None = None
    """Of the questions that have no answer, the share without one that the search is sure of; None without such
    questions."""
    wrongly_refused: float | None = None
    """The same as `nothing_wrongly`."""
    nothing_wrongly: float | None = None
    """Of the questions that have an answer, the share that was told that there is nothing; None without such
    questions."""


def ask(questions: Iterable[Question], answer: Answerer) -> tuple[QuestionResult, ...]:
    """Ask every question."""
    return tuple(_result(question, answer(question.text)) for question in questions)


def _result(question: Question, ranking: Ranking) -> QuestionResult:
    documents = [hit.document for hit in ranking.hits]
    found = tuple(document.path for document in documents)
    return QuestionResult(question, found, documents[0].title if documents else "", ranking.state)


def figures(results: Sequence[QuestionResult]) -> Figures:
    """Sum up; without any question every figure is 0."""
    answerable = [result for result in results if result.is_answerable]
    others = [result for result in results if not result.is_answerable]
    shares = {state: _mean(result.state is state for result in results) for state in AnswerState}
    nothing_wrongly = (
        _mean(result.state is AnswerState.NOTHING for result in answerable) if answerable else None
    )
    return Figures(
        right=_mean(result.is_right for result in results),
        success_at_1=_mean(result.rank == 1 for result in answerable),
        success_at_5=_mean(1 <= result.rank <= 5 for result in answerable),
        mrr_at_10=_mean(1 / result.rank if result.rank else 0 for result in answerable),
        ndcg_at_10=_mean(result.ndcg for result in answerable),
        no_answer_rate=shares[AnswerState.NOTHING],
        answered=shares[AnswerState.ANSWER],
        unsure=shares[AnswerState.UNSURE],
        nothing=shares[AnswerState.NOTHING],
        rightly_refused=_mean(result.is_held_back for result in others) if others else None,
        wrongly_refused=nothing_wrongly,
        nothing_wrongly=nothing_wrongly,
    )


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return math.fsum(found) / len(found) if found else 0.0


def questions_of(queries: Iterable[Query]) -> tuple[Question, ...]:
    """Return the questions of a site; an answer is the path of an article, and any question of a faq counts."""
    return tuple(
        Question(query.ask, query.ask, {} if query.answer == NO_ANSWER else {query.answer: 1})
        for query in queries
    )
