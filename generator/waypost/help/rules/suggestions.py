"""The articles that the ticket form suggests while somebody types, as one small document for a script."""

from __future__ import annotations

from typing import Any

from waypost.base.markdown.parts import headings_of
from waypost.base.markdown.words import plain_text
from waypost.formats.article import Article, ArticleFrontMatter
from waypost.formats.project import HelpCenter
from waypost.help.kinds.kind import Structure
from waypost.help.rules.views import page_facts


def suggestions_document(help_center: HelpCenter) -> dict[str, Any]:
    """Return title, words and place of every article, by path."""
    return {"articles": [_entry(article) for article in sorted(help_center.articles, key=lambda a: a.path)]}


def _entry(article: Article) -> dict[str, Any]:
    facts = page_facts(article)
    front = article.front
    aliases = front.also_asked_as if isinstance(front, ArticleFrontMatter) else ()
    return {
        "title": facts["title"],
        "path": facts["path"],
        "summary": front.summary,
        "aliases": list(aliases),
        "questions": questions_of(article.body) if article.structure is Structure.QUESTIONS else [],
        "components": facts["components"],
        "ticket": facts["ticket"],
    }


def questions_of(body: str) -> list[str]:
    """Return the questions of a faq: its second-level headings, without their marks."""
    return [
        plain_text(heading.text)
        for heading in headings_of(body)
        if heading.level == 2 and not heading.is_nested
    ]
