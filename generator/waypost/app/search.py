"""The search of a site, as its pages have it: for the terminal, and for whoever measures it."""

from __future__ import annotations

from collections.abc import Sequence

from waypost.adapters.search_language import search_language
from waypost.core.search.documents import SearchDocument, search_documents
from waypost.core.search.index import Index, build_index, count_forms, phrases_of
from waypost.core.search.language import Language
from waypost.core.search.ranking import Ranking, rank
from waypost.model.project import HelpCenter, Project


def site_language(project: Project) -> Language:
    """Return the language of a site with its synonyms."""
    return search_language(project.language, project.help_center.synonyms)


def site_index(help_center: HelpCenter, language: Language) -> Index:
    """Index everything that a help center publishes."""
    return document_index(search_documents(help_center.articles), language)


def document_index(documents: Sequence[SearchDocument], language: Language) -> Index:
    """Index documents of any origin."""
    phrases = phrases_of(language)
    return build_index(
        documents, [count_forms(document, language, phrases) for document in documents], language
    )


def search(project: Project, question: str, limit: int) -> Ranking:
    """Return what answers a question, best first; without hits where nothing does."""
    return rank(site_index(project.help_center, site_language(project)), question, limit)
