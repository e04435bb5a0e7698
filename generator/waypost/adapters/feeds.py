"""Atom and RSS by feedgen, with its known traps closed: no hidden clock, no lost attributes, no bad characters."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator

from waypost.adapters.markup import render_markdown
from waypost.core.ids import public_number
from waypost.core.news import NewsItem, Story, news, stories
from waypost.core.snapshot import Snapshot
from waypost.core.statuspage_words import LABELS
from waypost.core.text import plain_text

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_SUMMARY_LENGTH = 300


def feed_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the feeds of the status page by file name.

    `feed.*` has one item an update; `history.*` has one entry an incident, edited in place, in the
    form of Atlassian Statuspage, and keeps its English words for what happened: programs read them.
    """
    items, whole = news(snapshot), stories(snapshot)
    files: dict[str, bytes] = {}
    for suffix in ("atom", "rss"):
        updates = _feed(snapshot, f"feed.{suffix}", newest([item.published for item in items]))
        for item in items:
            _add_update(updates, snapshot, item)
        history = _feed(snapshot, f"history.{suffix}", newest([story.updated for story in whole]))
        for story in whole:
            _add_story(history, snapshot, story, suffix)
        for name, feed in (("feed", updates), ("history", history)):
            files[f"{name}.{suffix}"] = feed_bytes(feed, suffix)
    return files


def newest(moments: list[datetime]) -> datetime:
    """Return when a feed last changed; an empty one has never changed, so its date is fixed."""
    return max(moments, default=datetime(2000, 1, 1, tzinfo=UTC))


def clean(text: str) -> str:
    """Remove what XML 1.0 forbids: a single such character would lose the whole feed."""
    return _FORBIDDEN.sub("", text)


@dataclass(frozen=True)
class FeedHead:
    """What a feed says of itself."""

    home: str
    """The absolute address of the pages it tells of, with a slash at its end."""
    name: str
    """Its file name there, such as feed.atom; the ending decides the format."""
    title: str
    description: str
    author: str
    language: str
    updated: datetime
    """When it last changed; feedgen would take the time of the build."""


def start_feed(head: FeedHead) -> FeedGenerator:
    """Start a feed; its entries follow by `add_entry`."""
    feed = FeedGenerator()
    feed.id(f"tag:{tag_authority(head.home)}:/{head.name.partition('.')[0]}")
    feed.title(clean(head.title))
    feed.description(clean(head.description))
    feed.author({"name": clean(head.author)})
    feed.language(head.language)
    feed.link(href=head.home + head.name, rel="self", type=_mime(head.name))
    # feedgen takes the last link as the RSS channel's link.
    feed.link(href=head.home, rel="alternate", type="text/html")
    feed.updated(head.updated)
    feed.lastBuildDate(head.updated)
    feed.generator("Waypost")
    return feed


def tag_authority(home: str) -> str:
    """Return who names the ids of a feed, as RFC 4151 has it; the year only has to stay the same."""
    return f"{urlsplit(home).hostname or 'localhost'},2005"


def feed_bytes(feed: FeedGenerator, name: str) -> bytes:
    """Write a feed in the format that the ending of its name says."""
    written: bytes = feed.atom_str(pretty=True) if name.endswith("atom") else feed.rss_str(pretty=True)
    return written


def _feed(snapshot: Snapshot, name: str, updated: datetime) -> FeedGenerator:
    page = snapshot.page
    description = snapshot.words.say("news.description", name=page.name)
    return start_feed(
        FeedHead(page.url, name, page.name, description, page.name, snapshot.words.language, updated)
    )


def _mime(name: str) -> str:
    return "application/atom+xml" if name.endswith("atom") else "application/rss+xml"


def add_entry(feed: FeedGenerator, link: str, title: str) -> FeedEntry:
    """Add an entry below those that are there."""
    entry = feed.add_entry(order="append")
    entry.title(clean(title))
    entry.link(href=link)
    return entry


def _add_update(feed: FeedGenerator, snapshot: Snapshot, item: NewsItem) -> None:
    entry = add_entry(feed, item.link, item.title)
    entry.guid(item.guid, permalink=False)
    entry.published(item.published)
    entry.updated(item.published)
    entry.description(clean(_shorten(plain_text(item.body))), isSummary=True)
    entry.content(clean(render_markdown(item.body, snapshot.page.help_url)), type="html")


def _add_story(feed: FeedGenerator, snapshot: Snapshot, story: Story, suffix: str) -> None:
    host = urlsplit(snapshot.page.url).hostname or "localhost"
    entry = add_entry(feed, story.link, story.title)
    kind = "Incident" if story.slug.startswith("incident/") else "Maintenance"
    if suffix == "rss":
        entry.guid(story.link, permalink=True)
    else:
        entry.id(f"tag:{host},2005:{kind}/{public_number(kind, story.slug)}")
    entry.published(story.started)
    entry.updated(story.updated)
    entry.content(
        clean(_story_html(story, lambda text: render_markdown(text, snapshot.page.help_url))), type="html"
    )


def _story_html(story: Story, render: Callable[[str], str]) -> str:
    """Write the updates as Statuspage does: clients take the first <strong> as the present status."""
    return "".join(
        f"<p><small>{update.at.astimezone(UTC):%b} <var data-var='date'>{update.at.astimezone(UTC):%d}</var>, "
        f"<var data-var='time'>{update.at.astimezone(UTC):%H:%M}</var> UTC</small><br>"
        f"<strong>{html.escape(LABELS[update.status])}</strong> - {_without_paragraph(render(update.body))}</p>"
        for update in story.updates
    )


def _without_paragraph(rendered: str) -> str:
    """Strip the paragraph around a single one: it cannot stand inside another."""
    if rendered.count("<p>") == 1 and rendered.startswith("<p>") and rendered.endswith("</p>"):
        return rendered[3:-4]
    return rendered


def _shorten(text: str) -> str:
    return text if len(text) <= _SUMMARY_LENGTH else text[: _SUMMARY_LENGTH - 1].rsplit(" ", 1)[0] + "…"
