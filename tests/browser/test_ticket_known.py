"""What the ticket form says of the present."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from helpers.browser_sites import NOW, Served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.ticket_page import choice, open_form

pytestmark = pytest.mark.browser


def test_known_incidents_stand_first(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    page = open_form(seen)
    known = page.locator("[data-wp-known]")
    expect(known.get_by_role("listitem")).to_have_count(3 + 1)
    expect(known).to_have_attribute("data-status", "major_outage")
    choice(page, "category", "payments").check()
    expect(known.get_by_role("listitem")).to_have_count(1)
    expect(known).to_contain_text("Print orders are confirmed late")
    expect(known).to_contain_text("We know.")
    choice(page, "category", "account").check()
    expect(known).to_contain_text("Nothing is known to be wrong with this right now.")
    choice(page, "category", "uploads").check()
    expect(known).to_have_attribute("data-status", "under_maintenance")
    choice(page, "category", "downloads").check()
    known.get_by_role("link", name="Follow it here").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Downloads: outage")
    seen.assert_quiet()


def test_the_state_of_the_service_is_sent_along(troubled: Served, visit: Any) -> None:
    page = open_form(visit(troubled), "?category=downloads")
    expect(page.locator("[data-wp-text]")).to_contain_text("Downloads: cannot be used")


def test_old_data_claim_nothing(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.clock.install(time=NOW.replace(year=2027))
    page = open_form(seen, "?category=downloads")
    expect(page.locator("[data-wp-known]")).to_contain_text("We do not know how things are right now.")
    expect(page.locator("[data-wp-text]")).to_contain_text("Downloads: not known")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_moves_when_what_is_known_arrives(calm: Served, visit: Any, width: int) -> None:
    seen: Visit = visit(calm, width=width)
    held: list[Route] = []
    seen.page.route("**/status/now.json", lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    seen.goto("ticket/")
    seen.page.wait_for_function("sessionStorage.getItem('waypost-ticket') !== null")
    before = seen.page.locator("[data-wp-field=subject]").bounding_box()
    for _ in range(100):
        seen.page.wait_for_timeout(50)
        if held:
            break
    held[0].continue_()
    expect(seen.page.locator("[data-wp-known]")).to_have_attribute("data-status", "operational")
    assert seen.page.locator("[data-wp-field=subject]").bounding_box() == before
