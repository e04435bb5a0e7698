"""Notices of faults of Waypost itself, for its operators: one when a fault lasts, and one when it is over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from waypost.base.faults import Fault
from waypost.base.i18n import duration_text
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.rules.notices import Notice, Subject, SubjectKind
from waypost.notify.rules.sources import NoticeContext

LASTING = timedelta(seconds=60)
"""How long a fault lasts before it is news: what heals sooner, such as a server that restarts, needs nobody."""


def fault_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for each fault that lasts and for its end, and one for what happened in a moment."""
    for fault in context.faults:
        trouble = _trouble(context, fault)
        if fault.is_momentary:
            yield trouble
        elif _lasts(fault, context.snapshot.now) or trouble.key in context.state.keys:
            yield trouble
            if fault.until is not None:
                yield _recovered(context, fault, fault.until)


def _lasts(fault: Fault, now: datetime) -> bool:
    # A beginning that is as far ahead was written by a wrong clock: waiting for it would hide the fault.
    return abs((fault.until or now) - fault.since) >= LASTING


def _trouble(context: NoticeContext, fault: Fault) -> Notice:
    form = "at" if fault.is_momentary else "since"
    body = context.say(f"notify.monitor.{form}", begin=fault.since, message=fault.message)
    return _notice(context, fault, NoticeEvent.MONITOR_TROUBLE, fault.since, body)


def _recovered(context: NoticeContext, fault: Fault, until: datetime) -> Notice:
    body = context.say(
        "notify.monitor.lasted",
        begin=fault.since,
        end=until,
        duration=duration_text(until - fault.since, context.snapshot.words),
        message=fault.message,
    )
    return _notice(context, fault, NoticeEvent.MONITOR_RECOVERED, until, body)


def _notice(context: NoticeContext, fault: Fault, event: NoticeEvent, at: datetime, body: str) -> Notice:
    subject = Subject(SubjectKind.MONITOR, _identity(fault))
    return Notice(
        key=f"{subject}/{event.removeprefix('monitor.')}",
        event=event,
        at=min(at, context.snapshot.now),
        subject=subject,
        title=context.say(f"notify.{event}.{fault.kind}"),
        body=body,
        link=context.snapshot.page.url,
        contacts=context.file.operators,
        fault=fault,
    )


def _identity(fault: Fault) -> str:
    """Return what tells a fault from all others, also from an earlier one of the same kind."""
    # The database rounds to milliseconds, and what it holds must have the name of what is in memory.
    since = fault.since.isoformat(timespec="seconds")
    return "/".join(part for part in (fault.kind, fault.subject, since) if part)
