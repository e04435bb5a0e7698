"""The files that a help center publishes beside its pages: feeds, Markdown copies, redirects, search and robots.txt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from waypost.base.feeds.feed import FeedHead, FeedItem, fitting, tag_authority
from waypost.base.feeds.formats import FEED_FORMATS, written
from waypost.base.files.file_tree import write_atomic
from waypost.formats.article import Article, PageKind
from waypost.formats.project import HelpCenter
from waypost.help.io.build_record import Reuse
from waypost.help.io.git_dates import GitDates, read_git_dates
from waypost.help.rules.article_data import modified_at, structured_data
from waypost.help.rules.catalog import Catalog
from waypost.help.rules.feed_items import ArticleItem, article_items, changed_at, since_published
from waypost.help.rules.markdown_copies import llms_txt, markdown_copies
from waypost.publishing.rules.help_site import HelpSite
from waypost.reading.rules.redirects import redirects

Render = Callable[[str, Mapping[str, Any]], str]
"""Fills in a template of ours, such as waypost/help/redirect.html."""

MakeSearch = Callable[[], Mapping[str, bytes]]
"""Makes the files of the search."""

FEED_TYPES = {f"feed.{name}": kind.media_type for name, kind in FEED_FORMATS.items()}
"""The feeds at the root of the help center, with their media types."""


@dataclass(frozen=True)
class FeedLink:
    """A feed as the head of each page names it."""

    path: str
    type: str
    title: str


class HelpOutputs:
    """The files beside the pages of one build."""

    def __init__(self, help_center: HelpCenter, catalog: Catalog, site: HelpSite, search: MakeSearch) -> None:
        self._help_center = help_center
        self._catalog = catalog
        self._site = site
        self._search = search
        self._git = read_git_dates(site.root) if site.root else GitDates()
        self._dates = since_published(self._git.dates, help_center.schedules)
        self._items: tuple[ArticleItem, ...] = (
            article_items(catalog, self._dates, site.words) if site.url else ()
        )

    @property
    def warning(self) -> str:
        """Why dates are missing that should be there, or nothing."""
        return self._git.warning

    @property
    def feeds(self) -> tuple[FeedLink, ...]:
        """The feeds that there are: none without an absolute address, or while nothing has a date."""
        title = self._site.feed_title
        return tuple(FeedLink(path, kind, title) for path, kind in FEED_TYPES.items()) if self._items else ()

    def json_ld(self, page: Article) -> dict[str, Any] | None:
        """Return the JSON-LD of a page; None on a site without an absolute address."""
        if not self._site.url:
            return None
        above = self._catalog.crumbs(page)
        return structured_data(page, self._site, above, changed_at(self._dates, page.path))

    def changed_on(self, path: str) -> str | None:
        """Return the day on which a page changed, for the sitemap; None where no page has a date.

        The home page and categories list articles, so they change with them. Without git it is the day
        of the last review; a page without a date among others that have one gets an empty text.
        """
        return self._days.get(path, "") if any(self._days.values()) else None

    @cached_property
    def _days(self) -> Mapping[str, str]:
        pages = self._help_center.pages
        days = {path: modified_at(page, changed_at(self._dates, path))[:10] for path, page in pages.items()}
        newest: dict[str, str] = defaultdict(str)
        for path, page in pages.items():
            for name in {page.category, page.category.partition("/")[0]}:
                newest[name] = max(newest[name], days[path])
        whole = max(newest.values(), default="")
        for path, page in pages.items():
            if page.kind in (PageKind.HOME, PageKind.CATEGORY):
                days[path] = whole if page.kind == PageKind.HOME else newest[page.category]
        return days

    def files(self, render: Render) -> Iterator[tuple[str, bytes]]:
        """Return path and content of each file, from the root of the output."""
        pages, words = self._help_center.pages, self._site.words
        for path, text in markdown_copies(pages, self._catalog, words):
            yield path, text.encode()
        yield "llms.txt", llms_txt(self._site, pages, self._catalog).encode()
        for redirect in redirects(pages):
            canonical = self._site.address(redirect.url) if self._site.url else redirect.link
            context = {
                "redirect": redirect,
                "canonical": canonical,
                "site_name": self._site.name,
                "words": words,
                "t": words.say,
            }
            yield redirect.file, render("waypost/help/redirect.html", context).encode()
        if self._items:
            yield from article_feeds(self._items, self._site).items()
        yield from self._search().items()
        # Robots look for it at the root of a host only.
        if self._site.url and urlsplit(self._site.url).path == "/":
            yield "robots.txt", f"User-agent: *\nAllow: /\n\nSitemap: {self._site.url}sitemap.xml\n".encode()

    def write(self, output: Path, render: Render, reuse: Reuse | None = None) -> None:
        """Write the files into a folder; a file that a writer put at the same place stays."""
        for path, content in self.files(render):
            if (output / path).exists() or (reuse and path in reuse.kept):
                continue
            if not (reuse and reuse.keeps_file(path, content)):
                write_atomic(output / path, content)


def article_feeds(items: Sequence[ArticleItem], site: HelpSite) -> dict[str, bytes]:
    """Return the feeds by file name; the same items give the same bytes at any time."""
    description = site.words.say("outputs.feed.description", name=site.name)
    head = FeedHead(site.url, "feed", site.feed_title, description, site.name, site.words.language)
    return written(head, fitting([_item(item, site) for item in items]))


def _item(item: ArticleItem, site: HelpSite) -> FeedItem:
    return FeedItem(
        # It is the guid of RSS too, and there no address.
        id=f"tag:{tag_authority(site.url)}:article/{quote(item.key, safe='/@')}",
        link=site.address(item.url),
        title=item.title,
        published=item.at,
        updated=item.at,
        summary=item.summary or item.title,
        tags=item.place,
    )
