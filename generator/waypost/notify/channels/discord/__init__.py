"""Discord: an embed by a webhook; the first message of an incident is kept up to date."""

from __future__ import annotations

from waypost.notify.channels.base import ALL_EVENTS, Channel
from waypost.notify.channels.discord.embed import compose
from waypost.notify.channels.discord.sending import send
from waypost.notify.channels.http_transport import target_host

CHANNEL = Channel(kind="discord", events=ALL_EVENTS, compose=compose, host=target_host, send=send)
