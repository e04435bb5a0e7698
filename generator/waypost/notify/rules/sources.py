"""Notices of what a page shows: incidents, announced work, states of components, silence, certificates, escalation.

Escalation: when nobody takes care of an incident, or nobody says how it goes on, the next people get a notice when
80 % of the time allowed are over, and again when all of it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.base.faults import Fault
from waypost.formats.lint import Cadence
from waypost.formats.status import ComponentStatus, Incident, Update, UpdateStatus, worst
from waypost.formats.subscribers import Escalation, NoticeEvent, SubscriberFile
from waypost.notify.rules.notices import Notice, OutboxState, Subject, SubjectKind
from waypost.notify.rules.wording import page_time
from waypost.publishing.api.statuspage import incident_url, maintenance_url
from waypost.status.rules.events import component_key, incident_key, maintenance_key
from waypost.status.rules.incidents import next_due
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

MAINTENANCE = "maintenance"
"""What stands for an impact where work was announced, as in the Statuspage API."""

AT_RISK = 0.8
"""The share of the time allowed after which an escalation begins."""

_CLOSING = {
    UpdateStatus.RESOLVED: NoticeEvent.INCIDENT_RESOLVED,
    UpdateStatus.WITHDRAWN: NoticeEvent.INCIDENT_RESOLVED,
    UpdateStatus.POSTMORTEM: NoticeEvent.INCIDENT_POSTMORTEM,
}

_MAINTENANCE_EVENTS = {
    UpdateStatus.IN_PROGRESS: NoticeEvent.MAINTENANCE_STARTED,
    UpdateStatus.VERIFYING: NoticeEvent.MAINTENANCE_UPDATED,
    UpdateStatus.COMPLETED: NoticeEvent.MAINTENANCE_COMPLETED,
    UpdateStatus.CANCELLED: NoticeEvent.MAINTENANCE_CANCELLED,
}


@dataclass(frozen=True)
class NoticeContext:
    """Everything that notices are made from: the page, the outbox, the settings, and our own faults."""

    snapshot: Snapshot
    state: OutboxState
    file: SubscriberFile
    cadence: Cadence
    faults: tuple[Fault, ...] = ()

    def say(self, key: str, **values: str | datetime) -> str:
        """Return a sentence of the page's language; moments are written in its time zone, with the zone."""
        texts = {
            name: page_time(self.snapshot, value) if isinstance(value, datetime) else value
            for name, value in values.items()
        }
        return self.snapshot.words.say(key, **texts)


def incident_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for every update of every incident."""
    for incident in context.snapshot.incidents:
        for place, update in enumerate(incident.updates):
            event = _CLOSING.get(update.status, NoticeEvent.INCIDENT_UPDATED)
            yield update_notice(
                context, incident, update, NoticeEvent.INCIDENT_OPENED if place == 0 else event
            )


def update_notice(context: NoticeContext, incident: Incident, update: Update, event: NoticeEvent) -> Notice:
    """Return the notice of one update."""
    key = incident_key(incident, update)
    notice = _incident_notice(context, incident, key, event, update.at, update.body)
    return replace(notice, status=update.status, update=update.id)


def _incident_notice(
    context: NoticeContext, incident: Incident, key: str, event: NoticeEvent, at: datetime, body: str
) -> Notice:
    return Notice(
        key=key,
        event=event,
        at=at,
        subject=Subject(SubjectKind.INCIDENT, incident.id),
        title=incident.title,
        body=body,
        link=incident_url(context.snapshot, incident),
        status=incident.status,
        impact=incident.impact,
        components=tuple(incident.components),
    )


def maintenance_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for everything that happened to a maintenance, and for each that begins soon.

    One update of several windows of work that repeats is one notice, about the first of them.
    """
    keys: set[str] = set()
    for item in sorted(context.snapshot.maintenances, key=lambda item: (item.start, item.work.id)):
        for notice in (*_timeline_notices(context, item), *_reminders(context, item)):
            if notice.key not in keys:
                keys.add(notice.key)
                yield notice


def _maintenance_notice(
    context: NoticeContext, item: MaintenanceSnapshot, key: str, event: NoticeEvent, at: datetime, body: str
) -> Notice:
    return Notice(
        key=key,
        event=event,
        at=at,
        subject=Subject(SubjectKind.MAINTENANCE, item.work.id),
        title=item.work.title,
        body=body,
        link=maintenance_url(context.snapshot, item),
        status=item.status,
        impact=MAINTENANCE,
        components=item.work.components,
    )


def _timeline_notices(context: NoticeContext, item: MaintenanceSnapshot) -> Iterator[Notice]:
    happened: set[NoticeEvent] = set()
    for place, update in enumerate(item.updates):
        event = _MAINTENANCE_EVENTS.get(update.status, NoticeEvent.MAINTENANCE_UPDATED)
        if place == 0:
            event = NoticeEvent.MAINTENANCE_ANNOUNCED
        elif event in happened:
            # Where the clock has begun or ended it already, a person adds to it.
            event = NoticeEvent.MAINTENANCE_UPDATED
        happened.add(event)
        key = maintenance_key(item, update)
        notice = _maintenance_notice(context, item, key, event, update.at, update.body)
        is_known = _former_key(item, update) in context.state.keys
        yield replace(notice, status=update.status, update=update.id, silent=is_known)


def _former_key(item: MaintenanceSnapshot, update: Update) -> str:
    """Return the key of what the clock did, as an outbox has it that an earlier version filled."""
    word = "started" if update.status is UpdateStatus.IN_PROGRESS else "completed"
    return f"maintenance/{item.work.id}/{word}/{update.at.isoformat()}"


