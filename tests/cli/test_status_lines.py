from __future__ import annotations

import re
from dataclasses import replace

from helpers.regional import seen_from_three, three_regions
from helpers.status_world import moment, take_snapshot
from waypost.base.faults import Fault, FaultKind
from waypost.cli.status import budget_left, further_lines
from waypost.formats.status import UplinkGap
from waypost.status.rules.uptime import Budget


def test_dissenting_regions_and_certificates_are_told() -> None:
    told = list(further_lines(take_snapshot(three_regions(), seen_from_three(), moment("12:00"))))
    assert told[0] == "Seen otherwise from Virginia: Downloads, Major outage"
    assert re.fullmatch(r"Certificate ends on 2026-11-2\d \d\d:\d\d: downloads/http-1", told[1])
    assert told[2].startswith("Last checked: 2026-11-")
    assert told[3] == "Times in UTC."
    late = take_snapshot(three_regions(), seen_from_three(), moment("11-26 12:00"))
    assert any(line.startswith("Certificate ended on ") for line in further_lines(late))


def test_that_our_own_connection_is_down_is_told() -> None:
    gaps = tuple(UplinkGap(moment("09:00"), None, region) for region in ("eu", "us", "ap"))
    seen = take_snapshot(three_regions(), replace(seen_from_three(), uplink=gaps), moment("12:00"))
    assert any(
        line.startswith("Our own connection has been down since 2026-11-20") for line in further_lines(seen)
    )


def test_faults_of_waypost_itself_are_told_beside_those_of_the_service() -> None:
    seen = take_snapshot(three_regions(), seen_from_three(), moment("12:00"))
    full = Fault(FaultKind.PUBLISHING, "", "There is no room in site/.", moment("11:20"))
    lines = list(further_lines(seen, [full]))
    assert lines[-3] == "Waypost itself, since 2026-11-20 11:20: There is no room in site/."
    assert set(lines) - set(further_lines(seen)) == {lines[-3]}


def test_the_error_budget_that_is_left_is_a_share() -> None:
    seen = take_snapshot(three_regions(), seen_from_three(), moment("12:00"))
    assert budget_left(seen.components[0].uptimes.budget(seen.policy)) == "100%"
    assert budget_left(Budget(99.9, None, None, {})) == "too little data"
    assert budget_left(Budget(99, 100, 150, {})) == "-50%"


def test_times_are_those_of_the_page() -> None:
    seen = take_snapshot(three_regions(), seen_from_three(), moment("12:00"))
    tokyo = replace(seen, page=replace(seen.page, time_zone="Asia/Tokyo"), offline_since=moment("09:00"))
    lines = list(further_lines(tokyo))
    assert "Our own connection has been down since 2026-11-20 18:00" in lines
    assert lines[-1] == "Times in Asia/Tokyo."
