from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.cases import Case, golden
from helpers.recorder import Recorder
from helpers.regional import combined_site, seen_from_three, three_regions
from helpers.regional import rows as regional_rows
from helpers.status_world import history, history_of, moment, site, site_of, take_snapshot, words
from waypost.formats.checks import HttpCheck
from waypost.formats.status import (
    MEASURED,
    Certificate,
    ComponentStatus,
    Coverage,
    Observation,
    StateChange,
    UplinkGap,
)
from waypost.formats.status_config import Component, StatusConfig
from waypost.formats.status_site import History, StatusSite
from waypost.status.rules.snapshot import Snapshot
from waypost.status.rules.uptime import DaySummary

GOOD = ("00:00 http-1 operational",)
WATCHED = ("00:00-11:59:40 http-1",)


def take(case: Case) -> Snapshot:
    rows = history_of({"changes": GOOD, "coverage": WATCHED, **case})
    return take_snapshot(site_of(case), rows, moment(case.get("now", "12:00")))


def facts(shown_page: Snapshot) -> dict[str, object]:
    text = shown_page.incidents[0].updates if shown_page.incidents else ()
    return {
        "indicator": shown_page.indicator,
        "status": shown_page.components[0].status,
        "known": shown_page.components[0].known_status,
        "incidents": sorted((item.id for item in shown_page.incidents), key=str, reverse=True),
        "active": [item.id for item in shown_page.active],
        "recent": [item.id for item in shown_page.recent],
        "planned": [f"{item.work.id} {item.status}" for item in shown_page.planned],
        "works": [item.work.id for item in shown_page.maintenances],
        "changed": words(shown_page.changed_at),
        "told": [f"{words(update.at)} {update.status}" for update in text],
    }


@golden("snapshot/moments.yml")
def test_the_page_at_one_moment(case: Case) -> None:
    found = facts(take(case))
    assert {key: found[key] for key in case["expect"]} == case["expect"]


def test_polling_alone_does_not_move_changed_at() -> None:
    place = site({"downloads": 1, "uploads": 1})
    changed = set()
    for second in range(0, 600, 7):
        now = moment("12:00") + timedelta(seconds=second)
        ends = {
            name: now - timedelta(seconds=second % 60 + at)
            for name, at in (("downloads", 0.2), ("uploads", 31))
        }
        rows = History(
            tuple(
                StateChange(name, "http-1", moment("08:00"), ComponentStatus.OPERATIONAL, moment("08:00"))
                for name in ends
            ),
            tuple(Coverage(name, "http-1", moment("08:00"), end) for name, end in ends.items()),
        )
        shown_page = take_snapshot(place, rows, now)
        changed.add(shown_page.changed_at)
        assert shown_page.checked_at == max(ends.values())
        assert {item.status for item in shown_page.components} == {ComponentStatus.OPERATIONAL}
    assert changed == {moment("08:00")}


def test_a_gap_of_a_quick_check_is_not_closed_by_the_patience_for_a_slow_one() -> None:
    checks = tuple(HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=every)) for every in (1, 60))
    both = Component(id="downloads", name="Downloads", checks=checks)
    config = StatusConfig(page=site().config.page, components=(both,))
    rows = history(GOOD, ["00:00-11:00 http-1", "11:30-11:59 http-1"])
    shown_page = take_snapshot(StatusSite(config), rows, moment("12:00"))
    assert shown_page.components[0].days[-1].no_data == 30 * 60
    assert shown_page.stale_after == timedelta(hours=3)


def test_what_is_shown_is_old_after_three_of_the_longest_intervals() -> None:
    assert take({}).stale_after == timedelta(minutes=3)
    assert take_snapshot(site({"downloads": 0}), History(), moment("12:00")).stale_after == timedelta(days=3)


def test_rows_kept_as_text_are_added_to_those_of_the_database() -> None:
    place = replace(site(), history=history(["00:00 http-1 operational"], ["00:00-10:00 http-1"]))
    shown_page = take_snapshot(
        place, history(["10:00 http-1 major_outage"], ["10:00-12:00 http-1"]), moment("12:00")
    )
    assert [item.trouble for item in shown_page.components[0].days][-2:] == [0, 7200]
    assert shown_page.components[0].since == moment("10:00")
    assert shown_page.components[0].created_at == moment("00:00")


