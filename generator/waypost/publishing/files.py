"""The registry of published files: everything that the status site holds, made from one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

from waypost.base.cache import PageCache
from waypost.base.files.lazy_files import LazyFiles
from waypost.formats.article import Article
from waypost.formats.project import Project
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.parts import json_files
from waypost.publishing.api.statuspage import api_documents
from waypost.publishing.api.waypost_json import SCHEMA_PATH, page_schema, waypost_document
from waypost.publishing.io.badges import badge_files
from waypost.publishing.io.calendar import calendar_files
from waypost.publishing.io.feeds import feed_files
from waypost.publishing.io.theme_assets import BANNER_PATH, banner_file, script_words, status_assets
from waypost.publishing.pages.past_pages import PastPages
from waypost.publishing.pages.plain_text import text_files
from waypost.publishing.pages.render import (
    SHELL_PATH,
    common_inputs,
    common_text,
    default_shell,
    past_files,
    status_pages,
)
from waypost.publishing.rules.feed_items import FeedRow
from waypost.publishing.rules.redirects import former_component_files, redirect_files
from waypost.status.rules.snapshot import Snapshot


@dataclass(frozen=True)
class PublishedSite:
    """A status site that is published: the sources of its files."""

    snapshot: Snapshot
    project: Project
    kept: Mapping[str, bytes]
    """Files that a full build left behind, by path."""
    cache: PageCache
    feed: tuple[FeedRow, ...] = ()
    """Updates of what is over that feeds may still show."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """The pages of the help center by path."""
        return self.project.help_center.pages

    @cached_property
    def shell(self) -> str:
        """The frame of the pages."""
        snapshot = self.snapshot
        return (
            self.kept[SHELL_PATH].decode()
            if SHELL_PATH in self.kept
            else default_shell(snapshot.page, snapshot.words)
        )

    def timelines(self, name: str, make: Callable[[Snapshot], dict[str, bytes]]) -> dict[str, bytes]:
        """Return files that are made of incidents and maintenance alone, anew where one of these is another."""
        snapshot = self.snapshot
        # The order of the components of an incident can be seen, and equal mappings need not share it.
        inputs = (
            snapshot.incidents,
            [(*item.components,) for item in snapshot.incidents],
            snapshot.maintenances,
            self.feed,
        )
        return self.cache.made(name, inputs, lambda: make(snapshot))


FILE_MAKERS: Mapping[str, Callable[[PublishedSite], Mapping[str, bytes]]] = {
    "redirects": lambda site: site.timelines("redirects", redirect_files),
    "kept by the build": lambda site: site.kept,
    "styles and scripts": lambda site: status_assets(site.project.theme),
    "words of scripts": lambda site: {"assets/words.js": script_words(site.snapshot.words)},
    "banner": lambda site: {BANNER_PATH: banner_file(site.snapshot.words)},
    "badges": lambda site: badge_files(site.snapshot),
    "pages": lambda site: status_pages(site.snapshot, site.articles, site.shell, site.cache),
    "feeds": lambda site: site.timelines("feeds", partial(feed_files, past=site.feed, cache=site.cache)),
    "calendars": lambda site: site.cache.files(
        "calendars", site.snapshot.maintenances, partial(calendar_files, site.snapshot)
    ),
    "Statuspage API": lambda site: json_files(api_documents(site.snapshot)),
    "now.json": lambda site: json_files({"now.json": now_document(site.snapshot)}),
    "waypost.json": lambda site: json_files({"waypost.json": waypost_document(site.snapshot)}),
    "schema": lambda site: json_files({SCHEMA_PATH: page_schema(site.snapshot.page.url)}),
    "plain text": lambda site: text_files(site.snapshot),
}
"""Makers of files, each by its subject; where two make the same path, the later one counts."""


def status_files(
    snapshot: Snapshot,
    project: Project,
    kept: Mapping[str, bytes],
    cache: PageCache | None = None,
    feed: tuple[FeedRow, ...] = (),
) -> dict[str, bytes]:
    """Return the files of the status site by their path, but for pages about what is kept as past.

    `kept` are the files that a full build left behind, `feed` the updates of the past that feeds may still show.
    """
    return whole_site(snapshot, project, kept, cache or PageCache(), feed, PastPages())[0]


def whole_site(
    snapshot: Snapshot,
    project: Project,
    kept: Mapping[str, bytes],
    cache: PageCache,
    feed: tuple[FeedRow, ...],
    past: PastPages,
) -> tuple[dict[str, bytes], LazyFiles]:
    """Return the files of the status site, and its pages about what is over; see `status_files`."""
    site = PublishedSite(snapshot, project, kept, cache, feed)
    common = snapshot, site.articles, site.shell
    cache.begin(*common_inputs(*common), describe=lambda: common_text(*common))
    files = {path: data for make in FILE_MAKERS.values() for path, data in make(site).items()}
    lazy = past_files(snapshot, site.articles, site.shell, past, cache)
    cache.end()
    # What a component is called now goes before what another one was called once.
    return {**former_component_files(snapshot, files), **files}, lazy
