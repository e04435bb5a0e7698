"""The lists of articles on the pages of the help center: categories, their articles, and popular ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from waypost.base.i18n import Words, duration_words
from waypost.formats.article import (
    Article,
    ArticleFrontMatter,
    CategoryFrontMatter,
    HomeFrontMatter,
    PageKind,
)
from waypost.formats.project import HelpCenter
from waypost.help.kinds import ARTICLE_KINDS

WORDS_A_MINUTE = 200
"""A usual reading speed for instructions."""


@dataclass(frozen=True)
class ArticleLink:
    """An article in a list."""

    title: str
    url: str
    summary: str
    kind_word: str
    category: str
    minutes: int
    icon: str = ""
    """By its path among Material's icons."""
    time: str = ""
    """How long it takes to follow, in words; empty where its kind has none."""


@dataclass(frozen=True)
class CategoryLink:
    """A category on its card."""

    id: str
    title: str
    url: str
    summary: str
    icon: str
    articles: tuple[ArticleLink, ...]


@dataclass(frozen=True)
class Catalog:
    """The whole help center as lists of links, computed once a build."""

    categories: tuple[CategoryLink, ...]
    popular: tuple[ArticleLink, ...]
    often_asked: tuple[tuple[str, str], ...]
    """Label and address of each link under the search box."""
    links: Mapping[str, ArticleLink]
    """Every article by its path."""

    def category(self, name: str) -> CategoryLink | None:
        """Return a category by its id."""
        return next((category for category in self.categories if category.id == name), None)


def build_catalog(help_center: HelpCenter, words: Words) -> Catalog:
    """Sort all articles into their categories, and find the articles that the home page names."""
    titles = {page.category: page.title for page in help_center.categories}
    links = {article.path: _link(article, titles, words) for article in help_center.articles}
    home = help_center.only(PageKind.HOME)
    front = home.front if home and isinstance(home.front, HomeFrontMatter) else None
    pages = help_center.pages
    return Catalog(
        categories=tuple(_category(page, help_center, links) for page in help_center.categories),
        popular=tuple(links[path] for path in front.popular if path in links) if front else (),
        often_asked=tuple((s.label, pages[s.article].url) for s in front.often_asked if s.article in pages)
        if front
        else (),
        links=links,
    )


def _category(page: Article, help_center: HelpCenter, links: Mapping[str, ArticleLink]) -> CategoryLink:
    icon = page.front.icon if isinstance(page.front, CategoryFrontMatter) else ""
    members = [links[article.path] for article in help_center.articles if article.category == page.category]
    members.sort(key=lambda link: link.title.casefold())
    return CategoryLink(page.category, page.title, page.url, page.front.summary, icon, tuple(members))


def _link(article: Article, titles: Mapping[str, str], words: Words) -> ArticleLink:
    return ArticleLink(
        title=article.title,
        url=article.url,
        summary=article.front.summary,
        kind_word=words.say(f"article.kind.{article.kind}"),
        category=titles.get(article.category, ""),
        minutes=reading_minutes(article.body),
        icon=ARTICLE_KINDS[article.kind].icon,
        time=_time(article, words),
    )


def _time(article: Article, words: Words) -> str:
    if "time" not in ARTICLE_KINDS[article.kind].own_keys:
        return ""
    span = article.front.time if isinstance(article.front, ArticleFrontMatter) else None
    if span:
        return duration_words(span, words)
    return words.say("article.minutes", count=reading_minutes(article.body))


def reading_minutes(text: str) -> int:
    """Estimate how long a text takes to read, at least one minute."""
    return max(1, round(len(text.split()) / WORDS_A_MINUTE))
