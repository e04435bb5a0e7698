"""The feeds of new and changed articles, in every format that the status page has too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from waypost.adapters.feed_formats import FEED_FORMATS, written
from waypost.core.article_news import ArticleItem
from waypost.core.feed import FeedHead, FeedItem, fitting, tag_authority
from waypost.core.words import Words

FEED_TYPES = {f"feed.{name}": kind.media_type for name, kind in FEED_FORMATS.items()}
"""The files at the root of the help center, with their media types."""


@dataclass(frozen=True)
class FeedSource:
    """The help center that the feeds tell of."""

    home: str
    """Its absolute address, with a slash at its end."""
    name: str
    words: Words

    @property
    def title(self) -> str:
        """What readers list the feed as."""
        return self.words.say("outputs.feed.title", name=self.name)


def article_feeds(items: Sequence[ArticleItem], source: FeedSource) -> dict[str, bytes]:
    """Return the feeds by file name; the same items give the same bytes at any time."""
    description = source.words.say("outputs.feed.description", name=source.name)
    head = FeedHead(source.home, "feed", source.title, description, source.name, source.words.language)
    return written(head, fitting([_item(item, source) for item in items]))


def _item(item: ArticleItem, source: FeedSource) -> FeedItem:
    return FeedItem(
        # It is the guid of RSS too, and there no address.
        id=f"tag:{tag_authority(source.home)}:article/{quote(item.key, safe='/@')}",
        link=source.home + quote(item.url),
        title=item.title,
        published=item.at,
        updated=item.at,
        summary=item.summary or item.title,
        tags=(item.category,) if item.category else (),
    )
