"""Notices of what a page shows: incidents, announced work, states of components, silence, certificates, escalation.

Escalation: when nobody takes care of an incident, or nobody says how it goes on, the next people get a notice when
80 % of the time allowed are over, and again when all of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from waypost.formats.lint import Cadence
from waypost.formats.status import ComponentStatus, Incident, Update, UpdateStatus, worst
from waypost.formats.subscribers import Escalation, NoticeEvent, SubscriberFile
from waypost.notify.rules.notices import Notice, Subject, SubjectKind, Told
from waypost.notify.rules.wording import time_writer
from waypost.publishing.api.statuspage import incident_url, maintenance_url
from waypost.status.rules.cadence import next_due
from waypost.status.rules.snapshot import MaintenanceSnapshot, Snapshot


@dataclass(frozen=True)
class Look:
    """One look at the page."""

    snapshot: Snapshot
    told: Told
    file: SubscriberFile
    cadence: Cadence

    @property
    def now(self) -> datetime:
        """The moment of the snapshot."""
        return self.snapshot.now

    @cached_property
    def placed(self) -> frozenset[str]:
        """The keys of all maintenance whose window was told, each as `maintenance/ID`."""
        mark = "/window/"
        return frozenset(key.partition(mark)[0] for key in self.told.keys if mark in key)

    def time(self, moment: datetime) -> str:
        """Write a moment in the zone of the page, with the zone."""
        return time_writer(self.snapshot)(moment)


_CLOSING = {
    UpdateStatus.RESOLVED: NoticeEvent.INCIDENT_RESOLVED,
    UpdateStatus.POSTMORTEM: NoticeEvent.INCIDENT_POSTMORTEM,
}


def incident_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for every update of every incident."""
    for incident in look.snapshot.incidents:
        for place, update in enumerate(incident.updates):
            event = _CLOSING.get(update.status, NoticeEvent.INCIDENT_UPDATED)
            yield update_notice(look, incident, update, NoticeEvent.INCIDENT_OPENED if place == 0 else event)


def update_notice(look: Look, incident: Incident, update: Update, event: NoticeEvent) -> Notice:
    """Return the notice that tells one update."""
    key = f"incident/{incident.id}#{update.id}"
    notice = notice_about(look, incident, key, event, update.at)
    return replace(notice, body=update.body, status=update.status, update=update.id)


def notice_about(look: Look, incident: Incident, key: str, event: NoticeEvent, at: datetime) -> Notice:
    """Return a notice about an incident as it is, which says nothing more yet."""
    return Notice(
        key=key,
        event=event,
        at=at,
        subject=Subject(SubjectKind.INCIDENT, incident.id),
        title=incident.title,
        body="",
        link=incident_url(look.snapshot, incident),
        status=incident.status,
        impact=incident.impact,
        components=tuple(incident.components),
    )


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


def known_states(snapshot: Snapshot, before: Mapping[str, ComponentStatus]) -> dict[str, ComponentStatus]:
    """Return what each component is now; no data leaves what was known before."""
    return {
        component.id: before.get(component.id, component.status)
        if component.status is ComponentStatus.NO_DATA
        else component.status
        for component in snapshot.components
    }


def component_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for each component whose state is another than was last known; no data is no news."""
    before = look.told.components or {}
    for component in look.snapshot.components:
        old, new = before.get(component.id), component.status
        if old in (None, ComponentStatus.NO_DATA) or new in (old, ComponentStatus.NO_DATA):
            continue
        # What it was before counts too, so that whoever hears of an outage hears of its end.
        weight = worst([old, new])
        yield Notice(
            key=f"component/{component.id}/{component.since.isoformat()}/{new}",
            event=NoticeEvent.COMPONENT_STATUS,
            at=component.since,
            subject=Subject(SubjectKind.COMPONENT, component.id),
            title=component.name,
            body="",
            link=f"{look.snapshot.page.url}components/{component.id}/",
            status=new,
            old_status=old,
            impact=weight.impact.value if weight.is_trouble else "",
            components=(component.id,),
        )


def overdue_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for each open incident whose next update did not come in time, once for each silence."""
    for incident in look.snapshot.active:
        due = look.snapshot.overdue.get(incident.id)
        if due is None:
            continue
        last = incident.updates[-1]
        key = f"overdue/{incident.id}#{last.id}"
        notice = notice_about(look, incident, key, NoticeEvent.UPDATE_OVERDUE, due)
        said = look.snapshot.words.say("notify.overdue", due=look.time(due), last=look.time(last.at))
        yield replace(notice, body=said)


