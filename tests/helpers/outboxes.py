"""Fill an outbox as planning does, and work it off as a worker does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import Attempt, ClaimedEndpoint, ClaimResult, Delivery, Endpoint
from waypost.notify.rules.notices import (
    Disabled,
    Notice,
    NoticePlan,
    OutboxState,
    PlannedNotice,
    Subject,
    SubjectKind,
)

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def endpoint(name: str, host: str | None = None, kind: str = "webhook", fingerprint: str = "1") -> Endpoint:
    """Make an endpoint with a host of its own, unless one is named."""
    return Endpoint(name, kind, f"{name}.example" if host is None else host, fingerprint)


def planned(
    key: str, endpoints: Sequence[str] = (), subject: str = "downloads", **bodies: bytes
) -> PlannedNotice:
    notice = Notice(
        key,
        NoticeEvent.INCIDENT_UPDATED,
        START,
        Subject(SubjectKind.INCIDENT, subject),
        "Downloads fail",
        "We look into it.",
        "https://status.example.org/",
    )
    made: Mapping[str, bytes] = {"webhook": f"body of {key}".encode(), "email": f"mail of {key}".encode()}
    return PlannedNotice(notice, f"msg_{key}", dict.fromkeys(endpoints, "webhook"), {**made, **bodies})


def plan_of(
    *notices: PlannedNotice, components: Mapping[str, ComponentStatus] | None = None
) -> Callable[[OutboxState, int], NoticePlan]:
    """Return a plan of these notices, which numbers them as planning does."""

    def plan(_: OutboxState, first: int) -> NoticePlan:
        numbered = (
            replace(item, notice=replace(item.notice, sequence=sequence))
            for sequence, item in enumerate(notices, first)
        )
        return NoticePlan(tuple(numbered), components or {})

    return plan


def enqueue(outbox: Outbox, keys: Sequence[str], endpoints: Sequence[str], seconds: float = 0) -> None:
    """Enqueue a notice for each key, to all of the endpoints."""
    outbox.enqueue(plan_of(*(planned(key, endpoints) for key in keys)), at(seconds))


def claim(
    outbox: Outbox,
    seconds: float = 0,
    owner: str = "worker",
    limit: int = 100,
    per_host: int = 4,
    per_claim: int = 10,
) -> list[ClaimedEndpoint]:
    return outbox.claim(
        at(seconds), owner=owner, lease=LEASE, limit=limit, per_host=per_host, per_claim=per_claim
    )


def messages(claims: Sequence[ClaimedEndpoint]) -> dict[str, list[str]]:
    """Return the ids of the messages that each claimed endpoint gets next."""
    return {item.endpoint: [delivery.message_id for delivery in item.deliveries] for item in claims}


def delivered(delivery: Delivery, seconds: float = 0, remote: str = "") -> Attempt:
    return Attempt(delivery.id, at(seconds), delivered=True, remote=remote)


def failed(
    delivery: Delivery, seconds: float = 0, again: float | None = 5, *, blames_host: bool = False
) -> Attempt:
    """Make a failure that is tried again after some seconds, or given up where that is None."""
    return Attempt(
        delivery.id,
        at(seconds),
        delivered=False,
        error="the server answered with HTTP status 500",
        gives_up=again is None,
        next_at=None if again is None else at(seconds + again),
        blames_host=blames_host,
    )


def report(
    outbox: Outbox,
    item: ClaimedEndpoint,
    *attempts: Attempt,
    seconds: float = 0,
    disabled: Disabled | None = None,
) -> bool:
    (counted,) = outbox.record([ClaimResult(item, attempts, disabled)], at(seconds))
    return counted


def deliver_all(outbox: Outbox, item: ClaimedEndpoint, seconds: float = 0) -> bool:
    return report(
        outbox, item, *(delivered(delivery, seconds) for delivery in item.deliveries), seconds=seconds
    )
