"""The sentence that answers, above the results, and what becomes of a search where it was what somebody looked for."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.search_visit import answer_search, asking, journey, options, pause

pytestmark = pytest.mark.browser

ASKED = "how long is a download link valid"
SENTENCE = "Twenty-four hours from the moment we made it"
PLACES = ["contact/", "search/?q=how+long+is+a+download+link+valid"]


def quoted(seen: Visit) -> Locator:
    return seen.page.locator(".wp-quote")


def shown(site: Served, visit: Any, path: str, **how: Any) -> Visit:
    """Ask in the box of a page, or open the page of the search."""
    if not path.startswith("search/"):
        seen = asking(site, visit, ASKED, path, **how)
        pause(seen)
    else:
        seen = visit(site, **how)
        answer_search(seen)
        seen.goto(path)
    expect(quoted(seen)).to_be_visible()
    return seen


@pytest.mark.parametrize("path", PLACES)
def test_the_sentence_stands_above_the_results_with_its_article(calm: Served, visit: Any, path: str) -> None:
    seen = shown(calm, visit, path)
    expect(quoted(seen).locator("blockquote")).to_have_text(SENTENCE)
    link = quoted(seen).get_by_role("link")
    expect(link).to_have_text("How long is a download link valid?")
    assert str(link.evaluate("link => link.href")).endswith(
        "/downloads/download-questions/#how-long-is-a-link-valid"
    )
    first = seen.page.locator(".wp-hit").first
    assert quoted(seen).bounding_box()["y"] < first.bounding_box()["y"]  # type: ignore[index]
    expect(seen.page.locator("[role=status]", has_text=SENTENCE)).to_have_count(1)
    seen.assert_quiet()


@pytest.mark.parametrize("path", PLACES)
def test_a_search_is_answered_where_that_was_it(calm: Served, visit: Any, path: str) -> None:
    seen = shown(calm, visit, path)
    quoted(seen).get_by_role("button", name="Yes").click()
    expect(quoted(seen).get_by_text("Good. Thank you.")).to_be_focused()
    expect(quoted(seen).get_by_role("button")).to_have_count(0)
    found = journey(seen)
    assert (found["search"]["opened"], found["unresolved"]) == (True, [])


@pytest.mark.parametrize("path", PLACES)
def test_a_search_is_unresolved_where_it_was_not(calm: Served, visit: Any, path: str) -> None:
    seen = shown(calm, visit, path)
    quoted(seen).get_by_role("button", name="No").click()
    expect(quoted(seen).get_by_text("Perhaps one of the results below is.")).to_be_focused()
    assert journey(seen)["unresolved"] == [{"question": ASKED, "reason": "none_helped"}]
    expect(seen.page.locator(".wp-hit").first).to_be_visible()


def test_arrows_pass_the_quote_by_and_tab_reaches_it(calm: Served, visit: Any) -> None:
    seen = shown(calm, visit, "contact/")
    seen.page.keyboard.press("ArrowDown")
    expect(options(seen).first).to_have_attribute("aria-selected", "true")
    seen.page.keyboard.press("Tab")
    expect(quoted(seen).get_by_role("link")).to_be_focused()


def test_what_was_said_last_of_an_outage_is_quoted_where_no_article_is(troubled: Served, visit: Any) -> None:
    seen = asking(troubled, visit, "downloads broken today")
    pause(seen)
    expect(quoted(seen)).not_to_contain_text(SENTENCE)
    assert "/status/incidents/" in str(quoted(seen).get_by_role("link").evaluate("link => link.href"))


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
@pytest.mark.parametrize("path", PLACES)
def test_it_is_accessible(calm: Served, visit: Any, path: str, width: int) -> None:
    seen = shown(calm, visit, path, width=width)
    found = Axe().run(seen.page, context=".wp-quote")
    assert found.response["violations"] == []
