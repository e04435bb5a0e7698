"""Which articles help further: those that writers named, then those that speak of the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from waypost.formats.article import Article, ArticleFrontMatter, components_of
from waypost.help.rules.catalog import ArticleLink, Catalog

LIMIT = 5
"""More links than this are a list to read, not help."""

ENOUGH = 0.22
"""The least score of an article that nobody named; below it two articles share little but their language."""

LEAST_LIKENESS = 0.04
"""A neighbour in the same category that speaks of something else is no help."""

SAME_CATEGORY = 0.15
SAME_COMPONENT = 0.1

Alike = Sequence[tuple[str, float]]
"""Articles by their path, and how much their words are those of another article: 1 is the same text."""


def related_links(
    article: Article, catalog: Catalog, pages: Mapping[str, Article], alike: Alike
) -> tuple[ArticleLink, ...]:
    """Return at most LIMIT other articles, the written ones first; `alike` says whose words are similar."""
    if not isinstance(article.front, ArticleFrontMatter):
        return ()
    found = sorted(
        (
            (_score(article, pages[path], likeness), path)
            for path, likeness in alike
            if path in pages and likeness >= LEAST_LIKENESS
        ),
        key=lambda row: (-row[0], row[1]),
    )
    paths = [*article.front.related, *(path for score, path in found if score >= ENOUGH)]
    # The tutorial to go on with has a card of its own.
    shown = {article.path, article.front.next}
    others = [path for path in dict.fromkeys(paths) if path not in shown and path in catalog.links]
    return tuple(catalog.links[path] for path in others[:LIMIT])


def _score(article: Article, other: Article, likeness: float) -> float:
    shares_component = not set(components_of(article.front)).isdisjoint(components_of(other.front))
    same_category = bool(article.category) and article.category == other.category
    return likeness + SAME_CATEGORY * same_category + SAME_COMPONENT * shares_component
