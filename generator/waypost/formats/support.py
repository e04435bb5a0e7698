"""The file content/support.yml: who can be reached, how, when, and how soon an answer comes."""

from __future__ import annotations

import re
from datetime import time
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.dataclasses import dataclass

from waypost.formats.article import Priority
from waypost.formats.field_types import EMAIL, STRICT, Day, HttpsUrl, Line, Slug, TimeZone, fault, https_url
from waypost.formats.ticket import TicketForm
from waypost.problems import did_you_mean


def _endpoint(url: str) -> str:
    # Browsers read // and /\\ as the beginning of another host's name.
    is_path = url.startswith("/") and not url.startswith(("//", "/\\"))
    if is_path and all(ch.isprintable() and not ch.isspace() for ch in url):
        return url
    if not url.startswith("https://"):
        message = (
            "Expected an address that starts with https://, or a path of the same host such as /feedback."
        )
        raise fault("bad-value", message)
    return https_url(url)


FeedbackUrl = Annotated[str, AfterValidator(_endpoint), Field(max_length=2000)]
"""An absolute https address, or a path of the same host that begins with a slash."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Feedback:
    """Where the answers to "Was this helpful?" are sent."""

    url: FeedbackUrl
    """An https address, or a path of the same host such as /feedback, that takes a POST."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class UnresolvedSearches:
    """Where searches that led to no answer are sent."""

    url: FeedbackUrl
    """An https address, or a path of the same host such as /searches, that takes a POST."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ChatEmbed:
    """A live chat: a program of somebody else, which is loaded only after a click."""

    script: HttpsUrl
    """The https address of the chat's script."""
    label: Line
    """What its button says."""
    note: Line | None = None
    """What people should know before they press it."""

    @property
    def host(self) -> str:
        """Whose program it is."""
        return urlsplit(self.script).hostname or ""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class LinkEmbed:
    """A page of somebody else: a plain link."""

    url: HttpsUrl
    """Its https address."""
    label: Line
    """What the link says."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Embeds:
    """More ways to a person, beside the channels. Nothing of them is loaded before a click."""

    chat: ChatEmbed | None = None
    """A live chat."""
    community: LinkEmbed | None = None
    """Where customers help each other."""
    call_back: LinkEmbed | None = None
    """Where a call can be booked."""

    @property
    def links(self) -> tuple[LinkEmbed, ...]:
        """The links in the order in which pages show them."""
        return tuple(link for link in (self.community, self.call_back) if link)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_SPAN = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)")
_HOURS = re.compile(r"(\d+)(?:-(\d+))?h")
_MOST_HOURS = 8760


class ChannelKind(StrEnum):
    """A way to reach a person."""

    EMAIL = "email"
    PHONE = "phone"
    CHAT = "chat"
    CALL_BACK = "call_back"
    FORM = "form"


@dataclass(frozen=True)
class DayHours:
    """Opening hours of one day, in local time; an end of 24:00 is the end of the day."""

    start: time
    end: time | None
    """None stands for midnight at the end of the day."""

    def __str__(self) -> str:
        """Return 09:00–18:00."""
        end = "24:00" if self.end is None else f"{self.end:%H:%M}"
        return f"{self.start:%H:%M}–{end}"


def _span(value: Any) -> Any:
    if isinstance(value, DayHours):
        return value
    match = _SPAN.fullmatch(value) if isinstance(value, str) else None
    try:
        if match is None:
            raise ValueError
        start = time.fromisoformat(match[1])
        end = None if match[2] == "24:00" else time.fromisoformat(match[2])
    except ValueError:
        raise fault("bad-value", 'Expected opening hours in quotes, such as "09:00-18:00".') from None
    if end is not None and end <= start:
        raise fault("bad-value", "The hours end before they start. Split hours over midnight into two days.")
    return DayHours(start=start, end=end)


def _answer_hours(value: Any) -> Any:
    match = _HOURS.fullmatch(value) if isinstance(value, str) else None
    if isinstance(value, str) and match is None:
        raise fault("bad-value", "Expected hours, such as 4h or 24-48h.")
    if match is None:
        return value
    low, high = int(match[1]), int(match[2] or match[1])
    if not 0 < low <= high:
        raise fault("bad-value", "The first number of hours is above the second, or is zero.")
    if high > _MOST_HOURS:
        message = f"That is more than a year. Promise an answer within {_MOST_HOURS} hours, or leave the priority out."
        raise fault("bad-value", message)
    return (low, high)


DayHoursText = Annotated[
    DayHours,
    BeforeValidator(_span),
    WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$"}),
]
"""Opening hours of one day: "09:00-18:00"."""

AnswerHours = Annotated[
    tuple[int, int],
    BeforeValidator(_answer_hours),
    WithJsonSchema({"type": "string", "pattern": r"^\d+(-\d+)?h$"}),
]
"""Hours until the first answer, as the shortest and the longest: 4h or 24-48h."""


def _weekday(name: str) -> str:
    if name not in WEEKDAYS:
        hint = did_you_mean(name, WEEKDAYS)
        raise fault("bad-value", f"'{name}' is not a day. Use monday to sunday.{hint}")
    return name


def _some_day(week: dict[str, DayHours]) -> dict[str, DayHours]:
    if not week:
        raise fault(
            "bad-value", "No day is named, so this would never be open. Name the days that have hours."
        )
    return week


Week = Annotated[
    dict[Annotated[str, AfterValidator(_weekday)], DayHoursText],
    AfterValidator(_some_day),
    WithJsonSchema(
        {
            "type": "object",
            "propertyNames": {"enum": list(WEEKDAYS)},
            "additionalProperties": {"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$"},
            "minProperties": 1,
        }
    ),
]
"""Opening hours by weekday; a day that is not named is closed."""


def _refuse_hours_of_always(always: bool, hours: dict[str, DayHours] | None) -> None:
    if always and hours:
        raise fault("bad-value", "`always` and `hours` contradict each other. Keep one.", "always")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Holiday:
    """A day on which nobody answers."""

    date: Day
    """The day."""
    name: Line
    """What it is called."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Office:
    """The people who answer, and when they are there."""

    name: Line
    """How the office is called."""
    city: Line
    """The place that the time zone is named after for readers: "Berlin time"."""
    time_zone: TimeZone
    """The zone of all hours in this file."""
    hours: Week
    """Opening hours by weekday; a day that is not named is closed."""
    holidays: tuple[Holiday, ...] = ()
    """Days on which the office is closed, and with it every channel and tier that is not `always` there."""

    def __post_init__(self) -> None:
        days = [holiday.date for holiday in self.holidays]
        twice = next((day for day in days if days.count(day) > 1), None)
        if twice:
            message = f"The day {twice} stands twice among the holidays. Give it once, with both names."
            raise fault("bad-value", message, "holidays")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class ContactChannel:
    """One way to reach a person."""

    id: Slug
    """Its name for machines."""
    kind: ChannelKind
    """email, phone, chat, call_back or form."""
    name: Line
    """Its name for people."""
    address: Line
    """The mail address, phone number or https address."""
    hours: Week | None = None
    """When it is staffed; without it, the office's hours."""
    always: bool = False
    """Staffed day and night, on holidays too."""
    tiers: tuple[Slug, ...] = ()
    """Which tiers may use it; without it, everyone."""
    only_for: tuple[Priority, ...] = ()
    """Shown only for these priorities; without it, for all."""
    answer: Line | None = None
    """How soon an answer comes, in words."""
    note: Line | None = None
    """What people should know before they use it."""

    def __post_init__(self) -> None:
        _refuse_hours_of_always(self.always, self.hours)
        if self.kind is ChannelKind.EMAIL and not EMAIL.fullmatch(self.address):
            message = "An email channel needs a mail address, such as help@example.org."
            raise fault("bad-value", message, "address")
        if self.kind is ChannelKind.PHONE and not re.fullmatch(r"\+[0-9 ]{6,24}", self.address):
            message = 'A phone channel needs an international number, such as "+49 30 5550 1840".'
            raise fault("bad-value", message, "address")
        web = (ChannelKind.CHAT, ChannelKind.CALL_BACK, ChannelKind.FORM)
        if self.kind in web and not self.address.startswith("https://"):
            raise fault("bad-value", "This channel needs an address that starts with https://.", "address")


