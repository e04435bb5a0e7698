"""What a notice says: the words that every channel shares, and its subject as it was when it happened.

Several updates may become known at once, and each has a notice of its own: the first must not say how it ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.base.markdown.plain_text import plain_text
from waypost.formats.status import (
    MAINTENANCE_STATUSES,
    ComponentStatus,
    Impact,
    Incident,
    Update,
    UpdateStatus,
)
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.rules.notices import Notice, Subject, SubjectKind
from waypost.status.rules.maintenance import MaintenanceSnapshot, maintenance_at, zoned_time
from waypost.status.rules.snapshot import Snapshot

MOST_NAMES = 8
"""How many components are named."""

GOOD_NEWS = (
    NoticeEvent.INCIDENT_RESOLVED,
    NoticeEvent.INCIDENT_POSTMORTEM,
    NoticeEvent.MONITOR_RECOVERED,
)

OWN_STATES = {
    NoticeEvent.MAINTENANCE_REMINDER: "reminder",
    NoticeEvent.UPDATE_OVERDUE: "overdue",
    NoticeEvent.CERTIFICATE_EXPIRING: "certificate",
    NoticeEvent.ESCALATION: "escalation",
    NoticeEvent.ENDPOINT_DISABLED: "endpoint",
    NoticeEvent.MONITOR_TROUBLE: "trouble",
    NoticeEvent.MONITOR_RECOVERED: "recovered",
    NoticeEvent.TEST: "test",
}
"""Events that go before the state of their subject, with the names of their texts."""


@dataclass(frozen=True)
class Wording:
    """The words of a notice, in the language and the zone of the page. All of it is plain text but `body`."""

    notice: Notice
    state: str
    """One or two words that go first, such as Resolved."""
    headline: str
    """`[Resolved] Downloads fail for large galleries`."""
    facts: tuple[str, ...]
    """Lines such as `Affects: Downloads and Uploads`."""
    body: str
    """Markdown; may be empty."""
    link: str
    link_text: str

    @property
    def plain_body(self) -> str:
        """The body as one line without marks."""
        return plain_text(self.body)


def wording_of(notice: Notice, snapshot: Snapshot) -> Wording:
    """Return the words of a notice."""
    words = snapshot.words
    state = _state(notice, snapshot)
    return Wording(
        notice=notice,
        state=state,
        headline=words.say("notify.headline", state=state, title=notice.title),
        facts=_facts(notice, snapshot),
        body=notice.body,
        link=notice.link,
        link_text=words.say("notify.open"),
    )


def _state(notice: Notice, snapshot: Snapshot) -> str:
    words = snapshot.words
    own = OWN_STATES.get(notice.event)
    if own is None and _is_move(notice, snapshot):
        own = "moved"
    if own is not None:
        return words.say(f"notify.event.{own}")
    if notice.subject.kind is SubjectKind.COMPONENT:
        return words.say(f"status.state.{notice.status}")
    return words.say(f"status.update.{notice.status}")


def _is_move(notice: Notice, snapshot: Snapshot) -> bool:
    """Return whether a notice is about a window that was moved without a word."""
    return any(
        update.id == notice.update and update.moved_to is not None
        for item in snapshot.maintenances
        if notice.subject == Subject(SubjectKind.MAINTENANCE, item.work.id)
        for update in item.updates
    )


def _facts(notice: Notice, snapshot: Snapshot) -> tuple[str, ...]:
    words, names = snapshot.words, [snapshot.names.get(name, name) for name in notice.components]
    facts: list[str] = []
    if notice.event is NoticeEvent.COMPONENT_STATUS:
        new, old = (words.say(f"status.state.{status}") for status in (notice.status, notice.old_status))
        return (words.say("notify.was", name=notice.title, new=new, old=old),)
    if notice.impact in tuple(Impact):
        facts.append(words.say(f"status.incident.impact.{notice.impact}"))
    if names and notice.subject.kind in (SubjectKind.INCIDENT, SubjectKind.MAINTENANCE):
        facts.append(words.say("notify.affects", names=words.join(names, limit=MOST_NAMES)))
    if notice.event is NoticeEvent.MAINTENANCE_ANNOUNCED:
        facts += _window(notice, snapshot)
    return (*facts, *_next_update(notice, snapshot))


def _window(notice: Notice, snapshot: Snapshot) -> list[str]:
    begin_end = (
        (page_time(snapshot, item.start), page_time(snapshot, item.end))
        for item in snapshot.maintenances
        if item.work.id == notice.subject.id
    )
    return [snapshot.words.say("notify.when", begin=begin, end=end) for begin, end in begin_end]


def _next_update(notice: Notice, snapshot: Snapshot) -> list[str]:
    """Say when the next update was promised, where the update of this notice did so."""
    return [
        snapshot.words.say("status.next_update", time=page_time(snapshot, update.next_update_by))
        for incident in snapshot.incidents
        if notice.subject == Subject(SubjectKind.INCIDENT, incident.id)
        for update in incident.updates
        if update.id == notice.update and update.next_update_by is not None
    ]


def page_time(snapshot: Snapshot, moment: datetime) -> str:
    """Write a moment in the zone of the page, with the name of the zone."""
    return zoned_time(snapshot.words, snapshot.page.time_zone, moment)


def colour_status(notice: Notice) -> ComponentStatus:
    """Return the state whose colour a message has: good news is green, whatever it was before."""
    if notice.event in GOOD_NEWS:
        return ComponentStatus.OPERATIONAL
    if notice.subject.kind is SubjectKind.COMPONENT and notice.status:
        return ComponentStatus(notice.status)
    if notice.subject.kind is SubjectKind.MAINTENANCE:
        is_done = notice.event is NoticeEvent.MAINTENANCE_COMPLETED
        return ComponentStatus.OPERATIONAL if is_done else ComponentStatus.UNDER_MAINTENANCE
    return Impact(notice.impact).status if notice.impact in list(Impact)[1:] else ComponentStatus.NO_DATA


def incident_as_of(notice: Notice, snapshot: Snapshot) -> tuple[Incident, Snapshot] | None:
    """Return the incident with its updates up to the one of the notice, and the page as of that update.

    None where the notice is about no incident of the page.
    """
    found = next((item for item in snapshot.incidents if item.id == notice.subject.id), None)
    if found is None or notice.subject.kind is not SubjectKind.INCIDENT:
        return None
    updates = _up_to(notice.update, found.updates)
    if len(updates) == len(found.updates):
        return found, snapshot
    earlier = replace(found, updates=updates, continued_as=None)
    return earlier, _page_as_of(earlier, snapshot)


def maintenance_as_of(notice: Notice, snapshot: Snapshot) -> MaintenanceSnapshot | None:
    """Return the maintenance with its updates up to the one of the notice, in the state of the notice.

    None where the notice is about no maintenance of the page.
    """
    found = next((item for item in snapshot.maintenances if item.work.id == notice.subject.id), None)
    if found is None or notice.subject.kind is not SubjectKind.MAINTENANCE:
        return None
    updates = _up_to(notice.update, found.updates)
    if not notice.update:
        updates = tuple(update for update in updates if update.at <= notice.at) or updates[:1]
    written = tuple(update for update in updates if update in found.work.updates)
    work = replace(found.work, updates=written or found.work.updates[:1])
    status = UpdateStatus(notice.status) if notice.status in MAINTENANCE_STATUSES else found.status
    return replace(maintenance_at(work, notice.at), status=status, updates=updates)


def _up_to(last: str, updates: Sequence[Update]) -> tuple[Update, ...]:
    """Return the updates to the one with this id; all of them where there is none."""
    end = next((place for place, update in enumerate(updates, start=1) if update.id == last), len(updates))
    return tuple(updates[:end])


def _page_as_of(earlier: Incident, snapshot: Snapshot) -> Snapshot:
    incidents = tuple(earlier if item.id == earlier.id else item for item in snapshot.incidents)
    end = earlier.updated_at
    return replace(
        snapshot,
        incidents=incidents,
        active=tuple(
            item
            for item in incidents
            if (earlier.resolved_at is None if item is earlier else item in snapshot.active)
        ),
        overdue={name: due for name, due in snapshot.overdue.items() if name != earlier.id},
        affected={
            **snapshot.affected,
            # A span that ended later lasted then.
            earlier.id: tuple(
                replace(span, end=None) if span.end is not None and span.end > end else span
                for span in snapshot.affected.get(earlier.id, ())
                if span.start <= end
            ),
        },
    )
