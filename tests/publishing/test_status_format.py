from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from helpers.cases import Case, golden
from helpers.regional import REGIONS, rows, seen_from_three, three_regions
from helpers.status_world import history, moment, site, take_snapshot
from waypost.base.files.languages import load_words
from waypost.base.i18n import duration_text
from waypost.formats.status import ComponentStatus
from waypost.publishing.pages.charts import bar_svg, bar_text, day_segments
from waypost.publishing.pages.filters import (
    StatusFormat,
    closing_words,
    group_status,
    region_sentences,
    uptime_columns,
    uptime_text,
)
from waypost.status.rules.maintenance import MaintenanceSnapshot
from waypost.status.rules.uptime import DaySummary

FINE = ComponentStatus.OPERATIONAL
ENGLISH, GERMAN = load_words("en"), load_words("de")


def days(*rows: tuple[ComponentStatus, float, float]) -> list[DaySummary]:
    first = date(2026, 11, 1)
    return [DaySummary(first + timedelta(days=i), *row) for i, row in enumerate(rows)]


@golden("words/durations.yml")
def test_spans_are_told_in_their_two_largest_units(case: Case) -> None:
    span = timedelta(seconds=case["seconds"])
    assert duration_text(span, ENGLISH) == case["words"]
    assert duration_text(span, GERMAN) == case["in_german"]


def test_days_that_look_alike_are_one_run() -> None:
    rows = days((FINE, 0, 0), (FINE, 0, 0), (ComponentStatus.NO_DATA, 0, 86400), (FINE, 0, 0))
    assert [(segment.start, segment.days, segment.code) for segment in day_segments(rows)] == [
        (0, 2, "ok"),
        (2, 1, "no"),
        (3, 1, "ok"),
    ]


def test_days_that_differ_by_what_does_not_show_are_one_run_too() -> None:
    bad = ComponentStatus.PARTIAL_OUTAGE
    good, worse = day_segments(
        days((FINE, 0, 0), (FINE, 0, 600), (FINE, 0, 899.9), (bad, 60, 0), (bad, 90, 0))
    )
    assert (good.start, good.days, good.code) == (0, 3, "ok")
    assert (worse.start, worse.days, worse.code) == (3, 2, "pa")


def test_a_day_that_was_not_measured_all_day_is_not_plain_green() -> None:
    short, long = day_segments(days((FINE, 0, 600), (FINE, 0, 7200)))
    assert (short.code, long.code) == ("ok", "ga")


def test_trouble_is_shown_before_a_gap() -> None:
    (segment,) = day_segments(days((ComponentStatus.MAJOR_OUTAGE, 60, 7200)))
    assert segment.code == "ma"


STROKE = re.compile(r'<path stroke="url\(#b-(..)\)" d="M(\d+) 14([mh 0-9]+)"/>')


def drawn(bar: str) -> list[str]:
    """Read a bar back: the pattern of each day."""
    codes = {}
    for code, start, path in STROKE.findall(bar):
        place = int(start)
        for letter, number in re.findall(r"([mh])(\d+)", path):
            if letter == "h":
                for day in range(place, place + int(number)):
                    assert day not in codes, "no day is drawn twice"
                    codes[day] = code
            place += int(number)
    return [codes[day] for day in range(len(codes))]


def any_days(seed: int) -> list[tuple[ComponentStatus, float, float]]:
    """Return ninety days, each of any kind: the longest bars there are."""
    dice = random.Random(seed)  # noqa: S311  # not a secret
    rows = []
    for _ in range(90):
        status = dice.choice(list(ComponentStatus)[: 2 + seed % 5])
        rows.append(
            (status, dice.choice([60.0, 5760.0]) * status.is_trouble, dice.choice([0.0, 600.0, 7200.0]))
        )
    return rows


@pytest.mark.parametrize("seed", range(40))
def test_a_bar_draws_each_day_once_within_a_kilobyte(seed: int) -> None:
    ninety = days(*any_days(seed))
    bar = bar_svg(ninety)
    assert len(bar.encode()) <= 1024
    assert drawn(bar) == [segment.code for segment in day_segments(ninety) for _ in range(segment.days)]
    # It is our own bytes. The words beside it are read aloud in its place.
    assert ET.fromstring(bar).get("aria-hidden") == "true"  # noqa: S314


def test_the_bar_can_be_read_aloud() -> None:
    bad = (ComponentStatus.PARTIAL_OUTAGE, 60, 0)
    snapshot = days((FINE, 0, 0), (FINE, 0, 7200), (ComponentStatus.NO_DATA, 0, 86400), bad)
    assert bar_text(snapshot[:3], ENGLISH) == (
        "The last 3 days: 2 operational, 1 no data. 1 of them were not measured all day."
    )
    assert bar_text(snapshot, GERMAN) == (
        "Die letzten 4 Tage: 2 in Betrieb, 1 mit Teilausfall, 1 ohne Daten. "
        "1 davon wurde nicht den ganzen Tag gemessen."
    )


