"""Notices, letters and means for the tests of channels, and the golden cases that stand in each channel's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from helpers.cases import read_yaml
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.net.network import Refuse
from waypost.formats.subscribers import DeliverySettings, NoticeEvent, Subscriber, SubscriberFile
from waypost.notify import channels
from waypost.notify.channels.base import TransportContext
from waypost.notify.rules.deliveries import Delivery, DeliveryState
from waypost.notify.rules.notices import Notice, Subject, SubjectKind
from waypost.status.rules.snapshot import Snapshot

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = "https://help.lumen.example/status/"
FOLDER = Path(channels.__file__).parent

Case = dict[str, Any]


@cache
def page(language: str = "en") -> Snapshot:
    """Take the picture of a page with three components and announced work."""
    place = site(
        {"Galleries": {"downloads": 1, "uploads": 0}, "payments": 0},
        maintenances=[{"id": "database", "components": ["downloads", "uploads"], "window": "15:00-16:30"}],
        zone="Europe/Berlin",
    )
    return take_snapshot(place, history(["00:00 http-1 operational"]), NOW, language)


def notice(said: Mapping[str, Any]) -> Notice:
    """Make a notice from the words of a case; without any, an incident that began."""
    kind, _, identity = said.get("subject", "incident/2026-11-20-downloads").partition("/")
    folder = {"incident": "incidents", "maintenance": "maintenance", "component": "components"}.get(kind)
    return Notice(
        key=said.get("key", "key"),
        event=NoticeEvent(said.get("event", "incident.opened")),
        at=moment(said.get("at", "10:02")),
        subject=Subject(SubjectKind(kind), identity),
        title=said.get("title", "Downloads fail for large galleries"),
        body=said.get("body", "") * said.get("times", 1),
        link=said.get("link", f"{PAGE}{folder}/{identity}/" if folder else PAGE),
        status=said.get("status", "investigating" if kind == "incident" else ""),
        old_status=said.get("old_status", ""),
        impact=said.get("impact", ""),
        components=tuple(said.get("components", ())),
    )


def composition(said: Mapping[str, Any]) -> tuple[Notice, Snapshot]:
    """Return a notice and its page, from which a channel composes a message; `language` is that of the page."""
    return replace(notice(said), sequence=7), page(said.get("language", "en"))


def golden_bodies(kind: str) -> pytest.MarkDecorator:
    """Parametrize a test by `case` with the cases of a channel: a notice, and the body that is made of it."""
    cases: list[Case] = read_yaml(FOLDER / kind / "cases.yml")
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names) > 10, "cases of one name, or few of them"
    return pytest.mark.parametrize("case", cases, ids=names)


def letter(
    body: bytes,
    event: str = "incident.opened",
    subject: str = "incident/2026-11-20-downloads",
    first_remote: str = "",
) -> Delivery:
    """Make a letter that was claimed."""
    return Delivery(
        id=1,
        sequence=7,
        endpoint="anna",
        kind="test",
        event=NoticeEvent(event),
        subject=subject,
        message_id="msg_test",
        created_at=NOW,
        state=DeliveryState.PENDING,
        attempts=1,
        failures=0,
        body=body,
        first_remote=first_remote,
    )


def means(
    environment: Mapping[str, str],
    timeout: timedelta = timedelta(seconds=5),
    refuse: Refuse = lambda _: False,
    **keys: Any,
) -> TransportContext:
    """Make what sending needs; unless something is refused, every address may be reached."""
    file = SubscriberFile(delivery=DeliverySettings(timeout=timeout), **keys)
    return TransportContext(file, "Lumen status", PAGE, lambda: NOW, refuse, environment)


def subscriber(**channel: Any) -> Subscriber:
    """Make a subscriber with one channel."""
    return Subscriber(id="anna", **channel)
