"""Text messages by Twilio: one message each, with the link whole."""

from __future__ import annotations

from waypost.notify.channels.base import ALL_EVENTS, Channel
from waypost.notify.channels.sms.text import compose
from waypost.notify.channels.sms.twilio import host, send

CHANNEL = Channel(kind="sms", events=ALL_EVENTS, compose=compose, host=host, send=send)
