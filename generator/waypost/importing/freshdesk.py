"""Bring in the articles of Freshdesk, from saved answers of its API."""

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

_DRAFT = 1
_ASIDE = ("tags", "created_at", "updated_at", "agent_id", "hits", "thumbs_up", "thumbs_down")


def read_freshdesk(documents: Documents) -> Export:
    """Join categories, folders and articles; a row is told by what it has, because lists have no names."""
    rows = [(name, row) for name, document in documents for row in _rows(document)]
    articles = [(name, row) for name, row in rows if "title" in row and "folder_id" in row]
    # A folder may lack its category; its articles have it.
    above = {id_of(row, "folder_id"): id_of(row, "category_id") for _, row in articles}
    others = [row for _, row in rows if "name" in row and "title" not in row]
    folders = [row for row in others if _is_folder(row, above)]
    categories = [row for row in others if not _is_folder(row, above)]
    groups = [
        *(_group(row, "category", "", "solutions") for row in categories),
        *(_group(row, "folder", _category(row, above), "solutions/folders") for row in folders),
    ]
    return Export(tuple(groups), tuple(_article(name, row) for name, row in articles))


def _rows(document: Json) -> Iterator[Json]:
    rows = [row for key in ("rows", "categories", "folders", "articles") for row in rows_of(document, key)]
    yield from rows or [document]


def _is_folder(row: Json, above: dict[str, str]) -> bool:
    return (
        bool({"category_id", "visibility", "articles_count"}.intersection(row)) or id_of(row, "id") in above
    )


def _category(row: Json, above: dict[str, str]) -> str:
    parent = id_of(row, "parent_folder_id")
    return (
        f"folder{parent}"
        if parent
        else f"category{id_of(row, 'category_id') or above.get(id_of(row, 'id'), '')}"
    )


def _group(row: Json, kind: str, parent: str, path: str) -> ExportedGroup:
    return ExportedGroup(
        id=f"{kind}{id_of(row, 'id')}",
        title=text_of(row, "name"),
        summary=text_of(row, "description"),
        parent=parent,
        position=number_of(row, "position"),
        address=f"/support/{path}/{id_of(row, 'id')}",
    )


def _article(name: str, row: Json) -> ExportedArticle:
    seo = row.get("seo_data")
    return ExportedArticle(
        origin=name,
        id=id_of(row, "id"),
        title=text_of(row, "title"),
        html=text_of(row, "description"),
        summary=text_of(seo, "meta_description") if isinstance(seo, dict) else "",
        group=f"folder{id_of(row, 'folder_id')}",
        position=number_of(row, "position"),
        addresses=(text_of(row, "url") or f"/support/solutions/articles/{id_of(row, 'id')}",),
        language=text_of(row, "language"),
        is_draft=row.get("status") == _DRAFT,
        others=kept(row, *_ASIDE),
    )


FRESHDESK = HelpDesk(
    "freshdesk",
    """Bring in the articles of Freshdesk, from saved answers of its API: categories, folders, articles.

    Example: waypost import freshdesk saved/
    """,
    read_freshdesk,
)
