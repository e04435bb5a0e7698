"""Bring in the articles of Intercom, from saved answers of its API."""

from __future__ import annotations

from collections.abc import Iterator

from waypost.importing.rules.exports import (
    Documents,
    Export,
    ExportedArticle,
    ExportedGroup,
    HelpDesk,
    kept,
    number_of,
)
from waypost.importing.rules.histories import Json, id_of, rows_of, text_of

_ASIDE = ("created_at", "updated_at", "author_id", "tags")


def read_intercom(documents: Documents) -> Export:
    """Join collections, the sections of older versions, and articles with their translations."""
    rows = [(name, row) for name, document in documents for row in [*rows_of(document, "data"), document]]
    groups = [_group(row) for _, row in rows if row.get("type") in ("collection", "section")]
    articles = [it for name, row in rows if row.get("type") == "article" for it in _articles(name, row)]
    return Export(tuple(groups), tuple(articles))


def _group(row: Json) -> ExportedGroup:
    return ExportedGroup(
        id=id_of(row, "id"),
        title=text_of(row, "name"),
        summary=text_of(row, "description"),
        parent=id_of(row, "parent_id") or id_of(row, "collection_id"),
        position=number_of(row, "order"),
        address=text_of(row, "url"),
    )


def _articles(name: str, row: Json) -> Iterator[ExportedArticle]:
    """Yield an article in its own language, and in each into which it was translated."""
    own = text_of(row, "default_locale")
    yield _article(name, row, row, own)
    content = row.get("translated_content")
    for language, text in content.items() if isinstance(content, dict) else ():
        if isinstance(text, dict) and language != own and text.get("body"):
            yield _article(name, row, text, language.replace("_", "-"))


def _article(name: str, row: Json, text: Json, language: str) -> ExportedArticle:
    parents = row.get("parent_ids")
    above = str(parents[0]) if isinstance(parents, list) and parents else ""
    return ExportedArticle(
        origin=name,
        id=id_of(row, "id"),
        title=text_of(text, "title"),
        html=text_of(text, "body"),
        summary=text_of(text, "description"),
        group=id_of(row, "parent_id") or above,
        position=number_of(row, "order"),
        addresses=tuple(filter(None, (text_of(text, "url"),))),
        language=language,
        is_draft=text_of(text, "state") == "draft",
        others=kept(row, *_ASIDE),
    )


INTERCOM = HelpDesk(
    "intercom",
    """Bring in the articles of Intercom, from saved answers of its API: articles and collections.

    Example: waypost import intercom saved/
    """,
    read_intercom,
)
