"""What each page of the help center shows, independent of the engine that renders it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from waypost.base.files.file_tree import write_atomic
from waypost.base.i18n import Words
from waypost.base.markdown.plain_text import code_parts
from waypost.formats.article import (
    Article,
    ArticleFrontMatter,
    Hidden,
    HomeFrontMatter,
    PageKind,
    components_of,
)
from waypost.formats.project import Project
from waypost.help.brand import BrandFiles, Preview
from waypost.help.io.article_markup import PageMarkup
from waypost.help.kinds import DEFAULT_KIND
from waypost.help.kinds.kind import Structure
from waypost.help.outputs import HelpOutputs
from waypost.help.rules.article_data import suggestions_document
from waypost.help.rules.article_lists import SideMenu, articles_beside, category_lists, sections_beside
from waypost.help.rules.catalog import CategoryLink, build_catalog
from waypost.help.rules.further_help import (
    SEARCH_URL,
    embeds_of,
    helpful_view,
    person_link,
    related_links,
    search_links,
    search_view,
)
from waypost.help.rules.page_view import PageView, VirtualPage, article_details, page_facts
from waypost.help.rules.status_notice import service_notice, status_notice
from waypost.help.rules.troubleshooter_pages import TreePage, tree_pages
from waypost.publishing.api.now_json import now_document
from waypost.publishing.io.theme_assets import script_words, tokens
from waypost.publishing.pages.render import SHELL_PATH, STYLES_PATH, SiteFrame, logo_path, shell_context
from waypost.publishing.rules.help_site import STATUS_FOLDER, HelpSite
from waypost.reading.rules.troubleshooter import read_troubleshooter
from waypost.search.io.likeness import Likeness
from waypost.search.io.word_cache import SiteCache
from waypost.search.site_search import search_outputs, site_language
from waypost.status.rules.snapshot import Snapshot
from waypost.support.rules.contact_page import ContactView, coming_holidays, contact_view
from waypost.support.rules.ticket_form import SUGGESTIONS_PATH, TICKET_URL, ticket_view

TakeSnapshot = Callable[[Words], Snapshot]
"""Gives the present state of the service, in the words of the site."""

TEMPLATES = {
    PageKind.CATEGORY: "help/category",
    PageKind.HOME: "help/home",
    PageKind.CONTACT: "support/contact",
}
"""The template of each page that is no article."""


class HelpPages:
    """The pages of one build: those of the files in content/, and those made from several, such as the search."""

    def __init__(
        self,
        project: Project,
        site: HelpSite,
        take_snapshot: TakeSnapshot | None = None,
        *,
        cache: SiteCache | None = None,
    ) -> None:
        center = self._help_center = project.help_center
        words = self._words = site.words
        self._site = site
        self._cache = cache or SiteCache()
        self._theme = project.theme
        self._support = center.support
        snapshot = take_snapshot(words) if take_snapshot else None
        self._now = snapshot.now if snapshot else None
        self._current = now_document(snapshot) if snapshot else None
        self._zone = project.status.config.page.time_zone
        self._names = {component.id: component.name for component in project.status.config.flat}
        self._catalog = build_catalog(center, words)
        self._person = person_link(self._support, center.contact_url)
        categories = [
            (it.id, it.title, it.url) for trail in self._catalog.trails.values() for it in trail[-1:]
        ]
        search = partial(search_outputs, center, site_language(project), categories, cache)
        self.outputs = HelpOutputs(center, self._catalog, site, search)
        self.brand = BrandFiles(project.theme, site, project.status.config.page.url)
        self._views: dict[str, PageView] = {}
        self._starts: dict[str, TreePage] = {}
        """The first step of each troubleshooter, which is its own page."""
        self.virtual: Mapping[str, VirtualPage] = {page.path: page for page in self._virtual_pages()}
        """The pages that no file of content/ stands for, by the path of the file that would be theirs."""

    @property
    def steps(self) -> Mapping[str, Mapping[str, str]]:
        """The page of each step, by the path of its troubleshooter and the id of the step."""
        pages = self._help_center.pages
        found = {path: {read_troubleshooter(pages[path]).start.id: path} for path in self._starts}
        for path in self.virtual:
            folder, _, name = path.removesuffix(".md").rpartition("/")
            found.get(f"{folder}.md", {})[name] = path
        return found

    def knows(self, path: str) -> bool:
        """Tell whether a path from content/ is a page."""
        return path in self._help_center.pages or path in self.virtual

    def describe(self, path: str) -> tuple[str, str]:
        """Return title and description of a page, as plain text."""
        if path in self.virtual:
            return self.virtual[path].view.title, self.virtual[path].summary
        page = self._help_center.pages[path]
        return page.title, page.front.description or page.front.summary

    def is_listed(self, path: str) -> bool:
        """Tell whether search engines may list a page."""
        return path not in self.virtual or self.virtual[path].view.template != "search/search"

    def body(self, path: str) -> str:
        """Return the Markdown of a page, without its front matter."""
        if path in self._starts:
            return self._starts[path].body
        return self.virtual[path].body if path in self.virtual else self._help_center.pages[path].body

    def markup(self, path: str) -> PageMarkup | None:
        """Return the markup of an article for its renderer; None for a page without a file."""
        page = self._help_center.pages.get(path)
        return PageMarkup(page, self._words) if page else None

    def context(self, path: str | None, base_url: str) -> dict[str, Any]:
        """Return the template context of one page; `path` is None for the page of a wrong address."""
        return {
            **self._common(base_url.rstrip("/") + "/"),
            **self._own(path),
            "words": self._words,
            "t": self._words.say,
        }

    def inputs(self, path: str) -> str:
        """Return the inputs of a page as one text. Equal texts give equal pages while the program and
        mkdocs.yml stay the same.

        The parts come from the same places as those of the context, so that nothing can be forgotten here.
        """
        texts = (self.describe(path), self.body(path), self._help_center.pages.get(path))
        return f"{self._common_inputs}{texts!r}{self._own(path)!r}"

    @cached_property
    def _common_inputs(self) -> str:
        return repr(self._common("/"))

    def _common(self, root: str) -> dict[str, Any]:
        """Return the context of all pages. A change here makes all pages anew; what few pages show belongs below."""
        frame = SiteFrame(
            site_name=self._site.name,
            help_root=root,
            status_root=self._site.status_url or f"{root}{STATUS_FOLDER}",
            contact=self._help_center.contact_url,
            copyright=self._site.copyright,
            language=self._words.language,
            logo=root + self._site.logo if self._site.logo else "",
        )
        return {
            "wp": frame,
            "topics": tuple((category.title, category.url) for category in self._catalog.categories),
            "contact": self._contact,
            "search": search_view(self._support, self._person),
            "embeds": embeds_of(self._support),
            "feeds": self.outputs.feeds,
            "brand": self.brand.head,
        }

    @cached_property
    def _contact(self) -> ContactView | None:
        return contact_view(self._support, self._words) if self._support else None

    def _own(self, path: str | None) -> dict[str, Any]:
        """Return the context that is this page's own."""
        view = self._view_of(path)
        own: dict[str, Any] = {"view": view, "preview": self._preview(path, view)}
        if view.template == "help/home":
            own["catalog"] = self._catalog
        if view.template in ("help/home", "support/contact"):
            current = self._current
            own["service"] = service_notice(current, self._zone, self._words) if current else None
        if view.template == "support/contact" and self._support:
            own["holidays"] = coming_holidays(self._support.office, self._words, self._now)
        return own

    def _preview(self, path: str | None, view: PageView) -> Preview | None:
        if path is None:
            return None
        title, description = self.describe(path)
        # Cards are made of what somebody wrote; other pages show that of the site.
        is_written = path not in self.virtual
        above = tuple(name for name, _ in view.crumbs) if is_written else ()
        return self.brand.preview(title, description, view.url, above, is_written=is_written)

    def _view_of(self, path: str | None) -> PageView:
        if path is None:
            return PageView("help/missing", self._words.say("missing.title"))
        if path in self.virtual:
            return self.virtual[path].view
        if path not in self._views:
            self._views[path] = self._view(self._help_center.pages[path])
        return self._views[path]

    def _view(self, page: Article) -> PageView:
        front, kind = page.front, page.article_kind
        start = self._starts.get(page.path)
        link = self._catalog.links.get(page.path)
        own = front if isinstance(front, ArticleFrontMatter) else None
        reviewed = own.reviewed if own else None
        hidden = {part for part in Hidden if own and own.hides(part)}
        shows_related = kind and Hidden.RELATED not in hidden
        likeness = self._likeness.more_like(page.path) if shows_related else ()
        related = (
            related_links(page, self._catalog, self._help_center.pages, likeness) if shows_related else ()
        )
        crumbs = self._catalog.crumbs(page)
        category = self._catalog.category(page.category)
        is_named = kind and page.kind != DEFAULT_KIND
        template = kind.template if kind else TEMPLATES[PageKind(page.kind)]
        return PageView(
            template=template,
            title=page.title,
            url=page.url,
            kind=page.kind,
            kind_word=self._words.say(f"article.kind.{page.kind}") if is_named else "",
            heading=code_parts(front.title),
            crumbs=crumbs,
            lists=category_lists(category, self._words.say)
            if category and page.kind == PageKind.CATEGORY
            else None,
            menu=self._menu(page, category) if category and template != "help/troubleshooter" else None,
            minutes=link.minutes if link else 0,
            reviewed=self._words.date("date.day", reviewed) if reviewed else "",
            tags=search_links(own.tags) if own else (),
            hide=tuple(sorted(hidden)),
            related=related,
            detail=article_details(page, self._catalog, self._help_center, self._words) if kind else None,
            # A troubleshooter asks by itself, at each of its ends, whether it has helped.
            helpful=None
            if start or Hidden.FEEDBACK in hidden
            else helpful_view(page, related, crumbs, self._person, self._support),
            step=start.view if start else None,
            placeholder=front.placeholder if isinstance(front, HomeFrontMatter) else "",
            facts=page_facts(page),
            markdown=quote(page.path),
            json_ld=self.outputs.json_ld(page),
            **self._about(start.components if start else components_of(front)),
        )

    def _about(self, components: Sequence[str]) -> dict[str, Any]:
        """Return the parts of a view about the components that its page depends on."""
        names = [self._names[name] for name in components if name in self._names]
        current = self._current
        return {
            "components": tuple(components),
            "component_names": self._words.join(names),
            "notice": status_notice(current, components, self._zone, self._words) if current else None,
        }

    def _menu(self, page: Article, category: CategoryLink) -> SideMenu | None:
        if page.kind == PageKind.CATEGORY:
            return sections_beside(self._catalog.trails[category.id][0])
        return articles_beside(category, page.url)

    @cached_property
    def _likeness(self) -> Likeness:
        return Likeness(self._help_center.searched, self._cache.likeness)

    def _virtual_pages(self) -> Iterator[VirtualPage]:
        say = self._words.say
        for page in self._help_center.articles:
            if page.structure is Structure.TREE:
                yield from self._step_pages(page)
        view = PageView("search/search", say("search.title"), SEARCH_URL)
        yield VirtualPage("search.md", view, say("search.summary"))
        if self._support:
            form = ticket_view(self._support, self._names, self._words)
            view = PageView("support/ticket/ticket", say("ticket.title"), TICKET_URL, ticket=form)
            yield VirtualPage("ticket.md", view, say("ticket.summary"))

    def _step_pages(self, article: Article) -> Iterator[VirtualPage]:
        """Make a page of each step of a troubleshooter but the first, which its article is."""
        components = components_of(article.front)
        ticket_page = TICKET_URL if self._support else self._help_center.contact_url
        self._starts[article.path], *others = tree_pages(article, components, ticket_page, self._words)
        view = self._view(article)
        for page in others:
            url = page.path.removesuffix(".md") + "/"
            facts = {"path": url, "title": page.title, "components": list(page.components)}
            own = replace(
                view,
                title=page.title,
                heading=code_parts(page.title),
                url=url,
                step=page.view,
                json_ld=None,
                facts={**view.facts, **facts},
                **self._about(page.components),
            )
            yield VirtualPage(page.path, own, page.summary, page.body)

    def shell_context(self) -> dict[str, Any]:
        """Return the template context of the shell of the status pages."""
        return shell_context(self._site, self._help_center.contact_url, self.brand.status_head)

    def leave_behind(self, output: Path, shell: str) -> None:
        """Write the files of this build that publishing needs below the status pages: shell, logo and styles.

        The status pages carry copies, because they may be served by another host.
        """
        write_atomic(output / "assets/waypost/words.js", script_words(self._words))
        write_atomic(output / "assets/waypost/tokens.css", tokens(self._theme))
        suggestions = suggestions_document(self._help_center)
        write_atomic(output / SUGGESTIONS_PATH, json.dumps(suggestions, ensure_ascii=False).encode())
        folder = output / STATUS_FOLDER
        write_atomic(folder / SHELL_PATH, shell.encode())
        sheets = [sheet.read_bytes() for path in self._site.own_styles if (sheet := _inside(output, path))]
        if sheets:
            write_atomic(folder / STYLES_PATH, b"\n".join(sheets))
        logo = _inside(output, self._site.logo)
        if logo:
            write_atomic(folder / logo_path(self._site), logo.read_bytes())


def _inside(output: Path, path: str) -> Path | None:
    """Return a file that was made, by its path in mkdocs.yml; one from elsewhere on this machine is none."""
    file = (output / path).resolve()
    return file if file.is_file() and file.is_relative_to(output.resolve()) else None
