"""Articles as data for programs: JSON-LD for search engines, and suggestions for the ticket form.

JSON-LD uses the words of https://schema.org: BreadcrumbList says where a page is, Article or FAQPage what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

from waypost.base.markdown.article_text import text_sections
from waypost.formats.article import Article, ArticleFrontMatter, PageKind
from waypost.formats.project import HelpCenter
from waypost.help.kinds.kind import ArticleKind, Structure
from waypost.help.rules.catalog import Crumb
from waypost.help.rules.page_view import page_facts
from waypost.publishing.rules.help_site import HelpSite


def structured_data(
    page: Article, site: HelpSite, above: Sequence[Crumb] = (), changed: datetime | None = None
) -> dict[str, Any] | None:
    """Return the JSON-LD of a page; None for a page that needs none, such as the home page.

    `above` are the pages of its category and section, `changed` is when its file was last changed, where that is known.
    """
    if page.kind == PageKind.HOME:
        return None
    graph = [_breadcrumbs(page, site, above)]
    if page.article_kind:
        graph.append(_article(page, page.article_kind, site, changed))
    return {"@context": "https://schema.org", "@graph": graph}


def _breadcrumbs(page: Article, site: HelpSite, above: Sequence[Crumb]) -> dict[str, Any]:
    steps = [(site.name, ""), *above, (page.title, page.url)]
    items = [
        {"@type": "ListItem", "position": number, "name": name, "item": site.address(url)}
        for number, (name, url) in enumerate(steps, start=1)
    ]
    return {"@type": "BreadcrumbList", "itemListElement": items}


def _article(page: Article, kind: ArticleKind, site: HelpSite, changed: datetime | None) -> dict[str, Any]:
    address = site.address(page.url)
    found = {
        "@type": "Article",
        "headline": page.title,
        "url": address,
        "inLanguage": site.language,
        "publisher": {"@type": "Organization", "name": site.name, "url": site.url},
    }
    if page.front.summary:
        found["description"] = page.front.summary
    modified = modified_at(page, changed)
    if modified:
        found["dateModified"] = modified
    if kind.structure is not Structure.QUESTIONS:
        return {**found, "@type": kind.schema_type}
    asked = [_question(*found, address) for found in questions(page.body)]
    return {**found, "@type": kind.schema_type, "mainEntity": asked} if asked else found


def modified_at(page: Article, changed: datetime | date | None) -> str:
    """Return the time of the last change of a page, else the day of its last review, else an empty text."""
    if isinstance(changed, datetime):
        return changed.astimezone(UTC).isoformat(timespec="seconds")
    reviewed = page.front.reviewed if isinstance(page.front, ArticleFrontMatter) else None
    return reviewed.isoformat() if reviewed else ""


def _question(question: str, anchor: str, answer: str, address: str) -> Mapping[str, Any]:
    return {
        "@type": "Question",
        "name": question,
        "url": f"{address}#{quote(anchor)}",
        "acceptedAnswer": {"@type": "Answer", "text": answer},
    }


def questions(body: str) -> Iterator[tuple[str, str, str]]:
    """Return each question of a faq, a heading of the second level, with its anchor and its answer as plain text."""
    for section in text_sections(body, levels=(2,)):
        if section.heading and section.blocks:
            yield section.heading, section.anchor, " ".join(section.blocks)


def suggestions_document(help_center: HelpCenter) -> dict[str, Any]:
    """Return title, words and place of every article, by path."""
    return {"articles": [_entry(article) for article in sorted(help_center.searched, key=lambda a: a.path)]}


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
    return [section.heading for section in text_sections(body, levels=(2,)) if section.heading]
