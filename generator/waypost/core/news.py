"""What a feed tells: one item an update, newest first, with times that never repeat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.core.snapshot import Snapshot
from waypost.core.statuspage import incident_url, maintenance_url
from waypost.model.status import Update

LIMIT = 50
"""How many items a feed holds."""


@dataclass(frozen=True)
class NewsItem:
    """One update of an incident or a maintenance, as a feed tells it."""

    guid: str
    """Its permanent id; it stays when the text is edited."""
    link: str
    title: str
    """`[Resolved] Downloads fail for large galleries`."""
    published: datetime
    """Unique within a feed, because several readers drop items with the time of another."""
    body: str
    """Markdown."""


@dataclass(frozen=True)
class Story:
    """An incident or a maintenance as a whole, in the form of Statuspage's history feed."""

    slug: str
    link: str
    title: str
    started: datetime
    updated: datetime
    updates: tuple[Update, ...]
    """Newest first."""


def news(snapshot: Snapshot) -> tuple[NewsItem, ...]:
    """Return the latest updates of all incidents and maintenance, newest first."""
    told = sorted(
        (
            (update, story)
            for story in _stories(snapshot)
            for update in story.updates
            if update.at <= snapshot.now
        ),
        key=lambda pair: (pair[0].at, pair[1].slug, pair[0].id),
    )
    items: list[NewsItem] = []
    for update, story in told:
        published = update.at.replace(microsecond=0)
        if items and published <= items[-1].published:
            published = items[-1].published + timedelta(seconds=1)
        label = snapshot.words.say(f"status.update.{update.status}")
        title = snapshot.words.say("news.title", status=label, title=story.title)
        items.append(NewsItem(f"{story.link}#{update.id}", story.link, title, published, update.body))
    return tuple(reversed(items[-LIMIT:]))


def stories(snapshot: Snapshot) -> tuple[Story, ...]:
    """Return incidents and maintenance as wholes, the latest started first."""
    return tuple(
        sorted(_stories(snapshot), key=lambda story: (story.started, story.slug), reverse=True)[:LIMIT]
    )


def _stories(snapshot: Snapshot) -> list[Story]:
    incidents = [
        Story(
            f"incident/{incident.id}",
            incident_url(snapshot, incident),
            incident.title,
            incident.updates[0].at,
            incident.updated_at,
            tuple(reversed(incident.updates)),
        )
        for incident in snapshot.incidents
    ]
    works = [
        Story(
            f"maintenance/{item.work.id}",
            maintenance_url(snapshot, item),
            item.work.title,
            item.work.updates[0].at,
            item.work.updated_at,
            tuple(reversed(item.work.updates)),
        )
        for item in snapshot.maintenances
    ]
    return incidents + works
