from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.hostile_status import hostile_snapshot
from helpers.status_world import history, moment, site, take_snapshot
from helpers.statuspage_shapes import assert_follows_the_api, plain
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.parts import json_bytes, json_files
from waypost.publishing.api.statuspage import LATEST, api_documents
from waypost.publishing.api.waypost_json import SCHEMA_PATH, page_schema, waypost_document
from waypost.status.rules.snapshot import Snapshot

LISTS = {
    "api/v2/summary.json": {"page", "components", "incidents", "scheduled_maintenances", "status"},
    "api/v2/status.json": {"page", "status"},
    "api/v2/components.json": {"page", "components"},
    "api/v2/incidents.json": {"page", "incidents"},
    "api/v2/incidents/unresolved.json": {"page", "incidents"},
    "api/v2/scheduled-maintenances.json": {"page", "scheduled_maintenances"},
    "api/v2/scheduled-maintenances/upcoming.json": {"page", "scheduled_maintenances"},
    "api/v2/scheduled-maintenances/active.json": {"page", "scheduled_maintenances"},
}


def busy() -> Snapshot:
    place = site(
        {"api": 0, "Galleries": {"downloads": 1, "uploads": 0}},
        incidents=[
            {"id": "open", "components": {"uploads": "partial_outage"}, "says": ["11:00 investigating"]},
            {"id": "over", "says": ["08:00 investigating", "08:30 resolved", "09:00 postmortem"]},
        ],
        maintenances=[
            {"id": "later", "window": "17:00-18:00"},
            {"id": "coming", "window": "15:00-16:00"},
            {
                "id": "looked-at",
                "components": ["api"],
                "window": "11:30-12:30",
                "says": ["09:00 scheduled", "11:30 in_progress", "11:50 verifying"],
            },
            {"id": "by-the-clock", "components": ["api"], "window": "11:40-12:30"},
            {"id": "done", "window": "05:00-06:00"},
        ],
    )
    return take_snapshot(place, history(["00:00 http-1 operational"]), moment("12:00"))


def names(document: dict[str, Any], key: str) -> list[str]:
    return [item["name"].removeprefix("Title of ") for item in document[key]]


@pytest.mark.parametrize("path", LISTS)
def test_every_file_follows_the_api(path: str) -> None:
    document = plain(api_documents(busy())[path])
    assert set(document) == LISTS[path]
    assert_follows_the_api(document)


def test_no_file_is_missing_or_more_than_the_api_has() -> None:
    assert set(api_documents(busy())) == set(LISTS)


def test_each_list_holds_what_its_name_says() -> None:
    found = {
        path.removeprefix("api/v2/").removesuffix(".json"): it for path, it in api_documents(busy()).items()
    }
    assert names(found["incidents"], "incidents") == ["open", "over"]
    assert names(found["incidents/unresolved"], "incidents") == ["open"]
    works = "scheduled_maintenances"
    assert names(found["scheduled-maintenances"], works) == [
        "later",
        "coming",
        "by-the-clock",
        "looked-at",
        "done",
    ]
    assert names(found["scheduled-maintenances/upcoming"], works) == ["coming", "later"]
    assert names(found["scheduled-maintenances/active"], works) == ["looked-at", "by-the-clock"]
    assert [row["name"] for row in found["components"]["components"]] == [
        "Api",
        "Galleries",
        "Downloads",
        "Uploads",
    ]


def test_the_summary_says_what_the_lists_say() -> None:
    found = api_documents(busy())
    summary = found["api/v2/summary.json"]
    assert summary["incidents"] == found["api/v2/incidents/unresolved.json"]["incidents"]
    assert summary["components"] == found["api/v2/components.json"]["components"]
    upcoming, active = (
        found[f"api/v2/scheduled-maintenances/{name}.json"] for name in ("upcoming", "active")
    )
    key = "scheduled_maintenances"
    assert summary[key] == [*active[key], *upcoming[key]]
    assert found["api/v2/status.json"] == {key: summary[key] for key in ("page", "status")}


def test_lists_end_after_the_latest_but_nothing_open_is_left_out() -> None:
    closed = [
        {
            "id": f"over-{number:02}",
            "says": [f"0{number // 60}:{number % 60:02} investigating", "10:00 resolved"],
        }
        for number in range(LATEST + 5)
    ]
    oldest = {"id": "open", "says": ["11-19 12:00 investigating"]}
    past = [{"id": f"work-{number:02}", "window": f"05:{number:02}-05:59"} for number in range(LATEST + 5)]
    running = {"id": "running", "window": "03:00-13:00"}
    shown_page = take_snapshot(
        site(incidents=[*closed, oldest], maintenances=[*past, running]), history(), moment("12:00")
    )
    found = api_documents(shown_page)
    latest = names(found["api/v2/incidents.json"], "incidents")
    assert latest == [f"over-{number:02}" for number in range(LATEST + 4, 4, -1)]
    assert names(found["api/v2/incidents/unresolved.json"], "incidents") == ["open"]
    assert len(found["api/v2/scheduled-maintenances.json"]["scheduled_maintenances"]) == LATEST
    assert names(found["api/v2/scheduled-maintenances/active.json"], "scheduled_maintenances") == ["running"]
    assert names(found["api/v2/summary.json"], "incidents") == ["open"]


def test_a_page_on_which_nothing_ever_happened_has_empty_lists() -> None:
    found = api_documents(take_snapshot(site(), history(), moment("12:00")))
    for path, document in found.items():
        assert_follows_the_api(plain(document))
        for key in ("incidents", "scheduled_maintenances"):
            assert document.get(key, []) == [], path


def test_files_are_json_whatever_people_wrote() -> None:
    snapshot = hostile_snapshot()
    documents = {
        **api_documents(snapshot),
        "now.json": now_document(snapshot),
        "waypost.json": waypost_document(snapshot),
        SCHEMA_PATH: page_schema(snapshot.page.url),
    }
    for path, content in json_files(documents).items():
        document = json.loads(content.decode())
        if path.startswith("api/"):
            assert_follows_the_api(document)
    titles = {
        item["name"] for item in api_documents(hostile_snapshot())["api/v2/incidents.json"]["incidents"]
    }
    assert "<script>alert(\"1\")</script> & <b>bold</b> 'quoted'" in titles


def test_what_has_no_bytes_is_replaced() -> None:
    assert json.loads(json_bytes({"a": "x\ud800y"})) == {"a": "x?y"}
    assert json_bytes({"a": "ü"}) == '{\n "a": "ü"\n}\n'.encode()


def test_an_entry_of_a_list_takes_one_line() -> None:
    document = {"a": [{"b": [1, 2]}, {}], "c": {"d": {"e": "\n"}, "f": 1}, "g": [], "h": {}}
    text = json_bytes(document).decode()
    assert json.loads(text) == document
    assert text.splitlines() == [
        "{",
        ' "a": [',
        '  {"b": [1, 2]},',
        "  {}",
        " ],",
        ' "c": {',
        '  "d": {"e": "\\n"},',
        '  "f": 1',
        " },",
        ' "g": [],',
        ' "h": {}',
        "}",
    ]
