"""Mails: one thread an incident, as text and HTML, to each recipient by themselves, with one click to leave."""

from __future__ import annotations

from waypost.notify.channels.base import ALL_EVENTS, Channel
from waypost.notify.channels.email.composing import compose
from waypost.notify.channels.email.sending import host, send

CHANNEL = Channel(kind="email", events=ALL_EVENTS, compose=compose, host=host, send=send)
