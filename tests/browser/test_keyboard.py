from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from helpers.browser_sites import Served
from helpers.browser_visit import PHONE, Visit

pytestmark = pytest.mark.browser

FOCUSED = """() => {
  const { activeElement: element } = document;
  const { left, top, width, height } = element.getBoundingClientRect();
  const seen = width > 0 && height > 0 && left >= 0 && top >= 0;
  return `${element.textContent.trim() || element.ariaLabel}${seen ? "" : " (not to be seen)"}`;
}"""

UNCOVERED = """() => {
  const heading = document.querySelector("h1");
  const { left, top, height } = heading.getBoundingClientRect();
  return heading.contains(document.elementFromPoint(left + 8, top + height / 2));
}"""


def tab(visit: Visit, times: int) -> list[str]:
    reached = []
    for _ in range(times):
        visit.page.keyboard.press("Tab")
        reached.append(visit.page.evaluate(FOCUSED))
    return reached


@pytest.mark.parametrize("path", ["", "downloads/zip-stops-half-way/", "no/such/page/", "status/"])
def test_tab_reaches_the_header_in_its_order(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    seen.goto(path)
    seen.wait_for_status()
    assert tab(seen, 5) == ["Skip to the content", "Lumen Help", "Browse", "Contact", seen.pill()]


@pytest.mark.parametrize("path", ["", "downloads/", "status/"])
def test_the_first_link_skips_to_what_the_page_says(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    seen.goto(path)
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Enter")
    assert seen.page.evaluate("location.hash") == "#main"
    assert seen.page.evaluate(UNCOVERED), "the header covers the heading"
    seen.page.keyboard.press("Tab")
    assert seen.page.evaluate("!document.activeElement.closest('header, .md-sidebar')"), "nothing was skipped"


def test_what_has_the_focus_is_outlined(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("")
    tab(seen, 2)
    assert seen.style(".wp-logo", "outlineStyle") == "solid"
    assert seen.style(".wp-nav a", "outlineStyle") == "none"


@pytest.mark.parametrize(("path", "key"), [("", "Enter"), ("downloads/zip-stops-half-way/", " ")])
def test_the_menu_of_a_phone_opens_and_closes_by_key(calm: Served, visit: Any, path: str, key: str) -> None:
    seen: Visit = visit(calm, width=PHONE)
    seen.goto(path)
    drawer = seen.page.get_by_role("navigation", name="Topics")
    expect(drawer).to_be_hidden()
    menu = seen.page.get_by_role("button", name="Menu")
    menu.focus()
    seen.page.keyboard.press(key)
    expect(drawer).to_be_visible()
    expect(drawer).to_be_in_viewport()
    seen.page.keyboard.press(key)
    expect(drawer).to_be_hidden()
    seen.assert_quiet()


@pytest.mark.parametrize(("path", "by"), [("", "Enter"), ("downloads/", "click"), ("no/such/page/", "Enter")])
def test_a_search_leads_to_an_article(calm: Served, visit: Any, path: str, by: str) -> None:
    seen: Visit = visit(calm)
    seen.goto(path)
    seen.wait_for_status()
    seen.page.keyboard.press("/")
    expect(seen.page.get_by_label("Search the help center")).to_be_focused()
    seen.page.keyboard.type("my zip stops half w")
    first = seen.page.get_by_role("option").first
    expect(first).to_contain_text("A zip download stops half way")
    expect(first).to_be_in_viewport()
    if by == "click":
        first.click()
    else:
        seen.page.keyboard.press("ArrowDown")
        seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"{calm.url}downloads/zip-stops-half-way/**")
    expect(seen.page.locator("article.wp-article > h1")).to_have_text("A zip download stops half way")
    seen.assert_quiet()
