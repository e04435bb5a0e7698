"""The search in a browser: asking a box, and a search that answers from a few hits of the sample."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Route, expect

from helpers.browser_sites import Served
from helpers.browser_visit import PHONE, Visit

FAKE = Path(__file__).with_name("fake_search.js").read_text(encoding="utf-8")
CLIENT = "**/assets/waypost/search_client.js"
BEST = "A zip download stops half way"
"""The title of the first hit of the search that answers in tests."""


def answer_search(seen: Visit, script: str = FAKE) -> None:
    """Put a small search into the place of the real one."""

    def fulfil(route: Route) -> None:
        route.fulfill(body=script, content_type="text/javascript")

    seen.page.route(CLIENT, fulfil)


def with_title(text: str) -> str:
    """Return the search of the tests whose first hit has another title."""
    assert json.dumps(BEST) in FAKE
    return FAKE.replace(json.dumps(BEST), json.dumps(text).replace("/", "\\/"))


def box(seen: Visit) -> Locator:
    """Return the search box of the page."""
    return seen.page.locator(".wp-search__input")


def options(seen: Visit) -> Locator:
    """Return the results below the box."""
    return seen.page.get_by_role("option")


def popup(seen: Visit) -> Locator:
    """Return everything below the box."""
    return seen.page.locator(".wp-search__popup")


def enter(seen: Visit) -> None:
    """Go into the box, on a phone by its button, and wait until it shows results."""
    size = seen.page.viewport_size
    opener = seen.page.locator(".wp-search-button")
    if size and size["width"] <= PHONE and opener.count():
        opener.click()
    else:
        box(seen).click()
    expect(box(seen)).to_be_focused()
    if "/search/" not in seen.page.url:
        expect(box(seen)).to_have_role("combobox")


def asking(site: Served, visit: Any, text: str, path: str = "contact/", **how: Any) -> Visit:
    """Open a page, go into its box and type."""
    seen: Visit = visit(site, **how)
    answer_search(seen)
    seen.goto(path)
    seen.wait_for_status()
    enter(seen)
    seen.page.keyboard.type(text)
    if text.strip():
        # Each key asks: what is shown now must be the answer to all of the text.
        question = " ".join(text.split()) + text[len(text.rstrip()) :][:1]
        seen.until(_asked, question)
        expect(popup(seen)).to_be_visible()
    return seen


def _asked(page: Page) -> str:
    asked = json.loads(page.evaluate("document.documentElement.dataset.asked ?? '{}'"))
    return str(asked.get("question", ""))


def pause(seen: Visit) -> None:
    """Let the time pass after which what was typed counts as a question."""
    seen.page.clock.run_for(1000)


def journey(seen: Visit) -> dict[str, Any]:
    """Return what this tab keeps."""
    found: dict[str, Any] = seen.page.evaluate(
        """async () => (await import(new URL("/assets/waypost/journey.js", location.href))).read()"""
    )
    return found
