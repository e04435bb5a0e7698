"""Notices of announced work: what people wrote of it, and what the clock does with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from waypost.formats.notices import Notice, NoticeEvent, Subject, SubjectKind
from waypost.formats.status import Update, UpdateStatus
from waypost.notify.rules.context import Look
from waypost.publishing.api.statuspage import maintenance_url
from waypost.status.rules.incidents import MaintenanceSnapshot

MAINTENANCE = "maintenance"
"""What stands for an impact where work was announced, as in the Statuspage API."""

_EVENTS = {
    UpdateStatus.IN_PROGRESS: NoticeEvent.MAINTENANCE_STARTED,
    UpdateStatus.VERIFYING: NoticeEvent.MAINTENANCE_UPDATED,
    UpdateStatus.COMPLETED: NoticeEvent.MAINTENANCE_COMPLETED,
    UpdateStatus.CANCELLED: NoticeEvent.MAINTENANCE_CANCELLED,
}


def maintenance_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for every update, for a window that was moved, and for what the clock brings.

    What is said at once of several windows of work that repeats is one notice, about the first of them.
    """
    seen: set[str] = set()
    for item in sorted(look.snapshot.maintenances, key=lambda item: (item.start, item.work.id)):
        for notice in (*_said(look, item), *_moved(look, item), *_by_the_clock(look, item)):
            if notice.key not in seen:
                seen.add(notice.key)
                yield notice


def _notice(look: Look, item: MaintenanceSnapshot, key: str, event: NoticeEvent, at: datetime) -> Notice:
    return Notice(
        key=key,
        event=event,
        at=at,
        subject=Subject(SubjectKind.MAINTENANCE, item.work.id),
        title=item.work.title,
        body="",
        link=maintenance_url(look.snapshot, item),
        status=item.status,
        impact=MAINTENANCE,
        components=item.work.components,
    )


def _said(look: Look, item: MaintenanceSnapshot) -> Iterator[Notice]:
    for place, update in enumerate(item.work.updates):
        event = NoticeEvent.MAINTENANCE_ANNOUNCED if place == 0 else _event(look, item, update)
        key = f"maintenance/{item.work.file_name}#{update.id}"
        notice = _notice(look, item, key, event, update.at)
        yield replace(notice, body=update.body, status=update.status, update=update.id)


def _event(look: Look, item: MaintenanceSnapshot, update: Update) -> NoticeEvent:
    event = _EVENTS.get(update.status, NoticeEvent.MAINTENANCE_UPDATED)
    turned = {
        NoticeEvent.MAINTENANCE_STARTED: _started_key(item),
        NoticeEvent.MAINTENANCE_COMPLETED: _completed_key(item),
    }
    # When the clock has told of it already, a person adds to it.
    return NoticeEvent.MAINTENANCE_UPDATED if turned.get(event) in look.told.keys else event


def _moved(look: Look, item: MaintenanceSnapshot) -> Iterator[Notice]:
    """Give the notice of a window that is another than the one that was told; the first is known and not told."""
    if item.is_over:
        return
    work = item.work
    about = f"maintenance/{work.id}"
    key = f"{about}/window/{work.scheduled_for.isoformat()}/{work.scheduled_until.isoformat()}"
    notice = _notice(look, item, key, NoticeEvent.MAINTENANCE_UPDATED, look.now)
    is_first = about not in look.placed
    is_said = any(
        f"maintenance/{work.file_name}#{update.id}" not in look.told.keys for update in work.updates
    )
    begin, end = look.time(work.scheduled_for), look.time(work.scheduled_until)
    body = look.snapshot.words.say("notify.maintenance.moved", begin=begin, end=end)
    # Whoever moves work and writes of it in the same breath has told of it.
    yield replace(notice, body=body, silent=is_first or is_said)


def _started_key(item: MaintenanceSnapshot) -> str:
    return f"maintenance/{item.work.id}/started/{item.work.scheduled_for.isoformat()}"


def _completed_key(item: MaintenanceSnapshot) -> str:
    return f"maintenance/{item.work.id}/completed/{item.work.scheduled_until.isoformat()}"


def _by_the_clock(look: Look, item: MaintenanceSnapshot) -> Iterator[Notice]:
    work, written = item.work, {update.status for update in item.work.updates}
    if work.is_cancelled:
        return
    remind_at = work.scheduled_for - look.file.delivery.remind_before
    # What is announced later than that needs no reminder.
    if item.status is UpdateStatus.SCHEDULED and work.updates[0].at < remind_at <= look.now:
        key = f"maintenance/{work.id}/reminder/{work.scheduled_for.isoformat()}"
        reminder = _notice(look, item, key, NoticeEvent.MAINTENANCE_REMINDER, remind_at)
        begin, end = look.time(work.scheduled_for), look.time(work.scheduled_until)
        yield replace(
            reminder, body=look.snapshot.words.say("notify.maintenance.reminder", begin=begin, end=end)
        )
    if item.start <= look.now and not written & {UpdateStatus.IN_PROGRESS, UpdateStatus.COMPLETED}:
        started = _notice(look, item, _started_key(item), NoticeEvent.MAINTENANCE_STARTED, item.start)
        body = look.snapshot.words.say("notify.maintenance.started", end=look.time(item.end))
        yield replace(started, body=body, status=UpdateStatus.IN_PROGRESS)
    if item.end <= look.now and UpdateStatus.COMPLETED not in written:
        completed = _notice(look, item, _completed_key(item), NoticeEvent.MAINTENANCE_COMPLETED, item.end)
        yield replace(completed, body=look.snapshot.words.say("notify.maintenance.completed"))
