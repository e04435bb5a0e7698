"""The views of the help center: the values that a template shows beside the text of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from waypost.base.i18n import Words, duration_words, size_words
from waypost.formats.article import Article, ArticleFrontMatter, Download, Prerequisite, components_of
from waypost.formats.project import HelpCenter
from waypost.help.rules.article_lists import CategoryLists, SideMenu
from waypost.help.rules.catalog import ArticleLink, Catalog, Crumb
from waypost.help.rules.further_help import HelpfulView
from waypost.help.rules.status_notice import StatusNotice
from waypost.help.rules.troubleshooter_pages import StepView
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
    heading: tuple[tuple[str, bool], ...] = ()
    """The title in parts, each with whether it is code."""
    crumbs: tuple[Crumb, ...] = ()
    """The category and the section it is in."""
    lists: CategoryLists | None = None
    """The articles on the page of a category."""
    menu: SideMenu | None = None
    """The list beside it."""
    components: tuple[str, ...] = ()
    """Ids of the components it depends on."""
    component_names: str = ""
    """Their names, in words."""
    notice: StatusNotice | None = None
    """The notice of their trouble while the page is built; None without trouble."""
    minutes: int = 0
    reviewed: str = ""
    tags: tuple[tuple[str, str], ...] = ()
    """Words that it is found by, each with the address of the search for it, from the root of the help center."""
    hide: tuple[str, ...] = ()
    """The parts of the page that are left out: navigation, toc."""
    related: tuple[ArticleLink, ...] = ()
    placeholder: str = ""
    step: StepView | None = None
    """The step of a troubleshooter that this page is."""
    detail: ArticleDetails | None = None
    """The parts of an article that stand beside its text."""
    helpful: HelpfulView | None = None
    """The part below an article."""
    ticket: TicketView | None = None
    """The form that this page is."""
    markdown: str = ""
    """Where its text is as Markdown, from the root of the help center."""
    json_ld: Mapping[str, Any] | None = None
    """Its JSON-LD for search engines."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """The facts for scripts; the same as `page` in page.js."""


def page_facts(page: Article) -> dict[str, Any]:
    """Return the facts about a page for scripts, as plain data for JSON."""
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


@dataclass(frozen=True)
class PrerequisiteView:
    """Something to have at hand before the first step."""

    text: str
    url: str
    """The article that tells how to get it, from the root of the help center; empty without one."""


@dataclass(frozen=True)
class DownloadView:
    """A file to save."""

    label: str
    url: str
    """From the root of the help center."""
    name: str
    """Its name on disk."""
    facts: str
    """Its type and size: "PDF, 120 kB"."""


@dataclass(frozen=True)
class ArticleDetails:
    """The parts of an article that stand beside its text."""

    time: str = ""
    """How long it takes, in words; empty where its writer did not say."""
    prerequisites: tuple[PrerequisiteView, ...] = ()
    downloads: tuple[DownloadView, ...] = ()
    next: ArticleLink | None = None
    scripts: tuple[str, ...] = ()


def article_details(
    article: Article, catalog: Catalog, help_center: HelpCenter, words: Words
) -> ArticleDetails:
    """Return the parts of an article that stand beside its text."""
    front = article.front
    if not isinstance(front, ArticleFrontMatter):
        return ArticleDetails()
    sizes = help_center.sizes
    return ArticleDetails(
        time=duration_words(front.time, words) if front.time else "",
        prerequisites=tuple(_prerequisite(need, help_center) for need in front.prerequisites),
        downloads=tuple(_download(item, sizes.get(item.file, 0), words) for item in front.downloads),
        next=catalog.links.get(front.next) if front.next and front.next != article.path else None,
        scripts=article.article_kind.scripts if article.article_kind else (),
    )


def _prerequisite(need: Prerequisite, help_center: HelpCenter) -> PrerequisiteView:
    article = help_center.pages.get(need.article or "")
    return PrerequisiteView(need.text, article.url if article else "")


def _download(download: Download, size: int, words: Words) -> DownloadView:
    path = PurePosixPath(download.file)
    kind = path.suffix.removeprefix(".").upper()
    facts = words.say("downloads.file", type=kind, size=size_words(size, words))
    return DownloadView(
        download.label, quote(download.file), path.name, facts if kind else size_words(size, words)
    )