def test_rows_of_unknown_components_are_ignored() -> None:
    rows = history([*GOOD, "10:00 gone/http-1 major_outage"], [*WATCHED, "00:00-12:00 gone/http-1"])
    shown_page = take_snapshot(site(), rows, moment("12:00"))
    assert (shown_page.indicator, shown_page.incidents) == ("none", ())


def test_ninety_days_are_shown_today_the_last_in_the_zone_of_the_page() -> None:
    shown_page = take_snapshot(site(zone="Pacific/Auckland"), history(GOOD, WATCHED), moment("12:00"))
    days = shown_page.components[0].days
    assert len(days) == 90
    assert [f"{days[0].day}", f"{days[-1].day}"] == ["2026-08-24", "2026-11-21"]


def test_the_zone_of_now_changes_nothing() -> None:
    place, berlin = site(zone="Europe/Berlin"), ZoneInfo("Europe/Berlin")
    rows = history(["08-01 00:00 http-1 operational"], ["08-01 00:00-12:00 http-1"])
    in_utc = take_snapshot(place, rows, moment("12:00"))
    there = take_snapshot(place, rows, moment("12:00").astimezone(berlin))
    assert there.components[0].uptime == in_utc.components[0].uptime
    assert in_utc.components[0].uptime.window == (89 * 24 + 13 + 1) * 3600  # one day had 25 hours


def test_groups_keep_the_order_of_the_page() -> None:
    shown_page = take_snapshot(
        site({"api": 0, "Galleries": {"downloads": 1, "uploads": 0}, "mail": 0}), History(), moment("12:00")
    )
    assert [(name, [item.id for item in members]) for name, members in shown_page.groups] == [
        ("", ["api"]),
        ("Galleries", ["downloads", "uploads"]),
        ("", ["mail"]),
    ]
    assert [item.position for item in shown_page.components] == [1, 2, 3, 4]
    assert shown_page.names == {"api": "Api", "downloads": "Downloads", "uploads": "Uploads", "mail": "Mail"}
    assert [item.is_measured for item in shown_page.components] == [False, True, False, False]


def test_incidents_are_newest_first() -> None:
    says = {"a": "09:00", "c": "11:00", "b": "10:00", "d": "10:00"}
    items = [{"id": key, "says": [f"{at} investigating", f"{at}:30 resolved"]} for key, at in says.items()]
    shown_page = take_snapshot(site(incidents=items), history(GOOD, WATCHED), moment("12:00"))
    assert [item.id for item in shown_page.incidents] == ["c", "d", "b", "a"]


def test_a_check_that_is_gone_leaves_no_incident_open() -> None:
    rows = history(["10:00>10:03 http-2 major_outage", "00:00 http-1 operational"], ["00:00-10:30 http-2"])
    (found,) = take_snapshot(site({"downloads": 1}), rows, moment("12:00")).incidents
    assert (words(found.started), found.resolved_at) == ("10:00", moment("10:30"))
    assert take_snapshot(site({"downloads": 2}), rows, moment("12:00")).incidents[0].resolved_at is None


def test_the_api_agrees_with_itself_where_there_is_no_data() -> None:
    rows = history(["00:00 http-1 operational", "10:00 http-1 degraded_performance"], ["00:00-11:00 http-1"])
    shown_page = take_snapshot(site(), rows, moment("12:00"))
    assert shown_page.components[0].status is ComponentStatus.NO_DATA
    assert shown_page.indicator == "minor"


