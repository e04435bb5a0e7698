"""Ask the help center a question from the terminal, to see what answers it as clients would see it."""

from __future__ import annotations

from waypost.formats.project import Project
from waypost.search.published_index import site_index, site_language
from waypost.search.rules.ranking import Ranking, rank


def search(project: Project, question: str, limit: int) -> Ranking:
    """Return what answers a question, best first; without hits where nothing does."""
    return rank(site_index(project.help_center, site_language(project)), question, limit)
