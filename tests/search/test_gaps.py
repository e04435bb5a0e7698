"""What is proposed for what people ask in vain, and that the gain it tells is what comes of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.gaps import LANGUAGE, content, searches
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.gaps import Content, Gain, Proposal, plain_question, plan_gaps
from waypost.search.rules.ranking import rank


@golden("gaps/plan.yml")
def test_it_proposes(case: Case) -> None:
    found = plan_gaps(content(case.get("queries", ())), searches(case["searches"]), 10)
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
        assert found.gaps[0].checked == found.checked == Gain(*case["checked"])


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


def test_the_predicted_gain_is_what_comes_of_it() -> None:
    site = content([("half archive", "zip"), ("refund", "refund"), ("weather", "none")])
    found = plan_gaps(site, searches(ASKED), 10)
    assert [gap.proposal for gap in found.gaps] == [Proposal.ALIAS] * 3
    aliases: dict[str, list[str]] = {}
    for gap in found.gaps:
        path = gap.nearest[0].path
        aliases.setdefault(path, []).append(gap.alias)
        later = with_aliases(site, aliases)
        answered = sum(item.count for item in gap.group.phrasings if first(later, item.text) == path)
        assert gap.asked.after == answered > gap.asked.before
        right = sum(first(later, query.ask) == query.answer for query in site.queries)
        assert gap.checked.after == right >= gap.checked.before
    assert found.checked.after == found.gaps[-1].checked.after


def test_what_was_applied_is_not_proposed_again() -> None:
    site = content()
    found = plan_gaps(site, searches(ASKED), 10)
    aliases = {gap.nearest[0].path: [gap.alias] for gap in found.gaps}
    again = plan_gaps(with_aliases(site, aliases), searches(ASKED), 10)
    assert {gap.proposal for gap in again.gaps} <= {Proposal.ANSWERED, Proposal.READ}


def test_only_as_many_groups_as_asked_for_are_looked_at() -> None:
    progress: list[tuple[int, int]] = []
    found = plan_gaps(content(), searches(ASKED), 2, lambda done, total: progress.append((done, total)))
    assert (len(found.gaps), found.groups, found.searches) == (2, 3, 10)
    assert progress == [(1, 2), (2, 2)]


def test_a_site_without_articles_misses_everything() -> None:
    site = replace(content(), documents=[])
    found = plan_gaps(site, searches(["zip stops"]), 10)
    assert [(gap.proposal, gap.nearest) for gap in found.gaps] == [(Proposal.MISSING, ())]


def test_an_alias_of_a_question_in_a_faq_goes_to_its_page() -> None:
    page = content().documents[0]
    question = replace(page, url="zip/#why", title="Is the archive incomplete?", aliases=())
    site = replace(content(), documents=[*content().documents, question])
    (gap,) = plan_gaps(site, searches(["incomplete archive bundle torn shreds"]), 1).gaps
    assert (gap.proposal, gap.nearest[0].path, gap.nearest[0].title) == (Proposal.ALIAS, "zip.md", page.title)


def test_each_search_has_a_vote_for_the_article() -> None:
    rows = [["invoice link gallery", "no_answer", 3], ["link gallery refund", "no_answer", 2]]
    (gap,) = plan_gaps(content(), searches(rows), 1).gaps
    first, second, *_ = gap.nearest
    assert (first.path, second.path) == ("invoice.md", "pin.md")
    assert first.confidence < second.confidence, "the fewer searches are nearer to the other"


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
