"""The kinds of checks: what each asks, what a good answer looks like, and when answers are believed."""

from __future__ import annotations

import dataclasses
import ipaddress
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from waypost.formats.expectations import (
    NO_TIME,
    Expect,
    ExpectBase,
    ExpectCertificate,
    ExpectRecords,
    ExpectText,
    Expression,
)
from waypost.formats.field_types import (
    STRICT,
    Duration,
    HostPort,
    Line,
    Slug,
    TimeZone,
    Trust,
    WebUrl,
    fault,
    host_port,
)
from waypost.formats.status import ComponentStatus, Trouble
from waypost.problems import did_you_mean

Count = Annotated[int, Field(ge=1, le=100)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Flapping:
    """When a check that keeps changing must be well for a while before it is operational again."""

    changes: Annotated[int, Field(ge=2, le=20)] = 4
    """Confirmed changes of state within `within` from which on a check counts as flapping."""
    within: Duration = timedelta(hours=1)
    """The time in which the changes are counted."""
    hold: Duration = timedelta(minutes=10)
    """While it flaps, how long a recovery must last before it is believed; until then it is at most degraded."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Confirmation:
    """When a check's answers are believed; what is not set here is as the level above says."""

    down_after: Count | None = None
    """Failures in a row before the state changes."""
    up_after: Count | None = None
    """Good answers in a row before it is operational again."""
    retry_every: Duration | None = None
    """How soon a check is run again while its answers differ from what is believed."""
    flapping: Flapping | None = None
    """When a check that keeps changing must be well for a while before it is operational again."""

    @property
    def at_once(self) -> Confirmation:
        """The same, but one answer is believed where nothing else is written."""
        return dataclasses.replace(self, down_after=self.down_after or 1, up_after=self.up_after or 1)


@dataclasses.dataclass(frozen=True)
class Rules:
    """When one check's answers are believed, with every value settled."""

    down_after: int
    up_after: int
    retry_every: timedelta
    flapping: Flapping


@dataclass(frozen=True, config=STRICT, kw_only=True)
class CheckBase:
    """What every kind of check has."""

    id: Slug | None = None
    """Its name in the history; without it, its kind and place (http-1). Name checks that may change places."""
    every: Duration = timedelta(seconds=60)
    """How often."""
    timeout: Duration = timedelta(seconds=10)
    """The whole time an answer may take: name lookup, connection, encryption, headers and body together."""
    fails_as: Trouble = ComponentStatus.MAJOR_OUTAGE
    """The state of the component when the check fails."""
    regions: tuple[Slug, ...] = ()
    """Where it is run from, by the names in `regions` at the top; without any, wherever a poller is free."""
    policy: Confirmation = Field(default_factory=Confirmation)
    """When its answers are believed, where that differs from its component."""

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1):
            message = "A check runs at most once a second; set `every` to 1s or more."
            raise fault("bad-value", message, "every")
        if self.timeout > self.every:
            message = "`timeout` is longer than `every`, so that checks would pile up. Shorten it."
            raise fault("bad-value", message, "timeout")

    @property
    def expected(self) -> ExpectBase | None:
        """What a good answer looks like, for kinds that have an answer."""
        found = getattr(self, "expect", None)
        return found if isinstance(found, ExpectBase) else None

    @property
    def within(self) -> timedelta | None:
        """The time from which on an answer counts as slow."""
        return self.expected.within if self.expected else None

    @property
    def warn_days(self) -> int:
        """Days before the end of a certificate from which on it is told of; 0 where none is looked at."""
        days: int = getattr(self.expected, "certificate_days", 0)
        return days

    @property
    def trusted(self) -> str:
        """Whom it trusts beside the well known authorities, for kinds that encrypt; empty is as the page says."""
        found: str | None = getattr(self, "trust", None)
        return found or ""

    @property
    def unanswered(self) -> ComponentStatus:
        """What is known of the component when the check got no answer."""
        return self.fails_as

    def expressions(self) -> list[Expression]:
        """Return the texts of it that only outside libraries can read."""
        return []


_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")


