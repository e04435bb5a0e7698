from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from helpers.cases import Case, golden
from helpers.status_world import history, history_of, moment, site, site_of, take_snapshot, words
from waypost.core.snapshot import Snapshot
from waypost.model.checks import HttpCheck
from waypost.model.project import History, StatusSite
from waypost.model.status import ComponentStatus, Coverage, StateChange
from waypost.model.status_config import Component, StatusConfig

GOOD = ("00:00 http-1 operational",)
WATCHED = ("00:00-11:59:40 http-1",)


def take(case: Case) -> Snapshot:
    rows = history_of({"changes": GOOD, "coverage": WATCHED, **case})
    return take_snapshot(site_of(case), rows, moment(case.get("now", "12:00")))


def facts(seen: Snapshot) -> dict[str, object]:
    said = seen.incidents[0].updates if seen.incidents else ()
    return {
        "indicator": seen.indicator,
        "status": seen.components[0].status,
        "known": seen.components[0].known_status,
        "incidents": sorted((item.id for item in seen.incidents), key=str, reverse=True),
        "active": [item.id for item in seen.active],
        "recent": [item.id for item in seen.recent],
        "planned": [f"{item.work.id} {item.status}" for item in seen.planned],
        "works": [item.work.id for item in seen.maintenances],
        "changed": words(seen.changed_at),
        "told": [f"{words(update.at)} {update.status}" for update in said],
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
        seen = take_snapshot(place, rows, now)
        changed.add(seen.changed_at)
        assert seen.checked_at == max(ends.values())
        assert {item.status for item in seen.components} == {ComponentStatus.OPERATIONAL}
    assert changed == {moment("08:00")}


def test_a_gap_of_a_quick_check_is_not_closed_by_the_patience_for_a_slow_one() -> None:
    checks = tuple(HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=every)) for every in (1, 60))
    both = Component(id="downloads", name="Downloads", checks=checks)
    config = StatusConfig(page=site().config.page, components=(both,))
    rows = history(GOOD, ["00:00-11:00 http-1", "11:30-11:59 http-1"])
    seen = take_snapshot(StatusSite(config), rows, moment("12:00"))
    assert seen.components[0].days[-1].no_data == 30 * 60
    assert seen.stale_after == timedelta(hours=3)


def test_what_is_shown_is_old_after_three_of_the_longest_intervals() -> None:
    assert take({}).stale_after == timedelta(minutes=3)
    assert take_snapshot(site({"downloads": 0}), History(), moment("12:00")).stale_after == timedelta(days=3)


def test_rows_kept_as_text_are_added_to_those_of_the_database() -> None:
    place = replace(site(), history=history(["00:00 http-1 operational"], ["00:00-10:00 http-1"]))
    seen = take_snapshot(
        place, history(["10:00 http-1 major_outage"], ["10:00-12:00 http-1"]), moment("12:00")
    )
    assert [item.trouble for item in seen.components[0].days][-2:] == [0, 7200]
    assert seen.components[0].since == moment("10:00")
    assert seen.components[0].created_at == moment("00:00")


def test_rows_of_unknown_components_are_ignored() -> None:
    rows = history([*GOOD, "10:00 gone/http-1 major_outage"], [*WATCHED, "00:00-12:00 gone/http-1"])
    seen = take_snapshot(site(), rows, moment("12:00"))
    assert (seen.indicator, seen.incidents) == ("none", ())


def test_ninety_days_are_shown_today_the_last_in_the_zone_of_the_page() -> None:
    seen = take_snapshot(site(zone="Pacific/Auckland"), history(GOOD, WATCHED), moment("12:00"))
    days = seen.components[0].days
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
    seen = take_snapshot(
        site({"api": 0, "Galleries": {"downloads": 1, "uploads": 0}, "mail": 0}), History(), moment("12:00")
    )
    assert [(name, [item.id for item in members]) for name, members in seen.groups] == [
        ("", ["api"]),
        ("Galleries", ["downloads", "uploads"]),
        ("", ["mail"]),
    ]
    assert [item.position for item in seen.components] == [1, 2, 3, 4]
    assert seen.names == {"api": "Api", "downloads": "Downloads", "uploads": "Uploads", "mail": "Mail"}
    assert [item.is_measured for item in seen.components] == [False, True, False, False]


def test_incidents_are_newest_first() -> None:
    says = {"a": "09:00", "c": "11:00", "b": "10:00", "d": "10:00"}
    items = [{"id": key, "says": [f"{at} investigating", f"{at}:30 resolved"]} for key, at in says.items()]
    seen = take_snapshot(site(incidents=items), history(GOOD, WATCHED), moment("12:00"))
    assert [item.id for item in seen.incidents] == ["c", "d", "b", "a"]


def test_a_check_that_is_gone_leaves_no_incident_open() -> None:
    rows = history(["10:00>10:03 http-2 major_outage", "00:00 http-1 operational"], ["00:00-10:30 http-2"])
    (found,) = take_snapshot(site({"downloads": 1}), rows, moment("12:00")).incidents
    assert (words(found.started), found.resolved_at) == ("10:00", moment("10:30"))
    assert take_snapshot(site({"downloads": 2}), rows, moment("12:00")).incidents[0].resolved_at is None


def test_the_api_agrees_with_itself_where_there_is_no_data() -> None:
    rows = history(["00:00 http-1 operational", "10:00 http-1 degraded_performance"], ["00:00-11:00 http-1"])
    seen = take_snapshot(site(), rows, moment("12:00"))
    assert seen.components[0].status is ComponentStatus.NO_DATA
    assert seen.indicator == "minor"
