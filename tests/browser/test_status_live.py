"""An open status page stays true without being loaded again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, Route, expect

from helpers.browser_sites import NOW, Served
from helpers.browser_visit import Visit, now_json
from waypost.publishing.api.statuspage import api_time

pytestmark = pytest.mark.browser

LATER = timedelta(seconds=31)
"""One round of the page's own clock."""

PRINTS = "status/incidents/2026-11-21-prints-late/"


def checked(document: dict[str, Any], after: timedelta) -> dict[str, Any]:
    return {**document, "checked_at": api_time(NOW + after)}


def wait_a_round(visit: Visit) -> None:
    with visit.page.expect_response("**/status/now.json"):
        visit.page.clock.run_for(int(LATER.total_seconds() * 1000))


def loads_of(visit: Visit) -> list[str]:
    loads: list[str] = []
    visit.page.on("load", lambda page: loads.append(page.url))
    return loads


def state_of(visit: Visit, component: str) -> str:
    row = visit.page.locator(f'[data-wp-component="{component}"]')
    return str(row.get_attribute("data-status"))


def test_a_page_with_old_data_is_true_again_when_the_checks_run_again(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, at=NOW + timedelta(minutes=5))
    state = now_json(calm)
    seen.answer_now(lambda: state)
    loads = loads_of(seen)
    seen.goto("status/")
    heading = seen.page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Status not known")
    assert state_of(seen, "downloads") == "no_data"
    state = checked(now_json(calm), timedelta(minutes=6))
    wait_a_round(seen)
    expect(heading).to_have_text("Everything is working")
    expect(seen.page.locator("[data-wp-stale]")).to_be_hidden()
    assert state_of(seen, "downloads") == "operational"
    assert seen.page.locator(".wp-state__mark path").get_attribute("d") == "M5 12.5l4.5 4.5L19 7.5"
    assert len(loads) == 1
    seen.assert_quiet()


def test_new_trouble_appears_at_once_though_the_page_in_the_cache_is_old(
    calm: Served, troubled: Served, visit: Any
) -> None:
    seen: Visit = visit(calm)
    state = now_json(calm)
    seen.answer_now(lambda: state)
    loads = loads_of(seen)
    seen.goto("status/")
    seen.wait_for_status()
    state = checked(now_json(troubled), LATER)
    wait_a_round(seen)
    page = seen.page
    expect(page.get_by_role("heading", level=1)).to_have_text("Downloads cannot be used right now")
    expect(page.locator("[data-wp-detail]")).to_contain_text("Also affected: Photo search")
    assert [state_of(seen, name) for name in ("downloads", "uploads")] == [
        "major_outage",
        "under_maintenance",
    ]
    group = page.locator("[data-wp-worst]").first
    expect(group).to_contain_text("Major outage")
    link = page.locator("[data-wp-incident]").get_by_role("link", name="Downloads: outage")
    assert str(link.get_attribute("href")).endswith("/status/incidents/auto-downloads-20261121-075940/")
    # And when it is over it goes, though the page that is published still tells of it.
    state = checked(now_json(calm), 2 * LATER)
    wait_a_round(seen)
    expect(page.locator("[data-wp-incident]")).to_have_count(0)
    assert len(loads) == 1
    seen.assert_quiet()


def test_what_was_said_appears_without_loading_and_keeps_what_the_reader_opened(
    calm: Served, troubled: Served, visit: Any
) -> None:
    seen: Visit = visit(calm)
    state = now_json(calm)
    seen.answer_now(lambda: state)
    loads = loads_of(seen)
    seen.goto("status/")
    seen.wait_for_status()
    seen.page.locator(".wp-uptimes summary").click()
    new = (troubled.site.status_output / "index.html").read_text(encoding="utf-8")

    def fresh(route: Route) -> None:
        route.fulfill(body=new, content_type="text/html")

    seen.page.route("**/status/", fresh)
    state = checked(now_json(troubled), LATER)
    wait_a_round(seen)
    expect(seen.page.locator(".wp-timeline")).to_have_count(2)
    expect(seen.page.get_by_role("link", name="Faster storage for uploads")).to_be_visible()
    expect(seen.page.locator(".wp-uptimes table")).to_be_visible()
    assert len(loads) == 1
    seen.assert_quiet()


def test_a_component_follows_the_file_and_claims_nothing_without_it(
    calm: Served, troubled: Served, visit: Any
) -> None:
    seen: Visit = visit(calm)
    state: dict[str, Any] | None = now_json(troubled)
    seen.answer_now(lambda: state)
    seen.goto("status/components/downloads/")
    row = seen.page.locator('[data-wp-component="downloads"]')
    expect(row).to_contain_text("Major outage")
    state = None
    seen.goto("status/components/downloads/")
    expect(seen.page.locator("[data-wp-stale]")).to_contain_text("The present state could not be loaded.")
    assert state_of(seen, "downloads") == "no_data"


