"""waypost search-eval."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from waypost.base.printable import printable
from waypost.cli.common import json_option, print_json, site_option
from waypost.reading.site import Site

if TYPE_CHECKING:
    from waypost.search.evaluate import Evaluation
    from waypost.search.io.collections import QuestionForm
    from waypost.search.rules.evaluation import Question, QuestionResult

LABELS = {
    "right": "answered rightly",
    "success_at_1": "success@1",
    "success_at_5": "success@5",
    "mrr_at_10": "MRR@10",
    "ndcg_at_10": "nDCG@10",
    "answered": "sure",
    "unsure": "not sure",
    "nothing": "nothing",
    "rightly_refused": "rightly not sure",
    "nothing_wrongly": "wrongly nothing",
}
"""What each figure is called on the screen."""

LONGEST = 100
"""Characters of a question that are shown."""


@click.command("search-eval")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option(
    "--field",
    type=click.Choice(["text", "typo"]),
    default="text",
    show_default=True,
    help="Which form of the questions of a folder to ask: as they are, or misspelt.",
)
@click.option("--wrong", is_flag=True, help="Also list every question that is answered wrongly.")
@site_option
@json_option
def command(path: Path, field: QuestionForm, wrong: bool, site: Site, as_json: bool) -> None:
    """Ask the search questions whose answers are known, and say how many it gets right.

    PATH is a queries.yml, whose questions go to the site, or a folder with docs.json, queries.json and qrels.tsv.
    docs/search.md tells what the figures mean. What changed since the last run of the same PATH is named.

    Example: waypost search-eval content/queries.yml
    """
    from waypost.search.evaluate import evaluate

    if field != "text" and not path.is_dir():
        raise click.UsageError("Only folders have a misspelt form of their questions. Leave --field out.")
    evaluation = evaluate(site, path, field, _watched)
    if as_json:
        print_json(_document(evaluation))
        return
    _print_figures(evaluation)
    _print_list("Now right", [outcome for outcome in evaluation.changed if outcome.is_right])
    _print_list("Now wrong", [outcome for outcome in evaluation.changed if not outcome.is_right])
    if wrong:
        _print_list("Wrong", [outcome for outcome in evaluation.results if not outcome.is_right])


def _watched(questions: Sequence[Question]) -> Iterator[Question]:
    """Hand the questions on, and show how many are done where a person is watching."""
    if not sys.stderr.isatty():
        yield from questions
        return
    with click.progressbar(questions, label="Asking", file=sys.stderr) as bar:
        yield from bar


def _document(evaluation: Evaluation) -> dict[str, Any]:
    return {
        **{name: _rounded(value) for name, value in asdict(evaluation.figures).items()},
        "left_out": evaluation.left_out,
        "queries": [_entry(outcome) for outcome in evaluation.results],
        "changed": [_entry(outcome) for outcome in evaluation.changed],
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 6)


def _entry(outcome: QuestionResult) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "question": outcome.question.text,
        "right": outcome.is_right,
        "answerable": outcome.is_answerable,
        "rank": outcome.rank or None,
        "first": outcome.first or None,
    }


def _print_figures(evaluation: Evaluation) -> None:
    outcomes = evaluation.results
    answerable = sum(outcome.is_answerable for outcome in outcomes)
    noun = "question" if len(outcomes) == 1 else "questions"
    click.echo(f"{len(outcomes)} {noun}, {len(outcomes) - answerable} of them without an answer")
    if evaluation.left_out:
        click.echo(f"{evaluation.left_out} more wait for drafts and were left out.")
    now, before = asdict(evaluation.figures), asdict(evaluation.last) if evaluation.last else {}
    for name, label in LABELS.items():
        if now[name] is not None:
            click.echo(f"{label:<16} {now[name]:6.3f}{_difference(now[name], before.get(name))}")


def _difference(now: float, before: float | None) -> str:
    """Tell how much a figure changed, where it did."""
    change = 0.0 if before is None else round(now - before, 3)
    return f"  {change:+.3f}" if change else ""


def _print_list(title: str, outcomes: Iterable[QuestionResult]) -> None:
    shown = list(outcomes)
    if shown:
        click.echo(f"\n{title}: {len(shown)}")
    for outcome in shown:
        text = outcome.question.text
        cut = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
        first = f"{outcome.first_title} ({outcome.first})" if outcome.first else "nothing was found"
        click.echo(f"  {printable(cut)}\n    first: {printable(first)}")
        wanted = [path for path, grade in outcome.question.grades.items() if grade > 0]
        if not outcome.is_right:
            place = f", which is number {outcome.rank}" if outcome.rank else ""
            click.echo(f"    wanted: {printable(wanted[0] if wanted else 'nothing')}{place}")
