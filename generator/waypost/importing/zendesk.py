"""Bring in the articles of Zendesk Guide, from saved answers of its Help Center API."""

from __future__ import annotations

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

_ASIDE = ("label_names", "created_at", "updated_at", "edited_at", "author_id", "content_tag_ids", "vote_sum")


def read_zendesk(documents: Documents) -> Export:
    """Join categories, sections, articles and translations; sections may stand in sections."""
    groups = [
        *(_group(row, "category", "") for _, row in rows_in(documents, "categories", "category")),
        *(_group(row, "section", _parent(row)) for _, row in rows_in(documents, "sections", "section")),
    ]
    found = list(rows_in(documents, "articles", "article"))
    articles = {id_of(row, "id"): row for _, row in found}
    written = [_article(name, row, row) for name, row in found]
    written += [
        _article(name, articles[id_of(row, "source_id")], row)
        for name, row in rows_in(documents, "translations", "translation")
        if id_of(row, "source_id") in articles and row.get("source_type", "Article") == "Article"
    ]
    return Export(tuple(groups), tuple(written))


def _group(row: Json, kind: str, parent: str) -> ExportedGroup:
    return ExportedGroup(
        id=f"{kind}{id_of(row, 'id')}",
        title=text_of(row, "name"),
        summary=text_of(row, "description"),
        parent=parent,
        position=number_of(row, "position"),
        address=text_of(row, "html_url"),
    )


def _parent(row: Json) -> str:
    above = id_of(row, "parent_section_id")
    return f"section{above}" if above else f"category{id_of(row, 'category_id')}"


def _article(name: str, row: Json, text: Json) -> ExportedArticle:
    """Build an article from its own row, and from the row that has its text in one language."""
    return ExportedArticle(
        origin=name,
        id=id_of(row, "id"),
        title=text_of(text, "title") or text_of(text, "name"),
        html=text_of(text, "body"),
        group=f"section{id_of(row, 'section_id')}",
        position=number_of(row, "position"),
        addresses=tuple(filter(None, (text_of(text, "html_url"),))),
        language=text_of(text, "locale"),
        is_draft=text.get("draft") is True,
        is_pinned=row.get("promoted") is True,
        others=kept(row, *_ASIDE),
    )


ZENDESK = HelpDesk(
    "zendesk",
    """Bring in the articles of Zendesk Guide, from saved answers of its API: articles, sections, categories.

    Example: waypost import zendesk saved/
    """,
    read_zendesk,
)
