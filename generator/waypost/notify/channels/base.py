"""What every channel is: a form for what is told, and a way to send it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from waypost.base.net.network import Refuse
from waypost.formats.subscribers import NoticeEvent, Subscriber, SubscriberFile, variable
from waypost.notify.rules.deliveries import Letter
from waypost.notify.rules.notices import Notice
from waypost.status.rules.snapshot import Snapshot

ALL_EVENTS = frozenset(NoticeEvent)
"""For channels that have a form for everything."""


class TransportError(Exception):
    """A message was not accepted; the words hold no address, no secret, and nothing that the other side said."""

    def __init__(
        self,
        words: str,
        *,
        permanent: bool = False,
        disables: bool = False,
        retry_after: timedelta | None = None,
        blames_host: bool = False,
    ) -> None:
        super().__init__(words)
        self.permanent = permanent
        """Whether trying this message again would be of no use."""
        self.disables = disables
        """Whether the endpoint is gone for good, so that nothing more is sent to it."""
        self.retry_after = retry_after
        """How long the other side asked to wait."""
        self.blames_host = blames_host
        """Whether the host as a whole seems to be in trouble, and not only this endpoint."""


class MissingVariable(TransportError):
    """A value stands for an environment variable that is not set; that may be mended, so it is tried again."""

    def __init__(self, name: str) -> None:
        super().__init__(f"the environment variable {name} is not set")
        self.name = name


@dataclass(frozen=True)
class Composition:
    """What the form of a message is made from."""

    notice: Notice
    snapshot: Snapshot
    """The page when the notice was made."""
    sequence: int
    """Grows from notice to notice, so that a receiver can drop what is older than what it knows."""
    message_id: str
    """The same for every endpoint and attempt."""


@dataclass(frozen=True)
class Means:
    """What sending needs besides the letter."""

    file: SubscriberFile
    page_name: str
    page_url: str
    clock: Callable[[], datetime]
    refuse: Refuse
    """Keeps webhooks from addresses that are not public."""
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)

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
    """What it has a form for; nothing else is told over it."""
    compose: Callable[[Composition], bytes]
    """Make the body, which is frozen: the same for every subscriber of the channel. Pure."""
    host: Callable[[Subscriber, Means], str]
    """Name the host whose failures count together; raises MissingVariable."""
    send: Callable[[Letter, Subscriber, Means], str]
    """Send a letter within `means.file.delivery.timeout`; return what the other side calls the message, or nothing.

    Raises TransportError and nothing else. It is called again, with the same letter, whenever it is not known
    whether it came through.
    """
