"""Notices, and the state of the outbox from which they are planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from waypost.base.faults import Fault
from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent


class SubjectKind(StrEnum):
    """What a notice is about."""

    INCIDENT = "incident"
    MAINTENANCE = "maintenance"
    COMPONENT = "component"
    ENDPOINT = "endpoint"
    MONITOR = "monitor"
    """A fault of Waypost itself."""
    TEST = "test"


@dataclass(frozen=True)
class Subject:
    """The thing that a notice is about; all notices of one subject are one thread."""

    kind: SubjectKind
    id: str
    """Its id on the page; for an endpoint, the id of its subscriber; for a fault, its kind, subject and beginning."""

    def __str__(self) -> str:
        """Return the name of the thread, such as `incident/2026-11-20-downloads`."""
        return f"{self.kind}/{self.id}"


@dataclass(frozen=True)
class Notice:
    """One event, as subscribers are notified of it."""

    key: str
    """Natural and permanent: there is never a second notice with the same key."""
    event: NoticeEvent
    at: datetime
    """When the event happened."""
    subject: Subject
    title: str
    """One line, without markup: what the page calls the subject."""
    body: str
    """The text of the notice, in Markdown; empty where the title and the state say all."""
    link: str
    """The page with the details."""
    status: str = ""
    """The present status of an incident, a maintenance or a component."""
    old_status: str = ""
    """The status of a component before the event."""
    impact: str = ""
    """none, minor, major or critical; `maintenance` for announced work; empty where there is none."""
    components: tuple[str, ...] = ()
    """The ids of the components that it is about; empty for the page as a whole."""
    update: str = ""
    """The id of the update that caused it, if one did."""
    contacts: tuple[str, ...] = ()
    """The ids of subscribers who get it whatever their rules say."""
    fault: Fault | None = None
    """The fault of Waypost itself that it is about."""
    silent: bool = False
    """Whether its key is only recorded, and nobody gets it."""
    sequence: int = 0
    """Its number, which grows from notice to notice, so that a receiver can drop older ones; 0 until it is planned."""


@dataclass(frozen=True)
class PlannedNotice:
    """A new notice with its recipients and its messages."""

    notice: Notice
    message_id: str
    """The same for every endpoint, attempt and replay: the `webhook-id`."""
    recipients: Mapping[str, str] = field(default_factory=dict)
    """The channel of each subscriber who gets it, by their ids; empty where it is only recorded."""
    bodies: Mapping[str, bytes] = field(default_factory=dict)
    """The frozen message of each channel, by its kind."""


@dataclass(frozen=True)
class NoticePlan:
    """The notices that follow from one publication."""

    notices: tuple[PlannedNotice, ...] = ()
    """In their order; the first has the sequence that planning was given."""
    components: Mapping[str, ComponentStatus] = field(default_factory=dict)
    """The present status of every component, which the next planning compares with."""


@dataclass(frozen=True)
class Disabled:
    """Why and since when nothing is sent to an endpoint."""

    at: datetime
    reason: str


@dataclass(frozen=True)
class OutboxState:
    """The state of the outbox, as far as planning depends on it."""

    keys: frozenset[str] = frozenset()
    """The keys of all notices."""
    components: Mapping[str, ComponentStatus] | None = None
    """The status of each component at the last planning; None where nothing was ever planned."""
    acknowledged: Mapping[str, datetime] = field(default_factory=dict)
    """When a person took charge of an incident, by its id."""
    disabled: Mapping[str, Disabled] = field(default_factory=dict)
    """Endpoints that nothing is sent to, by the ids of their subscribers."""
    unsubscribed: frozenset[str] = frozenset()
    """The ids of subscribers who left by the link in a mail."""