def test_while_our_own_connection_is_down_nothing_is_green_or_red() -> None:
    rows = replace(
        history(["00:00 http-1 operational", "00:00 uploads/http-1 major_outage"],
                ["00:00-10:01 http-1", "00:00-10:01 uploads/http-1"]),
        uplink=(UplinkGap(moment("10:02"), None),),
    )  # fmt: skip
    place = site({"downloads": 1, "uploads": 1}, zone="Europe/Berlin")
    shown_page = take_snapshot(place, rows, moment("10:02:30"))
    assert {item.status for item in shown_page.components} == {ComponentStatus.NO_DATA}
    assert shown_page.offline_since == moment("10:02")
    assert (shown_page.headline.sentence, shown_page.headline.status) == (
        "We cannot measure right now",
        "no_data",
    )
    assert shown_page.headline.detail == (
        "Our own connection has been down since 20 Nov, 11:02. This says nothing about the services."
    )
    over = replace(rows, uplink=(UplinkGap(moment("10:02"), moment("10:02:30")),))
    after = take_snapshot(place, over, moment("10:02:40"))
    assert after.offline_since is None
    assert [item.status for item in after.components] == ["operational", "major_outage"]
    assert [item.days[-1].no_data for item in after.components] == [30 + 3600, 30 + 3600]


def test_the_connection_of_one_region_says_nothing_of_the_others() -> None:
    shown_page = take_snapshot(
        three_regions(),
        replace(seen_from_three(), uplink=(UplinkGap(moment("11:00"), None, "us"),)),
        moment("12:00"),
    )
    assert shown_page.offline_since is None
    assert [(view.id, view.status, view.dissents) for view in shown_page.components[0].regions] == [
        ("eu", "operational", False),
        ("us", "no_data", False),
        ("ap", "operational", False),
    ]


def test_a_region_that_says_otherwise_is_named_and_does_not_paint_the_bar() -> None:
    (found,) = take_snapshot(three_regions(), seen_from_three(), moment("12:00")).components
    assert [view.name for view in found.regions if view.dissents] == ["Virginia"]
    assert (found.status, found.days[-1].trouble) == (ComponentStatus.OPERATIONAL, 0)


def test_regions_are_combined_like_their_component_and_stand_in_the_order_of_the_file() -> None:
    place = combined_site([["ap", "eu"], ["us", "eu"]], "all")
    lines = ("http-1@ap", "http-1@eu", "http-2@us", "http-2@eu")
    rows = regional_rows(
        [
            *(f"00:00 {line} operational" for line in lines),
            "10:00 http-1@eu major_outage",
            "10:00 http-2@us partial_outage",
        ],
        [f"00:00-12:00 {line}" for line in lines],
    )
    (found,) = take_snapshot(place, rows, moment("12:00")).components
    assert [(view.id, view.status) for view in found.regions] == [
        ("eu", "operational"),
        ("us", "partial_outage"),
        ("ap", "operational"),
    ]


def certificate(
    expires: str, shown_page: str = "10:00", owner: str = "downloads", check: str = "http-1"
) -> Certificate:
    return Certificate(owner, check, moment(expires), moment(shown_page), 14)


def test_certificates_that_end_soon_are_warned_of_and_are_no_outage() -> None:
    rows = replace(
        history(GOOD, WATCHED),
        certificates=(
            certificate("2026-12-04T12:00:00+00:00", owner="uploads"),
            certificate("11-19 00:00"),
            certificate("2026-12-04T12:00:01+00:00", check="http-2"),
            certificate("11-19 00:00", owner="gone"),
            certificate("11-19 00:00", check="http-9"),
        ),
    )
    shown_page = take_snapshot(site({"downloads": 2, "uploads": 1}), rows, moment("12:00"))
    assert [(item.component, item.check) for item in shown_page.certificate_warnings] == [
        ("downloads", "http-1"),
        ("uploads", "http-1"),
    ]
    assert (shown_page.indicator, shown_page.incidents) == ("none", ())


def test_a_renewed_certificate_is_warned_of_no_more() -> None:
    both = (certificate("11-22 00:00", "09:00"), certificate("2027-11-22T00:00:00+00:00", "10:00"))
    for found in (both, both[::-1]):
        rows = replace(history(GOOD, WATCHED), certificates=found)
        assert take_snapshot(site(), rows, moment("12:00")).certificate_warnings == ()


