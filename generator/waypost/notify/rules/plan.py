"""Planning: the notices that are new, each with its recipients."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from waypost.formats.status import Impact
from waypost.formats.subscribers import NoticeEvent, Subscriber, SubscriptionRule
from waypost.notify.rules.fault_notices import fault_notices
from waypost.notify.rules.notices import Notice, PlannedNotice, Subject, SubjectKind
from waypost.notify.rules.sources import (
    NoticeContext,
    certificate_notices,
    component_notices,
    endpoint_notices,
    escalation_notices,
    incident_notices,
    maintenance_notices,
    overdue_notices,
)

Source = Callable[[NoticeContext], Iterator[Notice]]

SOURCES: tuple[Source, ...] = (
    incident_notices,
    maintenance_notices,
    component_notices,
    overdue_notices,
    certificate_notices,
    endpoint_notices,
    fault_notices,
    escalation_notices,
)
"""Everything that makes notices; the order holds for notices of the same moment."""

STALE = timedelta(hours=24)
"""Events that are older than this, such as imported history, are recorded, and nobody gets a notice."""

FOR_CUSTOMERS = frozenset(
    event for event in NoticeEvent if event.value.startswith(("incident.", "maintenance."))
)
"""The events of a rule that names none."""

FOR_PROGRAMS = FOR_CUSTOMERS | {NoticeEvent.COMPONENT_STATUS}
"""The same for programs, which follow states too."""

_PROGRAMS = ("webhook", "statuspage_webhook")


def new_notices(context: NoticeContext, sources: Sequence[Source] = SOURCES) -> list[Notice]:
    """Return the notices that the outbox does not have yet, in the order of their events."""
    found = {
        notice.key: notice
        for source in sources
        for notice in source(context)
        if notice.key not in context.state.keys
    }
    # Of what happened at one moment, the order of the sources stays: the incident, then the states that follow.
    return sorted(found.values(), key=lambda notice: notice.at)


def plan(
    context: NoticeContext,
    events: Mapping[str, Collection[NoticeEvent]],
    first: int = 1,
    sources: Sequence[Source] = SOURCES,
) -> list[PlannedNotice]:
    """Return the new notices with their recipients, numbered from `first`; their messages are not made yet.

    `events` names the events that each channel has a form for, by its kind. Where nothing was ever planned,
    every event counts as known, and nobody gets a notice of the past.
    """
    is_first = context.state.components is None
    oldest = context.snapshot.now - STALE
    return [
        PlannedNotice(
            replace(notice, sequence=sequence),
            message_id(context.snapshot.page.url, notice.key),
            {} if is_first or notice.silent or notice.at < oldest else recipients(notice, context, events),
        )
        for sequence, notice in enumerate(new_notices(context, sources), first)
    ]


def message_id(page_url: str, key: str) -> str:
    """Return the id of a notice's message: the same wherever and however often it is planned."""
    digest = hashlib.sha256(f"{page_url}\n{key}".encode()).digest()[:20]
    return "msg_" + base64.b32encode(digest).decode("ascii").lower()


def recipients(
    notice: Notice, context: NoticeContext, events: Mapping[str, Collection[NoticeEvent]]
) -> dict[str, str]:
    """Return the channels of a notice's recipients by their ids, each person once, however many rules fit.

    They are its contacts, and all whose rules ask for it.
    """
    groups = {name: frozenset(it.id for it in members) for name, members in context.snapshot.groups if name}
    found: dict[Hashable, Subscriber] = {}
    for subscriber in context.file.subscribers:
        if subscriber.id in context.state.unsubscribed or notice.event not in events.get(subscriber.kind, ()):
            continue
        if notice.subject == Subject(SubjectKind.ENDPOINT, subscriber.id):
            # It is the one that nothing is sent to any more.
            continue
        if subscriber.id in notice.contacts or any(
            _fits(rule, notice, subscriber.kind, groups) for rule in subscriber.rules
        ):
            found.setdefault(_person(subscriber), subscriber)
    return {subscriber.id: subscriber.kind for subscriber in found.values()}


def _person(subscriber: Subscriber) -> Hashable:
    """Return what two entries share that would reach the same person."""
    target = subscriber.target
    return subscriber.kind, target.casefold() if isinstance(target, str) else target


def _fits(rule: SubscriptionRule, notice: Notice, kind: str, groups: Mapping[str, frozenset[str]]) -> bool:
    usual = FOR_PROGRAMS if kind in _PROGRAMS else FOR_CUSTOMERS
    if notice.event not in (rule.events or usual):
        return False
    if rule.impacts and notice.impact in tuple(Impact) and notice.impact not in rule.impacts:
        return False
    if not (rule.components or rule.groups) or not notice.components:
        return True
    wanted = set(rule.components).union(*(groups.get(name, frozenset()) for name in rule.groups))
    return bool(wanted & set(notice.components))
