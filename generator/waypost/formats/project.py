"""A whole site as people wrote it: everything the use cases start from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from waypost.formats.article import Article, ArticleFrontMatter, PageKind, Schedule
from waypost.formats.search import QueryFile, SynonymFile
from waypost.formats.status_site import StatusSite
from waypost.formats.support import SupportConfig
from waypost.formats.theme import Theme


@dataclass(frozen=True)
class ComingChange:
    """An article that comes or goes by itself."""

    at: datetime
    article: Article
    is_there: bool
    """Whether it is published from then on."""


@dataclass(frozen=True)
class HelpCenter:
    """The folder content/: pages by path, and how to reach a person."""

    pages: Mapping[str, Article] = field(default_factory=dict)
    """What is published."""
    support: SupportConfig | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)
    """Bytes of each file that an article offers, by its path from content/."""
    drafts: Mapping[str, Article] = field(default_factory=dict)
    """Articles that nobody may see, by path: drafts, and those whose time is to come or over. Nothing that is
    published knows of them."""
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    """When articles come and go by themselves, by path."""
    synonyms: SynonymFile = field(default_factory=SynonymFile)
    queries: QueryFile = field(default_factory=QueryFile)

    @property
    def with_drafts(self) -> HelpCenter:
        """The same help center as if its drafts were published, in the order of the paths."""
        return replace(self, pages=dict(sorted({**self.pages, **self.drafts}.items())))

    @property
    def articles(self) -> tuple[Article, ...]:
        """The articles proper, by path; home, category and contact pages are left out."""
        return tuple(page for page in self.pages.values() if page.article_kind)

    @property
    def searched(self) -> tuple[Article, ...]:
        """The articles that the search knows."""
        return tuple(
            page
            for page in self.articles
            if not isinstance(page.front, ArticleFrontMatter) or page.front.search
        )

    def coming(self, now: datetime) -> tuple[ComingChange, ...]:
        """Return the articles that come or go by themselves after a moment, the next one first."""
        times = (
            (at, is_there, path)
            for path, schedule in self.schedules.items()
            for at, is_there in ((schedule.publish, True), (schedule.expire, False))
            if at and at > now
        )
        pages = self.with_drafts.pages
        return tuple(ComingChange(at, pages[path], is_there) for at, is_there, path in sorted(times))

    @property
    def categories(self) -> tuple[Article, ...]:
        """The pages of categories and sections, each category before its sections, in the order that writers gave."""
        pages = [page for page in self.pages.values() if page.kind == PageKind.CATEGORY]
        by_id = {page.category: page for page in pages}

        def order(page: Article) -> tuple[Any, ...]:
            category, _, section = page.category.partition("/")
            return by_id[category].order, bool(section), page.order

        return tuple(sorted((page for page in pages if page.category.split("/")[0] in by_id), key=order))

    @property
    def contact_url(self) -> str:
        """The address of the contact page from the root; empty where there is none."""
        contact = self.only(PageKind.CONTACT)
        return contact.url if contact else ""

    def only(self, kind: str) -> Article | None:
        """Return the first page of a kind, such as the home page, or None."""
        return next((page for page in self.pages.values() if page.kind == kind), None)


@dataclass(frozen=True)
class Project:
    """One repository: a help center and the status page that it knows of."""

    help_center: HelpCenter
    status: StatusSite
    theme: Theme = field(default_factory=Theme)
    language: str = "en"
    """The language of the theme in mkdocs.yml, such as `de`."""
