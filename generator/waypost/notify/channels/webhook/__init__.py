"""Webhooks as Standard Webhooks 1.0.0 has them: JSON of our own, signed with the secret of each receiver."""

from __future__ import annotations

from waypost.formats.notices import Letter
from waypost.formats.subscribers import Subscriber, WebhookTarget
from waypost.notify.channels.base import ALL_EVENTS, Channel, Means, TransportError
from waypost.notify.channels.http_transport import post, target_host
from waypost.notify.channels.webhook.payload import compose
from waypost.notify.rules.signing import BadSecret, signed_headers


def _target(subscriber: Subscriber) -> WebhookTarget:
    assert subscriber.webhook is not None  # noqa: S101  # whoever calls chose the channel by it; it is for mypy
    return subscriber.webhook


def _send(letter: Letter, subscriber: Subscriber, means: Means) -> str:
    target = _target(subscriber)
    secrets = [means.value(name) for name in (target.secret, target.old_secret) if name is not None]
    try:
        signed = signed_headers(secrets, letter.delivery.message_id, means.clock(), letter.body)
    except BadSecret as bad:
        # It can be put right in the environment, so it is tried again.
        raise TransportError(str(bad)) from None
    post(means, means.value(target.url), letter.body, {"Content-Type": "application/json", **signed})
    return ""


CHANNEL = Channel("webhook", ALL_EVENTS, compose, target_host, _send)