@dataclass(frozen=True, config=STRICT, kw_only=True)
class Tier:
    """What one group of customers may expect."""

    id: Slug
    """Its name for machines."""
    name: Line
    """Its name for people."""
    hours: Week | None = None
    """When its requests are worked on, in the office's time zone; without it, the office's hours."""
    always: bool = False
    """Its requests are worked on day and night, on holidays too."""
    first_answer: dict[Priority, AnswerHours]
    """Hours until the first answer, by priority. Only the hours in which requests are worked on count."""

    def __post_init__(self) -> None:
        _refuse_hours_of_always(self.always, self.hours)


@dataclass(frozen=True, config=STRICT, kw_only=True)
class PriorityQuestion:
    """A priority as a question that people can answer."""

    id: Priority
    """critical, high, medium or low."""
    question: Line
    """What it means, in the customer's words."""


@dataclass(frozen=True, config=STRICT, kw_only=True)
class SupportConfig:
    """The file content/support.yml."""

    office: Office
    """The people who answer, and when they are there."""
    channels: Annotated[tuple[ContactChannel, ...], Field(min_length=1)]
    """Ways to reach a person, best first."""
    tiers: tuple[Tier, ...] = ()
    """What each group of customers may expect."""
    priorities: tuple[PriorityQuestion, ...] = ()
    """Priorities as questions, the most urgent first."""
    ticket: TicketForm
    """The form that requests end in."""
    feedback: Feedback | None = None
    """Where the answers to "Was this helpful?" are sent; without it, nowhere."""
    unresolved_searches: UnresolvedSearches | None = None
    """Where searches that led to no answer are sent; without it, nowhere."""
    embeds: Embeds = Embeds()
    """More ways to a person; nothing of them is loaded before a click."""

    def __post_init__(self) -> None:
        asked = [priority.id for priority in self.priorities]
        twice = next((name for name in asked if asked.count(name) > 1), None)
        if twice:
            message = f"The priority '{twice}' has two questions. Keep one."
            raise fault("bad-value", message, "priorities")
        for channel in self.channels:
            if asked and channel.only_for and not set(channel.only_for) & set(asked):
                wanted = " or ".join(channel.only_for)
                message = (
                    f"The channel '{channel.id}' is only for {wanted}, which has no question here, "
                    "so nobody would see it. Add the question."
                )
                raise fault("bad-value", message, "priorities")


class VoteReason(StrEnum):
    """Why an article was not helpful, as it is sent."""

    NOT_SOLVED = "not_solved"
    UNCLEAR = "unclear"
    WRONG = "wrong"
    NOT_FOUND = "not_found"
