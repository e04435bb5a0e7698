from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from helpers.awareness import expected, now_document
from helpers.browser_sites import NOW, Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit, now_json
from helpers.cases import Case, golden
from waypost.publishing.api.statuspage import api_time

pytestmark = pytest.mark.browser

ARTICLE = "downloads/zip-stops-half-way/"
LATER = timedelta(seconds=31)
TELL = "async ([now, about]) => (await import('/assets/waypost/aware.js')).story(now, about)"


@pytest.fixture(scope="module")
def teller(browser: Any, calm: Served) -> Any:
    page = browser.new_page()
    page.goto(calm.url)
    yield page
    page.close()


@golden("awareness/*.yml")
def test_the_script_chooses_what_the_build_chooses(case: Case, teller: Any) -> None:
    assert teller.evaluate(TELL, [now_document(case), case["about"]]) == expected(case)


def maintenance(now: dict[str, Any]) -> dict[str, Any]:
    """Return the document with work on Downloads that runs."""
    work = {
        "id": "x", "title": "New disks", "path": "maintenance/x/", "components": ["downloads"],
        "started_at": api_time(NOW - timedelta(minutes=5)), "ends_at": api_time(NOW + timedelta(hours=1)),
    }  # fmt: skip
    changed = copy.deepcopy(now)
    changed["components"]["downloads"]["status"] = "under_maintenance"
    return {**changed, "maintenances": [work]}


def test_a_banner_comes_and_goes_with_the_status_file_and_nothing_moves(
    calm: Served, troubled: Served, visit: Any
) -> None:
    said: dict[str, dict[str, Any] | None] = {"now": now_json(calm)}
    for width in (DESKTOP, PHONE):
        seen: Visit = visit(calm, width=width)
        seen.page.add_init_script(COUNT_SHIFTS)
        seen.answer_now(lambda: said["now"])
        seen.goto(ARTICLE)
        banner = seen.page.locator("[data-wp-aware]")
        expect(banner).to_contain_text("No known trouble with Downloads. Checked")
        where = seen.page.locator(".wp-article h2").first.bounding_box()

        said["now"] = {**now_json(troubled), "checked_at": api_time(NOW + LATER)}
        seen.page.clock.run_for(31_000)
        expect(banner).to_contain_text("Downloads: outage Downloads: trouble since 21 Nov,")
        assert seen.style("[data-wp-aware]", "backgroundColor") == "rgb(254, 236, 235)"
        expect(banner.get_by_role("link", name="Follow this incident")).to_be_visible()

        said["now"] = {**maintenance(now_json(calm)), "checked_at": api_time(NOW + 2 * LATER)}
        seen.page.clock.run_for(31_000)
        expect(banner).to_contain_text("New disks Downloads: planned work until 21 Nov,")
        expect(banner.get_by_role("link", name="Follow this work")).to_be_visible()

        said["now"] = {**now_json(calm), "checked_at": api_time(NOW + 3 * LATER)}
        seen.page.clock.run_for(31_000)
        expect(banner).to_contain_text("No known trouble with Downloads.")

        said["now"] = None
        seen.page.clock.run_for(10 * 60_000)
        expect(banner).to_contain_text("No fresh data about Downloads.")
        assert seen.page.locator(".wp-article h2").first.bounding_box() == where
        # Text that fills its own room counts a little; 0.1 is what people begin to notice.
        assert seen.page.evaluate("window.shifted") < 0.02
        said["now"] = now_json(calm)


def test_the_banner_leads_to_the_incident(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    for path in (ARTICLE, "downloads/"):
        seen.goto(path)
        seen.page.locator("[data-wp-aware]").get_by_role("link", name="Follow this incident").click()
        expect(seen.page.get_by_role("heading", level=1)).to_have_text("Downloads: outage")
    seen.assert_quiet()


def test_the_contact_page_tells_of_the_components_it_names_and_else_of_everything(
    calm: Served, visit: Any
) -> None:
    seen: Visit = visit(calm)
    seen.goto("contact/")
    expect(seen.page.locator("[data-wp-notice]")).to_contain_text("Everything is working.")
