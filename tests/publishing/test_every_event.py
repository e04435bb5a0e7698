"""Every event of a random history is read back from feeds, APIs, the calendar, notices and pages: once in each."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from helpers.status_world import history_of, moment, site_of, take_snapshot
from waypost.base.ids import public_id
from waypost.formats.lint import Cadence
from waypost.formats.project import HelpCenter, Project
from waypost.formats.status import Incident
from waypost.formats.subscribers import NoticeEvent, SubscriberFile
from waypost.notify.rules.notices import OutboxState
from waypost.notify.rules.plan import new_notices
from waypost.notify.rules.sources import NoticeContext
from waypost.publishing.files import status_files
from waypost.status.rules.events import LogEvent
from waypost.status.rules.snapshot import Snapshot

Seen = Counter[tuple[str, datetime]]
"""Keys with their times, and how often each was found."""

STATES = st.sampled_from(["operational", "degraded_performance", "partial_outage", "major_outage"])
NAMES = st.sampled_from(["downloads", "uploads"])
CHANGES = st.dictionaries(NAMES, STATES).map(
    lambda states: " · " + ", ".join(f"{name}: {state}" for name, state in states.items()) if states else ""
)
PATHS = (
    ("investigating",),
    ("investigating", "monitoring"),
    ("investigating", "identified", "resolved"),
    ("investigating", "resolved", "postmortem"),
    ("investigating", "resolved", "investigating", "resolved"),
    ("investigating", "withdrawn"),
)
ENTRY = re.compile(r'<(?:li|section)[^>]* id="(\w+z-[\w-]+)".*?datetime="([^"]+)"', re.S)
CLOSING = ("resolved", "withdrawn", "postmortem")
WORKS = (
    ("scheduled",),
    ("scheduled", "in_progress"),
    ("scheduled", "in_progress", "completed"),
    ("scheduled", "cancelled"),
    ("scheduled", "scheduled"),
)


@st.composite
def incidents(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(1, 8))
    says = [
        f"{start + place:02}:{draw(st.integers(0, 59)):02} {status}"
        + ("" if status in CLOSING else draw(CHANGES))
        for place, status in enumerate(draw(st.sampled_from(PATHS)))
    ]
    name = f"incident-{draw(st.integers(0, 99_999))}"
    return {"id": name, "components": draw(st.dictionaries(NAMES, STATES)), "says": says}


@st.composite
def maintenances(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.integers(3, 10))
    moments = sorted(draw(st.sets(st.integers((start - 2) * 60, (start + 2) * 60), min_size=3, max_size=3)))
    steps = draw(st.sampled_from(WORKS))
    says = [f"{at // 60:02}:{at % 60:02} {status}" for at, status in zip(moments, steps, strict=False)]
    window = f"{start:02}:00-{start + 1:02}:00"
    return {
        "id": f"work-{draw(st.integers(0, 99_999))}",
        "components": [draw(NAMES)],
        "window": window,
        "says": says,
    }


@st.composite
def histories(draw: st.DrawFn) -> dict[str, Any]:
    times = sorted(draw(st.sets(st.integers(60, 700), max_size=5)))
    rows = ["00:00 downloads/http-1 operational"]
    rows += [f"{at // 60:02}:{at % 60:02} downloads/http-1 {draw(STATES)}" for at in times]
    works = draw(st.lists(maintenances(), max_size=3, unique_by=lambda it: it["id"]))
    moved = [it for it in works if draw(st.booleans())]
    return {
        "components": {"downloads": 1, "uploads": 0},
        "incidents": draw(st.lists(incidents(), max_size=3, unique_by=lambda it: it["id"])),
        "maintenances": works,
        "windows": [
            f"{at} {it['id']} {window}"
            for it in moved
            for at, window in (("00:10", "20:00-21:00"), ("00:50", it["window"]))
        ],
        "changes": rows,
        "coverage": ["00:00-12:00 downloads/http-1"],
    }


def parsed(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def in_feed(files: Mapping[str, bytes], name: str) -> Seen:
    found: Seen = Counter()
    entries: list[Any] = (
        json.loads(files[name])["items"] if name.endswith(".json") else feedparser.parse(files[name]).entries
    )
    for entry in entries:
        address, _, update = entry["id"].partition("#")
        kind, slug = address.rstrip("/").rsplit("/", 2)[1:]
        if name.endswith(".json"):
            at = parsed(entry["date_published"])
        else:
            at = datetime(*entry.published_parsed[:6], tzinfo=UTC)
        found[f"{kind.removesuffix('s')}/{slug}#{update}", at] += 1
    return found


def in_api(files: Mapping[str, bytes], name: str, log: Iterable[LogEvent]) -> Seen:
    """Public ids are one way: each is found by the key that makes it."""
    keys = {public_id("update", event.key.partition("/")[2].replace("#", "/")): event.key for event in log}
    document = json.loads(files[f"api/v2/{name}.json"])
    found: Seen = Counter()
    for item in document[name.replace("-", "_")]:
        updates = item["incident_updates"]
        assert item["updated_at"] == updates[0]["created_at"]
        for update in updates:
            found[keys.get(update["id"], update["id"]), parsed(update["created_at"])] += 1
    return found


def in_own_json(files: Mapping[str, bytes], kind: str, log: Iterable[LogEvent]) -> Seen:
    sources = {event.key: event.source for event in log}
    found: Seen = Counter()
    for item in json.loads(files["waypost.json"])[kind]:
        for update in item["updates"]:
            key = f"{kind.removesuffix('s')}/{item['id']}#{update['id']}"
            assert update["source"] == sources[key]
            found[key, parsed(update["at"])] += 1
    return found


def in_pages(files: Mapping[str, bytes]) -> Seen:
    found: Seen = Counter()
    for path, data in files.items():
        match = re.fullmatch(r"(incidents|maintenance)/([^/]+)/index\.html", path)
        for update, at in ENTRY.findall(data.decode()) if match else ():
            found[f"{match[1].removesuffix('s')}/{match[2]}#{update}", parsed(at)] += 1  # type: ignore[index]
    return found


def noticed(snapshot: Snapshot) -> Seen:
    context = NoticeContext(snapshot, OutboxState(), SubscriberFile(), Cadence())
    events = ("incident.", "maintenance.")
    return Counter(
        (notice.key, notice.at)
        for notice in new_notices(context)
        if notice.event.startswith(events) and notice.event is not NoticeEvent.MAINTENANCE_REMINDER
    )


def check_calendar(snapshot: Snapshot, data: bytes) -> None:
    events = {str(it["UID"]).partition("@")[0]: it for it in Calendar.from_ical(data).walk("VEVENT")}
    assert events.keys() == {item.work.id for item in snapshot.maintenances}
    for event in {
        it.subject.work.id: it for it in snapshot.log if not isinstance(it.subject, Incident)
    }.values():
        entry = events[event.subject.work.id]  # type: ignore[union-attr]
        count = sum(it.subject is event.subject for it in snapshot.log)
        assert int(entry["SEQUENCE"]) == count - 1
        assert entry.decoded("LAST-MODIFIED") == entry.decoded("DTSTAMP") == event.at


def differences(expected: Seen, found: Seen) -> list[str]:
    """Name what is missing, what is there too often, and what nobody knows."""
    return sorted(
        f"{key} at {at:%H:%M:%S}: {found[key, at]} times instead of {expected[key, at]}"
        for key, at in expected.keys() | found.keys()
        if found[key, at] != expected[key, at]
    )


def shifted(log: Iterable[LogEvent]) -> Seen:
    """Feeds give no time twice: of events of one second, the later ones come a second after."""
    found: Seen = Counter()
    last = datetime.min.replace(tzinfo=UTC)
    for event in log:
        last = max(event.at, last + timedelta(seconds=1))
        found[event.key, last] += 1
    return found


@settings(max_examples=60, deadline=None)
@given(histories())
def test_every_event_stands_once_in_every_output(case: dict[str, Any]) -> None:
    place = site_of(case)
    snapshot = take_snapshot(place, history_of(case), moment("14:00"))
    files = status_files(snapshot, Project(HelpCenter(), place), {})
    log = snapshot.log
    whole: Seen = Counter((event.key, event.at) for event in log)
    about = {
        "incident": Counter({pair: 1 for pair in whole if pair[0].startswith("incident/")}),
        "maintenance": Counter({pair: 1 for pair in whole if pair[0].startswith("maintenance/")}),
    }
    assert all(count == 1 for count in whole.values())
    readers: dict[str, Callable[[], tuple[Seen, Seen]]] = {
        **{
            name: lambda name=name: (shifted(log), in_feed(files, name))  # type: ignore[misc]
            for name in ("feed.atom", "feed.rss", "feed.json")
        },
        "api incidents": lambda: (about["incident"], in_api(files, "incidents", log)),
        "api works": lambda: (about["maintenance"], in_api(files, "scheduled-maintenances", log)),
        "waypost.json incidents": lambda: (about["incident"], in_own_json(files, "incidents", log)),
        "waypost.json works": lambda: (about["maintenance"], in_own_json(files, "maintenances", log)),
        "pages": lambda: (whole, in_pages(files)),
        "notices": lambda: (whole, noticed(snapshot)),
    }
    wrong = {name: found for name, read in readers.items() if (found := differences(*read()))}
    assert wrong == {}
    check_calendar(snapshot, files["maintenance.ics"])


def test_what_is_missing_is_named() -> None:
    at = moment("10:00")
    expected: Seen = Counter({("incident/a#1", at): 1})
    assert differences(expected, Counter()) == ["incident/a#1 at 10:00:00: 0 times instead of 1"]
    with pytest.raises(AssertionError):
        assert differences(expected, Counter({("incident/a#1", at): 2})) == []
