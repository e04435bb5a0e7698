"""Ask the help center a question from the terminal, to see what answers it as clients would see it."""

from __future__ import annotations

from waypost.app.search_outputs import site_index, site_language
from waypost.core.search.ranking import Ranking, rank
from waypost.model.project import Project


def search(project: Project, question: str, limit: int) -> Ranking:
    """Return what answers a question, best first; without hits where nothing does."""
    return rank(site_index(project.help_center, site_language(project)), question, limit)
