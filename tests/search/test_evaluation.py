"""Figures of a search against values computed by hand, and what holds whatever was found."""

from __future__ import annotations

import math
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.formats.search import Query
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.evaluation import DEPTH, Question, QuestionResult, ask, figures, questions_of
from waypost.search.rules.ranking import AnswerState, Hit, Ranking


def outcome(found: str, **grades: float) -> QuestionResult:
    """Return the outcome of a question; each letter of `found` is a document, best first, surely where it is in lower
    case."""
    state = (
        AnswerState.NOTHING if not found else AnswerState.ANSWER if found.islower() else AnswerState.UNSURE
    )
    return QuestionResult(Question("q", "q", grades), tuple(found.lower()), state=state)


def document(path: str, url: str = "") -> SearchDocument:
    return SearchDocument(url or path, path, f"Title of {path}", (), "faq", "", ())


@pytest.mark.parametrize(
    ("why", "found", "grades", "rank", "ndcg"),
    [
        ("the only answer first", "ab", {"a": 1}, 1, 1.0),
        # 1/log2(3)
        ("the only answer second", "ba", {"a": 1}, 2, 0.6309298),
        # (2/log2(3) + 3/log2(4)) / (3 + 2/log2(3)) = 2.7618595 / 4.2618595
        ("grades in the wrong order", "cba", {"a": 3, "b": 2, "c": 0}, 2, 0.6480410),
        # (2 + 3/log2(3)) / (3 + 2/log2(3))
        ("the ideal is not the order in which they were judged", "ba", {"b": 2, "a": 3}, 1, 0.9134016),
        ("grades in the right order", "ab", {"a": 3, "b": 2}, 1, 1.0),
        # 3 / (3 + 2/log2(3))
        ("half of what there is", "a", {"a": 3, "b": 2}, 1, 0.7039181),
        ("a grade below nothing is as nothing", "da", {"a": 1, "d": -5}, 2, 0.6309298),
        ("the tenth place counts: 1/log2(11)", "bcdefghija", {"a": 1}, 10, 0.2890648),
        ("the eleventh does not", "bcdefghijka", {"a": 1}, 0, 0.0),
        ("nothing was found", "", {"a": 1}, 0, 0.0),
        # A faq may come with two of its questions: (1 + 0) / (1 + 1/log2(3))
        ("what comes twice gains once", "aab", {"a": 1, "z": 1}, 1, 0.6131472),
        ("nothing answers", "ab", {}, 0, 0.0),
        ("nothing answers, and somebody judged", "ab", {"a": 0}, 0, 0.0),
    ],
)
def test_one_question_by_hand(why: str, found: str, grades: dict[str, float], rank: int, ndcg: float) -> None:
    one = outcome(found, **grades)
    assert one.rank == rank, why
    assert one.ndcg == pytest.approx(ndcg, abs=1e-7), why


def test_the_ideal_order_ends_at_the_tenth_place_too() -> None:
    grades = {chr(97 + number): 1.0 for number in range(20)}
    assert outcome("abcdefghij", **grades).ndcg == 1.0


@pytest.mark.parametrize(
    ("found", "grades", "is_answerable", "is_right"),
    [
        ("ab", {"a": 1}, True, True),
        ("ba", {"a": 1}, True, False),
        ("", {"a": 1}, True, False),
        ("a", {}, False, False),
        ("a", {"a": 0}, False, False),
        ("", {}, False, True),
        ("A", {}, False, True),
        ("A", {"a": 1}, True, True),
        ("", {"a": -1}, False, True),
    ],
)
def test_right_is_the_answer_first_or_nothing_where_there_is_none(
    found: str, grades: dict[str, float], is_answerable: bool, is_right: bool
) -> None:
    one = outcome(found, **grades)
    assert (one.is_answerable, one.is_right) == (is_answerable, is_right)


