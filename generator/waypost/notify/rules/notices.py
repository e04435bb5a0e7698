"""Notices, and the state of the outbox from which they are planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent


class SubjectKind(StrEnum):
    """What a notice is about."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    COMPONENT = "component"
    ENDPOINT = "endpoint"
    TEST = "test"


@dataclass(frozen=True)
class Subject:
    """The thing that a notice is about; what is told of one subject is one thread."""

    kind: SubjectKind
    id: str
    """Its id on the page; for an endpoint, the id of its subscriber."""

    def __str__(self) -> str:
        """Return the name of the thread, such as `incident/2026-11-20-downloads`."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True)
class Notice:
    """One event as subscribers are told it."""

    key: str
    """Natural and permanent: what was told under a key is never told again."""
    event: NoticeEvent
    at: datetime
    """When it happened."""
    subject: Subject
    title: str
    """One line, without markup: what the page calls the subject."""
    body: str
    """What is to be said of it, in Markdown; empty where the title and the state say all."""
    link: str
    """The page that tells more."""
    status: str = ""
    """What an incident, a maintenance or a component is now."""
    old_status: str = ""
    """What a component was before."""
    impact: str = ""
    """none, minor, major or critical; `maintenance` for announced work; empty where there is none."""
    components: tuple[str, ...] = ()
    """The ids of the components that it is about; empty for the page as a whole."""
    update: str = ""
    """The id of the update that it tells, where it tells one."""
    contacts: tuple[str, ...] = ()
    """The ids of the subscribers whom it goes to whatever their rules say; empty for whoever's rules match."""
    silent: bool = False
    """Whether it is only to be known, so that it is not told later."""


@dataclass(frozen=True)
class Disabled:
    """Why and since when an endpoint is no longer sent to."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class Told:
    """What the database knows of what was told, which planning needs."""

    keys: frozenset[str] = frozenset()
    """The keys of all notices."""
    components: Mapping[str, ComponentStatus] | None = None
    """What was last told, or silently noted, of each component; None where nothing was ever planned."""
    acknowledged: Mapping[str, datetime] = field(default_factory=dict)
    """By the id of an incident: when a person said that somebody takes care of it."""
    disabled: Mapping[str, Disabled] = field(default_factory=dict)
    """Endpoints that are no longer sent to, by the ids of their subscribers."""
    unsubscribed: frozenset[str] = frozenset()
    """The ids of subscribers who left by the link in a mail."""


@dataclass(frozen=True)
class Posting:
    """A notice that is new, with what goes out of it."""

    notice: Notice
    message_id: str
    """The same for every endpoint, attempt and replay: the `webhook-id`."""
    bodies: Mapping[str, bytes]
    """The frozen body for each channel, by its kind."""
    endpoints: tuple[str, ...] = ()
    """To whom, by the ids of subscribers; empty where it is only to be known, not told."""


@dataclass(frozen=True)
class Batch:
    """What one look at the page found to tell."""

    postings: tuple[Posting, ...] = ()
    """In the order in which they are told; the first has the sequence that planning was given."""
    components: Mapping[str, ComponentStatus] = field(default_factory=dict)
    """What every component is now, as it is known from here on."""
