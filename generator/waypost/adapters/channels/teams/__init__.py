"""Microsoft Teams: an Adaptive Card by the address of a workflow."""

from __future__ import annotations

from waypost.adapters.channels.base import ALL_EVENTS, Channel
from waypost.adapters.channels.http_transport import target_host
from waypost.adapters.channels.teams.card import compose
from waypost.adapters.channels.teams.sending import send

CHANNEL = Channel(kind="teams", events=ALL_EVENTS, compose=compose, host=target_host, send=send)
