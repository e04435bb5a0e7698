"""The interface of a channel: a form for notices, and a way to send it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from waypost.base.net.addresses import refuser
from waypost.base.net.network import Refuse
from waypost.formats.status_site import StatusSite
from waypost.formats.subscribers import NoticeEvent, Subscriber, SubscriberFile, variable
from waypost.notify.rules.deliveries import Delivery, TransportError
from waypost.notify.rules.notices import Notice
from waypost.status.rules.snapshot import Snapshot

ALL_EVENTS = frozenset(NoticeEvent)
"""For channels that have a form for everything."""


class MissingVariable(TransportError):
    """A value stands for an environment variable that is not set; that may be mended, so it is tried again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the environment variable {name} is not set")
        self.name = name


@dataclass(frozen=True)
class TransportContext:
    """What sending needs besides the delivery and its subscriber."""

    file: SubscriberFile
    page_name: str
    page_url: str
    clock: Callable[[], datetime]
    refuse: Refuse
    """Keeps webhooks from addresses that are not public."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

    @classmethod
    def of(
        cls, site: StatusSite, clock: Callable[[], datetime], environment: Mapping[str, str] = os.environ
    ) -> TransportContext:
        """Return the context of a site."""
        file, page = site.subscribers, site.config.page
        return cls(file, page.name, page.url, clock, refuser(file.delivery.private_networks), environment)

    def value(self, text: str) -> str:
        """Return a value of the file, from the environment where it stands for a variable."""
        name = variable(text)
        if name is None:
            return text
        if not self.environment.get(name):
            raise MissingVariable(name)
        return self.environment[name]


@dataclass(frozen=True)
class Channel:
    """One way to reach a subscriber."""

    kind: str
    """The key that its subscribers stand under in subscribers.yml."""
    events: frozenset[NoticeEvent]
    """The events that it has a form for; no other notice goes over it."""
    compose: Callable[[Notice, Snapshot], bytes]
    """Make the message of a notice, which is frozen: the same for every subscriber of the channel. Pure.

    The snapshot is the page when the notice was made.
    """
    host: Callable[[Subscriber, TransportContext], str]
    """Name the host whose failures count together; raises MissingVariable."""
    send: Callable[[Delivery, Subscriber, TransportContext], str]
    """Send the message within `context.file.delivery.timeout`; return the receiver's id for it, or nothing.

    Raises TransportError, and what `lacking` has words for: then it does not count as an attempt. It is called
    again, with the same delivery, whenever it is not known whether the message came through.
    """
