"""The items of the feed of articles: which articles were added and changed, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from waypost.base.i18n import Words
from waypost.formats.article import Schedule
from waypost.help.rules.catalog import Catalog

LIMIT = 50
"""How many items a feed holds."""

SETTLING = timedelta(days=1)
"""For this long after an article was added its changes still count as the writing of it."""


@dataclass(frozen=True)
class ArticleDates:
    """The times of the first and the last commit of a file; None where the history at hand lacks it."""

    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True)
class ArticleItem:
    """One thing that happened to an article: it was added, or changed for the last time so far."""

    key: str
    """Names the event for ever: the article's address, and the day for a change. Titles are no part of it."""
    url: str
    """The address of the article from the root of the help center."""
    title: str
    summary: str
    place: tuple[str, ...]
    """The titles of its category and its section."""
    at: datetime
    """The time, to the second; unique within the feed, because several readers drop a second item of one time."""


def article_items(
    catalog: Catalog, dates: Mapping[str, ArticleDates], words: Words
) -> tuple[ArticleItem, ...]:
    """Return the latest events, newest first; `dates` are by the path of the file from content/.

    An article without dates is left out.
    """
    events = [event for path in catalog.links for event in _events(catalog, path, dates.get(path), words)]
    events.sort(key=lambda event: (event.at, event.key), reverse=True)
    return tuple(_apart(events))[:LIMIT]


def since_published(
    dates: Mapping[str, ArticleDates], schedules: Mapping[str, Schedule]
) -> dict[str, ArticleDates]:
    """Return the dates of articles as readers see them: one that came by itself was not there before."""
    found = dict(dates)
    for path, schedule in schedules.items():
        known, start = dates.get(path), schedule.publish
        if known and start:
            first = max(known.first, start) if known.first else None
            found[path] = ArticleDates(first, max(known.last, start) if known.last else None)
    return found


def _events(catalog: Catalog, path: str, dates: ArticleDates | None, words: Words) -> Iterator[ArticleItem]:
    link = catalog.links[path]
    first, last = (dates.first, dates.last) if dates else (None, None)
    if first:
        yield ArticleItem(link.url, link.url, link.title, link.summary, link.place, _seconds(first))
    if last and (first is None or last - first >= SETTLING):
        at = _seconds(last)
        title = words.say("outputs.feed.changed", title=link.title)
        # The day and not the second, so that mending one's words in an afternoon is one event.
        yield ArticleItem(f"{link.url}@{at:%Y-%m-%d}", link.url, title, link.summary, link.place, at)


def _seconds(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)


def _apart(events: list[ArticleItem]) -> Iterator[ArticleItem]:
    """Move events of one time apart by seconds, into the past, so that later events move none of these."""
    newer: datetime | None = None
    for event in events:
        at = event.at if newer is None else min(event.at, newer - timedelta(seconds=1))
        newer = at
        yield replace(event, at=at)


def changed_at(dates: Mapping[str, ArticleDates], path: str) -> datetime | None:
    """Return when a file was last changed, where that is known."""
    found = dates.get(path)
    return found.last if found else None
