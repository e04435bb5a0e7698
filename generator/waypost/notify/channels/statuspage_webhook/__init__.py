"""Webhooks in the form of Atlassian Statuspage, unsigned as there, for receivers that already exist."""

from __future__ import annotations

from waypost.formats.notices import Letter
from waypost.formats.subscribers import StatuspageTarget, Subscriber
from waypost.notify.channels.base import Channel, Means
from waypost.notify.channels.http_transport import post, target_host
from waypost.notify.channels.statuspage_webhook.body import EVENTS, compose


def _target(subscriber: Subscriber) -> StatuspageTarget:
    assert subscriber.statuspage_webhook is not None  # noqa: S101  # whoever calls chose the channel by it
    return subscriber.statuspage_webhook


def _send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    post(means, means.value(_target(subscriber).url), letter.body, {"Content-Type": "application/json"})
    return ""


CHANNEL = Channel("statuspage_webhook", EVENTS, compose, target_host, _send)
