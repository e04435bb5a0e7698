"""Every channel by the key that its subscribers stand under in subscribers.yml."""

from __future__ import annotations

from collections.abc import Mapping

from waypost.notify.channels import apprise, discord, email, slack, sms, statuspage_webhook, teams, webhook
from waypost.notify.channels.base import Channel

CHANNELS: Mapping[str, Channel] = {
    channel.kind: channel
    for channel in (
        webhook.CHANNEL,
        statuspage_webhook.CHANNEL,
        email.CHANNEL,
        slack.CHANNEL,
        teams.CHANNEL,
        discord.CHANNEL,
        sms.CHANNEL,
        apprise.CHANNEL,
    )
}
"""In the order of the documentation."""
