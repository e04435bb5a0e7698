"""What each page of the help center shows, independent of the engine that renders it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.adapters.resources import theme_folder
from waypost.adapters.status_pages import SHELL_PATH, SiteFrame, shell_context
from waypost.core.articles import KIND_WORDS, ArticleLink, Catalog, CategoryLink, build_catalog, related_links
from waypost.core.support import ContactView, contact_view
from waypost.model.article import ARTICLE_KINDS, Article, ArticleFrontMatter, HomeFrontMatter, Kind
from waypost.model.project import Project

TEMPLATES = {
    **dict.fromkeys(ARTICLE_KINDS, "article"),
    Kind.CATEGORY: "category",
    Kind.HOME: "home",
    Kind.CONTACT: "contact",
}
"""The template of each kind."""


@dataclass(frozen=True)
class PageView:
    """One page as its template shows it."""

    template: str
    title: str
    url: str = ""
    kind_word: str = ""
    category: CategoryLink | None = None
    minutes: int = 0
    reviewed: str = ""
    related: tuple[ArticleLink, ...] = ()
    placeholder: str = ""


class HelpPages:
    """The context of every page of one build."""

    def __init__(self, project: Project, site_name: str, copyright_line: str, status_path: str) -> None:
        self._help_center = project.help_center
        self._catalog: Catalog = build_catalog(project.help_center)
        support = project.help_center.support
        self._contact: ContactView | None = contact_view(support) if support else None
        contact_page = project.help_center.only(Kind.CONTACT)
        self._frame = {
            "contact": contact_page.url if contact_page else "",
            "copyright": copyright_line,
        }
        self._site_name = site_name
        self._status_path = status_path

    @property
    def theme(self) -> Path:
        """The folder of our templates."""
        return theme_folder()

    @property
    def shell_path(self) -> str:
        """Where the shell of the status pages goes, from the root of the output."""
        return f"{self._status_path}{SHELL_PATH}"

    def knows(self, path: str) -> bool:
        """Tell whether a file of content/ is a page."""
        return path in self._help_center.pages

    def describe(self, path: str) -> tuple[str, str]:
        """Return title and summary of a page, as plain text."""
        page = self._help_center.pages[path]
        return page.title, page.front.summary

    def context(self, path: str | None, base_url: str) -> dict[str, Any]:
        """Return what the templates of one page get; `path` is None for the page of a wrong address."""
        root = base_url.rstrip("/") + "/"
        frame = SiteFrame(self._site_name, root, root + self._status_path, **self._frame)
        view = self._view(self._help_center.pages[path]) if path else PageView("missing", "This page is not here")
        return {"wp": frame, "view": view, "catalog": self._catalog, "contact": self._contact}

    def shell_context(self) -> dict[str, Any]:
        """Return what the shell of the status pages gets."""
        return shell_context(self._site_name, **self._frame)

    def _view(self, page: Article) -> PageView:
        front = page.front
        is_article = page.kind in ARTICLE_KINDS
        link = self._catalog.links.get(page.path)
        reviewed = front.reviewed if isinstance(front, ArticleFrontMatter) else None
        return PageView(
            template=TEMPLATES[page.kind],
            title=page.title,
            url=page.url,
            kind_word=KIND_WORDS.get(page.kind, "") if page.kind is not Kind.PAGE else "",
            category=self._catalog.category(page.category) if page.category else None,
            minutes=link.minutes if link else 0,
            reviewed=f"{reviewed.day} {reviewed:%B %Y}" if reviewed else "",
            related=related_links(page, self._catalog) if is_article else (),
            placeholder=front.placeholder if isinstance(front, HomeFrontMatter) else "",
        )
