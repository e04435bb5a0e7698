"""What each page of the help center shows, independent of the engine that renders it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from waypost.adapters.article_markup import PageMarkup
from waypost.adapters.file_tree import write_atomic
from waypost.adapters.languages import DEFAULT_LANGUAGE, languages, load_words, script_words
from waypost.adapters.resources import theme_folder, tokens
from waypost.adapters.status_pages import LOOK_FOLDER, SHELL_PATH, STYLES_PATH, SiteFrame, shell_context
from waypost.adapters.whoosh_index import Likeness
from waypost.app.help_outputs import HelpOutputs, OutputSite
from waypost.core.articles import ArticleLink, Catalog, build_catalog
from waypost.core.awareness import baked, baked_service
from waypost.core.feedback import TICKET_URL, embeds_view, helpful_view, person_link
from waypost.core.kinds import KindView, kind_view
from waypost.core.related import related_links
from waypost.core.search import search_documents
from waypost.core.snapshot import Snapshot
from waypost.core.statuspage import now_document
from waypost.core.suggestions import suggestions_document
from waypost.core.support import ContactView, contact_view
from waypost.core.ticket_view import SUGGESTIONS_PATH, ticket_view
from waypost.core.troubleshooter_pages import TreePage, shown_part, tree_pages
from waypost.core.views import PageView, VirtualPage, page_facts
from waypost.core.words import Words
from waypost.model.article import (
    ARTICLE_KINDS,
    Article,
    ArticleFrontMatter,
    HomeFrontMatter,
    Kind,
    components_of,
)
from waypost.model.project import Project

TEMPLATES = {
    **dict.fromkeys(ARTICLE_KINDS, "article"),
    Kind.TROUBLESHOOTER: "troubleshooter",
    Kind.CATEGORY: "category",
    Kind.HOME: "home",
    Kind.CONTACT: "contact",
}
"""The template of each kind."""


TakeSnapshot = Callable[[Words], Snapshot]
"""Gives the present state of the service, in the words of the site."""

STATUS_FOLDER = "status/"
"""Where the status pages are, from the root of the output."""


@dataclass(frozen=True)
class SiteLook:
    """What a site sets of its own in mkdocs.yml; paths are from the root of the output."""

    name: str
    copyright: str = ""
    logo: str = ""
    styles: tuple[str, ...] = ()
    url: str = ""
    """The absolute address of the help center; empty where it is not set."""
    root: Path | None = None
    """The folder of the site, whose history has the dates of its articles."""

    @property
    def status_logo(self) -> str:
        """Where the status pages keep their copy of the logo."""
        return f"{LOOK_FOLDER}logo{Path(self.logo).suffix}" if self.logo else ""

    @property
    def own_styles(self) -> tuple[str, ...]:
        """The style sheets that are files of this site."""
        return tuple(path for path in self.styles if "://" not in path and not path.startswith("//"))


def site_words(language: str | None) -> Words:
    """Return the texts in the language of the theme; English where Waypost does not speak it."""
    return load_words(language if language in languages() else DEFAULT_LANGUAGE)


class HelpPages:
    """The context of every page of one build."""

    def __init__(
        self,
        project: Project,
        look: SiteLook,
        words: Words,
        status_url: str = "",
        present: TakeSnapshot | None = None,
    ) -> None:
        self._help_center = project.help_center
        self._words = words
        self._catalog: Catalog = build_catalog(project.help_center, words)
        support = project.help_center.support
        snapshot = present(words) if present else None
        now = snapshot.now if snapshot else None
        self._contact: ContactView | None = contact_view(support, words, now) if support else None
        contact_page = project.help_center.only(Kind.CONTACT)
        self._contact_url = contact_page.url if contact_page else ""
        self._support = support
        self._person = person_link(support, self._contact_url)
        self._look = look
        self._own_look = project.look
        self._status_url = status_url.rstrip("/") + "/" if status_url else ""
        self._zone = project.status.config.page.time_zone
        self._names = {component.id: component.name for component in project.status.config.flat}
        self._now = now_document(snapshot) if snapshot else None
        self._service = baked_service(self._now, self._zone, words) if self._now else None
        self.outputs = HelpOutputs(project.help_center, self._catalog, self._output_site(), words)
        self._starts: dict[str, TreePage] = {}
        self.virtual: Mapping[str, VirtualPage] = {page.path: page for page in self._virtual_pages()}

    def _output_site(self) -> OutputSite:
        return OutputSite(self._look.name, self._look.root, self._look.url, self._status_url or STATUS_FOLDER)

    @property
    def theme(self) -> Path:
        """The folder of our templates."""
        return theme_folder()

    def knows(self, path: str) -> bool:
        """Tell whether a path from content/ is a page."""
        return path in self._help_center.pages or path in self.virtual

    def describe(self, path: str) -> tuple[str, str]:
        """Return title and summary of a page, as plain text."""
        if path in self.virtual:
            return self.virtual[path].view.title, self.virtual[path].summary
        page = self._help_center.pages[path]
        return page.title, page.front.summary

    def is_searched(self, path: str) -> bool:
        """Tell whether the search on the pages finds a page."""
        return path not in self.virtual or self.virtual[path].is_searched

    def body(self, path: str) -> str:
        """Return the Markdown of a page, without its front matter."""
        if path in self._starts:
            return self._starts[path].body
        return self.virtual[path].body if path in self.virtual else self._help_center.pages[path].body

    def shown(self, path: str, content: str) -> str:
        """Return the HTML of a page as it is shown, once the search has read all of it."""
        return shown_part(content) if path in self._starts else content

    def context(self, path: str | None, base_url: str) -> dict[str, Any]:
        """Return what the templates of one page get; `path` is None for the page of a wrong address."""
        root = base_url.rstrip("/") + "/"
        frame = SiteFrame(
            site_name=self._look.name,
            help_root=root,
            status_root=self._status_url or f"{root}{STATUS_FOLDER}",
            contact=self._contact_url,
            copyright=self._look.copyright,
            language=self._words.language,
            logo=root + self._look.logo if self._look.logo else "",
        )
        return {
            "wp": frame,
            "view": self._view_of(path),
            "catalog": self._catalog,
            "contact": self._contact,
            "service": self._service,
            "person": self._person,
            "embeds": embeds_view(self._support),
            "feeds": self.outputs.feeds,
            "words": self._words,
            "t": self._words.say,
        }

    def _view_of(self, path: str | None) -> PageView:
        if path is None:
            return PageView("missing", self._words.say("missing.title"))
        return self.virtual[path].view if path in self.virtual else self._view(self._help_center.pages[path])

    def shell_context(self) -> dict[str, Any]:
        """Return what the shell of the status pages gets."""
        return shell_context(
            self._look.name,
            self._words,
            contact=self._contact_url,
            copyright_line=self._look.copyright,
            logo=self._look.status_logo,
            styles=STYLES_PATH if self._look.own_styles else "",
        )

    def leave_behind(self, output: Path, shell: str) -> None:
        """Write what publishing needs of this build below the status pages: shell, logo and styles.

        The status pages carry copies, because they may be served by another host.
        """
        write_atomic(output / "assets/waypost/words.js", script_words(self._words))
        write_atomic(output / "assets/waypost/tokens.css", tokens(self._own_look))
        suggestions = suggestions_document(self._help_center)
        write_atomic(output / SUGGESTIONS_PATH, json.dumps(suggestions, ensure_ascii=False).encode())
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
        start = self._starts.get(page.path)
        link = self._catalog.links.get(page.path)
        reviewed = front.reviewed if isinstance(front, ArticleFrontMatter) else None
        related = self._related(page) if is_article else ()
        category = self._catalog.category(page.category) if page.category else None
        return PageView(
            template=TEMPLATES[page.kind],
            title=page.title,
            url=page.url,
            kind=page.kind,
            kind_word=self._words.say(f"article.kind.{page.kind}")
            if link and page.kind is not Kind.PAGE
            else "",
            category=category,
            minutes=link.minutes if link else 0,
            reviewed=self._words.date("date.day", reviewed) if reviewed else "",
            related=related,
            detail=self._detail(page) if is_article else None,
            # A troubleshooter asks by itself, at each of its ends, whether it has helped.
            helpful=None if start else helpful_view(page, related, category, self._person, self._support),
            step=start.view if start else None,
            placeholder=front.placeholder if isinstance(front, HomeFrontMatter) else "",
            facts=page_facts(page),
            **self.outputs.about(page),
            **self._about(start.components if start else components_of(front)),
        )

    def _about(self, components: Sequence[str]) -> dict[str, Any]:
        """Return the parts of a view that tell how the components are that its page depends on."""
        names = [self._names[name] for name in components if name in self._names]
        presence = baked(self._now, components, self._zone, self._words) if self._now else None
        return {
            "components": tuple(components),
            "component_names": self._words.join(names),
            "presence": presence,
        }

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(search_documents(self._help_center.articles))

    def _related(self, page: Article) -> tuple[ArticleLink, ...]:
        alike = self._likeness.more_like(page.path)
        return related_links(page, self._catalog, self._help_center.pages, alike)

    def _detail(self, page: Article) -> KindView:
        return kind_view(page, self._catalog, self._help_center, self._words)

    def markup(self, path: str) -> PageMarkup | None:
        """Return what gives the text of a page the structure of its kind; None for pages without a file."""
        page = self._help_center.pages.get(path)
        return PageMarkup(page, self._words) if page else None

    def _virtual_pages(self) -> Iterator[VirtualPage]:
        """Make the pages that no file of content/ stands for."""
        for page in self._help_center.articles:
            if page.kind is Kind.TROUBLESHOOTER:
                yield from self._steps(page)
        if self._support:
            ticket = ticket_view(self._support, self._names, self._words)
            title = self._words.say("ticket.title")
            view = PageView("ticket", title, TICKET_URL, ticket=ticket)
            yield VirtualPage("ticket.md", view, self._words.say("ticket.summary"))

    def _steps(self, article: Article) -> Iterator[VirtualPage]:
        """Make a page of each step of a troubleshooter but the first, which its article is."""
        components = components_of(article.front)
        start, *others = tree_pages(article, components, self._ticket_page, self._words)
        self._starts[article.path] = start
        view = self._view(article)
        for page in others:
            url = page.path.removesuffix(".md") + "/"
            own = {
                **self._about(page.components),
                "facts": {
                    **view.facts,
                    "path": url,
                    "title": page.title,
                    "components": list(page.components),
                },
            }
            yield VirtualPage(
                page.path,
                replace(view, title=page.title, url=url, step=page.view, json_ld=None, **own),
                page.summary,
                page.body,
            )

    @property
    def _ticket_page(self) -> str:
        return TICKET_URL if self._support else self._contact_url
