"""Slack: by an incoming webhook, or by a bot that keeps one thread an incident and edits its first message."""

from __future__ import annotations

from waypost.notify.channels.base import ALL_EVENTS, Channel
from waypost.notify.channels.slack.blocks import compose
from waypost.notify.channels.slack.sending import host, send

CHANNEL = Channel(kind="slack", events=ALL_EVENTS, compose=compose, host=host, send=send)
