from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, expect

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.talkative_site import build_talkative, served_with_votes

pytestmark = pytest.mark.browser

HOSTILE = """"><script>alert(1)</script>&category=x#y?q='🚀 50%"""


@pytest.fixture(scope="module")
def unsupported(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("unsupported")
    with served_with_votes(build_talkative(root / "site", ""), root / "votes.jsonl") as (site, _):
        yield site


def ask(seen: Visit, text: str) -> None:
    """Type into the box; Material looks when a key is let go."""
    box = seen.page.locator("[data-md-component=search-query]")
    box.fill(text[:-1])
    if text:
        box.press_sequentially(text[-1])


def searching(site: Served, visit: Any, text: str, path: str = "downloads/", **how: Any) -> Visit:
    seen: Visit = visit(site, **how)
    seen.goto(path)
    if seen.page.viewport_size and seen.page.viewport_size["width"] <= PHONE:
        seen.page.locator(".wp-search-button").click()
    seen.page.locator("[data-md-component=search-query]").click()
    ask(seen, text)
    meta = seen.page.locator(".md-search-result__meta")
    expect(meta).not_to_have_text("Initializing search")
    return seen


def link(seen: Visit) -> Locator:
    return seen.page.locator(".wp-handoff a")


def question(seen: Visit) -> list[str]:
    return parse_qs(urlsplit(str(link(seen).evaluate("link => link.href"))).query).get("q", [])


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("path", ["", "downloads/"])
def test_the_way_to_a_person_stands_below_the_results(
    calm: Served, visit: Any, width: int, path: str
) -> None:
    seen: Visit = visit(calm, width=width)
    seen.goto(path)
    if width == PHONE:
        seen.page.locator(".wp-hero__open, .wp-search-button").locator("visible=true").first.click()
    seen.page.locator("[data-md-component=search-query]").click()
    ask(seen, "download")
    expect(seen.page.locator(".md-search-result__item").first).to_be_visible()
    expect(link(seen)).to_be_visible()
    expect(link(seen)).to_have_text("No answer? Write to us", use_inner_text=True)
    results, handoff = seen.page.locator(".md-search__scrollwrap").bounding_box(), link(seen).bounding_box()
    assert results is not None
    assert handoff is not None
    assert handoff["y"] >= results["y"] + results["height"] - 1
    assert handoff["y"] + handoff["height"] <= seen.page.evaluate("innerHeight")
    assert handoff["height"] >= 44
    seen.assert_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_stands_out_when_nothing_is_found(calm: Served, visit: Any, scheme: str) -> None:
    seen = searching(calm, visit, "zebrafish", scheme=scheme)
    expect(seen.page.locator(".md-search-result__meta")).to_have_text("No matching documents")
    expect(link(seen)).to_be_visible()
    expect(link(seen)).to_have_text("Nothing found for that. Write to us", use_inner_text=True)
    loud = seen.style(".wp-handoff a", "backgroundColor")
    ask(seen, "download")
    expect(link(seen)).to_have_text("No answer? Write to us", use_inner_text=True)
    assert seen.style(".wp-handoff a", "backgroundColor") != loud
    expect(link(seen)).to_be_visible()


def test_the_question_travels_along(calm: Served, visit: Any) -> None:
    seen = searching(calm, visit, "")
    assert question(seen) == []
    expect(link(seen)).to_have_text("No answer? Write to us", use_inner_text=True)
    box = seen.page.locator("[data-md-component=search-query]")
    for typed, kept in (("zebra", "zebra"), (f"  {HOSTILE} ", HOSTILE), ("x" * 500, "x" * 300)):
        box.fill(typed)
        assert question(seen) == [kept]
    box.fill("who deleted my gallery")
    link(seen).click()
    seen.page.wait_for_url(f"{calm.url}ticket/?q=who+deleted+my+gallery")
    seen.assert_quiet()


def test_an_emptied_box_leaves_no_question(calm: Served, visit: Any) -> None:
    seen = searching(calm, visit, "zebra")
    seen.page.locator(".md-search__options [type=reset]").click()
    expect(seen.page.locator("[data-md-component=search-query]")).to_have_value("")
    seen.page.clock.run_for(50)
    assert question(seen) == []


def test_tab_leads_to_it_and_on(calm: Served, visit: Any) -> None:
    seen = searching(calm, visit, "download")
    expect(seen.page.locator(".md-search-result__item").first).to_be_visible()
    keyboard = seen.page.keyboard
    keyboard.press("Tab")
    expect(link(seen)).to_be_focused()
    keyboard.press("Shift+Tab")
    expect(seen.page.locator("[data-md-component=search-query]")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Tab")
    expect(link(seen)).not_to_be_focused()
    expect(link(seen)).not_to_be_visible()
    keyboard.press("/")
    expect(seen.page.locator("[data-md-component=search-query]")).to_be_focused()


def test_arrow_keys_walk_through_results_and_link(calm: Served, visit: Any) -> None:
    # Few enough to be shown at once: Material adds more when the last one comes into view.
    seen = searching(calm, visit, "refund")
    results = seen.page.locator(".md-search-result__link")
    expect(results.first).to_be_visible()
    keyboard = seen.page.keyboard
    keyboard.press("ArrowUp")
    expect(link(seen)).to_be_focused()
    keyboard.press("ArrowDown")
    expect(seen.page.locator("[data-md-component=search-query]")).to_be_focused()
    keyboard.press("ArrowDown")
    expect(results.first).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    assert seen.page.evaluate("document.activeElement.closest('[data-md-component=search-result]') !== null")
    keyboard.press("ArrowDown")
    expect(link(seen)).to_be_focused()
    keyboard.press("Enter")
    seen.page.wait_for_url(f"{calm.url}ticket/?q=refund")


def test_escape_closes_the_search_from_the_link(calm: Served, visit: Any) -> None:
    seen = searching(calm, visit, "zip")
    seen.page.keyboard.press("Tab")
    expect(link(seen)).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(link(seen)).not_to_be_visible()
    expect(link(seen)).not_to_be_focused()


def test_enter_still_opens_the_best_result(calm: Served, visit: Any) -> None:
    seen = searching(calm, visit, "zip")
    first = seen.page.locator(".md-search-result__link").first
    expect(first).to_be_visible()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(
        lambda url: url.startswith(f"{calm.url}downloads/") and url != f"{calm.url}downloads/"
    )
    assert "ticket" not in seen.page.url


def test_enter_leads_nowhere_when_nothing_is_found(calm: Served, visit: Any) -> None:
    seen = searching(calm, visit, "zebrafish")
    expect(seen.page.locator(".md-search-result__meta")).to_have_text("No matching documents")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_timeout(200)
    assert seen.page.url == f"{calm.url}downloads/"
    seen.assert_quiet()


def test_without_a_ticket_form_it_leads_to_the_contact_page(unsupported: Served, visit: Any) -> None:
    seen = searching(unsupported, visit, "zebra")
    assert link(seen).evaluate("link => link.href") == f"{unsupported.url}contact/"


def test_a_search_that_is_closed_shows_nothing_of_it(calm: Served, visit: Any) -> None:
    for path in ("", "downloads/zip-stops-half-way/"):
        for scripts in (True, False):
            seen: Visit = visit(calm, scripts=scripts)
            seen.goto(path)
            expect(seen.page.locator(".wp-handoff")).not_to_be_visible()
