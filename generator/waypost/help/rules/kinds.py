"""What the page of an article shows beside its text because of its kind: time, what is needed, files, what is next."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from urllib.parse import quote

from waypost.base.measures import duration_words, size_words
from waypost.base.words import Words
from waypost.formats.article import Article, ArticleFrontMatter, Download, Prerequisite
from waypost.formats.project import HelpCenter
from waypost.help.rules.catalog import ArticleLink, Catalog


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
    """What it is called on disk."""
    facts: str
    """Its type and size: "PDF, 120 kB"."""


@dataclass(frozen=True)
class KindView:
    """What an article shows beside its text."""

    time: str = ""
    """How long it takes, in words; empty where nobody said."""
    prerequisites: tuple[PrerequisiteView, ...] = ()
    downloads: tuple[DownloadView, ...] = ()
    next: ArticleLink | None = None
    scripts: tuple[str, ...] = ()


def kind_view(article: Article, catalog: Catalog, help_center: HelpCenter, words: Words) -> KindView:
    """Gather what an article shows beside its text."""
    front = article.front
    if not isinstance(front, ArticleFrontMatter):
        return KindView()
    sizes = help_center.sizes
    return KindView(
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
