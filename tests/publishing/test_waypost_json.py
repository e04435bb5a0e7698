from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from helpers.hostile_status import hostile_snapshot
from helpers.regional import seen_from_three, three_regions
from helpers.status_world import history, moment, site, take_snapshot
from helpers.statuspage_shapes import plain
from waypost.formats.observations import Resolution
from waypost.formats.status_config import Policy
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.statuspage import components_json, incident_json, maintenance_json
from waypost.publishing.api.waypost_json import FORMULA, LATEST, page_schema, waypost_document
from waypost.status.rules.latency import Latency, LatencyPoint, LatencySeries
from waypost.status.rules.snapshot import Snapshot

URL = "https://help.lumen.example/status/"
SAID = ["11:00 identified"]


def busy(now: str = "12:00") -> Snapshot:
    place = site(
        {"api": 0, "Galleries": {"downloads": 1, "uploads": 0}},
        [
            {
                "id": "open",
                "components": {"uploads": "partial_outage"},
                "started": "10:50",
                "says": ["11:00 identified"],
            },
            {"id": "over", "says": ["08:00 investigating", "08:30 resolved", "09:00 postmortem"]},
        ],
        [
            {"id": "coming", "window": "15:00-16:30"},
            {"id": "running", "components": ["api"], "window": "11:30-12:30"},
        ],
        zone="Europe/Berlin",
        policy=Policy(slo=99.5),
    )
    rows = ["11-19 12:00 http-1 operational", "10:00>10:03 http-1 major_outage", "10:30 http-1 operational"]
    return take_snapshot(place, history(rows, [f"11-19 12:00-{now} http-1"]), moment(now))


def with_latency() -> Snapshot:
    hours, days = (
        LatencySeries(resolution, moment("11-19 12:00"), moment("12:00"), points)
        for resolution, points in (
            (Resolution.HOUR, (LatencyPoint(moment("10:00"), 80.4, 212.6),)),
            (Resolution.DAY, ()),
        )
    )
    return replace(busy(), latency={"downloads": Latency(hours, days)})


def published(shown_page: Snapshot) -> Any:
    return plain(waypost_document(shown_page))


