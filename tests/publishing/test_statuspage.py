from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.regional import seen_from_three, three_regions
from helpers.status_world import history, moment, site, take_snapshot
from helpers.statuspage_shapes import WORDS, assert_follows_the_api, plain
from waypost.formats.status import MEASURED, UplinkGap
from waypost.formats.status_config import Policy
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.statuspage import (
    DESCRIPTIONS,
    api_documents,
    api_time,
    components_json,
    incident_json,
    maintenance_json,
)
from waypost.status.rules.snapshot import Snapshot

PLACE = {"api": 0, "Galleries": {"downloads": 1, "uploads": 0}, "Money": {"payments": 0}}
ROWS = ["00:00 http-1 operational", "10:00>10:03 http-1 major_outage", "10:30 http-1 operational"]


def busy(now: str = "12:00") -> Snapshot:
    place = site(
        PLACE,
        incidents=[
            {
                "id": "open",
                "components": {"uploads": "partial_outage", "payments": "major_outage"},
                "started": "10:50",
                "says": ["11:00 investigating", "11:10 monitoring", "11:20 identified"],
            },
            {"id": "over", "says": ["08:00 investigating", "08:30 resolved", "09:00 postmortem"]},
        ],
        maintenances=[
            {"id": "coming", "window": "15:00-16:00"},
            {"id": "running", "components": ["api"], "window": "11:30-12:30"},
            {"id": "done", "window": "05:00-06:00"},
        ],
    )
    return take_snapshot(place, history(ROWS), moment(now))


def summary_document(snapshot: Snapshot) -> dict[str, Any]:
    return api_documents(snapshot)["api/v2/summary.json"]


def status_document(snapshot: Snapshot) -> dict[str, Any]:
    return api_documents(snapshot)["api/v2/status.json"]


def test_the_summary_follows_the_api() -> None:
    summary = plain(summary_document(busy()))
    assert_follows_the_api(summary)
    assert [item["name"] for item in summary["incidents"]] == ["Title of open"]
    maintenances = summary["scheduled_maintenances"]
    assert [(item["name"], item["status"]) for item in maintenances] == [
        ("Title of running", "in_progress"),
        ("Title of coming", "scheduled"),
    ]
    assert plain(status_document(busy())) == {key: summary[key] for key in ("page", "status")}


def test_the_page_is_named() -> None:
    page = summary_document(busy())["page"]
    assert (page["name"], page["url"], page["time_zone"], page["updated_at"]) == (
        "Lumen status",
        "https://help.lumen.example/status",
        "UTC",
        "2026-11-20T11:30:00.000Z",
    )


def test_each_group_stands_before_its_members_and_has_their_worst_state() -> None:
    rows = plain(components_json(busy()))
    assert [(row["name"], row["status"], row["group"]) for row in rows] == [
        ("Api", "under_maintenance", False),
        ("Galleries", "partial_outage", True),
        ("Downloads", "operational", False),
        ("Uploads", "partial_outage", False),
        ("Money", "major_outage", True),
        ("Payments", "major_outage", False),
    ]
    assert [row["description"] for row in rows] == [None] * 6


def test_no_data_is_published_as_the_last_known_state() -> None:
    rows = history(["00:00 http-1 operational", "10:00 http-1 degraded_performance"], ["00:00-11:00 http-1"])
    shown_page = take_snapshot(site(), rows, moment("12:00"))
    assert components_json(shown_page)[0]["status"] == "degraded_performance"
    assert now_document(shown_page)["components"]["downloads"]["status"] == "no_data"


def test_an_incident_has_its_times_and_its_components() -> None:
    shown_page = busy()
    found = plain(incident_json(shown_page, shown_page.active[0]))
    assert {
        key: found[key] for key in ("started_at", "created_at", "monitoring_at", "updated_at", "resolved_at")
    } == {
        "started_at": "2026-11-20T10:50:00.000Z",
        "created_at": "2026-11-20T11:00:00.000Z",
        "monitoring_at": "2026-11-20T11:10:00.000Z",
        "updated_at": "2026-11-20T11:20:00.000Z",
        "resolved_at": None,
    }
    assert [row["name"] for row in found["components"]] == ["Uploads", "Payments"]
    assert found["shortlink"] == "https://help.lumen.example/status/incidents/open/"


def test_an_incident_with_a_postmortem_stays_resolved() -> None:
    shown_page = busy()
    over = next(item for item in shown_page.incidents if item.id == "over")
    found = incident_json(shown_page, over)
    assert (found["status"], found["resolved_at"]) == ("postmortem", "2026-11-20T08:30:00.000Z")


def test_a_maintenance_ends_by_the_clock() -> None:
    shown_page = busy()
    found = {item.work.id: plain(maintenance_json(shown_page, item)) for item in shown_page.maintenances}
    assert {key: (item["status"], item["resolved_at"]) for key, item in found.items()} == {
        "coming": ("scheduled", None),
        "running": ("in_progress", None),
        "done": ("completed", "2026-11-20T06:00:00.000Z"),
    }


