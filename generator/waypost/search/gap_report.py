"""Gaps: questions that people search for in vain, and aliases that let the search answer them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from waypost.base.files.file_tree import write_atomic
from waypost.base.files.languages import languages, load_words
from waypost.formats.project import Project
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
    content: Content
    limit: int

    @property
    def problems(self) -> list[Problem]:
        """The warnings of all logs."""
        return [problem for log in self.logs for problem in log.problems]

    def numbered(self, numbers: Collection[int], asked: Collection[int] = ()) -> list[Gap]:
        """Return the gaps with these numbers, counted from 1, or all where none is given.

        Raises NoAlias where one has no alias, unless a writer was `asked` about it and chose no article that gains.
        """
        known = dict(enumerate(self.gaps.gaps, start=1))
        for number in {*numbers}.difference(asked):
            if number not in known or known[number].proposal is not Proposal.ALIAS:
                raise NoAlias(f"There is no alias with the number {number}.")
        return [known[number] for number in sorted({*numbers} or known)]

    def choices(self, numbers: Collection[int]) -> list[tuple[int, Gap]]:
        """Return the gaps for which a writer has to say which article is meant, with their numbers; of `numbers`
        where any is given."""
        return [
            (number, gap)
            for number, gap in enumerate(self.gaps.gaps, start=1)
            if gap.proposal is Proposal.CHOOSE and (not numbers or number in numbers)
        ]

    def with_choices(self, chosen: Mapping[int, str]) -> GapReport:
        """Return the report with the paths of articles that a writer chose, by the number of the gap."""
        texts = {
            phrasing.text: path
            for number, path in chosen.items()
            for phrasing in self.gaps.gaps[number - 1].group.phrasings
        }
        return replace(self, gaps=_plan(self.content, self.logs, self.limit, texts)) if texts else self


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
        search_documents(project.help_center.searched),
        project.help_center.queries.queries,
        site_language(project),
        is_usable_alias,
        _ticket_categories(project),
    )
    return GapReport(_plan(content, logs, limit, {}, progress), tuple(logs), content, limit)


def _plan(
    content: Content,
    logs: Sequence[UnresolvedLog],
    limit: int,
    chosen: Mapping[str, str],
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Gaps:
    searches = [search for log in logs for search in log.searches]
    paths = {document.url: document.path for document in content.documents}
    reads = [
        replace(read, article=paths[read.article])
        for log in logs
        for read in log.reads
        if read.article in paths
    ]
    return plan_gaps(content, searches, limit, progress, reads, chosen)


def _ticket_categories(project: Project) -> dict[str, str]:
    """Return the name of the category that requests about each article have, by its path."""
    form = project.help_center.support.ticket if project.help_center.support else None
    names = {category.id: category.name for category in form.categories} if form else {}
    return {
        article.path: names[hint.category]
        for article in project.help_center.articles
        if (hint := getattr(article.front, "ticket", None)) and hint.category in names
    }


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
