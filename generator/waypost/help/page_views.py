"""The view of each page of one build: what its template shows beside its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

from waypost.base.words import Words
from waypost.formats.article import (
    Article,
    ArticleFrontMatter,
    HomeFrontMatter,
    PageKind,
    components_of,
)
from waypost.formats.project import Project
from waypost.help.help_outputs import HelpOutputs
from waypost.help.kinds import DEFAULT_KIND
from waypost.help.kinds.kind import Structure
from waypost.help.rules.catalog import ArticleLink, Catalog, CategoryLink
from waypost.help.rules.feedback import SEARCH_URL, TICKET_URL, PersonLink, helpful_view
from waypost.help.rules.kinds import KindView, kind_view
from waypost.help.rules.related import related_links
from waypost.help.rules.status_notice import baked
from waypost.help.rules.troubleshooter_pages import TreePage, tree_pages
from waypost.help.rules.views import PageView, VirtualPage, page_facts
from waypost.publishing.documents.now import Now
from waypost.reading.rules.troubleshooter import read_troubleshooter
from waypost.search.io.whoosh_words import Likeness
from waypost.search.text_cache import SiteMemory
from waypost.support.rules.ticket_form import ticket_view

TEMPLATES = {
    PageKind.CATEGORY: "help/category",
    PageKind.HOME: "help/home",
    PageKind.CONTACT: "support/contact",
}
"""The template of each page that is no article."""


class PageViews:
    """The views of all pages, those without a file among them."""

    def __init__(
        self,
        project: Project,
        catalog: Catalog,
        outputs: HelpOutputs,
        person: PersonLink | None,
        present: Now | None,
        words: Words,
        *,
        memory: SiteMemory | None = None,
    ) -> None:
        self._help_center = project.help_center
        self._catalog = catalog
        self._outputs = outputs
        self._person = person
        self._present = present
        self._words = words
        self._memory = memory or SiteMemory()
        self._support = project.help_center.support
        self._zone = project.status.config.page.time_zone
        self._names = {component.id: component.name for component in project.status.config.flat}
        self._views: dict[str, PageView] = {}
        self._starts: dict[str, TreePage] = {}
        self.virtual: Mapping[str, VirtualPage] = {page.path: page for page in self._virtual_pages()}
        """The pages that no file of content/ stands for, by the path of the file that would be theirs."""

    def start_of(self, path: str) -> TreePage | None:
        """Return the first step that a troubleshooter's own page is; None for every other page."""
        return self._starts.get(path)

    @property
    def steps(self) -> Mapping[str, Mapping[str, str]]:
        """The page of each step, by the path of its troubleshooter and the id of the step."""
        pages = self._help_center.pages
        found = {path: {read_troubleshooter(pages[path]).start.id: path} for path in self._starts}
        for path in self.virtual:
            folder, _, name = path.removesuffix(".md").rpartition("/")
            found.get(f"{folder}.md", {})[name] = path
        return found

    def of(self, path: str | None) -> PageView:
        """Return the view of a page; None stands for the page of a wrong address."""
        if path is None:
            return PageView("help/missing", self._words.say("missing.title"))
        if path in self.virtual:
            return self.virtual[path].view
        if path not in self._views:
            self._views[path] = self._view(self._help_center.pages[path])
        return self._views[path]

    def _view(self, page: Article) -> PageView:
        front = page.front
        kind = page.article_kind
        start = self._starts.get(page.path)
        link = self._catalog.links.get(page.path)
        reviewed = front.reviewed if isinstance(front, ArticleFrontMatter) else None
        related = self._related(page) if kind else ()
        category = self._categories.get(page.category)
        template = kind.template if kind else TEMPLATES[PageKind(page.kind)]
        return PageView(
            template=template,
            title=page.title,
            url=page.url,
            kind=page.kind,
            kind_word=self._words.say(f"article.kind.{page.kind}")
            if link and page.kind != DEFAULT_KIND
            else "",
            category=category if page.kind == PageKind.CATEGORY else self._headings.get(page.category),
            menu=self._menus.get(page.category, ()) if template == "help/article" else (),
            minutes=link.minutes if link else 0,
            reviewed=self._words.date("date.day", reviewed) if reviewed else "",
            related=related,
            detail=self._detail(page) if kind else None,
            # A troubleshooter asks by itself, at each of its ends, whether it has helped.
            helpful=None if start else helpful_view(page, related, category, self._person, self._support),
            step=start.view if start else None,
            placeholder=front.placeholder if isinstance(front, HomeFrontMatter) else "",
            facts=page_facts(page),
            **self._outputs.about(page),
            **self._about(start.components if start else components_of(front)),
        )

    def _about(self, components: Sequence[str]) -> dict[str, Any]:
        """Return the parts of a view that tell how the components are that its page depends on."""
        names = [self._names[name] for name in components if name in self._names]
        presence = baked(self._present, components, self._zone, self._words) if self._present else None
        return {
            "components": tuple(components),
            "component_names": self._words.join(names),
            "presence": presence,
        }

    @cached_property
    def _categories(self) -> Mapping[str, CategoryLink]:
        return {category.id: category for category in self._catalog.categories}

    @cached_property
    def _headings(self) -> Mapping[str, CategoryLink]:
        """Return what an article says of its category: not what changes with its neighbours."""
        return {
            name: replace(category, summary="", icon="", articles=())
            for name, category in self._categories.items()
        }

    @cached_property
    def _menus(self) -> Mapping[str, tuple[tuple[str, str], ...]]:
        return {
            name: tuple((link.title, link.url) for link in category.articles)
            for name, category in self._categories.items()
        }

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self._help_center.articles, self._memory.likeness)

    def _related(self, page: Article) -> tuple[ArticleLink, ...]:
        alike = self._likeness.more_like(page.path)
        return related_links(page, self._catalog, self._help_center.pages, alike)

    def _detail(self, page: Article) -> KindView:
        return kind_view(page, self._catalog, self._help_center, self._words)

    def _virtual_pages(self) -> Iterator[VirtualPage]:
        """Make the pages that no file of content/ stands for."""
        for page in self._help_center.articles:
            if page.structure is Structure.TREE:
                yield from self._steps(page)
        title = self._words.say("search.title")
        yield VirtualPage(
            "search.md", PageView("search/search", title, SEARCH_URL), self._words.say("search.summary")
        )
        if self._support:
            ticket = ticket_view(self._support, self._names, self._words)
            title = self._words.say("ticket.title")
            view = PageView("support/ticket/ticket", title, TICKET_URL, ticket=ticket)
            yield VirtualPage("ticket.md", view, self._words.say("ticket.summary"))

    def _steps(self, article: Article) -> Iterator[VirtualPage]:
        """Make a page of each step of a troubleshooter but the first, which its article is."""
        components = components_of(article.front)
        ticket_page = TICKET_URL if self._support else self._help_center.contact_url
        start, *others = tree_pages(article, components, ticket_page, self._words)
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
