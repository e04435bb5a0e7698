"""The words of a notice that every channel shares: what goes first, what is affected, what is said, the link."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from waypost.base.markdown.plain_text import plain_text
from waypost.formats.notices import Notice, NoticeEvent, Subject, SubjectKind
from waypost.formats.status import ComponentStatus, Impact
from waypost.status.rules.snapshot import Snapshot

MOST_NAMES = 8
"""How many components are named."""

OWN_STATES = {
    NoticeEvent.MAINTENANCE_REMINDER: "reminder",
    NoticeEvent.UPDATE_OVERDUE: "overdue",
    NoticeEvent.CERTIFICATE_EXPIRING: "certificate",
    NoticeEvent.ESCALATION: "escalation",
    NoticeEvent.ENDPOINT_DISABLED: "endpoint",
    NoticeEvent.TEST: "test",
}
"""Events that are more telling than the state of what they are about, with the names of their texts."""


@dataclass(frozen=True)
class Wording:
    """What a notice says, in the language and the zone of the page. All of it is plain text but `body`."""

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


def wording(notice: Notice, snapshot: Snapshot) -> Wording:
    """Return what a notice says."""
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
    if own is None and notice.event is NoticeEvent.MAINTENANCE_UPDATED and not notice.update:
        own = "moved"
    if own is not None:
        return words.say(f"notify.event.{own}")
    if notice.subject.kind is SubjectKind.COMPONENT:
        return words.say(f"status.state.{notice.status}")
    return words.say(f"status.update.{notice.status}")


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
    times = time_writer(snapshot)
    return [
        snapshot.words.say("notify.when", begin=times(item.start), end=times(item.end))
        for item in snapshot.maintenances
        if item.work.id == notice.subject.id
    ]


def _next_update(notice: Notice, snapshot: Snapshot) -> list[str]:
    """Say when the next word was promised, where the update that is told did so."""
    write = time_writer(snapshot)
    return [
        snapshot.words.say("status.next_update", time=write(update.next_update_by))
        for incident in snapshot.incidents
        if notice.subject == Subject(SubjectKind.INCIDENT, incident.id)
        for update in incident.updates
        if update.id == notice.update and update.next_update_by is not None
    ]


def time_writer(snapshot: Snapshot) -> Callable[[datetime], str]:
    """Return what writes a moment in the zone of the page, with the name of the zone."""
    zone = snapshot.page.time_zone

    def write(moment: datetime) -> str:
        local = moment.astimezone(ZoneInfo(zone))
        return f"{snapshot.words.date('status.date.day_time_year', local)} ({zone})"

    return write


def colour_status(notice: Notice) -> ComponentStatus:
    """Return the state whose colour a message wears: good news is green, whatever it was before."""
    if notice.event in (NoticeEvent.INCIDENT_RESOLVED, NoticeEvent.INCIDENT_POSTMORTEM):
        return ComponentStatus.OPERATIONAL
    if notice.subject.kind is SubjectKind.COMPONENT and notice.status:
        return ComponentStatus(notice.status)
    if notice.subject.kind is SubjectKind.MAINTENANCE:
        is_done = notice.event is NoticeEvent.MAINTENANCE_COMPLETED
        return ComponentStatus.OPERATIONAL if is_done else ComponentStatus.UNDER_MAINTENANCE
    return Impact(notice.impact).status if notice.impact in list(Impact)[1:] else ComponentStatus.NO_DATA
