"""What each page of the help center shows, independent of the engine that renders it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from waypost.adapters.file_tree import write_atomic
from waypost.adapters.resources import theme_folder
from waypost.adapters.status_pages import LOOK_FOLDER, SHELL_PATH, STYLES_PATH, SiteFrame, shell_context
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


STATUS_FOLDER = "status/"
"""Where the status pages are, from the root of the output."""


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


@dataclass(frozen=True)
class SiteLook:
    """What a site sets of its own in mkdocs.yml; paths are from the root of the output."""

    name: str
    copyright: str = ""
    logo: str = ""
    styles: tuple[str, ...] = ()

    @property
    def status_logo(self) -> str:
        """Where the status pages keep their copy of the logo."""
        return f"{LOOK_FOLDER}logo{Path(self.logo).suffix}" if self.logo else ""

    @property
    def own_styles(self) -> tuple[str, ...]:
        """The style sheets that are files of this site."""
        return tuple(path for path in self.styles if "://" not in path and not path.startswith("//"))


class HelpPages:
    """The context of every page of one build."""

    def __init__(self, project: Project, look: SiteLook, status_url: str = "") -> None:
        self._help_center = project.help_center
        self._catalog: Catalog = build_catalog(project.help_center)
        support = project.help_center.support
        self._contact: ContactView | None = contact_view(support) if support else None
        contact_page = project.help_center.only(Kind.CONTACT)
        self._contact_url = contact_page.url if contact_page else ""
        self._look = look
        self._status_url = status_url.rstrip("/") + "/" if status_url else ""

    @property
    def theme(self) -> Path:
        """The folder of our templates."""
        return theme_folder()

    def knows(self, path: str) -> bool:
        """Tell whether a file of content/ is a page."""
        return path in self._help_center.pages

    def describe(self, path: str) -> tuple[str, str]:
        """Return title and summary of a page, as plain text."""
        page = self._help_center.pages[path]
        return page.title, page.front.summary

    def body(self, path: str) -> str:
        """Return the Markdown of a page, without its front matter."""
        return self._help_center.pages[path].body

    def context(self, path: str | None, base_url: str) -> dict[str, Any]:
        """Return what the templates of one page get; `path` is None for the page of a wrong address."""
        root = base_url.rstrip("/") + "/"
        frame = SiteFrame(
            site_name=self._look.name,
            help_root=root,
            status_root=self._status_url or f"{root}{STATUS_FOLDER}",
            contact=self._contact_url,
            copyright=self._look.copyright,
            logo=root + self._look.logo if self._look.logo else "",
        )
        view = (
            self._view(self._help_center.pages[path])
            if path
            else PageView("missing", "This page is not here")
        )
        return {"wp": frame, "view": view, "catalog": self._catalog, "contact": self._contact}

    def shell_context(self) -> dict[str, Any]:
        """Return what the shell of the status pages gets."""
        return shell_context(
            self._look.name,
            contact=self._contact_url,
            copyright_line=self._look.copyright,
            logo=self._look.status_logo,
            styles=STYLES_PATH if self._look.own_styles else "",
        )

    def leave_behind(self, output: Path, shell: str) -> None:
        """Write what publishing needs of this build below the status pages: shell, logo and styles.

        The status pages carry copies, because they may be served by another host.
        """
        folder = output / STATUS_FOLDER
        write_atomic(folder / SHELL_PATH, shell.encode())
        sheets = [output / path for path in self._look.own_styles if (output / path).is_file()]
        if sheets:
            write_atomic(folder / STYLES_PATH, b"\n".join(sheet.read_bytes() for sheet in sheets))
        logo = output / self._look.logo
        if self._look.logo and logo.is_file():
            write_atomic(folder / self._look.status_logo, logo.read_bytes())

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
