"""How to reach a person, in words for the contact page and as data for its scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.base.i18n import Words
from waypost.formats.article import Priority
from waypost.formats.support import (
    WEEKDAYS,
    ChannelKind,
    ContactChannel,
    DayHours,
    Office,
    PriorityQuestion,
    SupportConfig,
    Tier,
)

_SCHEMES = {ChannelKind.EMAIL: "mailto:", ChannelKind.PHONE: "tel:"}
_MONDAY = date(2024, 1, 1)
"""Any Monday; it lends the days of the week their names."""

ICONS: Mapping[ChannelKind, str] = {
    ChannelKind.EMAIL: "material/email-outline",
    ChannelKind.PHONE: "material/phone-outline",
    ChannelKind.CHAT: "material/chat-outline",
    ChannelKind.CALL_BACK: "material/calendar-clock-outline",
    ChannelKind.FORM: "material/form-select",
}
"""The icon of each kind of channel, among those of Material for MkDocs."""


@dataclass(frozen=True)
class ChannelView:
    """A channel as the contact page shows it."""

    id: str
    name: str
    kind: ChannelKind
    icon: str
    label: str
    """What the link says."""
    link: str
    hours: str
    is_live: bool
    """Whether it opens and closes, so that the page can say which it is now."""
    is_always: bool
    answer: str
    note: str
    tiers: tuple[str, ...]
    """Names of the tiers that may use it; empty for everyone."""
    only_for: tuple[str, ...]
    """Priorities that it is shown for; empty for all."""
    appears: str
    """The sentence that stands in its place until it is shown; empty for a channel that always is."""


@dataclass(frozen=True)
class TierView:
    """What one group of customers may expect."""

    id: str
    name: str
    hours: str
    answers: tuple[str, ...]
    """Hours until the first answer, in the order of the priorities."""


@dataclass(frozen=True)
class HolidayView:
    """A day on which nobody answers."""

    day: str
    """As 2026-12-25."""
    words: str
    name: str


@dataclass(frozen=True)
class ContactView:
    """Everything the contact page shows."""

    city: str
    office_hours: str
    channels: tuple[ChannelView, ...]
    """The channels for some priorities alone first: where one is shown, it fits best."""
    priorities: tuple[PriorityQuestion, ...]
    """The most urgent first."""
    tiers: tuple[TierView, ...]
    data: dict[str, Any] = field(compare=False)
    """The result of `support_data` for the same file."""


def contact_view(support: SupportConfig, words: Words) -> ContactView:
    """Return the view of the contact page, for any time."""
    asked = _priorities(support, words)
    channels = sorted(support.channels, key=lambda channel: not channel.only_for)
    return ContactView(
        city=support.office.city,
        office_hours=opening_words(None, support.office, words),
        channels=tuple(_channel(channel, support, words) for channel in channels),
        priorities=asked,
        tiers=tuple(_tier(tier, support.office, asked, words) for tier in support.tiers),
        data=support_data(support, words),
    )


def coming_holidays(office: Office, words: Words, now: datetime | None = None) -> tuple[HolidayView, ...]:
    """Return the days on which nobody answers, in the order of the calendar, without those that are over."""
    today = now.astimezone(ZoneInfo(office.time_zone)).date() if now else date.min
    coming = (holiday for holiday in office.holidays if holiday.date >= today)
    return tuple(
        HolidayView(day.date.isoformat(), words.date("contact.date_holiday", day.date), day.name)
        for day in sorted(coming, key=lambda holiday: holiday.date)
    )


def support_data(support: SupportConfig, words: Words) -> dict[str, Any]:
    """Return the data for scripts that compute opening hours, as values for JSON.

    `week` is a mapping of weekday to [start, end] in the zone of the office; an entry whose `week` is null has
    the office's. `first_answer` holds the shortest and the longest hours of each priority.
    """
    office = support.office
    return {
        "zone": office.time_zone,
        "city": office.city,
        "week": _week(office.hours),
        "holidays": [{"date": day.date.isoformat(), "name": day.name} for day in office.holidays],
        "channels": [
            {
                "id": channel.id,
                "kind": str(channel.kind),
                "week": _week(channel.hours),
                "always": channel.always,
                "live": not _by_appointment(channel),
                "tiers": list(channel.tiers),
                "only_for": [str(priority) for priority in channel.only_for],
            }
            for channel in support.channels
        ],
        "tiers": [
            {
                "id": tier.id,
                "name": tier.name,
                "week": _week(tier.hours),
                "always": tier.always,
                "first_answer": {str(name): list(hours) for name, hours in tier.first_answer.items()},
            }
            for tier in support.tiers
        ],
        "priorities": [{"id": item.id, "question": item.question} for item in _priorities(support, words)],
    }


def opening_words(entry: ContactChannel | Tier | None, office: Office, words: Words) -> str:
    """Return when a channel, a tier or the office itself (None) is there, with the zone that is meant."""
    if entry and entry.always:
        return words.say("contact.always")
    if isinstance(entry, ContactChannel) and _by_appointment(entry):
        return words.say("contact.appointment")
    week = (entry.hours if entry else None) or office.hours
    return words.say("contact.in_zone", hours=describe_week(week, words), city=office.city)


def describe_week(week: Mapping[str, DayHours], words: Words) -> str:
    """Return opening hours in words, days with equal hours together: 'Monday to Friday, 09:00–18:00'."""
    runs: list[tuple[list[str], str]] = []
    for number, day in enumerate(WEEKDAYS):
        hours = str(week[day]) if day in week else ""
        name = words.date("date.weekday", _MONDAY + timedelta(days=number))
        if runs and runs[-1][1] == hours:
            runs[-1][0].append(name)
        else:
            runs.append(([name], hours))
    return "; ".join(
        words.say("contact.day_hours", days=_days(days, words), hours=hours) for days, hours in runs if hours
    )


def answer_words(hours: tuple[int, int] | None, words: Words) -> str:
    """Return a span of hours in words, or that nothing is promised."""
    if hours is None:
        return words.say("contact.nothing")
    low, high = hours
    span = str(low) if low == high else words.say("contact.answer_span", low=low, high=high)
    return words.say("contact.answer_hours", count=high, span=span)


def _days(days: list[str], words: Words) -> str:
    if len(days) == len(WEEKDAYS):
        return words.say("contact.every_day")
    if len(days) == 1:
        return days[0]
    return words.say(
        "contact.two_days" if len(days) == 2 else "contact.day_run", first=days[0], last=days[-1]
    )


def _by_appointment(channel: ContactChannel) -> bool:
    return channel.kind is ChannelKind.CALL_BACK and not channel.hours and not channel.always


def _priorities(support: SupportConfig, words: Words) -> tuple[PriorityQuestion, ...]:
    """Return the questions of the file, or the plain names of all priorities."""
    return support.priorities or tuple(
        PriorityQuestion(id=level, question=words.say(f"contact.priority.{level}"))
        for level in reversed(Priority)
    )


def _tier(tier: Tier, office: Office, asked: tuple[PriorityQuestion, ...], words: Words) -> TierView:
    answers = tuple(answer_words(tier.first_answer.get(item.id), words) for item in asked)
    return TierView(tier.id, tier.name, opening_words(tier, office, words), answers)


def _channel(channel: ContactChannel, support: SupportConfig, words: Words) -> ChannelView:
    names = {tier.id: tier.name for tier in support.tiers}
    is_phone = channel.kind is ChannelKind.PHONE
    address = channel.address.replace(" ", "") if is_phone else channel.address
    is_web = channel.kind not in _SCHEMES
    return ChannelView(
        id=channel.id,
        name=channel.name,
        kind=channel.kind,
        icon=ICONS[channel.kind],
        label=words.say(f"contact.action.{channel.kind}") if is_web else channel.address,
        link=f"{_SCHEMES.get(channel.kind, '')}{address}",
        hours=opening_words(channel, support.office, words),
        is_live=not _by_appointment(channel),
        is_always=channel.always,
        answer=channel.answer or "",
        note=channel.note or "",
        tiers=tuple(names[tier] for tier in channel.tiers),
        only_for=tuple(str(priority) for priority in channel.only_for),
        appears=_appears(channel, support, words),
    )


def _appears(channel: ContactChannel, support: SupportConfig, words: Words) -> str:
    if not channel.only_for:
        return ""
    questions = [item.question for item in _priorities(support, words) if item.id in channel.only_for]
    text = questions[0]
    for question in questions[1:]:
        text = words.say("contact.or", first=text, last=question)
    return words.say("contact.appears", name=channel.name, questions=text)


def _week(week: Mapping[str, DayHours] | None) -> dict[str, list[str]] | None:
    if week is None:
        return None
    return {
        day: [f"{span.start:%H:%M}", f"{span.end:%H:%M}" if span.end else "24:00"]
        for day, span in week.items()
    }