def _header_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise fault("bad-value", "Expected the name of a header, such as Accept-Language.")
    if name.lower() in ("content-length", "transfer-encoding", "connection"):
        raise fault("bad-value", f"The header {name} follows from the request. Leave it out.")
    return name


def _header_value(value: str) -> str:
    if not value.isprintable() or not value.isascii():
        raise fault("bad-value", "A header is one line of plain ASCII text.")
    return value


def _user(name: str) -> str:
    if ":" in name:
        raise fault("bad-value", "The name of a user has no colon here: it would end there.")
    return name


HeaderName = Annotated[str, Field(max_length=200), AfterValidator(_header_name)]
HeaderValue = Annotated[str, Field(max_length=8000), AfterValidator(_header_value)]
Secret = Annotated[str, Field(min_length=1, max_length=8000), AfterValidator(_header_value)]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Basic:
    """A user and a password."""

    user: Annotated[str, Field(min_length=1, max_length=1000), AfterValidator(_user)] = Field(repr=False)
    """The name of the user, without a colon."""
    password: Annotated[str, Field(max_length=8000)] = Field(repr=False)
    """The password: name it by an environment variable, such as `${HEALTH_PASSWORD}`."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Auth:
    """How a check says who asks; one of both."""

    basic: Basic | None = Field(default=None, repr=False)
    """A user and a password."""
    bearer: Secret | None = Field(default=None, repr=False)
    """A token: name it by an environment variable, such as `${HEALTH_TOKEN}`."""

    def __post_init__(self) -> None:
        if (self.basic is None) == (self.bearer is None):
            raise fault("bad-value", "Write one of both: `basic: {user, password}` or `bearer: token`.")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class HttpCheck(CheckBase):
    """A page or an API that is fetched again and again."""

    http: WebUrl = Field(repr=False)
    """The address to fetch."""
    method: Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] = "GET"
    """What is asked of it."""
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict, repr=False)
    """Headers to send. To another host, reached by a redirect, only harmless ones go."""
    body: Annotated[str, Field(max_length=100_000)] | None = Field(default=None, repr=False)
    """What is sent with the request; `headers` names its Content-Type."""
    auth: Auth | None = Field(default=None, repr=False)
    """How it says who asks; never sent to another host."""
    redirects: Annotated[int, Field(ge=0, le=10)] = 10
    """How many redirects are followed."""
    trust: Trust | None = None
    """Whom to trust beside the well known authorities: a file of certificates in PEM, or `system`."""
    expect: Expect = Field(default_factory=Expect)
    """What a good answer looks like."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.auth and any(name.lower() == "authorization" for name in self.headers):
            raise fault("bad-value", "Write `auth` or the header Authorization, not both.", "auth")
        if self.method == "HEAD" and self.expect.wants_body:
            raise fault("bad-value", "An answer to HEAD has no body. Use GET, or expect no body.", "method")

    @property
    def warn_days(self) -> int:
        """Days before the end of a certificate from which on it is told of; 0 where none is looked at."""
        return self.expect.certificate_days

    def expressions(self) -> list[Expression]:
        """Return the texts of it that only outside libraries can read."""
        return [
            Expression(each.language, ("expect", *each.path), each.text) for each in self.expect.expressions()
        ]


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TcpCheck(CheckBase):
    """A port that takes connections, and may say something."""

    tcp: HostPort
    """Host and port, such as `mail.example.com:25`."""
    tls: bool = False
    """Whether the connection is encrypted from the start."""
    send: Annotated[str, Field(min_length=1, max_length=10_000)] | None = Field(default=None, repr=False)
    """What is sent once connected; `"\\r\\n"` in double quotes ends a line."""
    trust: Trust | None = None
    """Whom to trust beside the well known authorities: a file of certificates in PEM, or `system`."""
    expect: ExpectText = Field(default_factory=ExpectText)
    """What a good answer looks like; without it, a connection is enough."""

    @property
    def warn_days(self) -> int:
        """Days before the end of a certificate from which on it is told of; 0 where none is looked at."""
        return self.expect.certificate_days if self.tls else 0

    def expressions(self) -> list[Expression]:
        """Return the texts of it that only outside libraries can read."""
        pattern = self.expect.matches
        return [Expression("pattern", ("expect", "matches"), pattern)] if pattern is not None else []