@pytest.mark.parametrize("status", [status for status in ComponentStatus if status.is_trouble])
def test_every_state_that_a_day_can_be_coloured_with_has_words(status: ComponentStatus) -> None:
    for words in (ENGLISH, GERMAN):
        assert "1" in bar_text(days((status, 60, 0)), words)


def test_uptime_says_what_was_left_out() -> None:
    (snapshot,) = take_snapshot(site(), history(["00:00 http-1 operational"]), moment("12:00")).components
    assert uptime_text(snapshot, "90d", ENGLISH) == "100 % of the 12 hours measured"
    assert uptime_text(snapshot, "90d", GERMAN) == "100 % über 12 Stunden Messung"
    (by_hand,) = take_snapshot(site({"downloads": 0}), history(), moment("12:00")).components
    assert uptime_text(by_hand, "90d", ENGLISH) == "100 % of 90 days, as written by people"
    assert uptime_text(by_hand, "90d", GERMAN) == "100 % über 90 Tage, nach Angaben von Menschen"


def test_uptime_is_written_with_the_mark_of_the_language() -> None:
    rows = history(
        ["11-19 00:00 http-1 operational", "10:00 http-1 major_outage", "10:30 http-1 operational"]
    )
    (snapshot,) = take_snapshot(site(), rows, moment("12:00")).components
    assert uptime_text(snapshot, "45d", ENGLISH) == "95.83 % of the 12 hours measured"
    assert uptime_text(snapshot, "45d", GERMAN) == "95,83 % über 12 Stunden Messung"


def test_where_nothing_was_measured_no_number_is_given() -> None:
    (snapshot,) = take_snapshot(site(), history([], []), moment("12:00")).components
    assert uptime_text(snapshot, "90d", ENGLISH) == "no percentage: nothing measured"
    assert uptime_text(snapshot, "90d", GERMAN) == "keine Prozentzahl: nichts gemessen"


def test_maintenance_is_named_where_it_was_left_out() -> None:
    page = site(maintenances=[{"id": "work", "window": "10:00-11:00"}])
    (snapshot,) = take_snapshot(page, history(["00:00 http-1 operational"]), moment("12:00")).components
    assert (
        uptime_text(snapshot, "90d", ENGLISH) == "100 % of the 11 hours measured · maintenance\xa0left\xa0out"
    )
    assert (
        uptime_text(snapshot, "90d", GERMAN)
        == "100 % über 11 Stunden Messung · Wartung\xa0nicht\xa0mitgezählt"
    )


def test_from_where_it_can_be_reached_and_from_where_not() -> None:
    (snapshot,) = take_snapshot(three_regions(), seen_from_three(), moment("12:00")).components
    assert region_sentences(snapshot, ENGLISH) == [
        (FINE, "Reachable from Frankfurt and Singapore."),
        (ComponentStatus.MAJOR_OUTAGE, "Not reachable from Virginia."),
    ]
    assert [text for _, text in region_sentences(snapshot, GERMAN)] == [
        "Erreichbar aus Frankfurt und Singapore.",
        "Nicht erreichbar aus Virginia.",
    ]


def test_every_state_that_a_region_can_have_is_a_sentence() -> None:
    states = {"eu": "degraded_performance", "us": "partial_outage"}
    found = rows(
        [f"00:00 http-1@{region} {status}" for region, status in states.items()],
        [f"00:00-12:00 http-1@{region}" for region in REGIONS],
    )
    (snapshot,) = take_snapshot(three_regions(), found, moment("12:00")).components
    assert [text for _, text in region_sentences(snapshot, ENGLISH)] == [
        "Slow from Frankfurt.",
        "Fails in part from Virginia.",
        "Not measured from Singapore.",
    ]
    (plain,) = take_snapshot(site(), history(), moment("12:00")).components
    assert region_sentences(plain, ENGLISH) == []


def test_the_uptime_of_each_window_is_a_column_and_so_is_maintenance() -> None:
    place = site(maintenances=[{"id": "work", "window": "00:00-06:00"}])
    snapshot = take_snapshot(
        place, history(["11-10 00:00 http-1 operational", "08:00 http-1 major_outage"],
                       ["11-10 00:00-12:00 http-1"]), moment("12:00"),
    )  # fmt: skip
    # 4 of 18, of 150, of 246 and 246 hours; with the work 10 of 252.
    assert [column.sentence for column in uptime_columns(snapshot.uptimes, ENGLISH)] == [
        "77.77 % of the 18 hours measured",
        "97.33 % of the 6 days measured",
        "98.37 % of the 10 days measured",
        "98.37 % of the 10 days measured",
        "96.03 % of the 10 days measured",
    ]
    german = uptime_columns(snapshot.uptimes, GERMAN)[0]
    assert (german.percent, german.basis) == ("77,77 %", "über 18 Stunden")
    empty = take_snapshot(site(), history([], []), moment("12:00"))
    assert [(column.percent, column.basis) for column in uptime_columns(empty.uptimes, GERMAN)] == [
        ("", "nichts gemessen")
    ] * 5


