"""Find the articles that somebody should look at again, with the votes of readers from a log."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from waypost.base.files import log_lines
from waypost.formats.article import ArticleFrontMatter
from waypost.formats.field_types import read_moment
from waypost.formats.lint import LintConfig
from waypost.formats.project import Project
from waypost.formats.support import VoteReason
from waypost.lint.io.lint_files import FindingLocator, load_lint_config
from waypost.lint.io.moved_files import moved_files
from waypost.lint.rules.registry import is_silenced, judge
from waypost.lint.rules.review import OwnerGroup, ReviewPolicy, Vote, plan_review
from waypost.lint.rules.rule import LintSite
from waypost.problems import Problem, ProblemsFound
from waypost.reading.project import load_project
from waypost.reading.site import Site


@dataclass(frozen=True)
class Review:
    """The articles that are due, and how many were examined."""

    groups: tuple[OwnerGroup, ...]
    policy: timedelta
    """How long a review holds."""
    articles: int
    owners: tuple[str, ...]
    """Every team that owns an article, due or not."""
    moved: tuple[Problem, ...] = ()
    """Pages that were moved or deleted just now while nothing leads on from their address."""
    log: VoteLog | None = None
    """The votes that were read, with their counts."""


def review(site: Site, now: datetime, within: timedelta, votes: Path | None = None) -> Review:
    """Return the articles that are due; raises ProblemsFound where the site, lint.yml or the votes cannot be read."""
    project = load_project(site, now)
    config, problems = load_lint_config(site.root)
    if config is None:
        raise ProblemsFound(problems)

    def is_excepted(path: str) -> bool:
        return is_silenced("review-due", path, config)

    policy = ReviewPolicy(config.reviewed_within, within, is_excepted)
    log = VoteLog(votes) if votes else None
    groups = plan_review(project, log.votes() if log else (), policy, now)
    articles = project.help_center.articles
    owners = {page.front.owner for page in articles if isinstance(page.front, ArticleFrontMatter)}
    moved = tuple(_moved(site, project, config, now))
    return Review(
        groups, config.reviewed_within, len(articles), tuple(sorted(filter(None, owners))), moved, log
    )


def _moved(site: Site, project: Project, config: LintConfig, now: datetime) -> Iterator[Problem]:
    places = FindingLocator(site.root)
    known = LintSite(project, config, {}, frozenset(), now, moved=moved_files(site.root))
    return (places.problem(judged) for judged in judge(known, ["moved"]))


@dataclass
class VoteLog:
    """A file of votes, read line by line; anyone can send anything to an endpoint, so nothing in it is trusted."""

    path: Path
    read: int = 0
    """Lines that are votes."""
    bad: int = 0
    """Lines that are not; blank ones do not count."""
    undated: int = 0
    """Votes that do not say when they arrived."""
    skipped_bytes: int = 0
    """The part of a large file that was left out, at its beginning."""

    def votes(self) -> Iterator[Vote]:
        """Yield the votes in the order of the file; raises ProblemsFound where there is no file, and OSError."""
        size = log_lines.size_of_log(self.path, "Name the file that the votes are appended to.")
        self.skipped_bytes = max(0, size - log_lines.MAX_LOG)
        with self.path.open("rb") as stream:
            for line in log_lines.newest_lines(stream, self.skipped_bytes):
                yield from self._judge(line)

    def _judge(self, line: bytes | None) -> Iterator[Vote]:
        if line is not None and not line.strip():
            return
        vote = read_vote(line) if line is not None else None
        if vote is None:
            self.bad += 1
            return
        self.read += 1
        self.undated += vote.at is None
        yield vote


def read_vote(line: bytes) -> Vote | None:
    """Return a line as a vote; None for anything of another shape. Keys beyond the documented ones are left alone."""
    try:
        found: Any = json.loads(line.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    page, helpful, reason = found.get("page"), found.get("helpful"), found.get("reason")
    if not isinstance(page, str) or not isinstance(helpful, bool) or reason not in (None, *VoteReason):
        return None
    at = found.get("at")
    moment = read_moment(at) if isinstance(at, str) else None
    if at is not None and moment is None:
        return None
    return Vote(page.lstrip("/"), helpful, VoteReason(reason) if reason else None, moment)
