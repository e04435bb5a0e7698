"""Maintenance windows as an iCalendar file (RFC 5545), by the icalendar library."""

from __future__ import annotations

from datetime import UTC, timedelta
from urllib.parse import urlsplit

from icalendar import Calendar, Event

from waypost.adapters.feeds import clean
from waypost.core.snapshot import MaintenanceSnapshot, Snapshot
from waypost.core.statuspage import maintenance_url
from waypost.core.text import plain_text


def calendar_file(snapshot: Snapshot) -> bytes:
    """Return every maintenance as an event; the bytes depend on the data only, not on the clock."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Waypost//Status//{snapshot.words.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("name", clean(snapshot.page.name))
    calendar.add("x-wr-calname", clean(snapshot.page.name))
    calendar.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    for item in sorted(snapshot.maintenances, key=lambda item: (item.start, item.work.id)):
        calendar.add_component(_event(snapshot, item))
    data: bytes = calendar.to_ical()
    return data


def _event(snapshot: Snapshot, item: MaintenanceSnapshot) -> Event:
    work, host = item.work, urlsplit(snapshot.page.url).hostname
    names = [snapshot.names.get(name, name) for name in work.components]
    event = Event()
    event.add("uid", f"{work.id}@{host}")
    event.add("dtstamp", work.updated_at.astimezone(UTC))
    event.add("last-modified", work.updated_at.astimezone(UTC))
    event.add("dtstart", work.scheduled_for.astimezone(UTC))
    event.add("dtend", work.scheduled_until.astimezone(UTC))
    # Every update may move the window, so each counts as a revision.
    event.add("sequence", len(work.updates) - 1)
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("summary", clean(work.title))
    said = {"names": ", ".join(names), "text": plain_text(work.updates[0].body)}
    event.add("description", clean(snapshot.words.say("calendar.description", **said)))
    event.add("url", maintenance_url(snapshot, item))
    event.add("categories", [snapshot.words.say("calendar.category")])
    return event
