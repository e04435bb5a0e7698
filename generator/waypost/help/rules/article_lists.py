"""How the articles of a category are laid out: a short list whole, a long one in parts that fold."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile

from waypost.base.tokens import fold
from waypost.formats.article import UNPLACED
from waypost.help.rules.catalog import ArticleLink, CategoryLink, Crumb

SHORT = 24
"""A list up to this length is read in one go; a longer one folds and gets a box to filter it."""

PART = 20
"""About how many articles a part of a long list holds."""

GLIMPSE = 6
"""How many articles of a section its category shows before it folds."""

BESIDE = 15
"""How many articles stand beside an article; of a longer list those around it."""

_LONGEST_MARK = 24

Say = Callable[..., str]


@dataclass(frozen=True)
class ListPart:
    """A part of a long list."""

    label: str
    """What it holds: "A – C", or the beginnings of its first and last title."""
    links: tuple[ArticleLink, ...]


@dataclass(frozen=True)
class ArticleList:
    """The articles of a category, or of one of its sections."""

    category: CategoryLink
    first: tuple[ArticleLink, ...]
    """Shown at once."""
    parts: tuple[ListPart, ...] = ()
    """Folded."""


@dataclass(frozen=True)
class CategoryLists:
    """The articles on the page of a category."""

    own: ArticleList
    sections: tuple[ArticleList, ...]
    has_filter: bool
    """Whether there are so many articles that a box to filter them helps."""


@dataclass(frozen=True)
class SideMenu:
    """The list beside a page: of the articles beside it, or of the sections of its category."""

    title: str
    url: str
    links: tuple[Crumb, ...]
    count: int = 0
    """How many there are in all, where not all of them are shown."""


def category_lists(category: CategoryLink, say: Say) -> CategoryLists:
    """Lay out the page of a category or a section."""
    everything = category.everything
    sections = tuple(_glimpse(section, say) for section in category.sections)
    return CategoryLists(_whole(category), sections, len(everything) > SHORT)


def _whole(category: CategoryLink) -> ArticleList:
    """Lay out a list on its own page: what its writer put first is not folded, unless that alone is long."""
    links = category.articles
    if len(links) <= SHORT:
        return ArticleList(category, links)
    start = next((at for at, link in enumerate(links) if not link.is_pinned), len(links))
    titled = next(
        (at for at, link in enumerate(links) if at >= start and link.position >= UNPLACED), len(links)
    )
    end = next((at for at, link in enumerate(links) if at >= titled and link.position > UNPLACED), len(links))
    first = titled if titled <= SHORT else start
    parts = (
        *_numbered(links, first, titled),
        *_alphabetical(links[titled:end]),
        *_numbered(links, end, len(links)),
    )
    return ArticleList(category, links[:first], parts)


def _glimpse(section: CategoryLink, say: Say) -> ArticleList:
    """Lay out a section on the page of its category."""
    links = section.articles
    # One article more takes no more room than the line that would hide it.
    if len(links) <= GLIMPSE + 1:
        return ArticleList(section, links)
    rest = links[GLIMPSE:]
    label = say("category.more", count=len(rest))
    return ArticleList(section, links[:GLIMPSE], (ListPart(label, rest),))


def _numbered(links: Sequence[ArticleLink], start: int, end: int) -> Iterator[ListPart]:
    """Cut what is in an order of its own."""
    for at in range(start, end, PART):
        last = min(at + PART, end)
        label = f"{at + 1}–{last}" if last > at + 1 else f"{last}"
        yield ListPart(label, tuple(links[at:last]))


def _alphabetical(links: Sequence[ArticleLink]) -> Iterator[ListPart]:
    """Cut a list that is in the order of its titles, between two first letters wherever that is near enough."""
    if not links:
        return
    keys = [fold(link.title) for link in links]
    cuts = [0, *_cuts(keys), len(links)]
    for start, end in pairwise(cuts):
        first, last = keys[start], keys[end - 1]
        before, after = keys[start - 1] if start else "", keys[end] if end < len(keys) else ""
        if first[:1] != before[:1] and last[:1] != after[:1]:
            ends = first[:1].upper(), last[:1].upper()
        else:
            ends = (
                _beginning(links[start].title, first, (before, last)),
                _beginning(links[end - 1].title, last, (after, first)),
            )
        yield ListPart(" – ".join(dict.fromkeys(ends)), tuple(links[start:end]))


def _cuts(keys: Sequence[str]) -> Iterator[int]:
    """Return where parts begin, but the first."""
    start = 0
    while len(keys) - start > PART * 1.5:
        wanted = start + PART
        near = [
            at
            for at in range(start + PART // 2, min(start + PART * 3 // 2, len(keys) - PART // 2) + 1)
            if keys[at - 1][:1] != keys[at][:1]
        ]
        start = min(near, key=lambda at: abs(at - wanted)) if near else wanted
        yield start


def _beginning(title: str, key: str, others: Sequence[str]) -> str:
    """Return the first words of a title, enough to tell it from others."""
    same = max(_shared(key, other) for other in others)
    end = title.find(" ", same + 1)
    words = title if end < 0 else title[:end]
    longest = max(_LONGEST_MARK, same + 1)
    return words if len(words) <= longest else f"{words[:longest].rstrip()}…"


def _shared(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def articles_beside(category: CategoryLink, url: str) -> SideMenu:
    """Return the list beside an article: those of its category or section, of many only the nearest."""
    links: tuple[Crumb, ...] = tuple((link.title, link.url) for link in category.articles)
    if len(links) <= SHORT:
        sections = tuple((section.title, section.url) for section in category.sections)
        return SideMenu(category.title, category.url, links + sections)
    at = next((number for number, (_, other) in enumerate(links) if other == url), 0)
    start = max(0, min(at - BESIDE // 2, len(links) - BESIDE))
    return SideMenu(category.title, category.url, links[start : start + BESIDE], len(links))


def sections_beside(category: CategoryLink) -> SideMenu | None:
    """Return the list beside the page of a category or of one of its sections; None without sections."""
    links = tuple((section.title, section.url) for section in category.sections)
    return SideMenu(category.title, category.url, links) if links else None
