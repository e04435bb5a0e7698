"""The file status/subscribers.yml: who is told of what, and how."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import fields
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.formats.field_types import EMAIL, STRICT, DirectoryUrl, Duration, Line, Slug, fault, web_url
from waypost.problems import did_you_mean


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
    MONITOR_TROUBLE = "monitor.trouble"
    MONITOR_RECOVERED = "monitor.recovered"
    ESCALATION = "escalation"
    TEST = "test"


CHOOSABLE = tuple(event for event in NoticeEvent if event not in (NoticeEvent.ESCALATION, NoticeEvent.TEST))
"""What a rule may name; the others go to whom they are addressed to."""

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
"""What stands in a value for the environment variable that holds it."""


def _secret(text: str) -> str:
    if not VARIABLE.fullmatch(text):
        raise fault(
            "bad-value",
            "A secret is never written into a file. Name the environment variable that holds it, as ${ACME_SECRET}.",
        )
    return text


def mail_address(text: str) -> str:
    """Return one mail address as it is; `fault` for anything else."""
    if not EMAIL.fullmatch(text) or len(text) > 254 or not text.isprintable():
        raise fault("bad-value", "Expected one mail address, such as anna@example.org.")
    return text


def phone_number(text: str) -> str:
    """Return a phone number in the form of E.164 as it is; `fault` for anything else."""
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", text):
        raise fault("bad-value", "Expected a phone number with its country, such as +4930123456.")
    return text


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise fault("bad-value", "Expected a network, such as 10.0.0.0/8 or fd00::/8.") from None
    return text


def _list_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.csv", text):
        raise fault("bad-value", "Expected the name of a CSV file in status/, such as people.csv.")
    return text


def _event(value: Any) -> Any:
    if value not in tuple(CHOOSABLE):
        names = ", ".join(CHOOSABLE)
        raise fault("bad-value", f"Expected one of: {names}.{did_you_mean(str(value), CHOOSABLE)}")
    return value


def _unless_variable(check: Callable[[str], str]) -> AfterValidator:
    """Check a value, unless it stands in the environment: then it is checked when it is used."""
    return AfterValidator(lambda text: text if VARIABLE.fullmatch(text) else check(text))


def variable(text: str) -> str | None:
    """Return the name of the environment variable that a value stands for; None where it is the value itself."""
    match = VARIABLE.fullmatch(text)
    return match[1] if match else None


SecretName = Annotated[
    str,
    Field(max_length=200),
    AfterValidator(_secret),
    WithJsonSchema({"type": "string", "pattern": r"^\$\{[A-Za-z_][A-Za-z0-9_]*\}$"}),
]
"""The environment variable that holds a secret, written `${NAME}`; it is read when it is used, and never shown."""

Address = Annotated[str, _unless_variable(web_url), Field(max_length=2000)]
"""An absolute http or https address, or `${NAME}`."""

MailAddress = Annotated[str, _unless_variable(mail_address), Field(max_length=300)]
"""One mail address, or `${NAME}`."""

PhoneNumber = Annotated[str, _unless_variable(phone_number), Field(max_length=300)]
"""A phone number with its country, or `${NAME}`."""

Network = Annotated[str, AfterValidator(_network), Field(max_length=60)]
"""A network of addresses, such as 10.0.0.0/8."""

ListName = Annotated[
    str,
    AfterValidator(_list_name),
    WithJsonSchema({"type": "string", "pattern": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,90}\.csv$"}),
]
"""The name of a CSV file beside subscribers.yml."""

Event = Annotated[
    NoticeEvent,
    BeforeValidator(_event),
    WithJsonSchema({"type": "string", "enum": [event.value for event in CHOOSABLE]}),
]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SubscriptionRule:
    """What a subscriber wants to know; everything that is named must fit."""

    components: tuple[Slug, ...] = ()
    """The components that it must be about, by their ids; without any, all."""
    groups: tuple[Line, ...] = ()
    """Groups of components, by their names, besides `components`."""
    impacts: tuple[Literal["none", "minor", "major", "critical"], ...] = ()
    """How much an incident must hurt; without any, however much. What has no impact is not held back by it."""
    events: tuple[Event, ...] = ()
    """What must have happened; without any, what customers usually want to know of."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class WebhookTarget:
    """A receiver of signed webhooks."""

    url: Address = Field(repr=False)
    """Where they are sent to."""
    secret: SecretName
    """What they are signed with; `waypost webhook secret` makes one."""
    old_secret: SecretName | None = None
    """While secrets are changed: the one before, which signs too."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class StatuspageTarget:
    """A receiver that was made for the webhooks of Atlassian Statuspage."""

    url: Address = Field(repr=False)
    """Where they are sent to."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SlackTarget:
    """A channel of Slack: by the address of an incoming webhook, or by a bot, which can also edit."""

    url: SecretName | None = None
    """The address of an incoming webhook."""
    token: SecretName | None = None
    """The token of a bot (`chat:write`), together with `channel`."""
    channel: Annotated[str, Field(pattern=r"^[CDG][A-Z0-9]{2,30}$")] | None = None
    """The id of the channel that the bot writes to, such as C024BE91L."""
    api: Address = "https://slack.com/api"
    """The address of Slack's methods; only GovSlack has another, `https://slack-gov.com/api`."""

    def __post_init__(self) -> None:
        """Refuse both ways, and none."""
        if (self.url is None) == (self.token is None) or (self.token is None) != (self.channel is None):
            raise fault("bad-value", "Write either `url`, or `token` and `channel`.")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TeamsTarget:
    """A channel of Microsoft Teams."""

    url: SecretName
    """The address of a workflow that posts to a channel when it is called."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class DiscordTarget:
    """A channel of Discord."""

    url: SecretName
    """The address of its webhook."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class AppriseTarget:
    """Any of the services that Apprise knows; needs the extra `apprise`."""

    url: SecretName
    """The address in Apprise's form."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Subscriber:
    """Somebody, or some program, who is told; with exactly one of the channels."""

    id: Slug
    """A name for logs and commands, which never show an address."""
    webhook: WebhookTarget | None = Field(default=None, repr=False)
    """A receiver of webhooks, signed as Standard Webhooks has it."""
    statuspage_webhook: StatuspageTarget | None = Field(default=None, repr=False)
    """A receiver made for Atlassian Statuspage."""
    email: MailAddress | None = Field(default=None, repr=False)
    """A mail address."""
    slack: SlackTarget | None = Field(default=None, repr=False)
    """A channel of Slack."""
    teams: TeamsTarget | None = Field(default=None, repr=False)
    """A channel of Microsoft Teams."""
    discord: DiscordTarget | None = Field(default=None, repr=False)
    """A channel of Discord."""
    sms: PhoneNumber | None = Field(default=None, repr=False)
    """A phone number that gets text messages."""
    apprise: AppriseTarget | None = Field(default=None, repr=False)
    """Any of the services that Apprise knows."""
    rules: Annotated[tuple[SubscriptionRule, ...], Field(min_length=1)] = (SubscriptionRule(),)
    """What is told; several rules are joined by or, and nothing is told twice."""

    def __post_init__(self) -> None:
        """Refuse several channels, and none."""
        if len([kind for kind in CHANNEL_KINDS if getattr(self, kind) is not None]) != 1:
            names = ", ".join(CHANNEL_KINDS)
            raise fault("bad-value", f"A subscriber has exactly one channel: {names}.", "id")

    @property
    def kind(self) -> str:
        """The name of its channel, which is the key that it stands under."""
        return next(kind for kind in CHANNEL_KINDS if getattr(self, kind) is not None)

    @property
    def target(self) -> Any:
        """What stands under that key."""
        return getattr(self, self.kind)


CHANNEL_KINDS = tuple(key.name for key in fields(Subscriber) if key.name not in ("id", "rules"))
"""The keys of a subscriber that each name a channel."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Unsubscribe:
    """Where a person leaves with one click."""

    url: DirectoryUrl
    """The public address of the listener of `waypost run --listen` at its path `/unsubscribe/`."""
    key: SecretName
    """What the links are signed with, 16 characters or more."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class MailServer:
    """How mail is sent."""

    server: SecretName
    """The server as `smtps://user:password@mail.example.org:465` or `smtp://mail.example.org:25` (with STARTTLS)."""
    sender: MailAddress
    """The address that mail comes from."""
    name: Line | None = None
    """The name beside that address; without it, the name of the page."""
    reply_to: MailAddress | None = None
    """Where answers go."""
    unsubscribe: Unsubscribe | None = None
    """Where people leave with one click; without it, they write to `reply_to` or the sender."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Twilio:
    """How text messages are sent."""

    account: SecretName
    """The SID of the account."""
    token: SecretName
    """Its token."""
    sender: PhoneNumber
    """The number that messages come from."""
    api: Address = "https://api.twilio.com"
    """The address of the service."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class DeliverySettings:
    """How hard it is tried."""

    timeout: Duration = timedelta(seconds=20)
    """How long one attempt may take."""
    retry_after: Annotated[tuple[Duration, ...], Field(min_length=1, max_length=30)] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    )
    """How long it is waited after each failed attempt; after the last of them a delivery is given up."""
    disable_after: Duration = timedelta(days=5)
    """How long an endpoint may do nothing but fail before it is not sent to any more."""
    per_host: Annotated[int, Field(ge=1, le=100)] = 4
    """How many endpoints of one host are sent to at the same time."""
    remind_before: Duration = timedelta(hours=24)
    """How long before announced work its reminder goes out."""
    private_networks: tuple[Network, ...] = ()
    """Networks that are not public and that webhooks may reach all the same."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Escalation:
    """Whom to tell when nobody takes care, or nobody says how it goes on."""

    impacts: Annotated[tuple[Literal["minor", "major", "critical"], ...], Field(min_length=1)]
    """The impacts that it holds for."""
    acknowledge_within: Duration | None = None
    """How soon somebody must say that they take care of it; without it, only updates are watched."""
    at_risk: tuple[Slug, ...] = ()
    """Subscribers who are told when 80 % of the time allowed are over, by their ids."""
    breached: Annotated[tuple[Slug, ...], Field(min_length=1)]
    """Subscribers who are told when all of it is."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SubscriberFile:
    """The whole file."""

    subscribers: tuple[Subscriber, ...] = ()
    """Who is told; beyond some ten thousand they belong into `files`."""
    files: Annotated[tuple[ListName, ...], Field(max_length=20)] = ()
    """More of them: CSV files in `status/` of up to 16 MiB each, with a subscriber a line and keys as columns."""
    operators: tuple[Slug, ...] = ()
    """Subscribers who are told when an endpoint is given up or Waypost itself has a fault, by their ids."""
    escalation: tuple[Escalation, ...] = ()
    """Whom to tell when nobody takes care."""
    email: MailServer | None = None
    """How mail is sent."""
    twilio: Twilio | None = None
    """How text messages are sent."""
    delivery: DeliverySettings = Field(default_factory=DeliverySettings)
    """How hard it is tried."""
