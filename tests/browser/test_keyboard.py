from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

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


@pytest.mark.parametrize(("path", "by"), [("", "Enter"), ("downloads/", "click")])
def test_a_search_leads_to_an_article(calm: Served, visit: Any, path: str, by: str) -> None:
    seen: Visit = visit(calm)
    seen.goto(path)
    seen.page.keyboard.press("/")
    query = seen.page.get_by_role("textbox", name="Search")
    expect(query).to_be_focused()
    seen.page.keyboard.type("zip")
    first = seen.page.locator(".md-search-result__link").first
    expect(first).to_contain_text(re.compile("zip", re.IGNORECASE))
    expect(first).to_be_in_viewport()
    if by == "click":
        first.click()
    else:
        seen.page.keyboard.press("Enter")
    expect(seen.page).not_to_have_url(urljoin(seen.site.url, path))
    expect(seen.page.locator("article.wp-article > h1")).to_contain_text(
        re.compile("zip|download", re.IGNORECASE)
    )
    seen.assert_quiet()


def test_the_search_box_asks_the_question_of_the_home_page(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("")
    expect(seen.page.get_by_placeholder("Ask in your own words: my zip stops half way")).to_be_visible()


def test_the_search_of_a_phone_opens_and_closes(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, width=PHONE)
    seen.goto("downloads/")
    seen.page.locator(".wp-search-button").focus()
    seen.page.keyboard.press("Enter")
    query = seen.page.get_by_role("textbox", name="Search")
    expect(query).to_be_focused()
    expect(query).to_be_in_viewport(ratio=1)
    seen.page.keyboard.press("Escape")
    expect(query).not_to_be_in_viewport()
