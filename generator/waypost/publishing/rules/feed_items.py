"""What the feeds of the status page tell: one item an update, newest first, with times that never repeat."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from waypost.base.words import Words
from waypost.formats.status import Impact, Incident, Update, UpdateStatus
from waypost.publishing.api.statuspage import incident_url, maintenance_url
from waypost.status.rules.incidents import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

LIMIT = 50
"""How many items a feed holds."""

MAINTENANCE = "maintenance"
"""What stands for an impact where work was announced, as in the Statuspage API."""

IMPACTS = (*(impact.value for impact in list(Impact)[1:]), MAINTENANCE)
"""The impacts that have feeds of their own."""

_SECOND = timedelta(seconds=1)


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
    updated: datetime
    """When its writer says that the text was edited; when it was published where nothing is said."""
    body: str
    """Markdown."""
    components: tuple[str, ...]
    """The ids of the components that it is about."""
    impact: str
    """minor, major, critical, none or maintenance."""


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
    components: tuple[str, ...]
    impact: str
    file: str
    """The address from which the ids of its updates are made: that of all windows where work repeats."""


@dataclass(frozen=True)
class Selection:
    """A choice of what happens, which has feeds of its own."""

    folder: str
    """Where its feeds are, from the root of the status page, with a slash at its end; empty for everything."""
    title: str
    about: str
    """The page that it tells of, from the root of the status page."""


def selections(snapshot: Snapshot) -> tuple[Selection, ...]:
    """Return every choice that has feeds: everything, each component, and each impact with what is worse."""
    words, name = snapshot.words, snapshot.page.name

    def title(part: str) -> str:
        return words.say("news.feed_title", name=name, part=part)

    components = [(_of_component(item.id), item.name) for item in snapshot.components]
    return (
        Selection("", name, ""),
        *(Selection(folder, title(part), folder) for folder, part in components),
        *(Selection(_of_impact(key), title(words.say(f"news.impact.{key}")), "") for key in IMPACTS),
    )


def _of_component(component: str) -> str:
    return f"components/{component}/"


def _of_impact(impact: str) -> str:
    return f"impact/{impact}/"


def by_selection(items: Sequence[NewsItem]) -> dict[str, list[NewsItem]]:
    """Return the latest items of each selection by its folder; one to which nothing happened is left out."""
    found: dict[str, list[NewsItem]] = {}
    for item in items:
        for folder in (
            "",
            *map(_of_component, dict.fromkeys(item.components)),
            *_IMPACT_FOLDERS[item.impact],
        ):
            members = found.setdefault(folder, [])
            if len(members) < LIMIT:
                members.append(item)
    return found


_LEVELS = [impact.value for impact in Impact]
_IMPACT_FOLDERS = {
    # A feed of an impact tells of what is worse too.
    **{
        impact: tuple(_of_impact(level) for level in _LEVELS[: place + 1] if level in IMPACTS)
        for place, impact in enumerate(_LEVELS)
    },
    MAINTENANCE: (_of_impact(MAINTENANCE),),
}
"""The folders of the feeds by impact that tell of each impact."""


def news(snapshot: Snapshot) -> tuple[NewsItem, ...]:
    """Return the updates of all incidents and maintenance, newest first.

    What is said at once of several windows of work that repeats is one item, which leads to the first of them.
    """
    # Windows that one update is about are told apart by their days, so the first of them comes first.
    told = sorted(_told(snapshot), key=lambda pair: (pair[0].at, pair[1].slug, pair[0].id))
    items: list[NewsItem] = []
    seen: set[str] = set()
    for update, story in told:
        guid = f"{story.file}#{update.id}"
        if guid in seen:
            continue
        seen.add(guid)
        published = update.at.replace(microsecond=0)
        if items and published <= items[-1].published:
            published = (items[-1].published + _SECOND).astimezone(published.tzinfo)
        items.append(_item(snapshot, guid, update, story, published))
    return tuple(reversed(items))


def _told(snapshot: Snapshot) -> Iterator[tuple[Update, Story]]:
    for story in _stories(snapshot, snapshot.incidents, snapshot.maintenances):
        for update in story.updates:
            yield update, story


def _item(snapshot: Snapshot, guid: str, update: Update, story: Story, published: datetime) -> NewsItem:
    edited = update.edited or published
    return NewsItem(
        guid,
        story.link,
        _title(snapshot.words, update.status, story.title),
        published,
        max(published, edited.replace(microsecond=0)),
        update.body,
        story.components,
        story.impact,
    )


# A process that stays asks for the same titles at each publication.
@lru_cache(16384)
def _title(words: Words, status: UpdateStatus, title: str) -> str:
    return words.say("news.title", status=words.say(f"status.update.{status}"), title=title)


def stories(snapshot: Snapshot) -> tuple[Story, ...]:
    """Return incidents and maintenance as wholes, the latest started first; of work that repeats, the next window."""
    # Of a long history only the latest are made: no other can be among those that are told.
    latest = heapq.nlargest(LIMIT, snapshot.incidents, key=lambda item: (item.updates[0].at, item.id))
    found = _stories(snapshot, latest, snapshot.announced)
    return tuple(sorted(found, key=lambda story: (story.started, story.slug), reverse=True)[:LIMIT])


def _stories(
    snapshot: Snapshot, incidents: Iterable[Incident], works: Iterable[MaintenanceSnapshot]
) -> list[Story]:
    told = [
        Story(
            slug=f"incident/{incident.id}",
            link=incident_url(snapshot, incident),
            title=incident.title,
            started=incident.updates[0].at,
            updated=_changed(incident.updates),
            updates=tuple(reversed(incident.updates)),
            components=tuple(incident.components),
            impact=incident.impact.value,
            file=incident_url(snapshot, incident),
        )
        for incident in incidents
    ]
    planned = [
        Story(
            slug=f"maintenance/{item.work.id}",
            link=maintenance_url(snapshot, item),
            title=item.work.title,
            started=item.work.updates[0].at,
            updated=_changed(item.work.updates),
            updates=tuple(reversed(item.work.updates)),
            components=item.work.components,
            impact=MAINTENANCE,
            file=f"{snapshot.page.url}maintenance/{item.work.file_name}/",
        )
        for item in works
    ]
    return told + planned


def _changed(updates: Sequence[Update]) -> datetime:
    return max([updates[-1].at, *(update.edited for update in updates if update.edited)])
