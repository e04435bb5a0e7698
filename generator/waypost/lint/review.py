"""Find the articles that somebody should look at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from waypost.formats.article import ArticleFrontMatter
from waypost.lint.io.lint_files import load_lint_config
from waypost.lint.io.vote_log import VoteLog
from waypost.lint.rules.registry import RULES, is_silenced
from waypost.lint.rules.review import OwnerGroup, ReviewPolicy, plan_review
from waypost.problems import ProblemsFound
from waypost.reading.project import load_project
from waypost.reading.site import Site


@dataclass(frozen=True)
class Review:
    """What is due, and how much was looked at."""

    groups: tuple[OwnerGroup, ...]
    policy: timedelta
    """How long a review holds."""
    articles: int
    owners: tuple[str, ...]
    """Every team that owns an article, due or not."""
    log: VoteLog | None = None
    """The votes that were read, with their counts."""


def review(site: Site, now: datetime, within: timedelta, votes: Path | None = None) -> Review:
    """Return what is due; raises ProblemsFound where the site, lint.yml or the votes cannot be read."""
    project = load_project(site)
    config, problems = load_lint_config(site.root, RULES)
    if config is None:
        raise ProblemsFound(problems)

    def is_excepted(path: str) -> bool:
        return is_silenced("review-due", path, config)

    policy = ReviewPolicy(config.reviewed_within, within, is_excepted)
    log = VoteLog(votes) if votes else None
    groups = plan_review(project, log.votes() if log else (), policy, now)
    articles = project.help_center.articles
    owners = {page.front.owner for page in articles if isinstance(page.front, ArticleFrontMatter)}
    return Review(groups, config.reviewed_within, len(articles), tuple(sorted(filter(None, owners))), log)
