"""What each page of the help center shows, independent of the engine that renders it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from waypost.base.files.file_tree import write_atomic
from waypost.base.words import Words
from waypost.formats.project import Project
from waypost.help.help_outputs import HelpOutputs
from waypost.help.io.article_markup import PageMarkup
from waypost.help.page_views import PageViews
from waypost.help.rules.catalog import build_catalog
from waypost.help.rules.feedback import EmbedsView, embeds_view, person_link, search_view
from waypost.help.rules.status_notice import baked_service
from waypost.help.rules.suggestions import suggestions_document
from waypost.help.rules.views import VirtualPage
from waypost.publishing.api.now_json import now_document
from waypost.publishing.io.theme_assets import script_words, tokens
from waypost.publishing.pages.render import SHELL_PATH, STYLES_PATH, SiteFrame, logo_path, shell_context
from waypost.publishing.rules.help_site import STATUS_FOLDER, HelpSite
from waypost.search.published_index import search_outputs, site_language
from waypost.search.text_cache import SiteMemory
from waypost.status.rules.snapshot import Snapshot
from waypost.support.rules.contact_page import ContactView, coming_holidays, contact_view
from waypost.support.rules.ticket_form import SUGGESTIONS_PATH

TakeSnapshot = Callable[[Words], Snapshot]
"""Gives the present state of the service, in the words of the site."""


class HelpPages:
    """The context of every page of one build."""

    def __init__(
        self,
        project: Project,
        site: HelpSite,
        present: TakeSnapshot | None = None,
        *,
        memory: SiteMemory | None = None,
    ) -> None:
        self._help_center = project.help_center
        words = self._words = site.words
        self._site = site
        self._own_look = project.theme
        self._support = project.help_center.support
        snapshot = present(words) if present else None
        self._now = snapshot.now if snapshot else None
        self._present = now_document(snapshot) if snapshot else None
        self._zone = project.status.config.page.time_zone
        self._catalog = build_catalog(project.help_center, words)
        self._person = person_link(self._support, self._help_center.contact_url)
        categories = [(category.id, category.title, category.url) for category in self._catalog.categories]
        search = partial(search_outputs, project.help_center, site_language(project), categories, memory)
        self.outputs = HelpOutputs(project.help_center, self._catalog, site, search)
        self._views = PageViews(
            project, self._catalog, self.outputs, self._person, self._present, words, memory=memory
        )

    @property
    def virtual(self) -> Mapping[str, VirtualPage]:
        """The pages that no file of content/ stands for."""
        return self._views.virtual

    @property
    def steps(self) -> Mapping[str, Mapping[str, str]]:
        """The page of each step, by the path of its troubleshooter and the id of the step."""
        return self._views.steps

    def knows(self, path: str) -> bool:
        """Tell whether a path from content/ is a page."""
        return path in self._help_center.pages or path in self.virtual

    def describe(self, path: str) -> tuple[str, str]:
        """Return title and summary of a page, as plain text."""
        if path in self.virtual:
            return self.virtual[path].view.title, self.virtual[path].summary
        page = self._help_center.pages[path]
        return page.title, page.front.summary

    def is_listed(self, path: str) -> bool:
        """Tell whether search engines may list a page."""
        return path not in self.virtual or self.virtual[path].view.template != "search/search"

    def body(self, path: str) -> str:
        """Return the Markdown of a page, without its front matter."""
        start = self._views.start_of(path)
        if start:
            return start.body
        return self.virtual[path].body if path in self.virtual else self._help_center.pages[path].body

    def markup(self, path: str) -> PageMarkup | None:
        """Return what gives the text of a page the structure of its kind; None for pages without a file."""
        page = self._help_center.pages.get(path)
        return PageMarkup(page, self._words) if page else None

    def context(self, path: str | None, base_url: str) -> dict[str, Any]:
        """Return what the templates of one page get; `path` is None for the page of a wrong address."""
        return {
            **self._common(base_url.rstrip("/") + "/"),
            **self._own(path),
            "words": self._words,
            "t": self._words.say,
        }

    def inputs(self, path: str) -> str:
        """Return everything of ours that the page of a path is made from, as text to compare: equal texts
        give equal pages as long as the program and mkdocs.yml are the same.

        What it takes comes from the same places as the context, so that nothing can be forgotten here.
        """
        texts = (
            self.describe(path),
            self.body(path),
            self._help_center.pages.get(path),
        )
        return f"{self._common_inputs}{texts!r}{self._own(path)!r}"

    @cached_property
    def _common_inputs(self) -> str:
        return repr(self._common("/"))

    def _common(self, root: str) -> dict[str, Any]:
        """Return what all pages show; what only some show belongs below, or each change would touch all pages."""
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
            "embeds": self._embeds,
            "feeds": self.outputs.feeds,
        }

    def _own(self, path: str | None) -> dict[str, Any]:
        """Return what one page shows and others do not."""
        view = self._views.of(path)
        own: dict[str, Any] = {"view": view}
        if view.template == "help/home":
            own["catalog"] = self._catalog
        if view.template in ("help/home", "support/contact"):
            own["service"] = baked_service(self._present, self._zone, self._words) if self._present else None
        if view.template == "support/contact" and self._support:
            own["holidays"] = coming_holidays(self._support.office, self._words, self._now)
        return own

    @cached_property
    def _contact(self) -> ContactView | None:
        return contact_view(self._support, self._words) if self._support else None

    @cached_property
    def _embeds(self) -> EmbedsView | None:
        return embeds_view(self._support)

    def shell_context(self) -> dict[str, Any]:
        """Return what the shell of the status pages gets."""
        return shell_context(self._site, self._help_center.contact_url)

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
        sheets = [output / path for path in self._site.own_styles if (output / path).is_file()]
        if sheets:
            write_atomic(folder / STYLES_PATH, b"\n".join(sheet.read_bytes() for sheet in sheets))
        logo = output / self._site.logo
        if self._site.logo and logo.is_file():
            write_atomic(folder / logo_path(self._site), logo.read_bytes())
