"""Measure the aliases that `waypost gaps` proposes: what they gain on questions that nobody has seen, and what it said
before that they would.

Run it with `make bench-gaps COLLECTIONS="DIR…"`. A collection has the form of docs/search.md, "Other collections".
Of its questions that have an answer, one half is asked. Those that are not answered first, or not surely, are the log;
the other half is asked before and after. Then the halves change places.
"""

from __future__ import annotations

import argparse
import random
import sys
import zlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean

from bench_page import DOCS, note_of, replace_section, table_of

from waypost.search.io.article_edit import is_usable_alias
from waypost.search.io.collections import load_collection
from waypost.search.io.language import search_language
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.documents import SearchDocument
from waypost.search.rules.evaluation import Question, QuestionResult, ask
from waypost.search.rules.gaps import Content, Gaps, Proposal, plan_gaps
from waypost.search.rules.grouping import ReadNext, UnresolvedReason, UnresolvedSearch, without_personal
from waypost.search.rules.index import Language
from waypost.search.rules.ranking import AnswerState, rank

PART_READ = 0.6
"""The part of the searches after which an article is read, where not all are known."""

RIGHT_READ = 0.8
"""The part of these that is the right article. Of the rest, half is another that was shown, and half any other."""

COLUMNS = (
    "Collection",
    "What tells the article",
    "Log",
    "Aliases",
    "right",
    "success@1 before",
    "after",
    "Gain",
    "predicted",
    "Left to choose",
    "right among the three",
)


@dataclass
class Trial:
    """What came of one log."""

    log: int
    aliases: int
    right: int
    before: float
    after: float
    predicted: float | None
    """None where nothing could be said."""
    open: int
    named: int
    """Groups left to choose, and those of them whose article is among the three."""


@dataclass
class Half:
    """A collection, with the half of its questions that people have asked and the half that nobody has seen."""

    documents: Sequence[SearchDocument]
    language: Language
    asked: Sequence[Question]
    unseen: Sequence[Question]

    def results(
        self, documents: Sequence[SearchDocument], asked: Sequence[Question]
    ) -> Sequence[QuestionResult]:
        """Ask questions of documents."""
        index = index_documents(documents, self.language)
        return ask(asked, lambda text: rank(index, text))

    def success(self, documents: Sequence[SearchDocument]) -> float:
        """Return the success of the questions that nobody has seen."""
        return fmean(result.rank == 1 for result in self.results(documents, self.unseen))

    @cached_property
    def before(self) -> float:
        """The success without an alias."""
        return self.success(self.documents)

    @cached_property
    def unresolved(self) -> Sequence[QuestionResult]:
        """The log."""
        found = self.results(self.documents, self.asked)
        return [result for result in found if result.rank != 1 or result.state is not AnswerState.ANSWER]

    @cached_property
    def answers(self) -> Mapping[str, Mapping[str, float]]:
        """The articles that answer a search of the log, by its text as `waypost gaps` shows it."""
        return {without_personal(result.question.text): result.question.grades for result in self.unresolved}


def halves(folder: Path) -> list[Half]:
    """Read a collection, and part its questions twice."""
    collection = load_collection(folder, "text")
    language = search_language(collection.language)
    questions = [
        question for question in collection.questions if max(question.grades.values(), default=0) > 0
    ]
    sides = [[q for q in questions if zlib.crc32(q.id.encode()) % 2 == side] for side in (0, 1)]
    return [Half(collection.documents, language, sides[side], sides[1 - side]) for side in (0, 1)]


Reader = Callable[[QuestionResult, random.Random, Half], str]
"""Says what was read after a search, or nothing."""


def read_right(result: QuestionResult, rng: random.Random, half: Half) -> str:
    """Everybody finds the right article in the end, and the log has it."""
    return max(result.question.grades, key=lambda path: result.question.grades[path])


def read_some(result: QuestionResult, rng: random.Random, half: Half) -> str:
    """Some do; some take another for it, and some have begun to look for something else."""
    if rng.random() >= PART_READ:
        return ""
    if rng.random() < RIGHT_READ:
        return read_right(result, rng, half)
    shown = result.found if rng.random() < 0.5 else ()  # half of them
    paths = shown or [document.path for document in half.documents]
    return rng.choice([path for path in paths if result.question.grades.get(path, 0) <= 0] or paths)


def read_nothing(result: QuestionResult, rng: random.Random, half: Half) -> str:
    """The log knows only what was asked."""
    return ""


