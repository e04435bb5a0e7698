"""Where people go on from an article or a search: the next best help, and the way to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from waypost.formats.article import Article, ArticleFrontMatter, components_of
from waypost.formats.support import Embeds, SupportConfig, VoteReason
from waypost.help.rules.catalog import ArticleLink, Catalog, Crumb
from waypost.support.rules.ticket_form import TICKET_URL

SEARCH_URL = "search/"
"""Address of the page of the search from the help center's root."""

LIMIT = 5
"""More links than this are a list to read, not help."""

ENOUGH = 0.22
"""The least score of an article that nobody named; below it two articles share little but their language."""

LEAST_LIKENESS = 0.04
"""A neighbour in the same category that speaks of something else is no help."""

SAME_CATEGORY = 0.15
SAME_COMPONENT = 0.1

Alike = Sequence[tuple[str, float]]
"""Paths of articles, each with its likeness to another article from 0 to 1, the same text."""


@dataclass(frozen=True)
class PersonLink:
    """The way to a person; addresses are from the help center's root."""

    url: str
    takes_question: bool
    """Whether the page behind it reads the question from ?q=."""


@dataclass(frozen=True)
class NextHelp:
    """A page that may help next; its address is from the help center's root."""

    title: str
    """Empty for the start of the help center."""
    url: str


@dataclass(frozen=True)
class HelpfulView:
    """The part below an article: the question whether it was helpful, and the ways on."""

    following: NextHelp
    """Where Yes leads."""
    person: str
    """Where No leads, from the help center's root; empty on a site without a way to a person."""
    endpoint: str
    """Where answers are sent; empty if they are not."""
    reasons: tuple[VoteReason, ...] = tuple(VoteReason)


@dataclass(frozen=True)
class SearchView:
    """The settings of each search box; addresses are from the help center's root."""

    url: str
    """The page with all results."""
    person: str
    """The way to a person; empty on a site without one."""
    takes_question: bool
    """Whether the page behind `person` reads the question from ?q=."""
    endpoint: str
    """Where unresolved searches are sent; empty if they are not."""


def search_links(words: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Return words, each with the address of the search for it."""
    return tuple((word, f"{SEARCH_URL}?{urlencode({'q': word})}") for word in words)


def person_link(support: SupportConfig | None, contact_url: str) -> PersonLink | None:
    """Return the best way to a person: the ticket page, else the contact page, else none."""
    if support is not None:
        return PersonLink(TICKET_URL, takes_question=True)
    return PersonLink(contact_url, takes_question=False) if contact_url else None


def search_view(support: SupportConfig | None, person: PersonLink | None) -> SearchView:
    """Return the settings of the search boxes of all pages."""
    unresolved = support.unresolved_searches if support else None
    return SearchView(
        url=SEARCH_URL,
        person=person.url if person else "",
        takes_question=bool(person and person.takes_question),
        endpoint=unresolved.url if unresolved else "",
    )


def helpful_view(
    page: Article,
    related: Sequence[ArticleLink],
    crumbs: Sequence[Crumb],
    person: PersonLink | None,
    support: SupportConfig | None,
) -> HelpfulView | None:
    """Return the part below an article; None for pages that are no articles."""
    if page.article_kind is None:
        return None
    near = (related[0].title, related[0].url) if related else crumbs[-1] if crumbs else ("", "")
    feedback = support.feedback if support else None
    return HelpfulView(
        following=NextHelp(*near),
        person=_person(page, person),
        endpoint=feedback.url if feedback else "",
    )


def _person(page: Article, person: PersonLink | None) -> str:
    if person is None or not person.takes_question:
        return person.url if person else ""
    hint = page.front.ticket if isinstance(page.front, ArticleFrontMatter) else None
    query = {"from": page.url, **({"category": hint.category} if hint else {})}
    return f"{person.url}?{urlencode(query)}"


def embeds_of(support: SupportConfig | None) -> Embeds | None:
    """Return the chat and the links beside the channels; None where the site has none."""
    embeds = support.embeds if support else None
    return embeds if embeds and (embeds.chat or embeds.links) else None


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