def _resolver(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        host_port(text if ":" in text else f"{text}:53")
    return text


def _dns_name(text: str) -> str:
    labels = text.removesuffix(".").split(".")
    plain = text.isprintable() and not any(mark.isspace() or mark in "/\\@:" for mark in text)
    if not plain or not all(0 < len(label) <= 63 for label in labels):
        raise fault("bad-value", "Expected a name such as www.example.com, without a scheme or a port.")
    return text


def _dns_target(text: str) -> str:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return _dns_name(text)
    return text


@dataclass(frozen=True, config=STRICT, kw_only=True)
class TlsCheck(CheckBase):
    """The certificate of a port: who vouches for it, for whom it is, and when it ends."""

    tls: HostPort
    """Host and port, such as `www.example.com:443`."""
    server_name: Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_dns_target)] | None = (
        None
    )
    """The name that is asked for and that the certificate must have; without it, the host."""
    trust: Trust | None = None
    """Whom to trust beside the well known authorities: a file of certificates in PEM, or `system`."""
    expect: ExpectCertificate = Field(default_factory=ExpectCertificate)
    """What a good certificate looks like."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class DnsCheck(CheckBase):
    """A name, and what name servers say of it."""

    dns: Annotated[str, Field(min_length=1, max_length=253), AfterValidator(_dns_target)]
    """The name that is looked up, such as `www.example.com`; for PTR an IP address."""
    record: Literal["A", "AAAA", "CNAME", "MX", "NS", "TXT", "SRV", "CAA", "SOA", "PTR"] = "A"
    """The type of the records."""
    resolver: Annotated[str, Field(min_length=1, max_length=260), AfterValidator(_resolver)] | None = None
    """The name server that is asked, as address or `host:port`; without it, those of the system."""
    expect: ExpectRecords = Field(default_factory=ExpectRecords)
    """What a good answer looks like; without it, at least one record."""

    def __post_init__(self) -> None:
        super().__post_init__()
        try:
            ipaddress.ip_address(self.dns)
        except ValueError:
            return
        if self.record != "PTR":
            raise fault(
                "bad-value", "An IP address has PTR records only. Write a name, or `record: PTR`.", "dns"
            )


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Heartbeat:
    """When a job is expected to be heard of; a period or a schedule."""

    every: Duration | None = None
    """The period, at least 1s: it is heard of at least so often."""
    cron: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """A schedule of five fields, as in cron: `"0 3 * * *"` is every day at 03:00."""
    time_zone: TimeZone = "UTC"
    """The zone of the schedule."""
    grace: Duration = timedelta(minutes=1)
    """How late it may be, and how long a run that said that it began may last."""

    def __post_init__(self) -> None:
        if (self.every is None) == (self.cron is None):
            raise fault(
                "bad-value", 'Write one of both: a period, `every: 5m`, or a schedule, `cron: "0 3 * * *"`.'
            )
        if self.every is not None and self.every < timedelta(seconds=1):
            raise fault("bad-value", "The period of a heartbeat is 1s or more.", "every")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class HeartbeatCheck(CheckBase):
    """A job that reports by itself; its silence is the failure."""

    every: Duration = Field(default_factory=lambda: NO_TIME)
    """How often it is judged; without it, four times in its period, and once a minute at least."""
    heartbeat: Heartbeat
    """When it is expected to be heard of."""

    def __post_init__(self) -> None:
        period = self.heartbeat.every or timedelta(hours=1)
        if self.every == NO_TIME:
            often = min(max(period / 4, timedelta(seconds=1)), timedelta(minutes=1))
            object.__setattr__(self, "every", often)
        # It asks nobody, so there is no answer to wait for; nor is a missed time a matter of belief.
        object.__setattr__(self, "timeout", min(self.timeout, self.every))
        object.__setattr__(self, "policy", self.policy.at_once)
        super().__post_init__()
        if self.every > period:
            raise fault("bad-value", "It is judged less often than it is due. Shorten `every`.", "every")
        if self.regions:
            message = "A heartbeat is heard, not asked, so it has no regions. Leave them out."
            raise fault("bad-value", message, "regions")

    def expressions(self) -> list[Expression]:
        """Return the texts of it that only outside libraries can read."""
        cron = self.heartbeat.cron
        return [Expression("cron", ("heartbeat", "cron"), cron)] if cron is not None else []


@dataclass(frozen=True, config=STRICT, kw_only=True)
class StatuspageCheck(CheckBase):
    """What another provider's status page says of a service that this component needs."""

    statuspage: WebUrl = Field(repr=False)
    """The address of their page, or of its summary.json."""
    component: Line | None = None
    """The name or id of their component; without it, the state of the whole page."""
    trust: Trust | None = None
    """Whom to trust beside the well known authorities: a file of certificates in PEM, or `system`."""

    def __post_init__(self) -> None:
        # People confirmed what a status page says before they wrote it there.
        object.__setattr__(self, "policy", self.policy.at_once)
        super().__post_init__()
        if self.regions:
            message = "A status page says the same everywhere, so this check has no regions. Leave them out."
            raise fault("bad-value", message, "regions")

    @property
    def unanswered(self) -> ComponentStatus:
        """Their page says nothing of their service while it cannot be read."""
        return ComponentStatus.NO_DATA


