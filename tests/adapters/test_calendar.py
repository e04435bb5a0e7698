from __future__ import annotations

from datetime import timedelta

from icalendar import Calendar

from helpers.hostile_status import NOW, TEXTS, hostile_snapshot
from waypost.adapters.calendar import calendar_files
from waypost.core.feed import clean
from waypost.core.snapshot import Snapshot


def calendar_file(snapshot: Snapshot) -> bytes:
    return calendar_files(snapshot)["maintenance.ics"]


def events(data: bytes) -> list[Calendar]:
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


def test_a_calendar_says_its_language_and_its_category_in_it() -> None:
    for language, mark, category in (("en", "EN", "Maintenance"), ("de", "DE", "Wartung")):
        data = calendar_file(hostile_snapshot(language=language))
        assert str(Calendar.from_ical(data)["PRODID"]) == f"-//Waypost//Status//{mark}"
        assert {str(name) for event in events(data) for name in event["CATEGORIES"].cats} == {category}
