"""Ask the help center a question from the terminal, to see which articles speak of it."""

from __future__ import annotations

from waypost.adapters.whoosh_index import Hit, SearchIndex
from waypost.core.search import search_documents
from waypost.model.project import Project


def search(project: Project, question: str, limit: int) -> list[Hit]:
    """Return what answers a question, best first; an empty list where nothing does."""
    return SearchIndex(search_documents(project.help_center.articles)).search(question, limit)
