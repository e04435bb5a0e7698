"""Discord: an embed by a webhook; the first message of an incident is kept up to date."""

from __future__ import annotations

from waypost.adapters.channels.base import ALL_EVENTS, Channel
from waypost.adapters.channels.discord.embed import compose
from waypost.adapters.channels.discord.sending import host, send

CHANNEL = Channel(kind="discord", events=ALL_EVENTS, compose=compose, host=host, send=send)
