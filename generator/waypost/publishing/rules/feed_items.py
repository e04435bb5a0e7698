"""The items of the feeds of the status page: one an update, newest first, with times that never repeat."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar

from waypost.base.i18n import Words
from waypost.formats.status import Impact, Incident, Update, UpdateStatus
from waypost.publishing.api.statuspage import PublishedPage, incident_url, maintenance_url
from waypost.status.rules.events import LogEvent
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

LIMIT = 50
"""How many items a feed holds."""

MAINTENANCE = "maintenance"
"""The impact of announced work, as in the Statuspage API."""

IMPACTS = (*(impact.value for impact in list(Impact)[1:]), MAINTENANCE)
"""The impacts that have feeds of their own."""

_SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class UpdateItem:
    """One update of an incident or a maintenance, as an item of a feed."""

    guid: str
    """Its permanent id; it stays when the text is edited."""
    link: str
    title: str
    """`[Resolved] Downloads fail for large galleries`."""
    published: datetime
    """Unique within a feed, because several readers drop items with the time of another."""
    updated: datetime
    """When its writer edited the text; when it was published where it was never edited. Unique within a feed."""
    body: str
    """Markdown."""
    components: tuple[str, ...]
    """The ids of the components that it is about."""
    impact: str
    """minor, major, critical, none or maintenance."""


@dataclass(frozen=True)
class HistoryItem:
    """An incident or a maintenance as a whole, in the form of Statuspage's history feed."""

    slug: str
    link: str
    title: str
    started: datetime
    """Unique within the feed, as what was published is."""
    updated: datetime
    """Unique within the feed too: two entries that changed at once are an error of Atom."""
    updates: tuple[Update, ...]
    """Newest first."""
    components: tuple[str, ...]
    impact: str
    file: str
    """The address from which the ids of its updates are made; one for all windows where work repeats."""


@dataclass(frozen=True)
class Selection:
    """A choice of updates that has feeds of its own."""

    folder: str
    """Where its feeds are, from the root of the status page, with a slash at its end; empty for everything."""
    title: str
    about: str
    """The page that it is about, from the root of the status page."""


def selections(snapshot: Snapshot) -> tuple[Selection, ...]:
    """Return every choice that has feeds: all updates, each component, and each impact with the worse ones."""
    words, name = snapshot.words, snapshot.page.name

    def title(part: str) -> str:
        return words.say("news.feed_title", name=name, part=part)

    components = [(_of_component(key), label) for key, label in snapshot.names.items()]
    return (
        Selection("", name, ""),
        *(Selection(folder, title(part), folder) for folder, part in components),
        *(Selection(_of_impact(key), title(words.say(f"news.impact.{key}")), "") for key in IMPACTS),
    )


def _of_component(component: str) -> str:
    return f"components/{component}/"


def _of_impact(impact: str) -> str:
    return f"impact/{impact}/"


def by_selection(items: Sequence[UpdateItem]) -> dict[str, list[UpdateItem]]:
    """Return the latest items of each selection by its folder; one to which nothing happened is left out."""
    found: dict[str, list[UpdateItem]] = {}
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
    # A feed of an impact has the updates of worse ones too.
    **{
        impact: tuple(_of_impact(level) for level in _LEVELS[: place + 1] if level in IMPACTS)
        for place, impact in enumerate(_LEVELS)
    },
    MAINTENANCE: (_of_impact(MAINTENANCE),),
}
"""The folders of the feeds by impact that have the updates of each impact."""


class FeedRow(NamedTuple):
    """One update before it has a time of its own in the feeds."""

    at: datetime
    key: str
    """The key of its event."""
    guid: str
    link: str
    title: str
    body: str
    edited: datetime | None
    components: tuple[str, ...]
    impact: str


def feed_rows(page: PublishedPage, log: Iterable[LogEvent]) -> list[FeedRow]:
    """Return the rows of events, in their order.

    An update about several windows of work that repeats is one row, which leads to the first of them.
    """
    rows: list[FeedRow] = []
    histories: dict[int, HistoryItem] = {}
    for event in log:
        if id(event.subject) not in histories:
            histories[id(event.subject)] = _history_item(page, event.subject)
        history, update = histories[id(event.subject)], event.update
        rows.append(
            FeedRow(
                event.at,
                event.key,
                f"{history.file}#{update.id}",
                history.link,
                _title(page.words, update.status, history.title),
                update.body,
                update.edited,
                history.components,
                history.impact,
            )
        )
    return rows


def update_items(snapshot: Snapshot, past: Sequence[FeedRow] = ()) -> tuple[UpdateItem, ...]:
    """Return what happened, newest first: all that the log of a snapshot has, and these rows of the past."""
    items = [item for _, item in _items([*past, *feed_rows(snapshot, snapshot.log)])]
    return tuple(reversed(items))