def _reminders(context: NoticeContext, item: MaintenanceSnapshot) -> Iterator[Notice]:
    work = item.work
    remind_at = work.scheduled_for - context.file.delivery.remind_before
    # What is announced later than that needs no reminder.
    if item.status is UpdateStatus.SCHEDULED and work.updates[0].at < remind_at <= context.snapshot.now:
        key = f"maintenance/{work.id}/reminder/{work.scheduled_for.isoformat()}"
        body = context.say("notify.maintenance.reminder", begin=work.scheduled_for, end=work.scheduled_until)
        yield _maintenance_notice(context, item, key, NoticeEvent.MAINTENANCE_REMINDER, remind_at, body)


def known_states(snapshot: Snapshot, before: Mapping[str, ComponentStatus]) -> dict[str, ComponentStatus]:
    """Return the present state of each component; no data leaves the state that was known before."""
    return {
        component.id: before.get(component.id, component.status)
        if component.status is ComponentStatus.NO_DATA
        else component.status
        for component in snapshot.components
    }


def component_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for each component whose state differs from the one that was known; no data is no news."""
    before = context.state.components or {}
    for component in context.snapshot.components:
        old, new = before.get(component.id), component.status
        if old in (None, ComponentStatus.NO_DATA) or new in (old, ComponentStatus.NO_DATA):
            continue
        # The state before counts too, so that everybody who heard of an outage hears of its end.
        weight = worst([old, new])
        yield Notice(
            key=component_key(component.id, component.since, new),
            event=NoticeEvent.COMPONENT_STATUS,
            at=component.since,
            subject=Subject(SubjectKind.COMPONENT, component.id),
            title=component.name,
            body="",
            link=f"{context.snapshot.page.url}components/{component.id}/",
            status=new,
            old_status=old,
            impact=weight.impact.value if weight.is_trouble else "",
            components=(component.id,),
        )


def overdue_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for each open incident whose next update did not come in time, once for each silence."""
    for incident in context.snapshot.active:
        due = context.snapshot.overdue.get(incident.id)
        if due is not None:
            last = incident.updates[-1]
            key = f"overdue/{incident.id}#{last.id}"
            body = context.say("notify.overdue", due=due, last=last.at)
            yield _incident_notice(context, incident, key, NoticeEvent.UPDATE_OVERDUE, due, body)


def certificate_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for each certificate that ends soon, once for each end."""
    for item in context.snapshot.certificate_warnings:
        yield Notice(
            key=f"certificate/{item.component}/{item.check}/{item.expires.isoformat()}",
            event=NoticeEvent.CERTIFICATE_EXPIRING,
            at=context.snapshot.now,
            subject=Subject(SubjectKind.COMPONENT, item.component),
            title=context.snapshot.names[item.component],
            body=context.say("notify.certificate", check=item.check, end=item.expires),
            link=f"{context.snapshot.page.url}components/{item.component}/",
            components=(item.component,),
        )


def endpoint_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for each endpoint that nothing is sent to any more, for the operators."""
    for endpoint, disabled in context.state.disabled.items():
        yield Notice(
            key=f"endpoint/{endpoint}/disabled/{disabled.at.isoformat()}",
            event=NoticeEvent.ENDPOINT_DISABLED,
            at=disabled.at,
            subject=Subject(SubjectKind.ENDPOINT, endpoint),
            title=endpoint,
            body=context.say("notify.endpoint.disabled", reason=disabled.reason, since=disabled.at),
            link=context.snapshot.page.url,
            contacts=context.file.operators,
        )


def escalation_notices(context: NoticeContext) -> Iterator[Notice]:
    """Give a notice for each step of each wait that has been reached and that has contacts."""
    for number, escalation in enumerate(context.file.escalation):
        for incident in context.snapshot.active:
            if incident.impact in escalation.impacts:
                for wait, mark, begin, due in _waits(context, escalation, incident):
                    key = f"escalation/{number}/{incident.id}{mark}/{wait}"
                    yield from _steps(context, escalation, incident, key, begin, due)


def _waits(
    context: NoticeContext, escalation: Escalation, incident: Incident
) -> Iterator[tuple[str, str, datetime, datetime]]:
    """Give each wait: `acknowledge` or `update`, its mark among others of the incident, its begin and its end."""
    opened, last = incident.updates[0].at, incident.updates[-1]
    # A person who writes of an incident takes care of it; an automatic one waits for a person.
    is_acknowledged = not incident.automatic or incident.id in context.state.acknowledged
    if escalation.acknowledge_within and not is_acknowledged:
        yield "acknowledge", "", opened, opened + escalation.acknowledge_within
    due = next_due(incident, last, context.cadence)
    if due is not None:
        yield "update", f"#{last.id}", last.at, due


def _steps(
    context: NoticeContext,
    escalation: Escalation,
    incident: Incident,
    key: str,
    begin: datetime,
    due: datetime,
) -> Iterator[Notice]:
    wait = key.rpartition("/")[2]
    for step, at, contacts in (
        ("at_risk", begin + (due - begin) * AT_RISK, escalation.at_risk),
        ("breached", due, escalation.breached),
    ):
        if contacts and at <= context.snapshot.now:
            body = context.say(f"notify.escalation.{wait}.{step}", begin=begin, due=due)
            event = NoticeEvent.ESCALATION
            notice = _incident_notice(context, incident, f"{key}/{step}", event, at, body)
            yield replace(notice, contacts=contacts)


def test_notice(snapshot: Snapshot, subscriber: str, at: datetime) -> Notice:
    """Return the notice that shows one subscriber that messages arrive."""
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