def test_ids_are_unique_and_do_not_move_with_time_or_place() -> None:
    early, late = (plain(summary_document(busy(now))) for now in ("12:00", "12:20"))
    names = {(row["name"], row["group"]): row["id"] for row in early["components"]}
    assert len(set(names.values())) == len(names)
    assert names == {(row["name"], row["group"]): row["id"] for row in late["components"]}
    alone = components_json(take_snapshot(site({"uploads": 0}), history([], []), moment("12:00")))
    assert alone[0]["id"] == names["Uploads", False]


INDICATORS = [
    ("none", "operational", "All Systems Operational"),
    ("minor", "degraded_performance", "Partially Degraded Service"),
    ("major", "partial_outage", "Partial System Outage"),
    ("critical", "major_outage", "Major Service Outage"),
]


@pytest.mark.parametrize(("indicator", "state", "description"), INDICATORS)
def test_each_indicator_has_its_description(indicator: str, state: str, description: str) -> None:
    shown_page = take_snapshot(site(), history([f"00:00 http-1 {state}"]), moment("12:00"))
    assert status_document(shown_page)["status"] == {"indicator": indicator, "description": description}


def test_a_minor_incident_without_slowness_is_a_minor_outage() -> None:
    mild = {
        "id": "mild",
        "impact": "minor",
        "components": {"gone": "degraded_performance"},
        "says": ["11:00 monitoring"],
    }
    shown_page = take_snapshot(site(incidents=[mild]), history(ROWS), moment("12:00"))
    assert status_document(shown_page)["status"] == {
        "indicator": "minor",
        "description": "Minor Service Outage",
    }
    assert set(DESCRIPTIONS.values()) | {"Partially Degraded Service"} == WORDS


@pytest.mark.parametrize(
    ("moment_text", "text"),
    [
        ("2026-11-20T10:02:03+01:00", "2026-11-20T09:02:03.000Z"),
        ("2026-11-20T00:30:00.123456+05:45", "2026-11-19T18:45:00.123Z"),
        ("2026-11-20T10:02:03.999999+00:00", "2026-11-20T10:02:03.999Z"),
    ],
)
def test_times_are_utc_with_milliseconds(moment_text: str, text: str) -> None:
    assert api_time(moment(moment_text)) == text


def test_now_json_says_what_other_pages_show() -> None:
    found = plain(now_document(busy()))
    assert set(found) == {
        "made_at",
        "changed_at",
        "checked_at",
        "stale_after",
        "indicator",
        "status",
        "headline",
        "detail",
        "offline_since",
        "uptime",
        "coverage",
        "budget",
        "groups",
        "components",
        "certificates",
        "incidents",
        "maintenances",
    }
    assert found["stale_after"] == 180
    assert set(found["components"]["uploads"]) == {
        *("name", "status", "since", "uptime", "coverage", "budget", "regions")
    }
    assert (found["status"], found["headline"]) == ("major_outage", "Title of open")
    assert found["incidents"] == [
        {
            "id": "open",
            "title": "Title of open",
            "impact": "major",
            "path": "incidents/open/",
            "started_at": "2026-11-20T10:50:00.000Z",
            "update": "It is identified.",
            "next_update_by": None,
            "overdue_since": None,
            "components": ["payments", "uploads"],
        }
    ]


def test_now_json_tells_uptime_as_numbers_rounded_down_and_no_data_as_null() -> None:
    place = site(
        {"api": 1, "Galleries": {"downloads": 1, "uploads": 1}},
        [],
        [{"id": "work", "components": ["downloads"], "window": "00:00-02:00"}],
        policy=Policy(slo=99),
    )
    rows = history(
        ["11-19 12:00 http-1 operational", "10:00 http-1 major_outage", "10:10 http-1 operational"],
        ["11-19 12:00-12:00 http-1"],
    )
    found = plain(now_document(take_snapshot(place, rows, moment("12:00"))))
    # 10 minutes of 22 hours; with the two hours of work, 130 minutes of 24 hours.
    expected = {"24h": 99.24, "7d": 99.24, "30d": 99.24, "90d": 99.24}
    published = found["components"]["downloads"]
    assert published["uptime"] == {
        **expected,
        "months": {"2026-11": 99.24},
        "with_maintenance": dict.fromkeys(expected, 90.97),
    }
    nothing = dict.fromkeys(expected)
    assert found["components"]["api"]["uptime"] == {**nothing, "months": {}, "with_maintenance": nothing}
    # 22 of 24 hours, and of 6, 29 and 89 days and a half; one of two in the group, one of three on the page.
    source = {"source": "measured"}
    shares = {"24h": 92, "7d": 14, "30d": 3, "90d": 1}
    assert published["coverage"] == {
        **{name: {"percent": share, **source} for name, share in shares.items()},
        "months": {"2026-11": {"percent": 5, **source}},
    }
    assert found["components"]["api"]["coverage"]["24h"] == {"percent": 0, "source": None}
    assert found["groups"]["Galleries"]["uptime"] == published["uptime"]
    assert found["groups"]["Galleries"]["coverage"]["24h"] == {"percent": 46, **source}
    assert found["coverage"]["24h"] == {"percent": 31, **source}
    assert found["uptime"] == published["uptime"]
    assert published["budget"] == {
        "goal": 99,
        "window": "30d",
        "allowed": 792,
        "spent": 600,
        "left": 192,
        "burn_rates": {"1h": 0, "6h": 2.78, "24h": 0.76, "3d": 0.76},
    }
    assert found["components"]["api"]["budget"]["burn_rates"] == dict.fromkeys(["1h", "6h", "24h", "3d"])


