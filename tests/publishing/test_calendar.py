from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event

from helpers.hostile_status import NOW, TEXTS, hostile_snapshot
from helpers.status_world import moment, site, take_snapshot, updates
from waypost.base.feeds.feed import clean
from waypost.formats.status import Repetition
from waypost.formats.status_site import History
from waypost.publishing.io.calendar import calendar_files, calendar_path
from waypost.reading.rules.recurrence import expand
from waypost.status.rules.snapshot import Snapshot

ROOT = "https://help.lumen.example/status/"
BEGUN = ["08:00 scheduled", "10:00 in_progress", "10:40 completed"]


def calendar_file(snapshot: Snapshot) -> bytes:
    return calendar_files(snapshot)["maintenance.ics"]


def page(*works: dict[str, Any], now: str = "12:00", components: Sequence[str] = ("downloads",)) -> Snapshot:
    place = site(dict.fromkeys(components, 0), maintenances=works)
    return take_snapshot(place, History(), moment(now))


def only(snapshot: Snapshot) -> Event:
    (event,) = events(calendar_file(snapshot))
    return event


def events(data: bytes) -> list[Event]:
    return list(Calendar.from_ical(data).walk("VEVENT"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def test_every_maintenance_is_an_event_that_reads_back() -> None:
    found = events(calendar_file(hostile_snapshot()))
    assert len(found) == len(TEXTS)
    first = found[0]
    assert str(first["UID"]) == "plain@help.example.org"
    assert str(first["SUMMARY"]) == TEXTS["plain"]
    assert str(first["DESCRIPTION"]) == f"Web; pages, all. {TEXTS['plain']}"
    assert str(first["URL"]).startswith("https://help.example.org/status/")
    assert first.decoded("DTSTART") == NOW + timedelta(days=1)
    assert first.decoded("DTEND") == NOW + timedelta(days=1, hours=2)
    assert first.decoded("DTSTAMP") == NOW - timedelta(days=1)
    assert int(first["SEQUENCE"]) == 0


def test_no_text_breaks_out_of_its_field() -> None:
    found = events(calendar_file(hostile_snapshot()))
    assert [one_line(str(event["SUMMARY"])) for event in found] == [one_line(text) for text in TEXTS.values()]
    assert all(event.errors == [] for event in found)


def test_lines_are_folded_at_75_bytes_and_never_inside_a_letter() -> None:
    data = calendar_file(hostile_snapshot())
    lines = data.split(b"\r\n")
    assert lines[-1] == b""
    assert max(len(line) for line in lines) <= 75
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    for line in lines:
        line.decode()


def test_the_bytes_depend_on_the_data_only() -> None:
    data = calendar_file(hostile_snapshot())
    assert calendar_file(hostile_snapshot()) == data
    assert calendar_file(hostile_snapshot(now=NOW + timedelta(hours=5))) == data


def test_a_page_without_maintenance_has_an_empty_calendar() -> None:
    parsed = Calendar.from_ical(calendar_file(hostile_snapshot({})))
    assert str(parsed["PRODID"]) == "-//Waypost//Status//EN"
    assert str(parsed["X-WR-CALNAME"]) == "Status & <more>"
    assert parsed.walk("VEVENT") == []


def test_every_calendar_has_a_component_also_where_nothing_is_planned() -> None:
    one = page({"id": "work", "window": "18:00-19:00"}, components=["downloads", "uploads"])
    for snapshot in (one, page()):
        for path, data in calendar_files(snapshot).items():
            assert Calendar.from_ical(data).subcomponents, path
    files = calendar_files(one)
    assert b"VTIMEZONE" not in files["maintenance.ics"], "the times of events are in UTC and need no zone"
    (zone,) = Calendar.from_ical(files["components/uploads/maintenance.ics"]).subcomponents
    assert (zone.name, str(zone["TZID"])) == ("VTIMEZONE", "Etc/UTC")
    assert zone.to_tz().utcoffset(datetime(2026, 7, 1)) == timedelta(0)  # noqa: DTZ001  # a local time
    (standard,) = zone.subcomponents
    needed = {"DTSTART", "TZOFFSETFROM", "TZOFFSETTO"}
    assert needed <= set(standard), "RFC 5545, 3.6.5"


def test_a_calendar_says_its_language_and_its_category_in_it() -> None:
    for language, mark, category in (("en", "EN", "Maintenance"), ("de", "DE", "Wartung")):
        data = calendar_file(hostile_snapshot(language=language))
        assert str(Calendar.from_ical(data)["PRODID"]) == f"-//Waypost//Status//{mark}"
        assert {str(name) for event in events(data) for name in event["CATEGORIES"].cats} == {category}


def test_a_window_that_moves_keeps_its_id_and_is_a_later_revision() -> None:
    before = only(page({"id": "work", "window": "18:00-19:00", "says": ["08:00 scheduled"]}))
    after = only(
        page({"id": "work", "window": "20:00-21:30", "says": ["08:00 scheduled", "09:00 scheduled"]})
    )
    assert before["UID"] == after["UID"] == "work@help.lumen.example"
    assert (int(before["SEQUENCE"]), int(after["SEQUENCE"])) == (0, 1)
    assert (before.decoded("DTSTART"), before.decoded("DTEND")) == (moment("18:00"), moment("19:00"))
    assert (after.decoded("DTSTART"), after.decoded("DTEND")) == (moment("20:00"), moment("21:30"))
    for event, texts in ((before, "08:00"), (after, "09:00")):
        assert event.decoded("DTSTAMP") == event.decoded("LAST-MODIFIED") == moment(texts)
        assert str(event["STATUS"]) == "CONFIRMED"


def test_a_window_that_is_called_off_stays_and_says_so() -> None:
    for says, now in (
        (["08:00 scheduled", "09:00 cancelled"], "12:00"),
        ([*BEGUN[:2], "10:20 cancelled"], "23:00"),
    ):
        snapshot = page({"id": "work", "window": "10:00-11:00", "says": says}, now=now)
        event = only(snapshot)
        assert str(event["STATUS"]) == "CANCELLED"
        assert str(event["SUMMARY"]) == "Cancelled: Title of work"
        assert str(event["DESCRIPTION"]) == "Downloads. It is cancelled."
        assert int(event["SEQUENCE"]) == len(says) - 1
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (moment("10:00"), moment("11:00"))
    work = {"id": "work", "window": "18:00-19:00", "says": ["08:00 scheduled", "09:00 cancelled"]}
    german = take_snapshot(site(maintenances=[work]), History(), moment("12:00"), "de")
    assert str(only(german)["SUMMARY"]) == "Abgesagt: Title of work"


def test_every_step_of_the_work_is_a_later_revision_and_the_clock_is_none() -> None:
    found = [
        int(only(page({"id": "work", "window": "10:00-11:00", "says": BEGUN}, now=now))["SEQUENCE"])
        for now in ("09:00", "10:10", "10:50", "23:00")
    ]
    assert found == [0, 1, 2, 2]


def test_an_edit_of_words_is_no_revision_but_changes_the_date() -> None:
    snapshot = page({"id": "work", "window": "18:00-19:00", "says": ["08:00 scheduled"]})
    (item,) = snapshot.maintenances
    first = replace(item.updates[0], edited=moment("11:00"), body="Other *words*.")
    edited = replace(item, work=replace(item.work, updates=(first,)), updates=(first,))
    after = replace(snapshot, maintenances=(edited,))
    assert only(after).decoded("LAST-MODIFIED") == moment("11:00")
    assert int(only(after)["SEQUENCE"]) == 0
    assert str(only(after)["DESCRIPTION"]) == "Downloads. Other words."


def test_work_that_repeats_is_one_event_a_window_at_the_same_time_of_day() -> None:
    zone = ZoneInfo("Europe/Berlin")
    place = site({"downloads": 0}, maintenances=[{"id": "work", "window": "10-18 00:00-10-18 01:30"}])
    whole = replace(
        place.maintenances[0],
        updates=updates(["10-01 00:00 scheduled"]),
        repeats=Repetition(every="week", count=3),
    )
    off = replace(updates(["10-19 00:00 cancelled"])[0], window=date(2026, 10, 25))
    works, faults = expand(replace(whole, updates=(*whole.updates, off)), zone)
    assert faults == []
    found = events(
        calendar_file(take_snapshot(replace(place, maintenances=works), History(), moment("12:00")))
    )
    assert [str(event["UID"]) for event in found] == [
        f"work-2026-{day}@help.lumen.example" for day in ("10-18", "10-25", "11-01")
    ]
    assert [f"{event.decoded('DTSTART').astimezone(zone):%d %H:%M}" for event in found] == [
        "18 02:00",
        "25 02:00",
        "01 02:00",
    ]
    assert [event.decoded("DTSTART").hour for event in found] == [0, 0, 1], "in UTC"
    assert [str(event["STATUS"]) for event in found] == ["CONFIRMED", "CANCELLED", "CONFIRMED"]
    assert str(found[2]["URL"]) == f"{ROOT}maintenance/work-2026-11-01/"


def test_each_component_has_the_calendar_of_its_own_work() -> None:
    works = (
        {"id": "one", "window": "18:00-19:00", "components": ["downloads"]},
        {"id": "both", "window": "20:00-21:00", "components": ["downloads", "uploads"]},
    )
    files = calendar_files(page(*works, components=("downloads", "uploads", "prints")))
    found = {
        path: [str(event["UID"]).partition("@")[0] for event in events(data)] for path, data in files.items()
    }
    assert found == {
        "maintenance.ics": ["one", "both"],
        "components/downloads/maintenance.ics": ["one", "both"],
        "components/uploads/maintenance.ics": ["both"],
        "components/prints/maintenance.ics": [],
    }
    names = {path: str(Calendar.from_ical(data)["X-WR-CALNAME"]) for path, data in files.items()}
    assert names[calendar_path()] == "Lumen status"
    assert names[calendar_path("uploads")] == "Lumen status: Uploads"


def test_a_calendar_holds_the_latest_and_not_all_of_history() -> None:
    works = [
        {"id": f"w{n:03}", "window": f"{n // 60:02}:{n % 60:02}-23:00", "says": ["11-01 00:00 scheduled"]}
        for n in range(510)
    ]
    found = [str(event["UID"]) for event in events(calendar_file(page(*works)))]
    assert (len(found), found[0][:4], found[-1][:4]) == (500, "w010", "w509")


TEXT = st.text(st.characters(codec=None), min_size=1, max_size=80)


@settings(max_examples=40, deadline=None)
@given(TEXT)
def test_no_text_at_all_breaks_a_calendar(text: str) -> None:
    for data in calendar_files(hostile_snapshot({"any": text})).values():
        (event,) = events(data)
        assert event.errors == []
        assert set(event) <= {
            *("UID", "DTSTAMP", "LAST-MODIFIED", "DTSTART", "DTEND", "SEQUENCE", "STATUS"),
            *("TRANSP", "SUMMARY", "DESCRIPTION", "URL", "CATEGORIES"),
        }
        assert max(map(len, data.split(b"\r\n"))) <= 75
