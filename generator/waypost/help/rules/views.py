"""What the template of one page of the help center shows beside its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from waypost.formats.article import Article, ArticleFrontMatter, components_of
from waypost.help.rules.catalog import ArticleLink, CategoryLink
from waypost.help.rules.feedback import HelpfulView
from waypost.help.rules.kinds import KindView
from waypost.help.rules.status_notice import Presence
from waypost.help.rules.troubleshooter_views import StepView
from waypost.support.rules.ticket_form import TicketView


@dataclass(frozen=True)
class PageView:
    """One page as its template shows it."""

    template: str
    """The file in theme/, without its ending: "help/article"."""
    title: str
    url: str = ""
    """Its address from the root of the help center."""
    kind: str = ""
    kind_word: str = ""
    category: CategoryLink | None = None
    """The category it is in; only the page of a category has its articles."""
    menu: tuple[tuple[str, str], ...] = ()
    """Title and address of each article of its category, for the list beside an article."""
    components: tuple[str, ...] = ()
    """Ids of the components it depends on."""
    component_names: str = ""
    """Their names, in words."""
    presence: Presence | None = None
    """What is wrong with them while the page is built; None where nothing is."""
    minutes: int = 0
    reviewed: str = ""
    related: tuple[ArticleLink, ...] = ()
    placeholder: str = ""
    step: StepView | None = None
    """The step of a troubleshooter that this page is."""
    detail: KindView | None = None
    """What an article shows because of its kind."""
    helpful: HelpfulView | None = None
    """What is asked below an article."""
    ticket: TicketView | None = None
    """The form that this page is."""
    markdown: str = ""
    """Where its text is as Markdown, from the root of the help center."""
    json_ld: Mapping[str, Any] | None = None
    """What search engines are told of it, in the words of schema.org."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What scripts may know of the page; the same as `page` in page.js."""


def page_facts(page: Article) -> dict[str, Any]:
    """Return what scripts may know of a page, as plain data for JSON."""
    front = page.front
    ticket = front.ticket if isinstance(front, ArticleFrontMatter) else None
    return {
        "path": page.url,
        "title": page.title,
        "kind": page.kind,
        "category": page.category,
        "components": list(components_of(front)),
        "ticket": {"category": ticket.category, "priority": ticket.priority.value} if ticket else None,
    }


@dataclass(frozen=True)
class VirtualPage:
    """A page of the help center that no file of content/ stands for."""

    path: str
    """Where its file would be, from content/: `downloads/zip/step.md` becomes `downloads/zip/step/`."""
    view: PageView
    summary: str = ""
    body: str = ""
    """Its text in Markdown."""