def rows_to_keep(rows: Iterable[FeedRow]) -> list[FeedRow]:
    """Return the rows that feeds need of all that happened until now, whatever happens later, oldest first.

    These are the latest of each selection, and those that give another one a time of its own: which share a second
    with it, or with one that does. The last one may do so with the first that comes.
    """
    pairs = _items(rows)
    found = by_selection([item for _, item in reversed(pairs)])
    kept = {item.guid for members in found.values() for item in members}
    by_change = sorted(pairs, key=lambda pair: pair[1].updated)
    for ordered in (pairs, by_change):
        kept |= {row.guid for row, _ in ordered[-1:]}
        for (before, _), (row, item) in itertools.pairwise(ordered):
            if _is_moved(row, item):
                kept |= {before.guid, row.guid}
    return [row for row, _ in pairs if row.guid in kept]


def _is_moved(row: FeedRow, item: UpdateItem) -> bool:
    """Return whether an item has another time than its row, because others share it."""
    published, edited = row.at.replace(microsecond=0), (row.edited or row.at).replace(microsecond=0)
    return item.published != published or item.updated != max(published, edited)


def _items(rows: Iterable[FeedRow]) -> list[tuple[FeedRow, UpdateItem]]:
    """Return each row with its item, oldest first."""
    ordered = sorted(rows, key=lambda row: (row.at, row.key))
    items: list[UpdateItem] = []
    for row in ordered:
        published = _later(row.at, items[-1].published if items else None)
        items.append(_item(row, published))
    return list(zip(ordered, _with_own_times(items), strict=True))


T = TypeVar("T", UpdateItem, HistoryItem)


def _with_own_times(items: Sequence[T]) -> list[T]:
    """Return items, the oldest first, none of which was changed in the same second as another."""
    found = list(items)
    before: datetime | None = None
    for place, item in sorted(enumerate(items), key=lambda pair: (pair[1].updated, pair[0])):
        before = _later(item.updated, before)
        if before != item.updated:
            found[place] = replace(item, updated=before)
    return found


def _later(moment: datetime, before: datetime | None) -> datetime:
    """Return a moment in whole seconds, or the second after `before` where that is later."""
    whole = moment.replace(microsecond=0) if moment.microsecond else moment
    if before is None or whole > before:
        return whole
    return (before + _SECOND).astimezone(moment.tzinfo)


def _item(row: FeedRow, published: datetime) -> UpdateItem:
    edited = row.edited or published
    updated = max(published, edited.replace(microsecond=0))
    return UpdateItem(row.guid, row.link, row.title, published, updated, row.body, row.components, row.impact)


# A process that stays asks for the same titles at each publication.
@lru_cache(16384)
def _title(words: Words, status: UpdateStatus, title: str) -> str:
    return words.say("news.title", status=words.say(f"status.update.{status}"), title=title)


def history_items(snapshot: Snapshot) -> tuple[HistoryItem, ...]:
    """Return the latest incidents and maintenance, the latest started first; of work that repeats, the next window."""
    # Of a long history only the latest are made: no other can be in the feed.
    latest = heapq.nlargest(LIMIT, snapshot.incidents, key=lambda item: (item.updates[0].at, item.id))
    subjects: tuple[Incident | MaintenanceSnapshot, ...] = (*latest, *snapshot.announced)
    found = [_history_item(snapshot, item) for item in subjects]
    items: list[HistoryItem] = []
    for item in sorted(found, key=lambda history: (history.started, history.slug))[-LIMIT:]:
        started = _later(item.started, items[-1].started if items else None)
        items.append(replace(item, started=started, updated=max(started, item.updated)))
    return tuple(reversed(_with_own_times(items)))


def _history_item(snapshot: PublishedPage, subject: Incident | MaintenanceSnapshot) -> HistoryItem:
    if isinstance(subject, Incident):
        link = file = incident_url(snapshot, subject)
        slug, title, impact = f"incident/{subject.id}", subject.title, subject.impact.value
        components = tuple(subject.components)
    else:
        link = maintenance_url(snapshot, subject)
        file = f"{snapshot.page.url}maintenance/{subject.work.file_name}/"
        slug, title, impact = f"maintenance/{subject.work.id}", subject.work.title, MAINTENANCE
        components = subject.work.components
    updates = subject.updates
    return HistoryItem(
        slug=slug,
        link=link,
        title=title,
        started=updates[0].at,
        updated=max([updates[-1].at, *(update.edited for update in updates if update.edited)]),
        updates=tuple(reversed(updates)),
        components=components,
        impact=impact,
        file=file,
    )
