"""Bring in the articles of Help Scout Docs, from saved answers of its API."""

from __future__ import annotations

from urllib.parse import urlsplit

from waypost.importing.rules.exports import (
    Documents,
    Export,
    ExportedArticle,
    ExportedGroup,
    HelpDesk,
    kept,
    number_of,
    rows_in,
)
from waypost.importing.rules.histories import Json, id_of, text_of

_ASIDE = ("keywords", "createdAt", "updatedAt", "lastPublishedAt", "popularity", "viewCount")


def read_helpscout(documents: Documents) -> Export:
    """Join collections, categories and articles; where there is one collection only, it is no level of its own."""
    collections = [row for _, row in rows_in(documents, "collections", "collection")]
    categories = [row for _, row in rows_in(documents, "categories", "category")]
    several = len({id_of(row, "id") for row in collections}) > 1
    # A list of articles has their names only; the answer for each article has its text.
    articles = {
        id_of(row, "id"): (name, row)
        for name, row in rows_in(documents, "articles", "article")
        if row.get("text")
    }
    groups = [_group(row, "") for row in collections if several]
    groups += [_group(row, id_of(row, "collectionId") if several else "") for row in categories]
    return Export(tuple(groups), tuple(_article(name, row) for name, row in articles.values()))


def _group(row: Json, parent: str) -> ExportedGroup:
    slug = text_of(row, "slug")
    return ExportedGroup(
        id=id_of(row, "id"),
        title=text_of(row, "name"),
        summary=text_of(row, "description"),
        parent=parent,
        position=number_of(row, "order"),
        address=text_of(row, "publicUrl") or (f"/category/{id_of(row, 'number')}-{slug}" if slug else ""),
    )


def _article(name: str, row: Json) -> ExportedArticle:
    categories = row.get("categories")
    listed = [str(it) for it in categories] if isinstance(categories, list) else []
    url = text_of(row, "publicUrl")
    path = f"/article/{id_of(row, 'number')}-{text_of(row, 'slug')}"
    return ExportedArticle(
        origin=name,
        id=id_of(row, "number"),
        title=text_of(row, "name"),
        html=text_of(row, "text"),
        group=listed[0] if listed else id_of(row, "collectionId"),
        position=number_of(row, "order"),
        addresses=tuple(dict.fromkeys(filter(None, (url, path if urlsplit(url).path != path else "")))),
        is_draft=text_of(row, "status") == "notpublished",
        others=kept(row, *_ASIDE),
    )


HELPSCOUT = HelpDesk(
    "helpscout",
    """Bring in the articles of Help Scout Docs, from saved answers of its API: articles, categories, collections.

    Example: waypost import helpscout saved/
    """,
    read_helpscout,
)
