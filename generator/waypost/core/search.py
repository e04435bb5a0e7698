"""What can be found: one document an article, and one for each question of a faq."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from waypost.core.text import heading_anchor, plain_text
from waypost.core.troubleshooter_pages import searched_text
from waypost.model.article import Article, ArticleFrontMatter, Kind

_SECTION = re.compile(r"^##[ \t]+(\S.*)$", re.MULTILINE)
_HEADING = re.compile(r"^#{2,6}[ \t]+(\S.*)$", re.MULTILINE)


@dataclass(frozen=True)
class SearchDocument:
    """One thing that a search can answer with."""

    url: str
    """Its address from the root of the help center, with the anchor of its question."""
    path: str
    """The file it is written in, from content/."""
    title: str
    aliases: tuple[str, ...]
    """The question as people ask it, from `also_asked_as`."""
    headings: str
    text: str
    kind: Kind


def search_documents(articles: Sequence[Article]) -> tuple[SearchDocument, ...]:
    """Return everything that can be found in these articles."""
    return tuple(document for article in articles for document in _documents(article))


def _documents(article: Article) -> Iterator[SearchDocument]:
    front = article.front
    aliases = front.also_asked_as if isinstance(front, ArticleFrontMatter) else ()
    # The questions of a faq answer for themselves; the page is found by what it says above them.
    questions = list(_questions(article.body)) if article.kind is Kind.FAQ else []
    whole = searched_text(article) if article.kind is Kind.TROUBLESHOOTER else article.body
    body = _SECTION.split(whole, maxsplit=1)[0] if questions else whole
    headings = " ".join(plain_text(found[1].rstrip(" #")) for found in _HEADING.finditer(body))
    text = f"{front.summary} {plain_text(body)}".strip()
    yield SearchDocument(
        article.url, article.path, article.title, tuple(aliases), headings, text, article.kind
    )
    for question, answer in questions:
        url = f"{article.url}#{heading_anchor(question)}"
        yield SearchDocument(
            url, article.path, plain_text(question), (), "", plain_text(answer), article.kind
        )


def _questions(body: str) -> Iterator[tuple[str, str]]:
    found = list(_SECTION.finditer(body))
    ends = [following.start() for following in found[1:]] + [len(body)]
    for heading, end in zip(found, ends, strict=True):
        yield heading[1].rstrip(" #"), body[heading.end() : end]
