"""Discord: an embed by a webhook; the first message of an incident is kept up to date."""

from __future__ import annotations

from waypost.adapters.channels.base import ALL_EVENTS, Channel
from waypost.adapters.channels.discord.embed import compose
from waypost.adapters.channels.discord.sending import send
from waypost.adapters.channels.http_transport import target_host

CHANNEL = Channel(kind="discord", events=ALL_EVENTS, compose=compose, host=target_host, send=send)
