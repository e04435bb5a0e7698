"""Automatic incidents from the rows of checks to what the page, the feeds and the API say of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from helpers.status_world import component, history, moment, site, stretch, take_snapshot, words
from waypost.formats.checks import HttpCheck
from waypost.formats.status import ComponentStatus, Coverage, StateChange, UplinkGap
from waypost.formats.status_config import Combine, Component, StatusConfig
from waypost.formats.status_site import History, StatusSite
from waypost.publishing.api.now_json import now_document
from waypost.publishing.api.statuspage import incident_json
from waypost.publishing.api.waypost_json import waypost_document
from waypost.publishing.rules.feed_items import update_items
from waypost.status.rules.snapshot import Snapshot

NAMES = ("sign-in", "downloads", "uploads", "prints")
NEEDS = {"downloads": ["sign-in"], "uploads": ["sign-in"]}
GOOD = tuple(f"00:00 {name}/http-1 operational" for name in NAMES)
TROUBLE = (
    "10:00>10:03 sign-in/http-1 major_outage",
    "10:00>10:03 downloads/http-1 partial_outage",
    "10:01>10:05 uploads/http-1 major_outage",
    "10:30 sign-in/http-1 operational",
    "10:40 downloads/http-1 operational",
    "10:50 uploads/http-1 operational",
)


def at(now: str, language: str = "en", changes: Sequence[str] = TROUBLE) -> Snapshot:
    """Take the picture at a moment; everything is watched until then."""
    place = site(dict.fromkeys(NAMES, 1), needs=NEEDS, zone="Europe/Berlin")
    rows = history([*GOOD, *changes], [f"00:00-{now} {name}/http-1" for name in NAMES])
    return take_snapshot(place, rows, moment(now), language)


def test_one_outage_of_several_components_is_one_story_everywhere() -> None:
    shown_page = at("10:10")
    (incident,) = shown_page.active
    assert (incident.id, incident.title) == ("auto-sign-in-20261120-100000", "Sign-in: outage")
    assert shown_page.headline.sentence == "Sign-in and Uploads cannot be used right now"
    assert shown_page.headline.detail == "Also affected: Downloads."
    assert [(item.title, item.body) for item in update_items(shown_page)] == [
        ("[Investigating] Sign-in: outage", "Also affected: Uploads."),
        (
            "[Investigating] Sign-in: outage",
            "Our checks of Sign-in fail. We are finding out why. Also affected: Downloads.",
        ),
    ]
    api = incident_json(shown_page, incident)
    assert [row["name"] for row in api["components"]] == ["Sign-in", "Downloads", "Uploads"]
    assert api["impact"] == "critical"
    assert [row["components"] for row in now_document(shown_page)["incidents"]] == [
        ["downloads", "sign-in", "uploads"]
    ]


@pytest.mark.parametrize(
    ("now", "hit"),
    [
        ("10:31", [["downloads", "uploads"]]),
        ("10:41", [["uploads"]]),
        ("10:51", []),
    ],
)
def test_help_pages_hear_no_more_of_a_component_that_is_well_again(now: str, hit: list[list[str]]) -> None:
    assert [row["components"] for row in now_document(at(now))["incidents"]] == hit


def test_a_person_decides_how_long_a_component_is_hit() -> None:
    place = site({"downloads": 1}, [{"id": "hand", "says": ["10:00 investigating"]}])
    shown_page = take_snapshot(place, history(["00:00 http-1 operational"]), moment("12:00"))
    assert [row["components"] for row in now_document(shown_page)["incidents"]] == [["downloads"]]


def test_states_and_uptime_of_a_child_stay_as_measured() -> None:
    shown_page = {item.id: item for item in at("11:00").components}
    alone = take_snapshot(
        site(dict.fromkeys(NAMES, 1), zone="Europe/Berlin"),
        history([*GOOD, *TROUBLE], [f"00:00-11:00 {name}/http-1" for name in NAMES]),
        moment("11:00"),
    )
    for item in alone.components:
        assert (shown_page[item.id].uptime, shown_page[item.id].days) == (item.uptime, item.days)
    assert shown_page["downloads"].days[-1].trouble == 40 * 60


def test_the_story_is_told_in_the_language_of_the_site() -> None:
    (found,) = at("11:00", "de").incidents
    assert [update.body for update in found.updates] == [
        "Sign-in: Unsere Prüfungen schlagen fehl. Wir suchen die Ursache. Auch betroffen: Downloads.",
        "Auch betroffen: Uploads.",
        "Sign-in: Unsere Prüfungen sind wieder erfolgreich. Noch betroffen: Downloads und Uploads.",
        "Downloads: Unsere Prüfungen sind wieder erfolgreich. Noch betroffen: Uploads.",
        "Sign-in, Downloads und Uploads: Unsere Prüfungen sind wieder erfolgreich."
        " Wenn es bei Ihnen noch nicht geht, sagen Sie uns bitte Bescheid.",
    ]


def test_what_checks_say_of_themselves_is_not_told() -> None:
    row = StateChange(
        "downloads",
        "http-1",
        moment("10:00"),
        ComponentStatus.MAJOR_OUTAGE,
        moment("10:03"),
        "GET http://10.0.0.7/health?key=secret: connection refused",
    )
    shown_page = take_snapshot(site(), History((row,), (stretch("00:00-10:10 http-1"),)), moment("10:10"))
    (found,) = shown_page.active
    assert not any(
        part in f"{found.title} {update.body}" for update in found.updates for part in ("10.0", "secret")
    )


def refused(count: int, spread: timedelta, now: str) -> Snapshot:
    """So many services that are refused from 10:00 on; their checks take turns, and from 10:30 on they are well."""
    rows, watched = [], []
    for number in range(count):
        name, later = f"s{number:02}", spread * number / count
        for start, takes, status in (
            ("10:00", 2, ComponentStatus.MAJOR_OUTAGE),
            ("10:30", 1, ComponentStatus.OPERATIONAL),
        ):
            at = moment(start) + later
            rows.append(StateChange(name, "http-1", at, status, at + timedelta(minutes=takes)))
        watched.append(stretch(f"00:00-{now} {name}/http-1"))
    place = site({f"s{number:02}": 1 for number in range(count)})
    return take_snapshot(place, History(tuple(rows), tuple(watched)), moment(now))


@pytest.mark.parametrize("spread", [timedelta(0), timedelta(milliseconds=400), timedelta(seconds=59)])
@pytest.mark.parametrize(("count", "rest"), [(6, 4), (60, 58)])
def test_services_that_are_refused_at_once_are_one_incident(count: int, rest: int, spread: timedelta) -> None:
    opened = refused(count, spread, "10:03:05")
    (item,) = update_items(opened)
    assert item.title == f"[Investigating] S00, S01 and {rest} more: outage"
    (incident,) = opened.active
    assert len(incident.components) == count
    over = refused(count, spread, "10:33")
    (incident,) = over.incidents
    assert over.active == ()
    # What was confirmed after the first is one update more.
    assert len(update_items(over)) == (3 if spread else 2)
    assert {name for update in incident.updates for name, _ in update.changes} == set(over.names)
    last = moment("10:30") + spread * (count - 1) / count
    assert (incident.resolved_at, incident.updates[-1].at) == (last, last + timedelta(minutes=1))
    assert max(span.end for span in over.affected[incident.id] if span.end) == last


def test_the_end_is_the_true_one_everywhere_and_its_update_keeps_its_time() -> None:
    rows = [*GOOD, "10:00>10:02 prints/http-1 major_outage", "10:20>10:30 prints/http-1 operational"]
    for now, is_open in (("10:29", True), ("10:31", False)):
        page = at(now, changes=rows[len(GOOD) :])
        (incident,) = page.incidents
        (row,) = waypost_document(page)["incidents"]
        api = incident_json(page, incident)
        ends = {row["resolved_at"], api["resolved_at"]}
        assert ends == ({None} if is_open else {"2026-11-20T10:20:00.000Z"}), ends
        assert (incident in page.active) is is_open
        if not is_open:
            assert api["incident_updates"][0]["created_at"] == "2026-11-20T10:30:00.000Z"
            (span,) = page.affected[incident.id]
            assert (span.end, span.lasted) == (moment("10:20"), timedelta(minutes=20))


# Several checks and regions


def combined(combine: Combine, regions: tuple[str, ...] = (), checks: int = 1) -> StatusSite:
    check = HttpCheck(http="http://127.0.0.1:9/", every=timedelta(minutes=1), regions=regions)
    one = Component(id="downloads", name="Downloads", checks=(check,) * checks, combine=combine)
    names = {region: region.upper() for region in regions}
    page = site().config.page
    return StatusSite(StatusConfig(page=page, components=(one, component("prints")), regions=names))


def rows(changes: Sequence[str], lines: Sequence[str], end: str = "12:00") -> History:
    """Read `10:00>10:03 http-1@eu major_outage`; each line is watched until `end` and good from 00:00 on."""
    found: list[StateChange] = []
    watched: list[Coverage] = []
    published = [*(f"00:00 {name} operational" for name in lines), *changes]
    for text, region in (_parted(text) for text in published):
        found.append(replace(history([text]).changes[0], region=region))
    for name in lines:
        check, _, region = name.partition("@")
        watched.append(replace(stretch(f"00:00-{end} {check}"), region=region))
    return History(tuple(found), tuple(watched))


def _parted(text: str) -> tuple[str, str]:
    head, _, status = text.rpartition(" ")
    head, _, region = head.partition("@")
    return f"{head} {status}", region


def published(place: StatusSite, observed: History, now: str = "12:00") -> list[str]:
    shown_page = take_snapshot(place, observed, moment(now))
    return [
        f"{words(item.started)}: "
        + ", ".join(f"{words(update.at)} {update.status}" for update in item.updates)
        for item in reversed(shown_page.incidents)
    ]


CHECKS = ("http-1", "http-2", "http-3")
REGIONS = ("http-1@ap", "http-1@eu", "http-1@us")


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("any", ["10:00: 10:03 investigating, 11:00 resolved"]),
        (2, ["10:10: 10:13 investigating, 10:50 resolved"]),
        ("all", ["10:20: 10:23 investigating, 10:40 resolved"]),
    ],
)
def test_an_incident_opens_when_as_many_checks_fail_as_it_takes(
    combine: Combine, expected: list[str]
) -> None:
    changes = [
        "10:00>10:03 http-1 major_outage",
        "10:10>10:13 http-2 major_outage",
        "10:20>10:23 http-3 major_outage",
        "10:40 http-3 operational",
        "10:50 http-2 operational",
        "11:00 http-1 operational",
    ]
    assert published(combined(combine, checks=3), rows(changes, CHECKS)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (["10:00>10:03 http-1@eu major_outage"], []),
        (
            [
                "10:00>10:03 http-1@eu major_outage",
                "10:05>10:08 http-1@us major_outage",
                "11:00 http-1@us operational",
            ],
            ["10:05: 10:08 investigating, 11:00 resolved"],
        ),
        (
            ["10:00>10:03 http-1@eu major_outage", "10:05>10:08 http-1@us partial_outage"],
            ["10:05: 10:08 investigating"],
        ),
    ],
)
def test_a_majority_of_the_regions_opens_and_ends_it(changes: list[str], expected: list[str]) -> None:
    assert published(combined("any", ("ap", "eu", "us")), rows(changes, REGIONS)) == expected


def test_one_region_of_two_opens_and_ends_nothing() -> None:
    place = combined("any", ("eu", "us"))
    lines = REGIONS[1:]
    half = ["10:00>10:03 http-1@eu major_outage"]
    assert published(place, rows(half, lines)) == []
    both = [*half, "10:05>10:08 http-1@us major_outage", "10:30 http-1@us operational"]
    assert published(place, rows(both, lines)) == ["10:05: 10:08 investigating"]


def test_silence_neither_opens_nor_closes() -> None:
    changes = ["10:00>10:03 http-1 major_outage"]
    assert published(combined("any"), rows(changes, CHECKS[:1], end="10:20")) == [
        "10:00: 10:03 investigating"
    ]
    assert published(combined("any"), rows([], CHECKS[:1], end="10:20")) == []


@pytest.mark.parametrize("until", ["10:40", None])
def test_our_own_connection_neither_opens_nor_closes(until: str | None) -> None:
    gap = UplinkGap(moment("10:10"), moment(until) if until else None)
    for changes, expected in (
        (["10:00>10:03 http-1 major_outage"], ["10:00: 10:03 investigating"]),
        (
            ["10:00>10:03 http-1 major_outage", "10:45 http-1 operational"],
            ["10:00: 10:03 investigating, 10:45 resolved"],
        ),
        ([], []),
    ):
        observed = replace(rows(changes, CHECKS[:1]), uplink=(gap,))
        assert published(combined("any"), observed) == expected
