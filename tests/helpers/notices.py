"""What channels are given in tests: notices that planning made of a page, letters, and the means to send them.

A case names a page by the keys of `status_world`, the moment `now`, the moment `before` up to which all was told,
and the `event` that it is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import resources
from typing import Any

import yaml
from pydantic import TypeAdapter

from helpers.status_world import history_of, moment, site_of, take_snapshot
from waypost.base.faults import Fault, FaultKind
from waypost.base.net.addresses import refuser
from waypost.formats.lint import Cadence
from waypost.formats.status import Certificate
from waypost.formats.subscribers import NoticeEvent, Subscriber, SubscriberFile
from waypost.notify.channels.base import TransportContext
from waypost.notify.rules.deliveries import Delivery, DeliveryState
from waypost.notify.rules.notices import Disabled, Notice, OutboxState, Subject, SubjectKind
from waypost.notify.rules.plan import new_notices
from waypost.notify.rules.sources import NoticeContext, known_states
from waypost.status.rules.snapshot import Snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
"""What the clock of `means` says unless it is told otherwise."""

ESCALATION = {
    "subscribers": [{"id": "boss", "email": "boss@example.org"}],
    "escalation": [{"impacts": ["major"], "acknowledge_within": "15m", "breached": ["boss"]}],
    "operators": ["boss"],
    "email": {"server": "${SMTP}", "sender": "status@example.org"},
}


def channel_cases(kind: str) -> list[dict[str, Any]]:
    """Return the golden cases of a channel."""
    text = resources.files("waypost.notify.channels").joinpath(kind, "cases.yml").read_text(encoding="utf-8")
    cases: list[dict[str, Any]] = yaml.load(text, Loader=yaml.CSafeLoader)
    return cases


def compositions(case: Mapping[str, Any]) -> list[tuple[Notice, Snapshot]]:
    """Return what is new on the page of a case at `now`, in the order in which it is told."""
    snapshots = []
    for text in (case["before"], case["now"]):
        rows = replace(history_of(case), certificates=certificates_of(case))
        seen = take_snapshot(site_of(case), rows, moment(text), case.get("language", "en"))
        url = case.get("url")
        snapshots.append(replace(seen, page=replace(seen.page, url=url)) if url else seen)
    first, second = snapshots
    file = TypeAdapter(SubscriberFile).validate_python(ESCALATION)
    disabled = {
        name: Disabled(moment(at), "HTTP status 410: the endpoint is gone")
        for name, at in case.get("disabled", {}).items()
    }
    keys = frozenset(
        notice.key for notice in new_notices(NoticeContext(first, OutboxState(), file, Cadence()))
    )
    told = OutboxState(keys=keys, components=known_states(first, {}), disabled=disabled)
    faults = tuple(faults_of(case, second.now))
    found = new_notices(NoticeContext(second, told, file, Cadence(), faults))
    return [
        (replace(notice, sequence=case.get("sequence", 1) + place), second)
        for place, notice in enumerate([*found, *([sample(second.now)] if case["event"] == "test" else [])])
    ]


def certificates_of(case: Mapping[str, Any]) -> tuple[Certificate, ...]:
    """Read `downloads http-1 2026-11-30T00:00:00+00:00`."""
    rows = [text.split() for text in case.get("certificates", ())]
    seen = moment(case["now"])
    return tuple(Certificate(owner, check, moment(end), seen, 14) for owner, check, end in rows)


def faults_of(case: Mapping[str, Any], at: datetime) -> Iterator[Fault]:
    """Give our own faults of a case as the database has them at a moment.

    Each has a `kind`, a `message`, its beginning `since`, and perhaps a `subject` and its end `until`; `stored` and
    `over` say when its beginning and its end came into the database, where that was at other times.
    """
    for said in case.get("faults", ()):
        since, until = moment(said["since"]), moment(said["until"]) if "until" in said else None
        if moment(said.get("stored", said["since"])) <= at:
            is_over = until == since or (until is not None and moment(said.get("over", said["until"])) <= at)
            kind, subject = FaultKind(said["kind"]), said.get("subject", "")
            yield Fault(kind, subject, said["message"], since, until=until if is_over else None)


def composition(case: Mapping[str, Any]) -> tuple[Notice, Snapshot]:
    """Return the first notice of the event of a case, with its page."""
    found = compositions(case)
    events = [notice.event.value for notice, _ in found]
    assert case["event"] in events, f"only these are new: {events}"
    notice, snapshot = found[events.index(case["event"])]
    return replace(notice, sequence=case.get("sequence", 1)), snapshot


def sample(at: datetime) -> Notice:
    """Return a notice that only tries out whether telling works."""
    return Notice(
        key=f"test/{at.isoformat()}",
        event=NoticeEvent.TEST,
        at=at,
        subject=Subject(SubjectKind.TEST, "hook"),
        title="A test of your subscription",
        body="Nothing has happened.",
        link="https://help.lumen.example/status/",
    )


def letter(body: bytes, kind: str = "webhook", name: str = "msg_1") -> Delivery:
    """Return a letter that was claimed for the first time."""
    return Delivery(
        id=1,
        sequence=7,
        endpoint="hook",
        kind=kind,
        event=NoticeEvent.TEST,
        subject="test/hook",
        message_id=name,
        created_at=NOW,
        state=DeliveryState.PENDING,
        attempts=1,
        failures=0,
        body=body,
    )


def subscriber(**keys: Any) -> Subscriber:
    """Read a subscriber as it stands in subscribers.yml."""
    return TypeAdapter(Subscriber).validate_python({"id": "hook", **keys})


def means(
    environment: Mapping[str, str],
    *,
    timeout: timedelta = timedelta(seconds=5),
    networks: tuple[str, ...] = ("127.0.0.0/8",),
    clock: Callable[[], datetime] = lambda: NOW,
) -> TransportContext:
    """Return the means to send over this machine, which private addresses are allowed for."""
    delivery = {"timeout": f"{timeout.total_seconds():g}s", "private_networks": list(networks)}
    file = TypeAdapter(SubscriberFile).validate_python({"delivery": delivery})
    return TransportContext(
        file=file,
        page_name="Lumen status",
        page_url="https://help.lumen.example/status/",
        clock=clock,
        refuse=refuser(networks),
        environment=environment,
    )
