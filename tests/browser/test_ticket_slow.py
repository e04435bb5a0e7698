"""The ticket form while its scripts and files are slow, broken, or never come: what people type comes first."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from helpers.browser_sites import Served
from helpers.browser_visit import Visit
from helpers.ticket_page import DETAILS, SUBJECT, choice, open_form, ready, shown, write

pytestmark = pytest.mark.browser

HELD = "?category=downloads&urgency=high&q=my+zip+broken&from=uploads/upload-fails/"
ARTICLES = "**/assets/waypost/suggestions.json"


def hold_articles(seen: Visit) -> list[Route]:
    """Keep the list of articles from arriving until the test lets it."""
    held: list[Route] = []
    seen.page.route(ARTICLES, lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    with seen.page.expect_request(ARTICLES):
        seen.goto(f"ticket/{HELD}")
    return held


def test_what_is_typed_before_the_articles_arrive_stays(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    held = hold_articles(seen)
    page = seen.page
    expect(choice(page, "category", "downloads")).to_be_checked()
    expect(choice(page, "urgency", "high")).to_be_checked()
    expect(page.locator("#ticket-subject")).to_have_value("my zip broken")
    page.fill("#ticket-subject", SUBJECT)
    choice(page, "category", "payments").check()
    choice(page, "urgency", "low").check()
    held[0].continue_()
    # What the article alone knows still arrives.
    expect(page.locator("[data-wp-text]")).to_contain_text(f"Page: {desk.url}uploads/upload-fails/")
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(choice(page, "category", "payments")).to_be_checked()
    expect(choice(page, "urgency", "low")).to_be_checked()
    seen.assert_quiet()


def test_what_is_emptied_before_the_articles_arrive_stays_empty(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    held = hold_articles(seen)
    seen.page.fill("#ticket-subject", "")
    held[0].continue_()
    expect(seen.page.locator("[data-wp-text]")).to_contain_text("Page: ")
    expect(seen.page.locator("#ticket-subject")).to_have_value("")


@pytest.mark.parametrize(
    "body", ["{}", "[]", "null", "{", '{"articles": 5}', '{"articles": [null, {"path": 5}]}']
)
def test_a_broken_list_of_articles_costs_only_the_suggestions(desk: Served, visit: Any, body: str) -> None:
    seen: Visit = visit(desk)
    seen.page.route(ARTICLES, lambda route: route.fulfill(body=body, content_type="application/json"))
    page = open_form(seen, HELD)
    expect(choice(page, "category", "downloads")).to_be_checked()
    expect(page.locator("#ticket-subject")).to_have_value("my zip broken")
    assert "Searched for: my zip broken" in shown(page)
    seen.assert_quiet()


def test_articles_that_never_come_are_given_up(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    failed: list[str] = []
    seen.page.on("requestfailed", lambda request: failed.append(request.url))
    hold_articles(seen)
    with seen.page.expect_event("requestfailed"):
        seen.page.clock.run_for(15_000)
    assert [url.rpartition("/")[2] for url in failed] == ["suggestions.json"]


def test_what_is_typed_before_the_scripts_are_there_stays(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = open_form(seen, "?category=downloads")
    write(page)
    held: list[Route] = []
    page.route("**/waypost/ticket.js", lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    with page.expect_request("**/waypost/ticket.js"):
        seen.page.goto(f"{desk.url}ticket/{HELD}", wait_until="commit")
    page.fill("#ticket-subject", "Typed at once")
    choice(page, "category", "account").check()
    held[0].continue_()
    ready(seen)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)
    expect(page.locator("#ticket-subject")).to_have_value("Typed at once")
    expect(choice(page, "category", "account")).to_be_checked()


def test_starting_again_is_not_undone_by_articles_that_arrive_later(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    held = hold_articles(seen)
    page = seen.page
    page.get_by_role("button", name="Start again").click()
    held[0].continue_()
    ready(seen)
    expect(page.locator("#ticket-subject")).to_have_value("")
    expect(page.locator("input:checked:not([type=checkbox])")).to_have_count(0)