def test_now_json_tells_who_sees_it_otherwise_which_certificates_end_and_that_we_are_cut_off() -> None:
    found = plain(now_document(take_snapshot(three_regions(), seen_from_three(), moment("12:00"))))
    assert found["components"]["downloads"]["regions"] == [
        {"id": "eu", "name": "Frankfurt", "status": "operational", "dissents": False},
        {"id": "us", "name": "Virginia", "status": "major_outage", "dissents": True},
        {"id": "ap", "name": "Singapore", "status": "operational", "dissents": False},
    ]
    assert found["certificates"] == [
        {"component": "downloads", "check": "http-1", "expires_at": "2026-11-25T00:00:00.000Z", "days": 4}
    ]
    assert (found["status"], found["offline_since"]) == ("operational", None)
    cut_off = replace(history(["00:00 http-1 operational"]), uplink=(UplinkGap(moment("10:02"), None),))
    published = plain(now_document(take_snapshot(site(), cut_off, moment("12:00"))))
    assert (published["status"], published["offline_since"]) == ("no_data", "2026-11-20T10:02:00.000Z")
    assert published["headline"] == "We cannot measure right now"


@pytest.mark.parametrize(
    ("now", "published"), [("09:59", []), ("10:00", ["work"]), ("10:59", ["work"]), ("11:00", [])]
)
def test_now_json_tells_of_maintenance_while_it_is_going_on(now: str, published: list[str]) -> None:
    place = site(PLACE, [], [{"id": "work", "components": ["uploads"], "window": "10:00-11:00"}])
    found = plain(now_document(take_snapshot(place, history([]), moment(now))))["maintenances"]
    assert [item["id"] for item in found] == published
    for item in found:
        assert (item["path"], item["components"]) == ("maintenance/work/", ["uploads"])
        assert item["ends_at"] == "2026-11-20T11:00:00.000Z"


states = st.tuples(st.integers(0, 1439), st.sampled_from(["http-1", "http-2"]), st.sampled_from(MEASURED))
spans = st.tuples(st.integers(0, 1300), st.integers(1, 100), st.sampled_from(["api", "downloads", "uploads"]))


@given(
    st.lists(states, max_size=8),
    st.lists(spans, max_size=3),
    st.lists(spans, max_size=3),
    st.integers(0, 1439),
)
def test_whatever_happens_the_summary_follows_the_api(
    rows: list[tuple[int, str, str]],
    hand: list[tuple[int, int, str]],
    works: list[tuple[int, int, str]],
    now: int,
) -> None:
    def clock(minutes: int) -> str:
        return f"{minutes // 60:02}:{minutes % 60:02}"

    place = site(
        PLACE,
        [
            {
                "id": f"i{n}",
                "components": {name: "partial_outage"},
                "says": [f"{clock(start)} investigating", f"{clock(start + length)} resolved"],
            }
            for n, (start, length, name) in enumerate(hand)
        ],
        [
            {"id": f"m{n}", "components": [name], "window": f"{clock(start)}-{clock(start + length)}"}
            for n, (start, length, name) in enumerate(works)
        ],
    )
    shown_page = take_snapshot(
        place, history([f"{clock(at)} {check} {state}" for at, check, state in rows]), moment(clock(now))
    )
    assert_follows_the_api(plain(summary_document(shown_page)))
    assert shown_page.changed_at <= shown_page.now


def test_other_pages_are_told_in_the_language_of_the_site_and_programs_in_the_words_of_statuspage() -> None:
    rows = history(ROWS[:2])
    german, english = (take_snapshot(site(), rows, moment("12:00"), name) for name in ("de", "en"))
    assert now_document(german)["headline"] == "Ausfall: Downloads"
    assert now_document(german)["incidents"][0]["title"] == "Downloads: Ausfall"
    assert status_document(german) == status_document(english)
    assert components_json(german) == components_json(english)
