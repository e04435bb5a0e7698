"""How often the sentence that is quoted answers, on questions whose sentences are marked.

The sample's questions stand in tests/cases/search/quotes.yml. Of other collections, a file in JSON has the sentences
that answer, by the folder's name and the document's id: {"faq": {"d1": ["One sentence.", …]}}; documents that are
not in it, and questions that they answer, are left out. Of several folders, the questions of the others are asked as
well, as questions that have no answer.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import yaml

from waypost.base.files.resources import theme_folder
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.collections import SearchCollection, load_collection
from waypost.search.io.language import search_language
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.index import Index
from waypost.search.rules.quotes import quote
from waypost.search.rules.ranking import rank
from waypost.search.site_search import site_index, site_language

ROOT = theme_folder().parent
CASES = ROOT / "tests/cases/search/quotes.yml"
OTHERS = 300
"""Questions of the other collections that are asked of each, at most."""


@dataclass(frozen=True)
class Marked:
    """A question with the sentences that answer it; none where it has no answer."""

    question: str
    sentences: Collection[str] = ()


@dataclass(frozen=True)
class MarkedSet:
    """An index, and the questions that are asked of it."""

    name: str
    index: Index
    questions: Sequence[Marked]


def sample(others: Sequence[str]) -> MarkedSet:
    """The sample with its questions."""
    project = load_project(Site(ROOT))
    index = site_index(project.help_center, site_language(project))
    rows = yaml.safe_load(CASES.read_text(encoding="utf-8"))
    own = [Marked(row["ask"], row["quotes"]) for row in rows]
    return MarkedSet("sample", index, [*own, *map(Marked, others)])


def collection(
    name: str, found: SearchCollection, marks: dict[str, list[str]], others: Sequence[str]
) -> MarkedSet:
    """A collection with the questions whose documents are all marked."""
    questions = []
    for question in found.questions:
        paths = [path for path, grade in question.grades.items() if grade > 0]
        if not paths:
            questions.append(Marked(question.text))
        elif all(path in marks for path in paths):
            questions.append(Marked(question.text, {text for path in paths for text in marks[path]}))
    index = index_documents(found.documents, search_language("en"))
    return MarkedSet(name, index, [*questions, *map(Marked, others)])


def figures(asked: MarkedSet) -> str:
    """Say how many quotes are right and wrong."""
    results = [(each, quote(asked.index, rank(asked.index, each.question))) for each in asked.questions]
    answerable = sum(1 for each, _ in results if each.sentences)
    exact = sum(1 for each, found in results if found and found.text in each.sentences)
    wrong = [each for each, found in results if found and found.text not in each.sentences]
    of_answerable = sum(1 for each in wrong if each.sentences)
    others = len(results) - answerable
    return (
        f"{asked.name:16} {answerable:5} {exact / answerable:6.3f} {of_answerable / answerable:6.3f}"
        f" {others:6} {(len(wrong) - of_answerable) / max(1, others):6.3f} {len(wrong) / len(results):6.3f}"
    )


def sets(folders: Sequence[Path], marks: dict[str, dict[str, list[str]]]) -> Iterator[MarkedSet]:
    """Yield the sample and every folder."""
    found = {folder.name: load_collection(folder, "text") for folder in folders}
    rng = random.Random(1)  # noqa: S311  # no secret

    def others(name: str) -> list[str]:
        texts = [each.text for other, one in found.items() if other != name for each in one.questions]
        return rng.sample(texts, min(OTHERS, len(texts)))

    yield sample(others("sample"))
    for name in sorted(marks.keys() & found.keys()):
        yield collection(name, found[name], marks[name], others(name))


def main() -> None:
    """Print one line a set."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--collections", nargs="*", type=Path, default=[], help="folders with collections")
    parser.add_argument("--marks", type=Path, help="the file with the sentences that answer")
    arguments = parser.parse_args()
    marks = json.loads(arguments.marks.read_text(encoding="utf-8")) if arguments.marks else {}
    click.echo(
        "exact: share of answerable questions whose quote answers; wrong: share that gets another quote"
    )
    click.echo(f"{'':16} {'asked':>5} {'exact':>6} {'wrong':>6} {'others':>6} {'wrong':>6} {'all':>6}")
    for each in sets(arguments.collections, marks):
        click.echo(figures(each))


if __name__ == "__main__":
    main()