def test_a_collection_by_hand() -> None:
    outcomes = [
        outcome("a", a=1),
        outcome("ba", a=1),
        outcome("bcdefa", a=1),
        outcome("", a=1),
        outcome("a"),
        outcome(""),
        outcome("", a=0),
        outcome("CA", a=1),
        outcome("C"),
    ]
    found = figures(outcomes)
    assert found.right == pytest.approx(4 / 9)
    assert found.success_at_1 == pytest.approx(1 / 5)
    assert found.success_at_5 == pytest.approx(3 / 5), "the sixth place is not among five"
    assert found.mrr_at_10 == pytest.approx((1 + 1 / 2 + 1 / 6 + 1 / 2) / 5)
    assert found.ndcg_at_10 == pytest.approx((1 + 2 / math.log2(3) + 1 / math.log2(7)) / 5)
    assert (found.answered, found.unsure) == (pytest.approx(4 / 9), pytest.approx(2 / 9))
    assert found.nothing == found.no_answer_rate == pytest.approx(3 / 9)
    assert found.rightly_refused == pytest.approx(3 / 4)
    assert found.nothing_wrongly == found.wrongly_refused == pytest.approx(1 / 5)


def test_figures_that_do_not_apply_are_none() -> None:
    assert figures([outcome("a", a=1)]).rightly_refused is None
    assert figures([outcome("a")]).wrongly_refused is None
    empty = figures([])
    assert (empty.rightly_refused, empty.wrongly_refused) == (None, None)
    assert {value for value in asdict(empty).values() if value is not None} == {0.0}


LETTERS = st.text("abcdefghijklmnop", max_size=15)
OUTCOMES = st.builds(
    lambda found, grades: outcome(found, **grades),
    LETTERS,
    st.dictionaries(st.sampled_from("abcdefghijklmnop"), st.integers(-2, 5), max_size=16),
)


@given(st.lists(OUTCOMES, max_size=20))
def test_every_figure_is_a_share_and_they_agree_with_each_other(outcomes: list[QuestionResult]) -> None:
    found = figures(outcomes)
    assert all(0 <= value <= 1 for value in asdict(found).values() if value is not None)
    assert found.success_at_1 <= found.mrr_at_10 + 1e-12
    assert found.success_at_1 <= found.success_at_5
    assert found.mrr_at_10 <= 1 - (found.wrongly_refused or 0) + 1e-12, "what is refused is not found"


@given(OUTCOMES)
def test_what_comes_below_the_tenth_place_changes_nothing(one: QuestionResult) -> None:
    cut = QuestionResult(one.question, one.found[:DEPTH])
    assert (cut.rank, cut.ndcg) == (one.rank, one.ndcg)


@given(st.dictionaries(st.sampled_from("abcdefghijkl"), st.integers(0, 5), min_size=1))
def test_no_order_is_better_than_that_of_the_grades(grades: dict[str, int]) -> None:
    best = "".join(sorted(grades, key=lambda path: -grades[path]))
    assert outcome(best, **grades).ndcg == pytest.approx(1.0 if any(grades.values()) else 0.0)
    assert outcome(best[::-1], **grades).ndcg <= outcome(best, **grades).ndcg + 1e-12


@given(st.lists(OUTCOMES, max_size=10))
def test_the_order_of_the_questions_does_not_matter(outcomes: list[QuestionResult]) -> None:
    assert figures(outcomes) == figures(outcomes[::-1])


def test_any_question_of_a_faq_answers_for_its_article() -> None:
    hits = (Hit(document("faq.md", "faq/#why"), 2), Hit(document("other.md"), 1))
    [one] = ask(questions_of([Query(ask="why", answer="faq.md")]), lambda text: Ranking(hits, ()))
    assert (one.found, one.rank, one.first, one.first_title) == (
        ("faq.md", "other.md"),
        1,
        "faq.md",
        "Title of faq.md",
    )


def test_none_is_a_question_without_an_answer_and_each_is_asked_in_its_words() -> None:
    asked: list[str] = []

    def answer(text: str) -> Ranking:
        asked.append(text)
        return Ranking((), ())

    queries = [Query(ask="Why?", answer="a.md"), Query(ask="weather", answer="none")]
    outcomes = ask(questions_of(queries), answer)
    assert asked == ["Why?", "weather"]
    assert [one.is_answerable for one in outcomes] == [True, False]
    assert [(one.first, one.first_title, one.is_held_back) for one in outcomes] == [("", "", True)] * 2
