"""What the ticket form says of the present."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from helpers.browser_sites import NOW, Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit, now_json
from helpers.ticket_page import DETAILS, choice, open_form, shown, write

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


ODD = {
    # What a now.json may hold by mistake or by malice, on top of one in trouble.
    "an unknown status": {"status": "paused", "components": {"downloads": {"name": "D", "status": "paused"}}},
    "a name of JavaScript": {"components": {"downloads": {"name": "D", "status": "constructor"}}},
    "components are nothing": {"components": None},
    "a component is nothing": {"components": {"downloads": None}},
    "no lists": {"incidents": None, "maintenances": 7},
    "items that say nothing": {
        "incidents": [None, 5, {}, {"title": "x"}],
        "maintenances": [{"title": ["x"]}],
    },
    "a time that is none": {"incidents": [{"title": "x", "components": ["downloads"], "started_at": "soon"}]},
    "an impact of JavaScript": {
        "incidents": [{"title": "x", "components": ["downloads"], "impact": "toString"}]
    },
    "a check that is no time": {"checked_at": "yesterday"},
}


@pytest.mark.parametrize("name", ODD)
def test_an_odd_state_of_the_service_costs_nobody_their_words(
    desk: Served, troubled: Served, visit: Any, name: str
) -> None:
    seen: Visit = visit(desk)
    seen.answer_now(lambda: {**now_json(troubled), **ODD[name]})
    seen.goto("ticket/?category=downloads")
    page = seen.page
    write(page)
    assert DETAILS in shown(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-wp-done]")).to_contain_text("SPT-20")
    seen.assert_quiet()


def test_a_part_that_fails_takes_no_other_with_it(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    page = open_form(seen)
    page.evaluate(
        """async () => (await import("/assets/waypost/now.js")).whenKnown(() => { throw new Error("Mine"); })"""
    )
    page.evaluate(
        """async () => (await import("/assets/waypost/now.js")).whenKnown(() => { window.told = true; })"""
    )
    assert page.evaluate("told")
    seen.answer_now(lambda: {**now_json(calm), "status": "no_data"})
    page.clock.run_for(31_000)
    expect(page.locator(".wp-pill")).to_have_text("Status not known")
    assert seen.errors == ["Mine", "Mine"]


def test_what_is_typed_is_kept_before_anything_is_shown(desk: Served, visit: Any) -> None:
    page = open_form(visit(desk))
    # Whatever goes wrong on the way from a key to what is shown.
    page.evaluate("document.querySelector('[data-wp-text]').remove()")
    page.fill("#ticket-details", DETAILS)
    page.reload()
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)


@pytest.mark.parametrize(
    "path",
    ["javascript:alert(1)", "//evil.example/x", "/elsewhere/", "../", "https://[", "http://evil.example/"],
)
def test_a_state_of_the_service_leads_nowhere_else(
    calm: Served, troubled: Served, visit: Any, path: str
) -> None:
    seen: Visit = visit(calm)
    state = now_json(troubled)
    for item in (*state["incidents"], *state["maintenances"]):
        item["path"] = path
    seen.answer_now(lambda: state)
    for address, part in (
        ("", "[data-wp-notice]"),
        ("downloads/zip-stops-half-way/", "[data-wp-aware]"),
        ("ticket/?category=downloads", "[data-wp-known]"),
    ):
        seen.goto(address)
        expect(seen.page.locator(part)).to_have_attribute("data-status", "major_outage")
        links = seen.page.locator(f"{part} a").evaluate_all("links => links.map((link) => link.href)")
        assert set(links) == {f"{calm.url}status/"}
    seen.assert_quiet()


WATCH = """() => {
  window.written = [];
  for (const region of document.querySelectorAll("[role=status], [role=alert], [aria-live]")) {
    new MutationObserver(() => window.written.push(`${region.className}: ${region.textContent}`))
      .observe(region, { childList: true, subtree: true, characterData: true });
  }
}"""


def test_nothing_is_read_aloud_twice(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    state = {**now_json(troubled), "stale_after": 9999}
    seen.answer_now(lambda: state)
    page = open_form(seen, "?category=downloads&urgency=high")
    page.clock.pause_at(NOW.replace(second=30))
    page.fill("#ticket-subject", "my zip stops")
    page.clock.run_for(1000)
    expect(page.locator("[data-wp-suggest]")).to_be_visible()
    page.evaluate(WATCH)
    page.locator("#ticket-subject").press_sequentially("   ")
    page.locator("#ticket-details").press_sequentially("It stops.")
    for _ in range(2):
        with page.expect_response("**/status/now.json"):
            page.clock.run_for(30_000)
    page.clock.run_for(1000)
    said = page.evaluate("written")
    # The first answer is told anew only where its time has moved on.
    assert len(said) == len(set(said))
    assert [line for line in said if not line.startswith("wp-answer:")] == []


@pytest.mark.parametrize("path", ["", "downloads/zip-stops-half-way/", "contact/"])
def test_a_page_that_stands_is_not_read_aloud_again(troubled: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(troubled)
    state = {**now_json(troubled), "stale_after": 9999}
    seen.answer_now(lambda: state)
    seen.goto(path)
    seen.wait_for_status()
    seen.page.evaluate(WATCH)
    for _ in range(2):
        with seen.page.expect_response("**/status/now.json"):
            seen.page.clock.run_for(30_000)
    assert seen.page.evaluate("written") == []


LONG = "Zip downloads of galleries with more than two thousand photos stop before they are complete for some people"


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("count", [1, 6])
def test_little_moves_when_much_is_known(
    calm: Served, troubled: Served, visit: Any, width: int, count: int
) -> None:
    seen: Visit = visit(calm, width=width)
    seen.page.add_init_script(COUNT_SHIFTS)
    state = now_json(troubled)
    state["incidents"] = [{**state["incidents"][0], "title": f"{LONG} {number}"} for number in range(count)]
    held: list[Route] = []
    seen.page.route("**/status/now.json", lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    with seen.page.expect_request("**/status/now.json"):
        seen.goto("ticket/")
    # A frame of the page as it was before: only what moves after one counts.
    seen.page.wait_for_timeout(200)
    held[0].fulfill(json=state)
    known = seen.page.locator("[data-wp-known]")
    expect(known).to_have_attribute("data-status", "major_outage")
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("shifted") < 0.1
    # The last of them can be reached.
    known.get_by_role("link", name="Follow it here").last.scroll_into_view_if_needed()
    expect(known.get_by_role("link", name="Follow it here").last).to_be_in_viewport()
