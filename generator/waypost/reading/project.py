"""Everything people wrote in a site, read and checked."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.base.clock import utc_now
from waypost.formats.project import Project
from waypost.problems import Problem, ProblemsFound, errors
from waypost.reading.io.content_files import load_help_center
from waypost.reading.io.status_files import load_status_config, load_status_site
from waypost.reading.io.theme_options import load_theme
from waypost.reading.site import Site


def check_project(site: Site, now: datetime | None = None) -> tuple[Project | None, list[Problem]]:
    """Read everything that people wrote; return it, or None where it cannot be used, and every problem.

    `now` decides which articles are published; without it, the clock does.
    """
    config, problems = load_status_config(site.root)
    status = None
    known: frozenset[str] | None = None
    if config:
        known = frozenset(component.id for component in config.flat)
        status, found = load_status_site(site.root, config)
        problems += found
    zone = ZoneInfo(config.page.time_zone if config else "UTC")
    help_center, found = load_help_center(site.root, known, now or utc_now(), zone)
    problems += found
    theme, language, found = load_theme(site.root)
    problems += found
    if status is None or errors(problems):
        return None, sorted(problems)
    # A link to a draft would lead nowhere; it appears when the draft is published.
    status = status.without_articles(help_center.drafts)
    return Project(help_center, status, theme, language), sorted(problems)


def load_project(site: Site, now: datetime | None = None) -> Project:
    """Read everything that people wrote; raise ProblemsFound with all problems where any is an error."""
    project, problems = check_project(site, now)
    if project is None:
        raise ProblemsFound(problems)
    return project