def trial(half: Half, read: Reader, *, is_asked: bool) -> Trial:
    """Plan with a log, apply, and measure; `is_asked`: a writer says which of the three is right, if one is."""
    rng = random.Random(0)  # noqa: S311  # no secret
    searches = [UnresolvedSearch(result.question.text, _reason(result)) for result in half.unresolved]
    reads = [
        ReadNext(result.question.text, path)
        for result in half.unresolved
        if (path := read(result, rng, half))
    ]
    content = Content(half.documents, (), half.language, is_usable_alias)
    gaps = plan_gaps(content, searches, len(searches), reads=reads)
    choices = [gap for gap in gaps.gaps if gap.proposal is Proposal.CHOOSE]
    chosen = choices_of(half, gaps)
    if is_asked:
        gaps = plan_gaps(content, searches, len(searches), reads=reads, chosen=chosen)
    aliases = [(gap.nearest[0].path, gap.alias) for gap in gaps.gaps if gap.alias]
    return Trial(
        log=len(searches),
        aliases=len(aliases),
        right=sum(half.answers[alias].get(path, 0) > 0 for path, alias in aliases),
        before=half.before,
        after=half.success(with_aliases(half.documents, aliases)),
        predicted=gaps.predicted.share * len(searches) / len(half.asked) if reads else None,
        open=len(choices),
        named=sum(gap.group.phrasings[0].text in chosen for gap in choices),
    )


def _reason(result: QuestionResult) -> UnresolvedReason:
    return UnresolvedReason.REFORMULATED if result.state is AnswerState.ANSWER else UnresolvedReason.NO_ANSWER


def choices_of(half: Half, gaps: Gaps) -> dict[str, str]:
    """Return what a writer chooses of three, who knows the answer to the most frequent phrasing."""
    chosen = {}
    for gap in gaps.gaps:
        grades = half.answers[gap.group.phrasings[0].text]
        right = next((near.path for near in gap.nearest if grades.get(near.path, 0) > 0), None)
        if gap.proposal is Proposal.CHOOSE and right:
            chosen.update({phrasing.text: right for phrasing in gap.group.phrasings})
    return chosen


def with_aliases(
    documents: Sequence[SearchDocument], aliases: Collection[tuple[str, str]]
) -> list[SearchDocument]:
    """Return the documents with the aliases written into them."""
    return [
        replace(document, aliases=tuple(alias for path, alias in aliases if path == document.path))
        for document in documents
    ]


WAYS: Sequence[tuple[str, Reader, bool]] = (
    ("words alone", read_nothing, False),
    ("a writer, of three", read_nothing, True),
    ("what was read next", read_right, False),
    (f"the same, {PART_READ:.0%} known, {1 - RIGHT_READ:.0%} of it wrong", read_some, False),
)


def row(name: str, way: str, trials: Sequence[Trial]) -> list[str]:
    """Return the means of two trials as a row."""

    def mean(value: Callable[[Trial], float]) -> float:
        return fmean(value(each) for each in trials)

    aliases, choices = sum(each.aliases for each in trials), sum(each.open for each in trials)
    predicted = [each.predicted for each in trials if each.predicted is not None]
    return [
        name,
        way,
        f"{mean(lambda each: each.log):.0f}",
        f"{aliases / len(trials):.0f}",
        f"{sum(each.right for each in trials) / aliases:.0%}" if aliases else "",
        f"{mean(lambda each: each.before):.3f}",
        f"{mean(lambda each: each.after):.3f}",
        f"{mean(lambda each: each.after - each.before):+.3f}",
        f"{fmean(predicted):+.3f}" if predicted else "too few to know",
        f"{choices / len(trials):.0f}",
        f"{sum(each.named for each in trials) / choices:.0%}" if choices else "",
    ]


def main() -> None:
    """Measure every collection, and report it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--collections", type=Path, nargs="+", required=True)
    parser.add_argument("--dry-run", action="store_true", help="leave docs/gaps.md as it is")
    options = parser.parse_args()
    rows = []
    for folder in options.collections:
        parts = halves(folder)
        for way, read, is_asked in WAYS:
            rows.append(row(folder.name, way, [trial(half, read, is_asked=is_asked) for half in parts]))
            sys.stdout.write(" | ".join(rows[-1]) + "\n")
            sys.stdout.flush()
    if not options.dry_run:
        text = f"{table_of(COLUMNS, rows)}\n\n{note_of('gaps', 'the mean of two halves')}"
        replace_section("gaps", text, DOCS / "gaps.md")


if __name__ == "__main__":
    main()