@pytest.mark.parametrize(
    ("start", "end", "text", "german"),
    [
        (
            *("2026-11-20T22:00:00Z", "2026-11-20T22:30:00Z"),
            *("Fri 20 Nov, 22:00–22:30", "Fr., 20. Nov., 22:00–22:30 Uhr"),
        ),
        (
            *("2026-11-20T23:30:00Z", "2026-11-21T01:00:00Z", "Fri 20 Nov, 23:30–Sat 21 Nov, 01:00"),
            "Fr., 20. Nov., 23:30 Uhr – Sa., 21. Nov., 01:00 Uhr",
        ),
        (
            *("2025-03-01T02:00:00Z", "2025-03-01T03:00:00Z"),
            *("Sat 1 Mar 2025, 02:00–03:00", "Sa., 1. März 2025, 02:00–03:00 Uhr"),
        ),
    ],
)
def test_windows_name_the_day_and_the_year_where_it_is_another(
    start: str, end: str, text: str, german: str
) -> None:
    item = SimpleNamespace(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
    for language, expected in (("en", text), ("de", german)):
        snapshot = take_snapshot(site(), history(), moment("12:00"), language)
        assert StatusFormat(snapshot, {}).window(cast("MaintenanceSnapshot", item)) == expected


@pytest.mark.parametrize(
    ("zone", "start", "end", "text"),
    [
        (
            "Europe/Berlin",
            "2026-10-25T00:30Z",
            "2026-10-25T01:30Z",
            "Sun 25 Oct, 02:30 (UTC+2)–02:30 (UTC+1)",
        ),
        ("Europe/London", "2026-03-29T00:30Z", "2026-03-29T01:30Z", "Sun 29 Mar, 00:30 (UTC)–02:30 (UTC+1)"),
        (
            *("America/St_Johns", "2026-03-08T04:30Z", "2026-03-09T04:30Z"),
            "Sun 8 Mar, 01:00 (UTC-3:30)–Mon 9 Mar, 02:00 (UTC-2:30)",
        ),
        ("Europe/Berlin", "2026-10-25T02:30Z", "2026-10-25T03:30Z", "Sun 25 Oct, 03:30–04:30"),
    ],
)
def test_a_window_over_a_change_of_clocks_says_the_offsets(
    zone: str, start: str, end: str, text: str
) -> None:
    item = SimpleNamespace(start=datetime.fromisoformat(start), end=datetime.fromisoformat(end))
    snapshot = take_snapshot(site(zone=zone), history(), moment("12:00"))
    assert StatusFormat(snapshot, {}).window(cast("MaintenanceSnapshot", item)) == text


@pytest.mark.parametrize(
    ("at", "text", "german"),
    [
        ("2026-11-04T13:27:00Z", "4 Nov, 13:27", "4. Nov., 13:27 Uhr"),
        # In the zone of the page it is another day, and another year.
        ("2026-12-31T23:30:00Z", "1 Jan 2027, 00:30", "1. Jan. 2027, 00:30 Uhr"),
        ("2025-11-04T13:27:59Z", "4 Nov 2025, 14:27", "4. Nov. 2025, 14:27 Uhr"),
        ("2026-06-01T08:05:00Z", "1 Jun, 10:05", "1. Juni, 10:05 Uhr"),
    ],
)
def test_times_are_those_of_the_page_with_the_year_where_it_is_another(
    at: str, text: str, german: str
) -> None:
    zone = "UTC" if text.startswith("4 Nov,") else "Europe/Berlin"
    for language, expected in (("en", text), ("de", german)):
        snapshot = take_snapshot(site(zone=zone), history(), moment("12:00"), language)
        assert StatusFormat(snapshot, {}).day_time(datetime.fromisoformat(at)) == expected


@pytest.mark.parametrize(
    ("statuses", "published"),
    [
        (["operational", "operational"], "operational"),
        (["no_data"], "no_data"),
        # A part that is well says nothing of the rest.
        (["operational", "no_data"], None),
        (["no_data", "under_maintenance", "operational"], "under_maintenance"),
        (["partial_outage", "no_data", "major_outage"], "major_outage"),
    ],
)
def test_a_group_says_what_is_worst_and_claims_nothing_that_is_not_known(
    statuses: list[str], published: str | None
) -> None:
    assert group_status([ComponentStatus(status) for status in statuses]) == published


def test_the_end_of_an_incident_is_told_in_a_line() -> None:
    page = site(incidents=[{"id": "hand", "says": ["10:00 investigating", "10:30 resolved"]}])
    (incident,) = take_snapshot(page, history(), moment("12:00")).incidents
    assert closing_words(incident) == incident.updates[-1].body
    assert closing_words(incident, limit=8).endswith("…")
