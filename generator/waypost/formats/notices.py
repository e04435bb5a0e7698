"""What subscribers are told, and what becomes of telling each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from waypost.formats.status import ComponentStatus


class NoticeEvent(StrEnum):
    """What a notice tells of; the names stand in subscribers.yml and are the `type` of webhooks."""

    INCIDENT_OPENED = "incident.opened"
    INCIDENT_UPDATED = "incident.updated"
    INCIDENT_RESOLVED = "incident.resolved"
    INCIDENT_POSTMORTEM = "incident.postmortem"
    COMPONENT_STATUS = "component.status"
    MAINTENANCE_ANNOUNCED = "maintenance.announced"
    MAINTENANCE_REMINDER = "maintenance.reminder"
    MAINTENANCE_STARTED = "maintenance.started"
    MAINTENANCE_UPDATED = "maintenance.updated"
    MAINTENANCE_COMPLETED = "maintenance.completed"
    MAINTENANCE_CANCELLED = "maintenance.cancelled"
    UPDATE_OVERDUE = "update.overdue"
    CERTIFICATE_EXPIRING = "certificate.expiring"
    ENDPOINT_DISABLED = "endpoint.disabled"
    ESCALATION = "escalation"
    TEST = "test"


CHOOSABLE = tuple(event for event in NoticeEvent if event not in (NoticeEvent.ESCALATION, NoticeEvent.TEST))
"""What a rule may name; the others go to whom they are addressed to."""


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
class Endpoint:
    """Where one subscriber is reached, as the outbox knows it."""

    id: str
    """The id of the subscriber."""
    kind: str
    """The channel, such as `webhook`."""
    host: str = ""
    """Whose failures count together, and how many are sent to at once: a host name; never shown."""
    fingerprint: str = ""
    """Changes with the configuration; an endpoint that was disabled is tried again when it does."""


@dataclass(frozen=True)
class EndpointState:
    """What is known of an endpoint, for operators."""

    id: str
    kind: str
    configured: bool
    """Whether it is in subscribers.yml."""
    pending: int
    """How many deliveries wait for it, those on their way included."""
    failed: int
    """How many were given up and can be replayed."""
    next_at: datetime | None
    """When it is sent to next; None where nothing is pending."""
    leased_until: datetime | None
    """Until when a worker holds it at most; None where none does."""
    failing_since: datetime | None
    disabled: Disabled | None
    unsubscribed_at: datetime | None


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


class DeliveryState(StrEnum):
    """What became of a delivery."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    """Given up: a dead letter, which can be replayed."""


@dataclass(frozen=True)
class Delivery:
    """One notice on its way to one endpoint."""

    id: int
    """Grows with each delivery, in the order in which an endpoint gets them."""
    sequence: int
    """The number of its notice, which grows from notice to notice."""
    endpoint: str
    kind: str
    event: NoticeEvent
    subject: str
    """The thread, such as `incident/2026-11-20-downloads`."""
    message_id: str
    """The same over all attempts and replays: the `webhook-id`."""
    created_at: datetime
    state: DeliveryState
    attempts: int
    """How often it was begun."""
    failures: int
    """How often it is known to have failed since it was made or replayed."""
    last_at: datetime | None = None
    """When it was last begun."""
    last_error: str = ""
    """Why it last failed, in words without addresses, secrets or what the other side said."""
    delivered_at: datetime | None = None
    remote: str = ""
    """What the other side calls the message, where that is needed to follow it up."""


@dataclass(frozen=True)
class Letter:
    """A delivery that was claimed, with what is needed to send it."""

    delivery: Delivery
    body: bytes
    """As it was frozen when its notice was made."""
    first_remote: str = ""
    """What the other side calls the first message of the same thread at this endpoint; empty for the first one."""


@dataclass(frozen=True)
class ClaimedEndpoint:
    """An endpoint that a worker holds until its lease ends, with its next letters in order."""

    endpoint: str
    kind: str
    epoch: int
    """Grows with each claim; what is recorded under an older one is refused."""
    leased_until: datetime
    failing_since: datetime | None
    """When it first failed since it last worked; None while it works."""
    letters: tuple[Letter, ...]


@dataclass(frozen=True)
class Attempt:
    """The outcome of sending one letter."""

    delivery: int
    at: datetime
    """When it ended."""
    delivered: bool
    remote: str = ""
    error: str = ""
    """Why it failed, in words without addresses, secrets or what the other side said."""
    gives_up: bool = False
    """Whether it is a dead letter now."""
    next_at: datetime | None = None
    """When it is tried again, where it failed and is not given up."""
    blames_host: bool = False
    """Whether the failure counts against the host, and not only this endpoint."""


@dataclass(frozen=True)
class Report:
    """What a worker tells of an endpoint that it held, when it gives it back."""

    claim: ClaimedEndpoint
    attempts: tuple[Attempt, ...]
    """In the order of the letters; letters that are not in it were not sent."""
    disabled: Disabled | None = None
    """Where the endpoint is not to be sent to any more."""
