"""The collections of tests/cases/search/lists.yml, indexed as a site is."""

from __future__ import annotations

from typing import Any

from waypost.formats.search import SynonymFile
from waypost.search.io.language import search_language
from waypost.search.rules.certainty import index_documents
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.index import Index


def document(entry: dict[str, Any]) -> SearchDocument:
    """Make a document of an entry: `url`, `title`, `text`, and maybe `aliases`, `kind` and `category`."""
    return SearchDocument(
        url=entry["url"],
        path=f"{entry['url'].strip('/')}.md",
        title=entry["title"],
        aliases=tuple(entry.get("aliases", ())),
        kind=entry.get("kind", "page"),
        summary="",
        sections=(DocumentSection("", "", entry["text"]),),
        category=entry.get("category", ""),
    )


def index_of(case: dict[str, Any]) -> Index:
    """Index the documents of a collection."""
    synonyms = SynonymFile(synonyms=tuple(tuple(group) for group in case.get("synonyms", ())))
    language = search_language(case["language"], synonyms)
    return index_documents([document(entry) for entry in case["documents"]], language)
