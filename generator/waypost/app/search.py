"""Ask the help center a question from the terminal, to see what answers it as clients would see it."""

from __future__ import annotations

from collections.abc import Sequence

from waypost.app.search_outputs import site_index, site_language
from waypost.core.search.documents import SearchDocument
from waypost.core.search.index import Index, build_index, count_forms, phrases_of
from waypost.core.search.language import Language
from waypost.core.search.ranking import Ranking, rank
from waypost.model.project import Project


def search(project: Project, question: str, limit: int) -> Ranking:
    """Return what answers a question, best first; without hits where nothing does."""
    return rank(site_index(project.help_center, site_language(project)), question, limit)


def document_index(documents: Sequence[SearchDocument], language: Language) -> Index:
    """Index documents that belong to no site."""
    phrases = phrases_of(language)
    return build_index(documents, [count_forms(one, language, phrases) for one in documents], language)


__all__ = ["document_index", "search", "site_index", "site_language"]