def test_groups_and_the_page_have_uptimes_of_their_own() -> None:
    place = site({"Galleries": {"downloads": 1, "uploads": 1}, "mail": 1})
    rows = history(
        ["00:00 http-1 operational", "11:00 http-1 major_outage", "00:00 uploads/http-1 operational",
         "00:00 mail/http-1 operational"],
        ["00:00-12:00 http-1", "06:00-12:00 uploads/http-1", "00:00-12:00 mail/http-1"],
    )  # fmt: skip
    shown_page = take_snapshot(place, rows, moment("12:00"))
    assert [item.uptime.percent for item in shown_page.components] == ["91.66 %", "100 %", "100 %"]
    # One hour of eighteen, and of thirty.
    assert {name: found.windows["90d"].percent for name, found in shown_page.group_uptimes.items()} == {
        "Galleries": "94.44 %"
    }
    assert shown_page.uptimes.windows["24h"].percent == "96.66 %"


spells = st.lists(
    st.tuples(st.integers(0, 2800), st.integers(1, 300), st.sampled_from(MEASURED[1:])), max_size=6
)


@given(spells, spells)
def test_maintenance_changes_the_uptime_of_its_own_components_only(
    bad: list[tuple[int, int, ComponentStatus]], works: list[tuple[int, int, ComponentStatus]]
) -> None:
    start = moment("11-18 12:00")
    changes = [
        StateChange(name, "http-1", start, ComponentStatus.OPERATIONAL, start)
        for name in ("downloads", "uploads")
    ]
    for minute, length, status in sorted(bad):
        for name in ("downloads", "uploads"):
            begun, over = (start + timedelta(minutes=count) for count in (minute, minute + length))
            changes += [
                StateChange(name, "http-1", begun, status, begun),
                StateChange(name, "http-1", over, ComponentStatus.OPERATIONAL, over),
            ]
    rows = History(
        tuple(changes),
        tuple(Coverage(name, "http-1", start, moment("12:00")) for name in ("downloads", "uploads")),
    )
    windows = [
        {"id": f"m{n}", "components": ["uploads"], "window": _window(start, minute, length)}
        for n, (minute, length, _) in enumerate(works)
    ]
    two = {"downloads": 1, "uploads": 1}
    plain, worked = (
        take_snapshot(site(two, maintenances=planned), rows, moment("12:00")) for planned in ([], windows)
    )
    assert worked.components[0] == plain.components[0]
    assert worked.components[1].uptime.maintenance >= plain.components[1].uptime.maintenance == 0


def _window(start: datetime, minute: int, length: int) -> str:
    begun, over = (start + timedelta(minutes=count) for count in (minute, minute + length))
    return f"{begun:%m-%d %H:%M}-{over:%m-%d %H:%M}"


@settings(max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 1200), st.integers(1, 150), st.sampled_from(MEASURED[1:])), max_size=6),
    st.sampled_from([1, 3, 15]),
    st.sampled_from([1, 3, 15]),
)
def test_a_changed_interval_does_not_change_the_past(
    bad: list[tuple[int, int, ComponentStatus]], before: int, after: int
) -> None:
    start, midnight, end = moment("11-18 00:00"), moment("11-19 00:00"), moment("11-19 04:00")

    def first_day(intervals: Sequence[int]) -> tuple[DaySummary, Snapshot]:
        recorder = Recorder()
        for every, begun, over in zip(intervals, (start, midnight), (midnight, end), strict=True):
            check = HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=every))
            component = Component(id="downloads", name="Downloads", checks=(check,))
            place = StatusSite(StatusConfig(page=site().config.page, components=(component,)))
            for minute in range(every, (over - begun) // timedelta(minutes=1) + 1, every):
                at = begun + timedelta(minutes=minute)
                since = (at - start) // timedelta(minutes=1)
                states = [state for first, length, state in bad if first <= since < first + length]
                answer = Observation("downloads", "http-1", at, (states or MEASURED)[0], timedelta(seconds=1))
                recorder.record(answer, check.every, place.config.rules(component, check))
        shown_page = take_snapshot(place, recorder.history(), end)
        return shown_page.components[0].days[-2], shown_page

    (changed, shown_page), (steady, _) = first_day((before, after)), first_day((before, before))
    assert changed == steady
    assert f"{changed.day:%m-%d}" == "11-18"
    assert shown_page.components[0].days[-1].trouble == 0