@pytest.mark.parametrize(
    ("path", "name"), [("components/downloads/", "downloads"), ("subscribe/", "overall")]
)
def test_a_badge_shows_the_state_of_the_page_that_it_stands_in(
    calm: Served, troubled: Served, visit: Any, path: str, name: str
) -> None:
    seen: Visit = visit(calm)
    published, state = calm, now_json(calm)
    seen.answer_now(lambda: state)

    def of_now(file: str, kind: str) -> Callable[[Route], None]:
        # As a host with a cache sends it: for an address that it knows, a browser does not ask again.
        kept = {"Cache-Control": "max-age=3600"} if kind == "image/svg+xml" else {}
        return lambda route: route.fulfill(
            body=(published.site.status_output / file).read_text(encoding="utf-8"),
            content_type=kind,
            headers=kept,
        )

    seen.page.route(f"**/badge/{name}.svg*", of_now(f"badge/{name}.svg", "image/svg+xml"))
    seen.page.route(f"**/status/{path}", of_now(f"{path}index.html", "text/html"))
    seen.goto(f"status/{path}")
    seen.wait_for_status()
    badge = seen.page.locator("img.wp-badge")

    def width(_: Page) -> int:
        return int(badge.evaluate("badge => badge.complete ? badge.naturalWidth : 0"))

    wide = [
        int(ET.parse(site.site.status_output / f"badge/{name}.svg").getroot().attrib["width"])  # noqa: S314
        for site in (calm, troubled)
    ]
    assert wide[0] != wide[1], "the states can be told apart by the width of their names"
    seen.until(width, wide[0])
    published, state = troubled, checked(now_json(troubled), LATER)
    wait_a_round(seen)
    seen.until(width, wide[1])
    address = badge.get_attribute("src")
    state = checked(state, 2 * LATER)
    wait_a_round(seen)
    seen.until(width, wide[1])
    assert badge.get_attribute("src") == address, "it is loaded again only where the state is another"
    seen.assert_quiet()


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("08:17:59", "That is in 12 minutes."),
        ("08:30:20", ""),
        ("08:42:30", "Overdue by 12 minutes."),
        ("11:31:00", "Overdue by 3 hours."),
    ],
)
def test_a_promised_update_says_how_late_it_is(troubled: Served, visit: Any, at: str, said: str) -> None:
    hours, minutes, seconds = map(int, at.split(":"))
    seen: Visit = visit(troubled, at=NOW.replace(hour=hours, minute=minutes, second=seconds))
    seen.goto(PRINTS)
    expect(seen.page.locator("[data-wp-due]")).to_contain_text("Next update by 21 Nov, 09:30")
    expect(seen.page.locator("[data-wp-due-note]")).to_have_text(said)
    seen.assert_quiet()


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berlin", "21 Nov, 08:30"),
        ("Europe/London", "21 Nov, 08:30 (07:30 your time)"),
        ("America/Los_Angeles", "21 Nov, 08:30 (20 Nov, 23:30 your time)"),
    ],
)
def test_times_are_also_those_of_the_reader(troubled: Served, visit: Any, zone: str, said: str) -> None:
    seen: Visit = visit(troubled, zone=zone)
    seen.goto(PRINTS)
    expect(seen.page.locator(".wp-timeline time").first).to_have_text(said)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Europe/Berlin", "Sat 21 Nov, 08:00–10:00"),
        ("Europe/London", "Sat 21 Nov, 08:00–10:00 (07:00–09:00 your time)"),
        ("America/Los_Angeles", "Sat 21 Nov, 08:00–10:00 (20 Nov, 23:00–21 Nov, 01:00 your time)"),
    ],
)
def test_windows_of_work_are_also_those_of_the_reader(
    troubled: Served, visit: Any, zone: str, said: str
) -> None:
    seen: Visit = visit(troubled, zone=zone)
    for page in ("status/", "status/maintenance/2026-11-21-faster-uploads/"):
        seen.goto(page)
        expect(seen.page.locator("time[data-wp-until]").first).to_have_text(said)


def test_the_address_of_the_page_chooses_components(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("status/mine/?c=downloads,uploads,nothing")
    shown = seen.page.locator("[data-wp-choice]:visible")
    expect(shown).to_have_count(2)
    expect(shown.first).to_contain_text("Downloads")
    seen.page.locator("[data-wp-choose] summary").click()
    form = seen.page.locator("[data-wp-choose] form")
    assert form.locator("input:checked").count() == 2
    form.get_by_label("Uploads").uncheck()
    form.get_by_label("Sign-in").check()
    form.get_by_role("button").click()
    seen.page.wait_for_url("**/status/mine/?c=downloads,sign-in")
    expect(seen.page.locator("[data-wp-choice]:visible")).to_have_count(2)
    seen.goto("status/mine/?c=nothing")
    expect(seen.page.locator("[data-wp-choice]:visible")).to_have_count(8)
    expect(seen.page.locator("[data-wp-mine-none]")).to_be_visible()
    seen.assert_quiet()


def test_without_scripts_all_components_and_their_links_are_there(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, scripts=False)
    seen.goto("status/mine/?c=downloads")
    rows = seen.page.locator("[data-wp-choice]")
    expect(rows).to_have_count(8)
    expect(rows.first.get_by_role("link", name="Atom feed: Gallery pages")).to_be_visible()
    seen.goto(PRINTS.replace("2026-11-21-prints-late", "2026-11-04-card-payments-fail"))
    expect(seen.page.locator(".wp-timeline > li").first).to_be_visible()
