"""Everything people wrote in a site, read and checked."""

from __future__ import annotations

from waypost.formats.project import Project
from waypost.problems import Problem, ProblemsFound, errors
from waypost.reading.io.content_files import load_help_center
from waypost.reading.io.status_files import load_status_config, load_status_site
from waypost.reading.io.theme_options import load_theme
from waypost.reading.site import Site


def check_project(site: Site) -> tuple[Project | None, list[Problem]]:
    """Read everything that people wrote; return it, or None where it cannot be used, and every problem."""
    config, problems = load_status_config(site.root)
    status = None
    known: frozenset[str] | None = None
    if config:
        known = frozenset(component.id for component in config.flat)
        status, found = load_status_site(site.root, config)
        problems += found
    help_center, found = load_help_center(site.root, known)
    problems += found
    theme, language, found = load_theme(site.root)
    problems += found
    if status is None or errors(problems):
        return None, sorted(problems)
    # A link to a draft would lead nowhere; it appears when the draft is published.
    status = status.without_articles(help_center.drafts)
    return Project(help_center, status, theme, language), sorted(problems)


def load_project(site: Site) -> Project:
    """Read everything that people wrote; raise ProblemsFound with all problems where any is an error."""
    project, problems = check_project(site)
    if project is None:
        raise ProblemsFound(problems)
    return project
