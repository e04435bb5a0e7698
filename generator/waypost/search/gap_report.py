"""Gaps: questions that people search for in vain, and aliases that let the search answer them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.languages import languages, load_words
from waypost.problems import Location, Problem, ProblemsFound, Refused
from waypost.reading.project import load_project
from waypost.reading.site import Site
from waypost.search.io.article_edit import is_usable_alias, with_alias
from waypost.search.io.unresolved_log import UnresolvedLog, read_unresolved
from waypost.search.rules.documents import search_documents
from waypost.search.rules.gaps import Content, Gap, Gaps, Proposal, plan_gaps
from waypost.search.rules.ticket_tail import ticket_labels
from waypost.search.site_search import site_language


class NoAlias(Refused):
    """No alias is proposed under a number."""


@dataclass(frozen=True)
class GapReport:
    """The gaps, with the logs that they were read from."""

    gaps: Gaps
    logs: tuple[UnresolvedLog, ...]

    @property
    def problems(self) -> list[Problem]:
        """The warnings of all logs."""
        return [problem for log in self.logs for problem in log.problems]

    def numbered(self, numbers: Collection[int]) -> list[Gap]:
        """Return the gaps with these numbers, counted from 1, or all where none is given; raises NoAlias."""
        known = dict(enumerate(self.gaps.gaps, start=1))
        for number in numbers:
            if number not in known or known[number].proposal is not Proposal.ALIAS:
                raise NoAlias(f"There is no alias with the number {number}.")
        return [known[number] for number in sorted({*numbers} or known)]


@dataclass(frozen=True)
class AppliedAliases:
    """The aliases that were written into their articles."""

    written: tuple[Gap, ...]
    problems: tuple[Problem, ...]
    """Reasons for those that were not; their files are unchanged."""


def find_gaps(
    site: Site,
    paths: Sequence[Path],
    limit: int,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> GapReport:
    """Return the gaps of the `limit` questions that were asked most.

    Raises ProblemsFound where the site or a log cannot be read, with the problems of all logs, and OSError.
    """
    project = load_project(site)
    labels = ticket_labels(map(load_words, languages()))
    logs: list[UnresolvedLog] = []
    refused: list[Problem] = []
    for path in paths:
        try:
            logs.append(read_unresolved(path, labels))
        except ProblemsFound as found:
            refused += found.problems
        except FileNotFoundError:
            message = "There is no such file. Correct the name."
            refused.append(Problem(Location(path.as_posix()), "missing-file", message))
    if refused:
        raise ProblemsFound(refused)
    content = Content(
        search_documents(project.help_center.articles),
        project.help_center.queries.queries,
        site_language(project),
        is_usable_alias,
    )
    searches = [search for log in logs for search in log.searches]
    return GapReport(plan_gaps(content, searches, limit, progress), tuple(logs))


def apply_gaps(site: Site, gaps: Sequence[Gap]) -> AppliedAliases:
    """Write the proposed aliases into their articles; a file that cannot be changed safely stays as it is."""
    written: list[Gap] = []
    problems: list[Problem] = []
    for gap in gaps:
        if gap.proposal is not Proposal.ALIAS:
            continue
        try:
            edited = with_alias(site.root, gap.nearest[0].path, gap.alias)
        except ProblemsFound as found:
            problems += found.problems
            continue
        if edited:
            write_atomic(edited.target, edited.data)
            written.append(gap)
    return AppliedAliases(tuple(written), tuple(problems))
