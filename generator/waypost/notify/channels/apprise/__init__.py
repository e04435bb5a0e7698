"""Apprise: any of the services that it knows, for addresses that the operator owns; needs the extra `apprise`."""

from __future__ import annotations

from waypost.notify.channels.apprise.sending import host, send
from waypost.notify.channels.apprise.text import compose
from waypost.notify.channels.base import ALL_EVENTS, Channel

CHANNEL = Channel(kind="apprise", events=ALL_EVENTS, compose=compose, host=host, send=send)
