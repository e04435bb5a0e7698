"""The feeds of the status page: for everything, each component and each impact, and Statuspage's history."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC
from functools import lru_cache, partial

from waypost.base.cache import PageCache
from waypost.base.feeds.feed import FeedHead, FeedItem, fitting, tag_authority, weight
from waypost.base.feeds.formats import FEED_FORMATS, written
from waypost.base.ids import public_number
from waypost.base.markdown.html import render_markdown
from waypost.base.markdown.plain_text import plain_text
from waypost.publishing.api.statuspage import LABELS, in_api_words
from waypost.publishing.rules.feed_items import (
    FeedRow,
    HistoryItem,
    UpdateItem,
    by_selection,
    history_items,
    selections,
    update_items,
)
from waypost.status.rules.snapshot import Snapshot

_SUMMARY_LENGTH = 300

_HISTORY_BYTES = 100_000
"""The size of one incident in an entry; a larger one has its newest updates and a link to the rest."""


def feed_files(
    snapshot: Snapshot, past: Sequence[FeedRow] = (), cache: PageCache | None = None
) -> dict[str, bytes]:
    """Return the feeds of the status page by path; `past` are the updates that the log of the snapshot leaves out.

    A `cache`, begun with what all pages share, spares the feeds that would come out as they did before.

    `feed.*` has one item an update; `history.*` has one entry an incident, edited in place, in the
    form of Atlassian Statuspage, and keeps its English words for what happened: programs read them.
    """
    cache = cache or PageCache()
    found = by_selection(update_items(snapshot, past))
    files = history_files(snapshot)
    for selection in selections(snapshot):
        head = _head(snapshot, f"{selection.folder}feed", selection.title, selection.about)
        items = found.get(selection.folder, [])
        make = partial(_update_feed, head, items, snapshot.page.help_url)
        files |= cache.files(head.name, (head, items), make)
    return files


def _update_feed(head: FeedHead, items: Sequence[UpdateItem], help_url: str) -> dict[str, bytes]:
    return written(head, fitting([_update_item(item, help_url) for item in items]))


def _head(snapshot: Snapshot, name: str, title: str, about: str = "") -> FeedHead:
    page, words = snapshot.page, snapshot.words
    description = words.say("news.description", name=title)
    return FeedHead(page.url, name, title, description, page.name, words.language, about)


@lru_cache(maxsize=8192)
def _update_item(item: UpdateItem, help_url: str) -> FeedItem:
    return FeedItem(
        id=item.guid,
        link=item.link,
        title=item.title,
        published=item.published,
        updated=item.updated,
        summary=_shorten(plain_text(item.body)),
        html=render_markdown(item.body, help_url),
    )


def history_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return history.atom and history.rss."""
    head = _head(snapshot, "history", snapshot.page.name)
    help_url = snapshot.page.help_url
    whole = fitting([_history_feed_item(snapshot, history, help_url) for history in history_items(snapshot)])
    # Atom has ids of Statuspage's form; the guid of RSS is the address.
    addressed = [replace(item, id=item.link, id_is_link=True) for item in whole]
    return {
        "history.atom": FEED_FORMATS["atom"].write(head, whole),
        "history.rss": FEED_FORMATS["rss"].write(head, addressed),
    }


def _history_feed_item(snapshot: Snapshot, history: HistoryItem, help_url: str) -> FeedItem:
    kind = "Incident" if history.slug.startswith("incident/") else "Maintenance"
    return FeedItem(
        id=f"tag:{tag_authority(snapshot.page.url)}:{kind}/{public_number(kind, history.slug)}",
        link=history.link,
        title=history.title,
        published=history.started,
        updated=history.updated,
        html=_history_html(snapshot, history, lambda text: render_markdown(text, help_url)),
    )


def _history_html(snapshot: Snapshot, history: HistoryItem, render: Callable[[str], str]) -> str:
    """Write the updates as Statuspage does: clients take the first <strong> as the present status."""
    parts: list[str] = []
    size = 0
    for update in history.updates:
        shown, at = in_api_words(update, snapshot), update.at.astimezone(UTC)
        head = (
            f"<small>{at:%b} <var data-var='date'>{at:%d}</var>, "
            f"<var data-var='time'>{at:%H:%M}</var> UTC</small><br>"
            f"<strong>{html.escape(LABELS[shown.status])}</strong>"
        )
        part = _headed(head, render(shown.body))
        size += weight(part)
        if parts and size > _HISTORY_BYTES:
            return "".join([*parts, f'<p><a href="{html.escape(history.link)}">…</a></p>'])
        parts.append(part)
    return "".join(parts)


def _headed(head: str, rendered: str) -> str:
    """Put a head before the first paragraph; a list, code or a table cannot stand in the paragraph of the head."""
    if rendered.startswith("<p>"):
        return f"<p>{head} - {rendered.removeprefix('<p>')}"
    return f"<p>{head}</p>{rendered}"


def _shorten(text: str) -> str:
    return text if len(text) <= _SUMMARY_LENGTH else text[: _SUMMARY_LENGTH - 1].rsplit(" ", 1)[0] + "…"
