"""Microsoft Teams: an Adaptive Card by the address of a workflow."""

from __future__ import annotations

from waypost.notify.channels.base import ALL_EVENTS, Channel
from waypost.notify.channels.http_transport import target_host
from waypost.notify.channels.teams.card import compose
from waypost.notify.channels.teams.sending import send

CHANNEL = Channel(kind="teams", events=ALL_EVENTS, compose=compose, host=target_host, send=send)
