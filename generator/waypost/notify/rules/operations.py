"""Notices for those who run the service: states of components, silence, certificates, endpoints that are given up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from waypost.formats.notices import Notice, NoticeEvent, Subject, SubjectKind
from waypost.formats.status import ComponentStatus, worst
from waypost.notify.rules.context import Look
from waypost.notify.rules.incidents import notice_about
from waypost.status.rules.snapshot import Snapshot


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