def closed(schema: Any) -> Any:
    """Return a schema that allows no field but those it names: a field of ours that it forgets is a fault."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: closed(value) for key, value in schema.items()}
    return (
        {**inner, "additionalProperties": False} if "required" in inner and "properties" in inner else inner
    )


PAGES = {
    "busy": busy,
    "nothing known": lambda: take_snapshot(site({"a": 1, "G": {"b": 1}}), history([], []), moment("12:00")),
    "regions and certificates": lambda: take_snapshot(three_regions(), seen_from_three(), moment("12:00")),
    "hostile": hostile_snapshot,
    "latency": with_latency,
    "german": lambda: hostile_snapshot(language="de"),
}


@pytest.mark.parametrize("name", PAGES)
def test_the_file_keeps_to_its_schema_and_the_schema_names_every_field(name: str) -> None:
    shown_page = PAGES[name]()
    schema = page_schema(shown_page.page.url)
    Draft202012Validator.check_schema(schema)
    errors = [
        error.message for error in Draft202012Validator(closed(schema)).iter_errors(published(shown_page))
    ]
    assert errors == []


def test_the_published_schema_lets_later_fields_pass_and_finds_what_is_missing() -> None:
    schema, document = page_schema(URL), published(busy())
    validator = Draft202012Validator(schema)
    document["something_new"] = 1
    document["components"][0]["something_new"] = 1
    assert validator.is_valid(document)
    del document["components"][0]["status"]
    assert [error.message for error in validator.iter_errors(document)] == ["'status' is a required property"]


def described(schema: Any, where: str = "") -> list[str]:
    """Return the places of the fields that nothing explains."""
    missing = []
    for name, part in schema.get("properties", {}).items():
        inner = part.get("items", part)
        is_window = where.rsplit(".", 1)[-1] in ("uptime", "with_maintenance", "burn_rates", "weights")
        if "description" not in part and not is_window:
            missing.append(f"{where}.{name}")
        missing += described(inner, f"{where}.{name}")
    return missing


def test_every_field_is_explained() -> None:
    schema = page_schema(URL)
    assert described(schema) == []
    assert [place for name, part in schema["$defs"].items() for place in described(part, name)] == []


def test_it_says_where_its_schema_is() -> None:
    document = published(busy())
    assert (document["$schema"], document["version"]) == (f"{URL}waypost.schema.json", 1)
    assert page_schema(URL)["$id"] == document["$schema"]


def test_it_tells_the_state_of_everything() -> None:
    document = published(busy())
    assert (document["indicator"], document["description"], document["status"]) == (
        "major",
        "Partial System Outage",
        "partial_outage",
    )
    assert [(item["id"], item["group"], item["status"]) for item in document["components"]] == [
        ("api", None, "under_maintenance"),
        ("downloads", "Galleries", "operational"),
        ("uploads", "Galleries", "partial_outage"),
    ]
    (group,) = document["groups"]
    assert (group["name"], group["status"], group["components"]) == (
        "Galleries",
        "partial_outage",
        ["downloads", "uploads"],
    )
    assert document["policy"] == {
        "down_after": 3,
        "up_after": 2,
        "slo": 99.5,
        "least_coverage": 3600,
        "weights": {"degraded_performance": 0, "partial_outage": 0.3, "major_outage": 1},
        "formula": FORMULA,
    }
    assert document["page"]["help_url"] == "https://help.lumen.example/"


def test_uptime_and_budget_are_those_of_now_json() -> None:
    shown_page = busy()
    document, now = published(shown_page), plain(now_document(shown_page))
    assert (document["uptime"], document["budget"]) == (now["uptime"], now["budget"])
    for item in document["components"]:
        for key in ("uptime", "coverage", "budget", "regions", "status", "since", "name"):
            assert item[key] == now["components"][item["id"]][key]
    groups = {item["name"]: {key: item[key] for key in ("uptime", "coverage")} for item in document["groups"]}
    assert groups == now["groups"]


def test_no_data_is_a_state_and_the_last_known_one_stands_beside_it() -> None:
    rows = history(["00:00 http-1 operational", "10:00 http-1 degraded_performance"], ["00:00-11:00 http-1"])
    (item,) = published(take_snapshot(site(), rows, moment("12:00")))["components"]
    assert (item["status"], item["known_status"]) == ("no_data", "degraded_performance")


def test_ninety_days_are_runs_of_days_that_are_alike() -> None:
    shown_page = busy()
    downloads = published(shown_page)["components"][1]
    assert downloads["days"] == [
        {"first": "2026-08-23", "days": 88, "status": "no_data", "trouble": 0, "no_data": None},
        # The day in Berlin: watched from 13:00 on.
        {"first": "2026-11-19", "days": 1, "status": "operational", "trouble": 0, "no_data": 46800},
        {"first": "2026-11-20", "days": 1, "status": "major_outage", "trouble": 3600, "no_data": 0},
    ]
    for item, component in zip(published(shown_page)["components"], shown_page.components, strict=True):
        assert sum(run["days"] for run in item["days"]) == len(component.days) == 90


def test_an_incident_has_its_durations_its_changes_and_its_next_word() -> None:
    found = {item["id"]: item for item in published(busy())["incidents"]}
    over, still = found["over"], found["open"]
    assert (over["is_open"], over["duration"], over["resolved_at"]) == (
        False,
        1800,
        "2026-11-20T08:30:00.000Z",
    )
    assert [(update["status"], update["after"]) for update in over["updates"]] == [
        ("investigating", 0),
        ("resolved", 1800),
        ("postmortem", 3600),
    ]
    assert over["updates"][1]["changes"] == [
        {"component": "downloads", "old_status": "partial_outage", "new_status": "operational"}
    ]
    assert (still["is_open"], still["duration"], still["resolved_at"]) == (True, None, None)
    assert still["updates"][0]["after"] == 600, "it began before anyone wrote of it"
    (automatic,) = [item for item in found.values() if item["is_automatic"]]
    assert automatic["components"] == {"downloads": "major_outage"}
    assert automatic["duration"] == 1800


def test_an_incident_says_since_when_its_update_is_late() -> None:
    def late(now: str) -> list[str | None]:
        return [item["overdue_since"] for item in published(busy(now))["incidents"] if item["id"] == "open"]

    # A major incident may be silent for an hour.
    assert late("12:00") == [None]
    assert late("12:01") == ["2026-11-20T12:00:00.000Z"]


def test_an_incident_says_which_component_was_how_and_when() -> None:
    found = {item["id"]: item["affected"] for item in published(busy())["incidents"]}
    assert found["over"] == [
        {
            "component": "downloads",
            "status": "partial_outage",
            "started_at": "2026-11-20T08:00:00.000Z",
            "ended_at": "2026-11-20T08:30:00.000Z",
        }
    ]
    assert [(span["component"], span["ended_at"]) for span in found["open"]] == [("uploads", None)]


def test_latency_is_told_where_it_was_summed_up() -> None:
    found = {item["id"]: item["latency"] for item in published(with_latency())["components"]}
    assert found == {
        "api": None,
        "downloads": {"hours": [{"at": "2026-11-20T10:00:00.000Z", "p50": 80, "p95": 213}], "days": []},
        "uploads": None,
    }


def test_a_maintenance_has_its_window_and_what_was_said() -> None:
    found = {item["id"]: item for item in published(busy())["maintenances"]}
    assert (found["running"]["status"], found["coming"]["status"]) == ("in_progress", "scheduled")
    assert found["coming"]["duration"] == 5400
    assert found["coming"]["updates"][0]["after"] < 0, "it was announced before it begins"
    assert found["running"]["components"] == ["api"]


def test_its_ids_lead_to_the_statuspage_api() -> None:
    shown_page = busy()
    document = published(shown_page)
    assert {item["api_id"] for item in [*document["components"], *document["groups"]]} == {
        row["id"] for row in components_json(shown_page)
    }
    for ours, theirs in (
        *zip(
            document["incidents"],
            (incident_json(shown_page, item) for item in shown_page.incidents),
            strict=True,
        ),
        *zip(
            document["maintenances"],
            (maintenance_json(shown_page, item) for item in shown_page.maintenances),
            strict=True,
        ),
    ):
        assert (ours["api_id"], ours["url"]) == (theirs["id"], theirs["shortlink"])
        assert [update["api_id"] for update in ours["updates"]] == [
            update["id"] for update in reversed(theirs["incident_updates"])
        ]


def test_time_alone_changes_nothing_while_all_is_well() -> None:
    watched = ["11-19 12:00-13:00 http-1"]
    rows = history(["11-19 12:00 http-1 operational"], watched)
    first = take_snapshot(site(), rows, moment("12:00"))
    later = take_snapshot(site(), rows, moment("12:00") + timedelta(seconds=15))
    assert waypost_document(first) == waypost_document(later)
    assert now_document(first) != now_document(later)


def test_the_latest_are_told_and_all_that_is_open() -> None:
    closed_ones = [
        {"id": f"over-{number:02}", "says": [f"05:{number:02} investigating", "10:00 resolved"]}
        for number in range(LATEST + 3)
    ]
    oldest = {"id": "open", "says": ["11-19 12:00 investigating"]}
    past = [{"id": f"work-{number:02}", "window": f"05:{number:02}-05:59"} for number in range(LATEST + 3)]
    running = {"id": "running", "window": "03:00-13:00"}
    place = site(incidents=[*closed_ones, oldest], maintenances=[*past, running])
    document = published(take_snapshot(place, history(), moment("12:00")))
    assert len(document["incidents"]) == len(document["maintenances"]) == LATEST + 1
    assert (document["incidents"][-1]["id"], document["maintenances"][-1]["id"]) == ("open", "running")
