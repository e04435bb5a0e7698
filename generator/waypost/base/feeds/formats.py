"""Every format of a feed, in one table: whoever publishes feeds writes all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from waypost.base.feeds.feed import FeedHead, FeedItem
from waypost.base.feeds.json_feed import JSON_FEED_TYPE, json_feed_bytes
from waypost.base.feeds.xml_feeds import ATOM_TYPE, RSS_TYPE, atom_bytes, rss_bytes


@dataclass(frozen=True)
class FeedFormat:
    """One format."""

    media_type: str
    write: Callable[[FeedHead, Sequence[FeedItem]], bytes]
    """The same head and items give the same bytes at any time."""


FEED_FORMATS: Mapping[str, FeedFormat] = {
    "atom": FeedFormat(ATOM_TYPE, atom_bytes),
    "rss": FeedFormat(RSS_TYPE, rss_bytes),
    "json": FeedFormat(JSON_FEED_TYPE, json_feed_bytes),
}
"""By the ending of the file's name."""


def written(head: FeedHead, items: Sequence[FeedItem]) -> dict[str, bytes]:
    """Return a feed in every format by its path."""
    return {f"{head.name}.{name}": kind.write(head, items) for name, kind in FEED_FORMATS.items()}
