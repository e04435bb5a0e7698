"""Who gets what: the notices that are new, each with whom it goes to."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from waypost.formats.status import Impact
from waypost.formats.subscribers import NoticeEvent, Rule, Subscriber
from waypost.notify.rules.notices import Notice
from waypost.notify.rules.sources import (
    Look,
    certificate_notices,
    component_notices,
    endpoint_notices,
    escalation_notices,
    incident_notices,
    maintenance_notices,
    overdue_notices,
)

SOURCES: tuple[Callable[[Look], Iterator[Notice]], ...] = (
    incident_notices,
    maintenance_notices,
    component_notices,
    overdue_notices,
    certificate_notices,
    endpoint_notices,
    escalation_notices,
)
"""Everything that makes notices; what comes first is told first of what happened at one moment."""

STALE = timedelta(hours=24)
"""What happened longer ago and was never told, such as imported history, is noted and not told."""

FOR_CUSTOMERS = frozenset(
    event for event in NoticeEvent if event.value.startswith(("incident.", "maintenance."))
)
"""What is told where a rule names no events."""

FOR_PROGRAMS = FOR_CUSTOMERS | {NoticeEvent.COMPONENT_STATUS}
"""The same for programs, which follow states too."""

_PROGRAMS = ("webhook", "statuspage_webhook")


@dataclass(frozen=True)
class Planned:
    """A notice that is new."""

    notice: Notice
    message_id: str
    recipients: tuple[Subscriber, ...]
    """Whom it goes to; empty where it is only to be known."""


def new_notices(look: Look) -> list[Notice]:
    """Return what was not told yet, in the order in which it happened."""
    found = {
        notice.key: notice
        for source in SOURCES
        for notice in source(look)
        if notice.key not in look.told.keys
    }
    # Of what happened at one moment, the order of the sources stays: the incident, then the states that follow.
    return sorted(found.values(), key=lambda notice: notice.at)


def plan(look: Look, forms: Mapping[str, Collection[NoticeEvent]]) -> list[Planned]:
    """Return the new notices with their recipients.

    `forms` names what each channel, by its kind, can tell of. Where nothing was ever planned, everything
    that there is counts as known: nobody is told of the past.
    """
    is_first = look.told.components is None
    return [
        Planned(
            notice,
            message_id(look.snapshot.page.url, notice.key),
            () if is_first or _is_old(notice, look) else recipients(notice, look, forms),
        )
        for notice in new_notices(look)
    ]


def _is_old(notice: Notice, look: Look) -> bool:
    return notice.silent or notice.at < look.now - STALE


def message_id(page_url: str, key: str) -> str:
    """Return the id of a notice's message: the same wherever and however often it is planned."""
    digest = hashlib.sha256(f"{page_url}\n{key}".encode()).digest()[:20]
    return "msg_" + base64.b32encode(digest).decode("ascii").lower()


def recipients(
    notice: Notice, look: Look, forms: Mapping[str, Collection[NoticeEvent]]
) -> tuple[Subscriber, ...]:
    """Return who is told of a notice, each person once, however many rules and entries fit."""
    groups = {name: frozenset(item.id for item in members) for name, members in look.snapshot.groups if name}
    found: dict[Hashable, Subscriber] = {}
    for subscriber in look.file.subscribers:
        if subscriber.id in look.told.unsubscribed or notice.event not in forms.get(subscriber.kind, ()):
            continue
        is_meant = (
            subscriber.id in notice.contacts
            if notice.contacts
            else any(_fits(rule, notice, subscriber.kind, groups) for rule in subscriber.rules)
        )
        if is_meant:
            found.setdefault(_person(subscriber), subscriber)
    return tuple(found.values())


def _person(subscriber: Subscriber) -> Hashable:
    """Return what two entries share that would reach the same person."""
    target = subscriber.target
    return subscriber.kind, target.casefold() if isinstance(target, str) else target


def _fits(rule: Rule, notice: Notice, kind: str, groups: Mapping[str, frozenset[str]]) -> bool:
    usual = FOR_PROGRAMS if kind in _PROGRAMS else FOR_CUSTOMERS
    if notice.event not in (rule.events or usual):
        return False
    if rule.impacts and notice.impact in tuple(Impact) and notice.impact not in rule.impacts:
        return False
    if not (rule.components or rule.groups) or not notice.components:
        return True
    wanted = set(rule.components).union(*(groups.get(name, frozenset()) for name in rule.groups))
    return bool(wanted & set(notice.components))
