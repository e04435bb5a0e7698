"""Measure a search with questions whose answers are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from waypost.formats.project import Project
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.collections import LANGUAGE, Field, load_collection, load_queries
from waypost.search.io.language_files import search_language
from waypost.search.io.runs import Answered, Run, load_runs, save_runs
from waypost.search.published_index import site_index, site_language
from waypost.search.rules.evaluation import (
    DEPTH,
    Answer,
    Figures,
    Outcome,
    Question,
    ask,
    figures,
    questions_of,
)
from waypost.search.rules.index import Index, index_documents
from waypost.search.rules.ranking import rank

RUNS = "search-eval.json"
"""The file of the last runs, in the cache of the site."""

Watch = Callable[[Sequence[Question]], Iterable[Question]]
"""Hands questions on one by one, and may show how many are done."""


@dataclass(frozen=True)
class Evaluation:
    """How well the search answered, and what is different from the last time."""

    outcomes: tuple[Outcome, ...]
    figures: Figures
    last: Figures | None
    """Those of the last run; None in the first one."""
    changed: tuple[Outcome, ...]
    """Questions that were right the last time and are wrong now, or the other way round."""
    left_out: int = 0
    """Questions whose article is a draft, which nobody can find yet."""


def evaluate(site: Site, path: Path, field: Field, watch: Watch) -> Evaluation:
    """Ask the questions of a queries.yml, or of a folder with a collection; raises ProblemsFound.

    What comes of it is kept for the next run, where the site can be written to.
    """
    if path.is_dir():
        collection = load_collection(path, field)
        questions, left_out = collection.questions, 0
        answer = _answerer(lambda: index_documents(collection.documents, search_language(LANGUAGE)))
    else:
        project = load_project(site)
        queries = load_queries(path, project.help_center.with_drafts.pages).queries
        published = [query for query in queries if query.answer not in project.help_center.drafts]
        questions, left_out = questions_of(published), len(queries) - len(published)
        answer = site_answerer(project)
    outcomes = ask(watch(questions), answer)
    last = _remember(site, f"{path.resolve()} {field}", outcomes)
    return Evaluation(
        outcomes,
        figures(outcomes),
        last.figures if last else None,
        tuple(outcome for outcome in outcomes if last and _is_new(outcome, last)),
        left_out,
    )


def site_answerer(project: Project) -> Answer:
    """Return what answers questions as the pages of a site do."""
    return _answerer(lambda: site_index(project.help_center, site_language(project)))


def _answerer(make: Callable[[], Index]) -> Answer:
    """Return what answers questions from an index, which is made when the first one is asked."""
    index = cache(make)
    return lambda question: rank(index(), question, DEPTH)


def _remember(site: Site, name: str, outcomes: Sequence[Outcome]) -> Run | None:
    """Keep what came of each question, and return what had come of it the last time."""
    path = site.cache / RUNS
    runs = load_runs(path)
    answered = {outcome.question.id: Answered(outcome.is_right, outcome.first) for outcome in outcomes}
    # A site that nobody may write to can be measured all the same.
    with suppress(OSError):
        save_runs(path, runs.with_run(name, Run(figures(outcomes), answered)))
    return runs.runs.get(name)


def _is_new(outcome: Outcome, last: Run) -> bool:
    """Tell whether a question is right now and was not, or the other way round."""
    known = last.questions.get(outcome.question.id)
    return known is not None and known.is_right is not outcome.is_right
