"""The lists of articles on the pages of the help center: categories, their sections and articles, and popular ones."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from waypost.base.i18n import Words, duration_words
from waypost.formats.article import (
    UNPLACED,
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

SEPARATOR = " › "
"""Between a category and its section, where both are told in one line."""

Crumb = tuple[str, str]
"""Title of a page, and its address from the root."""


@dataclass(frozen=True)
class ArticleLink:
    """An article in a list."""

    title: str
    url: str
    summary: str
    kind_word: str
    place: tuple[str, ...]
    """The titles of its category and its section."""
    minutes: int
    icon: str = ""
    """By its path among Material's icons."""
    time: str = ""
    """How long it takes to follow, in words; empty where its kind has none."""
    is_pinned: bool = False
    position: int = UNPLACED


@dataclass(frozen=True)
class CategoryLink:
    """A category on its card, or a section of one."""

    id: str
    title: str
    url: str
    summary: str = ""
    icon: str = ""
    articles: tuple[ArticleLink, ...] = ()
    """Those that are in none of its sections."""
    sections: tuple[CategoryLink, ...] = ()

    @property
    def everything(self) -> tuple[ArticleLink, ...]:
        """All of its articles, those of its sections last."""
        return (*self.articles, *(link for section in self.sections for link in section.articles))


@dataclass(frozen=True)
class Catalog:
    """The whole help center as lists of links, computed once a build."""

    categories: tuple[CategoryLink, ...]
    """In their order; each has its sections."""
    popular: tuple[ArticleLink, ...]
    often_asked: tuple[Crumb, ...]
    """Label and address of each link under the search box."""
    links: Mapping[str, ArticleLink]
    """Every article by its path."""
    trails: Mapping[str, tuple[CategoryLink, ...]] = field(default_factory=dict)
    """A category by its id, and a section by its own with its category before it."""

    def category(self, name: str) -> CategoryLink | None:
        """Return a category or a section by its id."""
        trail = self.trails.get(name, ())
        return trail[-1] if trail else None

    def crumbs(self, page: Article) -> tuple[Crumb, ...]:
        """Return the pages above a page, without the home page: its category, then its section."""
        trail = self.trails.get(page.category, ())
        above = trail[:-1] if page.kind == PageKind.CATEGORY else trail
        return tuple((it.title, it.url) for it in above)


def build_catalog(help_center: HelpCenter, words: Words) -> Catalog:
    """Sort all articles into their categories, and find the articles that the home page names."""
    titles = {page.category: page.title for page in help_center.categories}
    links = {article.path: _link(article, titles, words) for article in help_center.articles}
    categories = _categories(help_center, links)
    home = help_center.only(PageKind.HOME)
    front = home.front if home and isinstance(home.front, HomeFrontMatter) else None
    pages = help_center.pages
    return Catalog(
        categories=categories,
        popular=tuple(links[path] for path in front.popular if path in links) if front else (),
        often_asked=tuple((s.label, pages[s.article].url) for s in front.often_asked if s.article in pages)
        if front
        else (),
        links=links,
        trails=dict(_trails(categories)),
    )


def _categories(help_center: HelpCenter, links: Mapping[str, ArticleLink]) -> tuple[CategoryLink, ...]:
    members: dict[str, list[ArticleLink]] = defaultdict(list)
    for article in sorted(help_center.articles, key=lambda article: article.order):
        members[article.category].append(links[article.path])
    sections: dict[str, list[CategoryLink]] = defaultdict(list)
    # Sections come after their category, so from the last to the first each finds its own.
    for page in reversed(help_center.categories):
        icon = page.front.icon if isinstance(page.front, CategoryFrontMatter) else ""
        own = tuple(members[page.category]), tuple(reversed(sections[page.category]))
        link = CategoryLink(page.category, page.title, page.url, page.front.summary, icon, *own)
        sections[page.category.rpartition("/")[0]].append(link)
    return tuple(reversed(sections[""]))


def _trails(categories: tuple[CategoryLink, ...]) -> Iterator[tuple[str, tuple[CategoryLink, ...]]]:
    for category in categories:
        yield category.id, (category,)
        for section in category.sections:
            yield section.id, (category, section)


def _link(article: Article, titles: Mapping[str, str], words: Words) -> ArticleLink:
    front = article.front
    own = front if isinstance(front, ArticleFrontMatter) else None
    ids = dict.fromkeys((article.category.partition("/")[0], article.category))
    return ArticleLink(
        title=article.title,
        url=article.url,
        summary=front.summary,
        kind_word=words.say(f"article.kind.{article.kind}"),
        place=tuple(titles[name] for name in ids if name in titles),
        minutes=reading_minutes(article.body),
        icon=ARTICLE_KINDS[article.kind].icon,
        time=_time(article, words),
        is_pinned=bool(own and own.pinned),
        position=own.position if own else UNPLACED,
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
