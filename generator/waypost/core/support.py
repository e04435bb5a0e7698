"""How to reach a person, in words: opening hours, channels and response times."""

from __future__ import annotations

from dataclasses import dataclass

from waypost.model.article import Priority
from waypost.model.support import WEEKDAYS, Channel, ChannelKind, Span, SupportConfig

_SCHEMES = {ChannelKind.EMAIL: "mailto:", ChannelKind.PHONE: "tel:"}
_WEB_LABELS = {
    ChannelKind.CHAT: "Start a chat",
    ChannelKind.CALL_BACK: "Choose a time",
    ChannelKind.FORM: "Open the form",
}


@dataclass(frozen=True)
class ChannelView:
    """A channel as the contact page shows it."""

    name: str
    kind: ChannelKind
    label: str
    """What the link says."""
    link: str
    hours: str
    answer: str
    note: str
    tiers: tuple[str, ...]
    """Names of the tiers that may use it; empty for everyone."""


@dataclass(frozen=True)
class ContactView:
    """Everything the contact page shows."""

    channels: tuple[ChannelView, ...]
    office_hours: str
    priorities: tuple[str, ...]
    """The questions behind the priorities, the most urgent first."""
    tiers: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Name, hours, and first answers in the order of the priorities."""
    holidays: tuple[tuple[str, str], ...]
    """Date and name."""
    form: str


def describe_week(week: dict[str, Span]) -> str:
    """Return opening hours in words, days with equal hours together: 'Monday to Friday, 09:00–18:00'."""
    runs: list[tuple[list[str], str]] = []
    for day in WEEKDAYS:
        hours = str(week[day]) if day in week else ""
        if runs and runs[-1][1] == hours:
            runs[-1][0].append(day.capitalize())
        else:
            runs.append(([day.capitalize()], hours))
    return "; ".join(f"{_days(days)}, {hours}" for days, hours in runs if hours) or "Closed"


def _days(days: list[str]) -> str:
    if len(days) == 7:
        return "Every day"
    return days[0] if len(days) == 1 else f"{days[0]} {'and' if len(days) == 2 else 'to'} {days[-1]}"


def channel_hours(channel: Channel, support: SupportConfig) -> str:
    """Return when a channel is staffed, with the zone it is meant in."""
    if channel.always:
        return "Day and night, every day"
    if channel.kind is ChannelKind.CALL_BACK:
        return "By appointment"
    week = channel.hours or support.office.hours
    return f"{describe_week(week)}, {support.office.city} time"


def contact_view(support: SupportConfig) -> ContactView:
    """Put the contact page together."""
    names = {tier.id: tier.name for tier in support.tiers}
    order = [priority.id for priority in support.priorities] or list(reversed(Priority))
    questions = {priority.id: priority.question for priority in support.priorities}
    return ContactView(
        channels=tuple(_channel(channel, support, names) for channel in support.channels),
        office_hours=f"{describe_week(support.office.hours)}, {support.office.city} time",
        priorities=tuple(questions.get(priority, priority.capitalize()) for priority in order),
        tiers=tuple(
            (
                tier.name,
                tier.hours,
                tuple(answer_words(tier.first_answer.get(priority)) for priority in order),
            )
            for tier in support.tiers
        ),
        holidays=tuple((f"{day.date:%d %B %Y}".lstrip("0"), day.name) for day in support.office.holidays),
        form=support.ticket.url,
    )


def _channel(channel: Channel, support: SupportConfig, names: dict[str, str]) -> ChannelView:
    address = channel.address.replace(" ", "") if channel.kind is ChannelKind.PHONE else channel.address
    return ChannelView(
        name=channel.name,
        kind=channel.kind,
        label=_WEB_LABELS.get(channel.kind, channel.address),
        link=f"{_SCHEMES.get(channel.kind, '')}{address}",
        hours=channel_hours(channel, support),
        answer=channel.answer or "",
        note=channel.note or "",
        tiers=tuple(names[tier] for tier in channel.tiers),
    )


def answer_words(hours: tuple[int, int] | None) -> str:
    """Return a span of hours in words, or a dash where nothing is promised."""
    if hours is None:
        return "–"
    low, high = hours
    span = f"{low}" if low == high else f"{low} to {high}"
    return f"{span} hour{'' if high == 1 else 's'}"
