"""Every channel by the key that its subscribers stand under in subscribers.yml."""

from __future__ import annotations

from collections.abc import Mapping

from waypost.adapters.channels import email, slack, sms, statuspage_webhook, webhook
from waypost.adapters.channels.base import Channel

CHANNELS: Mapping[str, Channel] = {
    channel.kind: channel
    for channel in (
        webhook.CHANNEL,
        statuspage_webhook.CHANNEL,
        email.CHANNEL,
        slack.CHANNEL,
        sms.CHANNEL,
    )
}
"""In the order of the documentation."""