KINDS: Mapping[str, type[CheckBase]] = {
    "http": HttpCheck,
    "tcp": TcpCheck,
    "tls": TlsCheck,
    "dns": DnsCheck,
    "heartbeat": HeartbeatCheck,
    "statuspage": StatuspageCheck,
}
"""Every kind of check by its key in status.yml; `PROBERS` in monitor/probes/registry.py has what runs each."""


def kind_of(check: CheckBase) -> str:
    """Return the key that a check of this kind is written with: http, tcp and so on."""
    return next(name for name, kind in KINDS.items() if type(check) is kind)


def _kind(value: Any) -> str | None:
    """Return the kind of what is written; `tls: true` beside `tcp` is a setting of that kind."""
    if isinstance(value, CheckBase):
        return kind_of(value)
    if not isinstance(value, Mapping):
        return None
    named = [name for name in KINDS if name in value and not (name == "tls" and "tcp" in value)]
    return named[0] if len(named) == 1 else None


def _tag(value: Any) -> str | None:
    kind = _kind(value)
    return f"{kind}check" if kind else None


def _of_one_kind(value: Any) -> Any:
    """Refuse what names no kind, or two, before its other keys are looked at."""
    if isinstance(value, CheckBase) or _kind(value):
        return value
    if not isinstance(value, Mapping):
        raise fault(
            "wrong-type", "Expected a mapping of keys and values. Write it as `key: value`, one a line."
        )
    named = [name for name in KINDS if name in value]
    if named:
        message = (
            f"A check is of one kind, and this one names two: {' and '.join(named[:2])}. Make it two checks."
        )
        raise fault("bad-value", message, named[1])
    near = {key: did_you_mean(str(key), KINDS) for key in value}
    wrong = next((key for key, hint in near.items() if hint and key not in _COMMON), None)
    if wrong is not None:
        raise fault("unknown-key", f"Unknown key '{str(wrong)[:40]}'.{near[wrong]}", wrong)
    raise fault("missing-key", f"The check names no kind. Write one of: {', '.join(KINDS)}.")


_COMMON = frozenset(field.name for kind in KINDS.values() for field in dataclasses.fields(kind)) - set(KINDS)

if TYPE_CHECKING:
    Check = CheckBase
else:
    _TAGGED = tuple(Annotated[kind, Tag(f"{name}check")] for name, kind in KINDS.items())
    Check = Annotated[
        Annotated[Union[_TAGGED], Discriminator(_tag)],  # noqa: UP007  # made from the table above
        BeforeValidator(_of_one_kind),
    ]
    """A check of any kind; the key that names the kind decides which."""
