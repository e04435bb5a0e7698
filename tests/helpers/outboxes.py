"""Fill an outbox as planning does, and work it off as a worker does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from waypost.formats.status import ComponentStatus
from waypost.formats.subscribers import NoticeEvent
from waypost.notify.outbox import Outbox
from waypost.notify.rules.deliveries import Attempt, ClaimedEndpoint, Endpoint, Letter, Report
from waypost.notify.rules.notices import Batch, Disabled, Notice, Posting, Subject, SubjectKind

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
LEASE = timedelta(seconds=30)


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def endpoint(name: str, host: str | None = None, kind: str = "webhook", fingerprint: str = "1") -> Endpoint:
    """Make an endpoint with a host of its own, unless one is named."""
    return Endpoint(name, kind, f"{name}.example" if host is None else host, fingerprint)


def posting(key: str, endpoints: Sequence[str] = (), subject: str = "downloads", **bodies: bytes) -> Posting:
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
    return Posting(notice, f"msg_{key}", {**made, **bodies}, tuple(endpoints))


def batch(*postings: Posting, components: Mapping[str, ComponentStatus] | None = None) -> Batch:
    return Batch(postings, components or {})


def tell(outbox: Outbox, keys: Sequence[str], endpoints: Sequence[str], seconds: float = 0) -> None:
    """Tell of these keys, each to all of the endpoints."""
    found = batch(*(posting(key, endpoints) for key in keys))
    outbox.tell(lambda *_: found, at(seconds))


def claim(
    outbox: Outbox,
    seconds: float = 0,
    owner: str = "worker",
    limit: int = 100,
    per_host: int = 4,
    letters: int = 10,
) -> list[ClaimedEndpoint]:
    return outbox.claim(at(seconds), owner, LEASE, limit, per_host, letters)


def told(claims: Sequence[ClaimedEndpoint]) -> dict[str, list[str]]:
    """Return the ids of the messages that each claimed endpoint gets next."""
    return {item.endpoint: [letter.delivery.message_id for letter in item.letters] for item in claims}


def delivered(letter: Letter, seconds: float = 0, remote: str = "") -> Attempt:
    return Attempt(letter.delivery.id, at(seconds), delivered=True, remote=remote)


def failed(
    letter: Letter, seconds: float = 0, again: float | None = 5, *, blames_host: bool = False
) -> Attempt:
    """Make a failure that is tried again after some seconds, or given up where that is None."""
    return Attempt(
        letter.delivery.id,
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
    (counted,) = outbox.report([Report(item, attempts, disabled)], at(seconds))
    return counted


def deliver_all(outbox: Outbox, item: ClaimedEndpoint, seconds: float = 0) -> bool:
    return report(outbox, item, *(delivered(letter, seconds) for letter in item.letters), seconds=seconds)
