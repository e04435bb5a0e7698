"""A rule about the search: whether it answers the questions that people ask."""

from __future__ import annotations

import math
from collections.abc import Iterator

from waypost.lint.rules.rule import Finding, LintSite, at_key
from waypost.search.rules.evaluation import QuestionResult, ask, figures, questions_of

QUERIES = "content/queries.yml"

MOST_NAMED = 5
"""Questions that are named; mending those usually mends others."""


def search_success(site: LintSite) -> Iterator[Finding]:
    """Find out whether the search answers enough of the questions in content/queries.yml."""
    queries = site.project.help_center.queries
    if not queries.queries:
        return
    outcomes = ask(questions_of(queries.queries), site.answer)
    right = figures(outcomes).right
    if right >= queries.success_at_least:
        return
    wrong = [(number, outcome) for number, outcome in enumerate(outcomes) if not outcome.is_right]
    message = (
        f"The search answers {len(outcomes) - len(wrong)} of {len(outcomes)} questions rightly, "
        f"{_percent(right)}, and {_percent(queries.success_at_least)} are wanted. "
        f"`waypost search-eval {QUERIES} --wrong` lists the others."
    )
    yield Finding(QUERIES, at_key("success_at_least"), message)
    for number, outcome in wrong[:MOST_NAMED]:
        yield Finding(QUERIES, at_key("queries", number, "ask"), _advice(outcome))


def _percent(share: float) -> str:
    # Rounded down, so that what is not enough never looks as if it were.
    return f"{math.floor(share * 100 + 1e-9)} %"


def _advice(outcome: QuestionResult) -> str:
    """Say what came first, and what a writer can do about it."""
    first = f"content/{outcome.first} comes first" if outcome.first else "Nothing is found"
    if not outcome.is_answerable:
        return f"{first}, and nothing may be found. If that article does answer it, name it here."
    wanted = next(iter(outcome.question.grades))
    place = f", and content/{wanted} as number {outcome.rank}" if outcome.rank else ""
    return (
        f"{first}{place}. Say it in `also_asked_as` of content/{wanted}, in the words that people use, or "
        "name synonyms in content/synonyms.yml."
    )
