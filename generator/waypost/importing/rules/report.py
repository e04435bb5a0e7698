"""The report of an import, as Markdown for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from waypost.importing.rules.word_counts import ArticleWords, totals, worst_first
from waypost.problems import Problem

_MOST_PLACES = 50
"""Places that one finding lists."""


def report_text(
    source: str,
    counts: Mapping[str, int],
    words: Sequence[ArticleWords],
    problems: Sequence[Problem],
    aside: Mapping[str, Mapping[str, Any]],
    aside_file: str,
) -> str:
    """Write down what an import brought over and what not, the worst first.

    `counts` are numbers by the words for them; `aside_file` is where keys of front matter are kept.
    """
    lines = [
        f"# Import of {_plain(source)}",
        "",
        *(f"- {name}: {number:,}" for name, number in counts.items()),
        "",
    ]
    lines += ["## Words", "", *_words(words), "## What needs a look", "", *_problems(problems)]
    if aside:
        keys = Counter(key for front in aside.values() for key in front)
        lines += [
            "## Front matter without a counterpart",
            "",
            f"Kept in `{aside_file}`.",
            "",
            "| Key | Articles |",
            "| --- | ---: |",
        ]
        lines += [f"| `{_plain(key)}` | {count} |" for key, count in keys.most_common()]
    return "\n".join(lines).rstrip() + "\n"


def _words(words: Sequence[ArticleWords]) -> Iterator[str]:
    """Tell the words of all articles, and of each that lost any."""
    source, page, lost = totals(words)
    share = 100 * lost / source if source else 0.0
    missing = f"{lost:,} words of the sources ({share:.2f} %) are not on their pages."
    yield from (f"The sources have {source:,} words, the pages {page:,}. {missing}", "")
    losing = [it for it in worst_first(words) if it.lost]
    if losing:
        yield "| Article | From | Source | Page | Lost | Share | For example |"
        yield "| --- | --- | ---: | ---: | ---: | ---: | --- |"
        for it in losing:
            numbers = f"{it.source:,} | {it.page:,} | {it.lost:,} | {it.share:.1f} %"
            yield f"| {_plain(it.path)} | {_plain(it.origin)} | {numbers} | {_plain(' '.join(it.examples))} |"
        yield ""
    yield f"{len(words) - len(losing):,} of {len(words):,} articles lost no word."
    yield ""


def _problems(problems: Iterable[Problem]) -> Iterator[str]:
    """Tell each kind of finding with its places, the most frequent first."""
    kinds: dict[str, list[str]] = {}
    for problem in problems:
        kinds.setdefault(problem.message, []).append(str(problem.location))
    if not kinds:
        yield "Nothing."
    for message, places in sorted(kinds.items(), key=lambda it: (-len(it[1]), it[0])):
        more = f", and {len(places) - _MOST_PLACES} more" if len(places) > _MOST_PLACES else ""
        yield f"- {_plain(message)} ({len(places)}: {_plain(', '.join(places[:_MOST_PLACES]))}{more})"
    yield ""


def _plain(text: str) -> str:
    """Return words that stay words in a table of Markdown."""
    return " ".join(text.replace("|", "\\|").replace("<", "&lt;").split())
