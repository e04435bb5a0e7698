"""Measure a search with questions whose answers are known."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from waypost.base.files.file_tree import write_atomic
from waypost.formats.project import Project
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.collections import QuestionForm, load_collection, load_queries
from waypost.search.io.language import search_language
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.evaluation import (
    DEPTH,
    Answerer,
    Figures,
    Question,
    QuestionResult,
    ask,
    figures,
    questions_of,
)
from waypost.search.rules.index import Index
from waypost.search.rules.ranking import rank
from waypost.search.site_search import site_index, site_language

FORMAT = 2
"""Raised when the meaning of a run changes; older ones are not used then."""

MOST_RUNS = 20
"""Collections whose last run is kept."""

MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class PastResult:
    """How a question was answered in an earlier run."""

    is_right: bool
    first: str
    """The path of the first result, or nothing."""


@dataclass(frozen=True)
class EvaluationRun:
    """All questions of one collection, asked once."""

    figures: Figures
    questions: Mapping[str, PastResult]
    """By their ids."""


@dataclass(frozen=True)
class EvaluationRuns:
    """The last run of each collection."""

    format: int = FORMAT
    runs: Mapping[str, EvaluationRun] = field(default_factory=dict)
    """By the name of the collection, the latest last."""

    def with_run(self, name: str, run: EvaluationRun) -> EvaluationRuns:
        """Return these runs with another last run of one collection."""
        others = [(known, held) for known, held in self.runs.items() if known != name]
        return replace(self, runs=dict([*others[1 - MOST_RUNS :], (name, run)]))


_ADAPTER = TypeAdapter(EvaluationRuns)


def load_runs(path: Path) -> EvaluationRuns:
    """Read the last runs; none where there is no file that can be used."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return EvaluationRuns()
        runs = _ADAPTER.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return EvaluationRuns()
    return runs if runs.format == FORMAT else EvaluationRuns()


def save_runs(path: Path, runs: EvaluationRuns) -> None:
    """Write the last runs."""
    write_atomic(path, json.dumps(asdict(runs), separators=(",", ":")).encode())


RUNS = "search-eval.json"
"""The file of the last runs, in the cache of the site."""

Watch = Callable[[Sequence[Question]], Iterable[Question]]
"""Hands questions on one by one, and may show how many are done."""


@dataclass(frozen=True)
class Evaluation:
    """How well the search answered, and the difference to the last run."""

    results: tuple[QuestionResult, ...]
    figures: Figures
    last: Figures | None
    """The figures of the last run; None in the first one."""
    changed: tuple[QuestionResult, ...]
    """Questions that were right in the last run and are wrong now, or the other way round."""
    left_out: int = 0
    """Questions whose article is a draft, which nobody can find yet."""


def evaluate(site: Site, path: Path, field: QuestionForm, watch: Watch) -> Evaluation:
    """Ask the questions of a queries.yml, or of a folder with a collection; raises ProblemsFound.

    The results are kept for the next run, where the site can be written to.
    """
    if path.is_dir():
        collection = load_collection(path, field)
        questions, left_out = collection.questions, 0
        answer = _answerer(
            lambda: index_documents(collection.documents, search_language(collection.language))
        )
    else:
        project = load_project(site)
        queries = load_queries(path, project.help_center.with_drafts.pages).queries
        published = [query for query in queries if query.answer not in project.help_center.drafts]
        questions, left_out = questions_of(published), len(queries) - len(published)
        answer = site_answerer(project)
    results = ask(watch(questions), answer)
    last = _replace_run(site, f"{path.resolve()} {field}", results)
    known = last.questions if last else {}
    changed = tuple(
        result
        for result in results
        if result.question.id in known and known[result.question.id].is_right is not result.is_right
    )
    return Evaluation(results, figures(results), last.figures if last else None, changed, left_out)


def site_answerer(project: Project) -> Answerer:
    """Return a function that answers questions as the pages of a site do."""
    return _answerer(lambda: site_index(project.help_center, site_language(project)))


def _answerer(make: Callable[[], Index]) -> Answerer:
    """Return a function that answers from an index, which is made for the first question."""
    index = cache(make)
    return lambda question: rank(index(), question, DEPTH)


def _replace_run(site: Site, name: str, results: Sequence[QuestionResult]) -> EvaluationRun | None:
    """Keep the results of a collection for the next run, and return its last run."""
    path = site.cache / RUNS
    runs = load_runs(path)
    questions = {result.question.id: PastResult(result.is_right, result.first) for result in results}
    # A site on a read-only disk can be measured too.
    with suppress(OSError):
        save_runs(path, runs.with_run(name, EvaluationRun(figures(results), questions)))
    return runs.runs.get(name)