def certificate_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for each certificate that ends soon, once for each end."""
    names = look.snapshot.names
    for item in look.snapshot.certificate_warnings:
        yield Notice(
            key=f"certificate/{item.component}/{item.check}/{item.expires.isoformat()}",
            event=NoticeEvent.CERTIFICATE_EXPIRING,
            at=look.now,
            subject=Subject(SubjectKind.COMPONENT, item.component),
            title=names[item.component],
            body=look.snapshot.words.say("notify.certificate", check=item.check, end=look.time(item.expires)),
            link=f"{look.snapshot.page.url}components/{item.component}/",
            components=(item.component,),
        )


def endpoint_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for each endpoint that is not sent to any more, for the operators."""
    for endpoint, disabled in look.told.disabled.items():
        yield Notice(
            key=f"endpoint/{endpoint}/disabled/{disabled.at.isoformat()}",
            event=NoticeEvent.ENDPOINT_DISABLED,
            at=disabled.at,
            subject=Subject(SubjectKind.ENDPOINT, endpoint),
            title=endpoint,
            body=look.snapshot.words.say(
                "notify.endpoint.disabled", reason=disabled.reason, since=look.time(disabled.at)
            ),
            link=look.snapshot.page.url,
            contacts=tuple(name for name in look.file.operators if name != endpoint),
            silent=not look.file.operators,
        )


def test_notice(snapshot: Snapshot, subscriber: str, at: datetime) -> Notice:
    """Return the notice that shows one subscriber that telling works."""
    return Notice(
        key=f"test/{subscriber}/{at.isoformat()}",
        event=NoticeEvent.TEST,
        at=at,
        subject=Subject(SubjectKind.TEST, subscriber),
        title=snapshot.words.say("notify.test.title"),
        body=snapshot.words.say("notify.test.body"),
        link=snapshot.page.url,
        contacts=(subscriber,),
    )


AT_RISK = 0.8
"""The share of the time allowed after which the first are told."""


@dataclass(frozen=True)
class Wait:
    """Something that is waited for."""

    reason: str
    """`acknowledge`, or `update`."""
    mark: str
    """Tells this wait from others of the incident."""
    begin: datetime
    due: datetime

    @property
    def at_risk(self) -> datetime:
        """When 80 % of the time are over."""
        return self.begin + (self.due - self.begin) * AT_RISK


def escalation_notices(look: Look) -> Iterator[Notice]:
    """Give a notice for each step of each wait that has been reached and that has contacts."""
    for number, escalation in enumerate(look.file.escalation):
        for incident in look.snapshot.active:
            if incident.impact in escalation.impacts:
                for wait in _waits(look, escalation, incident):
                    yield from _steps(look, escalation, number, incident, wait)


def _waits(look: Look, escalation: Escalation, incident: Incident) -> Iterator[Wait]:
    opened, last = incident.updates[0].at, incident.updates[-1]
    # Who writes of an incident takes care of it; one that the checks found waits for a person.
    if escalation.acknowledge_within and incident.automatic and incident.id not in look.told.acknowledged:
        yield Wait("acknowledge", "", opened, opened + escalation.acknowledge_within)
    due = next_due(incident, last, look.cadence)
    if due is not None:
        yield Wait("update", f"#{last.id}", last.at, due)


def _steps(
    look: Look, escalation: Escalation, number: int, incident: Incident, wait: Wait
) -> Iterator[Notice]:
    steps: Sequence[tuple[str, datetime, tuple[str, ...]]] = (
        ("at_risk", wait.at_risk, escalation.at_risk),
        ("breached", wait.due, escalation.breached),
    )
    for step, at, contacts in steps:
        if contacts and at <= look.now:
            key = f"escalation/{number}/{incident.id}{wait.mark}/{wait.reason}/{step}"
            notice = notice_about(look, incident, key, NoticeEvent.ESCALATION, at)
            said = look.snapshot.words.say(
                f"notify.escalation.{wait.reason}.{step}",
                begin=look.time(wait.begin),
                due=look.time(wait.due),
            )
            yield replace(notice, body=said, contacts=contacts)
