"""The feeds of new and changed articles, in every format that the status page has too."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from waypost.base.feeds.feed import FeedHead, FeedItem, fitting, tag_authority
from waypost.base.feeds.formats import FEED_FORMATS, written
from waypost.help.rules.article_news import ArticleItem
from waypost.publishing.rules.help_site import HelpSite

FEED_TYPES = {f"feed.{name}": kind.media_type for name, kind in FEED_FORMATS.items()}
"""The files at the root of the help center, with their media types."""


def article_feeds(items: Sequence[ArticleItem], site: HelpSite) -> dict[str, bytes]:
    """Return the feeds by file name; the same items give the same bytes at any time."""
    description = site.words.say("outputs.feed.description", name=site.name)
    head = FeedHead(site.url, "feed", site.feed_title, description, site.name, site.words.language)
    return written(head, fitting([_item(item, site) for item in items]))


def _item(item: ArticleItem, site: HelpSite) -> FeedItem:
    return FeedItem(
        # It is the guid of RSS too, and there no address.
        id=f"tag:{tag_authority(site.url)}:article/{quote(item.key, safe='/@')}",
        link=site.address(item.url),
        title=item.title,
        published=item.at,
        updated=item.at,
        summary=item.summary or item.title,
        tags=(item.category,) if item.category else (),
    )
