from __future__ import annotations

import json
from typing import Any

import pytest

from helpers.hostile_servers import (
    Certificates,
    Handler,
    Server,
    answering,
    closed_port,
    drip,
    endless,
    reply,
    run,
    silent,
)
from waypost.formats.status import ComponentStatus
from waypost.monitor.probes.result import ProbeResult
from waypost.monitor.probes.statuspage import summary_address

OPERATIONAL, DEGRADED = ComponentStatus.OPERATIONAL, ComponentStatus.DEGRADED_PERFORMANCE
PARTIAL, DOWN = ComponentStatus.PARTIAL_OUTAGE, ComponentStatus.MAJOR_OUTAGE
NO_DATA = ComponentStatus.NO_DATA


def component(name: str, status: str, id_: str = "") -> dict[str, Any]:
    return {"id": id_ or name.lower(), "name": name, "status": status, "group_id": None}


def summary(*components: dict[str, Any], indicator: str = "none", description: str = "") -> dict[str, Any]:
    status = {"indicator": indicator, "description": description}
    return {"page": {"name": "GitHub"}, "status": status, "components": list(components)}


def probed(body: Any, status: str = "200 OK", **keys: Any) -> ProbeResult:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    with Server(answering(reply(data, status))) as server:
        return run(statuspage=server.url, **keys)


@pytest.mark.parametrize(
    ("theirs", "ours", "reason"),
    [
        ("operational", OPERATIONAL, ""),
        ("under_maintenance", OPERATIONAL, ""),
        ("degraded_performance", DEGRADED, "GitHub says: Git Operations is degraded_performance"),
        ("partial_outage", PARTIAL, "GitHub says: Git Operations is partial_outage"),
        ("major_outage", DOWN, "GitHub says: Git Operations is major_outage"),
    ],
)
def test_their_state_becomes_ours(theirs: str, ours: ComponentStatus, reason: str) -> None:
    page = summary(component("Actions", "major_outage"), component("Git Operations", theirs))
    result = probed(page, component="git operations")
    assert (result.status, result.reason) == (ours, reason)


@pytest.mark.parametrize(
    ("indicator", "ours"),
    [
        ("none", OPERATIONAL),
        ("maintenance", OPERATIONAL),
        ("minor", DEGRADED),
        ("major", PARTIAL),
        ("critical", DOWN),
    ],
)
def test_without_a_component_the_page_as_a_whole_counts(indicator: str, ours: ComponentStatus) -> None:
    result = probed(summary(indicator=indicator, description="Some systems"))
    assert result.status is ours
    assert result.reason == ("" if ours is OPERATIONAL else "GitHub says: Some systems")


def test_it_is_never_worse_than_the_check_allows() -> None:
    page = summary(component("API", "major_outage"))
    assert probed(page, component="API", fails_as="degraded_performance").status is DEGRADED
    page = summary(component("API", "degraded_performance"))
    assert probed(page, component="API", fails_as="partial_outage").status is DEGRADED


def test_an_id_is_exact_and_of_one_name_the_worst_counts() -> None:
    page = summary(component("API", "partial_outage", "x1"), component("API", "operational", "x2"))
    assert probed(page, component="x2").status is OPERATIONAL
    assert probed(page, component="API").status is PARTIAL


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "the status page is not JSON"),
        (b"[" * 50_000, "the status page nests too deeply"),
        (b"[" + b"{}," * 100_000 + b"{}]", "the status page holds more than 100000 values"),
        (b"[1]", "the status page does not name the component"),
        ({}, "the status page does not name the component"),
        ({"components": {"API": 1}}, "the status page does not name the component"),
        ({"components": [1, {"name": ["API"]}]}, "the status page does not name the component"),
        (summary(component("Web", "major_outage")), "the status page does not name the component"),
        (summary(component("API", "on fire")), "the status page does not name the component"),
        (b"x" * 2_000_001, "the status page is too large"),
    ],
    ids=["html", "deep", "many", "list", "empty", "mapping", "odd", "another", "state", "large"],
)
def test_a_page_that_cannot_be_read_says_nothing(body: Any, reason: str) -> None:
    result = probed(body, component="API")
    assert (result.status, result.reason) == (NO_DATA, reason)


def test_an_indicator_that_nobody_knows_says_nothing() -> None:
    result = probed(summary(indicator="purple"))
    assert (result.status, result.reason) == (NO_DATA, "the status page does not say how the service is")


@pytest.mark.parametrize(
    "handle",
    [
        silent,
        lambda connection, _: drip(connection, b"H"),
        lambda connection, _: connection.close(),
        answering(reply(status="503 Unavailable")),
        answering(reply(status="302 Found", headers="Location: /\r\n")),
        lambda connection, _: (connection.sendall(reply(b"{", length=10**12)), endless(connection))[1],
    ],
    ids=["silent", "drip", "closed", "error", "loop", "endless"],
)
def test_a_page_that_cannot_be_fetched_says_nothing(handle: Handler) -> None:
    with Server(handle) as server:
        result = run(statuspage=server.url, timeout="500ms")
    assert result.status is NO_DATA
    assert result.reason


def test_nobody_there_and_a_bad_certificate_say_nothing_either(trusted: Certificates) -> None:
    assert run(statuspage=f"http://127.0.0.1:{closed_port()}/").status is NO_DATA
    page = json.dumps(summary(indicator="critical")).encode()
    with Server(answering(reply(page)), trusted.servers["expired"]) as server:
        assert run(statuspage=server.url).status is NO_DATA


def test_what_they_write_is_shown_as_one_short_line() -> None:
    evil = summary(indicator="major", description="<b>Fire</b>\n\x00\u202e" + "long " * 1000)
    evil["page"]["name"] = "Evil\r\nPage " * 50
    reason = probed(evil).reason
    assert reason.isprintable()
    assert "Fire" in reason
    assert len(reason) <= 200


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("https://status.example.com", "https://status.example.com/api/v2/summary.json"),
        ("https://status.example.com/", "https://status.example.com/api/v2/summary.json"),
        ("https://example.com/status/", "https://example.com/status/api/v2/summary.json"),
        ("https://example.com/s.json?a=1", "https://example.com/s.json?a=1"),
    ],
)
def test_the_summary_is_found_below_the_page(page: str, address: str) -> None:
    assert summary_address(page) == address
