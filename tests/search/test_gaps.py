"""What is proposed for what people ask in vain, and that the gain it tells is what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.gaps import LANGUAGE, content, reads, searches
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.gain import Gain, wilson
from waypost.search.rules.gaps import (
    FOLDS,
    Content,
    Proposal,
    Signal,
    plain_question,
    plan_gaps,
)
from waypost.search.rules.ranking import AnswerState, rank


@golden("gaps/plan.yml")
def test_it_proposes(case: Case) -> None:
    later = reads(case.get("reads", ()))
    found = plan_gaps(content(case.get("queries", ())), searches(case["searches"]), 10, reads=later)
    assert [
        [
            gap.proposal,
            gap.nearest[0].path.removesuffix(".md") if gap.nearest else None,
            gap.alias,
            [gap.asked.before, gap.asked.after, gap.asked.of],
        ]
        for gap in found.gaps
    ] == case["expect"]
    assert found.wordless == case.get("wordless", 0)
    if "checked" in case:
        assert found.checked == Gain(*case["checked"])


def with_aliases(site: Content, aliases: dict[str, list[str]]) -> Content:
    documents = [
        replace(item, aliases=(*item.aliases, *aliases.get(item.path, []))) for item in site.documents
    ]
    return replace(site, documents=documents)


def first(site: Content, question: str) -> str:
    hits = rank(index_documents(site.documents, LANGUAGE), question, 1).hits
    return hits[0].document.path if hits else "none"


ASKED = [
    ["archive incomplete half", "no_answer", 4],
    ["gallery pin bundle", "ticket", 2],
    ["forgot pin of the gallery bundle", "no_answer", 3],
    ["picture lid phone torn", "no_answer", 1],
]
READ = reads(
    [
        ("archive incomplete half", "zip"),
        ("gallery pin bundle", "pin"),
        ("picture lid phone torn", "phone"),
    ]
)


def test_the_gain_is_what_comes_of_it() -> None:
    site = content([("half archive", "zip"), ("refund", "refund"), ("weather", "none")])
    found = plan_gaps(site, searches(ASKED), 10, reads=READ)
    assert [gap.proposal for gap in found.gaps] == [Proposal.ALIAS] * 3
    later = with_aliases(site, {gap.nearest[0].path: [gap.alias] for gap in found.gaps})
    for gap in found.gaps:
        path = gap.nearest[0].path
        answered = sum(item.count for item in gap.group.phrasings if first(later, item.text) == path)
        assert gap.asked.after == answered > gap.asked.before
    index = index_documents(later.documents, LANGUAGE)
    sure = [rank(index, query.ask, 1) for query in site.queries]
    assert [found.state is AnswerState.ANSWER for found in sure] == [True, True, False]
    known = len(site.queries) + len(site.documents) + len(READ)
    assert found.checked == Gain(found.checked.before, known, known)


def test_what_was_applied_is_not_proposed_again() -> None:
    site = content()
    found = plan_gaps(site, searches(ASKED), 10, reads=READ)
    aliases = {gap.nearest[0].path: [gap.alias] for gap in found.gaps}
    again = plan_gaps(with_aliases(site, aliases), searches(ASKED), 10, reads=READ)
    assert Proposal.ALIAS not in {gap.proposal for gap in again.gaps}


def test_the_prediction_is_of_searches_that_had_no_part_in_the_alias() -> None:
    rows = [f"torn {word}" for word in ("shreds", "ribbons", "rags", "tatters")]
    read = reads([(row, "zip") for row in rows for _ in range(2)])
    found = plan_gaps(content(), searches(rows), 10, reads=read)
    assert {gap.proposal for gap in found.gaps} == {Proposal.ALIAS}
    assert found.predicted == Gain(0, 4, 4), "each is found by its neighbours' aliases"
    assert found.predicted.is_known
    (alone,) = plan_gaps(content(), searches(rows[:1]), 10, reads=read[:2]).gaps
    assert (alone.proposal, alone.asked) == (Proposal.ALIAS, Gain(0, 1, 1))
    assert plan_gaps(content(), searches(rows[:1]), 10, reads=read[:2]).predicted == Gain(0, 0, 1)


@pytest.mark.parametrize(
    ("successes", "of", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_interval_of_a_share_is_that_of_the_book(
    successes: int, of: int, low: float, high: float
) -> None:
    """Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3."""
    assert wilson(successes, of) == pytest.approx((low, high), abs=1e-4)


def test_without_a_question_nothing_is_known() -> None:
    assert Gain(0, 0, 0).interval == (-1, 1)
    assert not Gain(0, 0, 0).is_known
    assert not Gain(48, 56, 75).is_known
    assert Gain(40, 56, 75).is_known


@pytest.mark.parametrize("of", [1, 5, 40])
def test_the_more_questions_the_narrower_the_interval(of: int) -> None:
    least, most = Gain(0, of, of).interval
    assert -1 <= least <= 1 <= most
    wider = Gain(0, of * 10, of * 10).interval
    assert wider[1] - wider[0] < most - least


def test_a_writers_choice_counts_for_the_whole_group() -> None:
    asked = searches([["torn shreds", "no_answer", 3]])
    assert plan_gaps(content(), asked, 1).gaps[0].proposal is Proposal.MISSING
    (gap,) = plan_gaps(content(), asked, 1, chosen={"torn shreds": "zip.md"}).gaps
    assert (gap.proposal, gap.nearest[0].path, gap.alias) == (Proposal.ALIAS, "zip.md", "torn shreds")
    assert gap.nearest[0].signals == (Signal.CHOSEN,)


def test_an_alias_that_takes_a_question_from_its_article_goes() -> None:
    asked = searches([["deleting picture", "reformulated", 2], "picture deleted forever erased account"])
    read = reads([("deleting picture", "phone")] * 2 + [("picture deleted forever erased account", "delete")])
    found = plan_gaps(content(), asked, 10, reads=read)
    assert found.checked.after >= found.checked.before
    strict = content([("picture deleting", "delete")])
    refused = plan_gaps(strict, asked, 10, reads=read)
    assert refused.gaps[0].proposal is Proposal.BY_HAND
    assert refused.gaps[0].alias == ""


def test_only_as_many_groups_as_asked_for_are_looked_at() -> None:
    progress: list[tuple[int, int]] = []
    found = plan_gaps(content(), searches(ASKED), 2, lambda done, total: progress.append((done, total)))
    assert (len(found.gaps), found.groups, found.searches) == (2, 3, 10)
    steps = 2 + FOLDS
    assert progress == [(step, steps) for step in range(1, steps + 1)]


def test_a_site_without_articles_misses_everything() -> None:
    site = replace(content(), documents=[])
    found = plan_gaps(site, searches(["zip stops"]), 10)
    assert [(gap.proposal, gap.nearest) for gap in found.gaps] == [(Proposal.MISSING, ())]


def test_an_alias_of_a_question_in_a_faq_goes_to_its_page() -> None:
    page = content().documents[0]
    question = replace(page, url="zip/#why", title="Is the archive incomplete?", aliases=())
    site = replace(content(), documents=[*content().documents, question])
    text = "bundle torn shreds"
    (gap,) = plan_gaps(site, searches([text]), 1, reads=reads([(text, "zip")] * 2)).gaps
    assert (gap.proposal, gap.nearest[0].path, gap.nearest[0].title) == (Proposal.ALIAS, "zip.md", page.title)


def test_each_search_votes_for_all_that_it_is_near_to() -> None:
    rows = [["invoice link gallery", "no_answer", 3], ["link gallery refund", "no_answer", 2]]
    (gap,) = plan_gaps(content(), searches(rows), 1).gaps
    one, other, *_ = gap.nearest
    assert (one.path, other.path) == ("pin.md", "invoice.md"), "the one is near to all, the other to three"


def test_no_alias_is_proposed_that_the_article_has() -> None:
    site = content(aliases={"pin": ["Forgot pin of the gallery bundle?"]})
    (gap,) = plan_gaps(site, searches([["forgot pin of the gallery bundle", "no_answer"]]), 1).gaps
    assert gap.proposal is Proposal.ANSWERED


@pytest.mark.parametrize("text", ["Zip stops", " zip  STOPS?!", "zip stops."])
def test_what_makes_no_difference_to_a_question(text: str) -> None:
    assert plain_question(text) == "zip stops"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=200), max_size=4))
def test_whatever_was_asked_gets_one_answer_a_group(asked: list[str]) -> None:
    found = plan_gaps(content(), searches(asked), 10)
    assert len(found.gaps) == found.groups
    assert sum(gap.group.count for gap in found.gaps) + found.wordless == len(asked)
    for gap in found.gaps:
        assert (gap.alias != "") == (gap.proposal is Proposal.ALIAS)
        assert 0 <= gap.asked.before <= gap.asked.after <= gap.asked.of
