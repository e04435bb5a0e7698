"""A small help center for what people ask in vain."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from waypost.formats.search import Query
from waypost.search.io.article_edit import is_usable_alias
from waypost.search.io.language import search_language
from waypost.search.rules.documents import DocumentSection, SearchDocument
from waypost.search.rules.gaps import Content
from waypost.search.rules.grouping import ReadNext, UnresolvedReason, UnresolvedSearch

ARTICLES = {
    "zip": (
        "A zip download stops half way",
        "The archive of a large gallery is cut off when the connection breaks.",
    ),
    "pin": (
        "Set or reset a gallery password",
        "Clients open a gallery with its link and a PIN of four digits.",
    ),
    "invoice": ("Get an invoice", "Every payment has an invoice with your VAT number, sent by mail."),
    "refund": ("Refunds", "Money goes back to the card within five days. Ask within two weeks."),
    "phone": ("Save photos to a phone", "Hold a finger on the picture, then choose to save it."),
    "upload": ("An upload fails", "Files above two gigabytes and damaged files are refused."),
    "team": (
        "Add team members",
        "Invite people of your studio. Each can sign in with an address of their own.",
    ),
    "delete": ("Delete your account", "Everything is erased after thirty days, and cannot be brought back."),
}
"""Title and text of each article."""

LANGUAGE = search_language("en")


def document(name: str, aliases: Iterable[str] = ()) -> SearchDocument:
    """Return an article as the search has it."""
    title, text = ARTICLES[name]
    section = DocumentSection("", "", text)
    return SearchDocument(f"{name}/", f"{name}.md", title, tuple(aliases), "page", "", (section,))


def content(queries: Iterable[tuple[str, str]] = (), aliases: dict[str, list[str]] | None = None) -> Content:
    """Return the help center with questions that hold it to its answers: what is asked, and the article's name."""
    known = aliases or {}
    asked = tuple(Query(ask=ask, answer=name if name == "none" else f"{name}.md") for ask, name in queries)
    documents = [document(name, known.get(name, [])) for name in ARTICLES]
    return Content(
        documents, asked, LANGUAGE, is_usable_alias, {"refund.md": "Billing", "invoice.md": "Billing"}
    )


def searches(rows: Iterable[Any]) -> list[UnresolvedSearch]:
    """Read searches as cases write them: a question, or a question with its reason, how often it was asked, and the
    category of the ticket that it became."""
    found = []
    for row in rows:
        question, reason, *rest = [row, "no_answer"] if isinstance(row, str) else row
        count, category = (*rest, *(1, "")[len(rest) :])
        found.append(UnresolvedSearch(question, UnresolvedReason(reason), count, category))
    return found


def reads(rows: Iterable[tuple[str, str]]) -> list[ReadNext]:
    """Read what was read next as cases write it: a question, and the article's name."""
    return [ReadNext(question, f"{name}.md") for question, name in rows]
