"""Maintenance windows as iCalendar files (RFC 5545), by the icalendar library."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Component, Event, Timezone, TimezoneStandard

from waypost.base.feeds.feed import clean
from waypost.base.markdown.plain_text import plain_text
from waypost.formats.status import UpdateStatus
from waypost.publishing.api.statuspage import maintenance_url
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.snapshot import Snapshot

_LATEST = 500
"""How many events a calendar holds: the oldest leave it first."""


def calendar_files(snapshot: Snapshot) -> dict[str, bytes]:
    """Return the calendar of all maintenance and one for each component, by path.

    Every window is an event. The bytes depend on the data only, not on the clock.
    """
    works = sorted(snapshot.maintenances, key=lambda item: (item.start, item.work.id))[-_LATEST:]
    events = {item.work.id: _event(snapshot, item) for item in works}
    files = {calendar_path(): _calendar(snapshot, snapshot.page.name, events.values())}
    for component, name in snapshot.names.items():
        own = [events[item.work.id] for item in works if component in item.work.components]
        title = snapshot.words.say("news.feed_title", name=snapshot.page.name, part=name)
        files[calendar_path(component)] = _calendar(snapshot, title, own)
    return files


def calendar_path(component: str | None = None) -> str:
    """Return the path of the calendar of a component, or of all maintenance."""
    return f"components/{component}/maintenance.ics" if component else "maintenance.ics"


def _calendar(snapshot: Snapshot, title: str, events: Collection[Event]) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", f"-//Waypost//Status//{snapshot.words.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("name", clean(title))
    calendar.add("x-wr-calname", clean(title))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    components: Collection[Component] = events or (_zone(),)
    for component in components:
        calendar.add_component(component)
    data: bytes = calendar.to_ical()
    return data


def _zone() -> Timezone:
    """Return the zone of all times here, which a calendar without an event holds: it must have a component.

    Whoever has subscribed to it must not lose it while nothing is planned.
    """
    standard = TimezoneStandard()
    # The first is a local time of the zone, which RFC 5545 writes without an offset.
    standard.add("dtstart", datetime(1970, 1, 1))  # noqa: DTZ001
    standard.add("tzoffsetfrom", timedelta(0))
    standard.add("tzoffsetto", timedelta(0))
    standard.add("tzname", "UTC")
    zone = Timezone()
    zone.add("tzid", "Etc/UTC")
    zone.add_component(standard)
    return zone


def _event(snapshot: Snapshot, item: MaintenanceSnapshot) -> Event:
    work, host = item.work, urlsplit(snapshot.page.url).hostname
    is_cancelled = item.status is UpdateStatus.CANCELLED
    title = snapshot.words.say("calendar.cancelled", title=work.title) if is_cancelled else work.title
    changed = max(update.edited or update.at for update in item.updates).astimezone(UTC)
    event = Event()
    event.add("uid", f"{work.id}@{host}")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("dtstart", work.scheduled_for.astimezone(UTC))
    event.add("dtend", work.scheduled_until.astimezone(UTC))
    # Whatever happens to the work may move its window or change its state, so each counts as a revision.
    event.add("sequence", len(item.updates) - 1)
    event.add("status", "CANCELLED" if is_cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", clean(title))
    event.add("description", clean(_description(snapshot, item, work.components)))
    event.add("url", maintenance_url(snapshot, item))
    event.add("categories", [snapshot.words.say("calendar.category")])
    return event


def _description(snapshot: Snapshot, item: MaintenanceSnapshot, components: Sequence[str]) -> str:
    """Return the components and the text of the work; for a cancelled window, the reason."""
    names = ", ".join(snapshot.names.get(name, name) for name in components)
    update = item.work.updates[-1 if item.work.is_cancelled else 0]
    return snapshot.words.say("calendar.description", names=names, text=plain_text(update.body))
