from __future__ import annotations

from typing import Any

import pytest

from helpers.browser_sites import CALM_PAGES, TROUBLED_PAGES, Served
from helpers.browser_visit import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser

CONTENT = "main, .md-container [data-md-component=content], .wp-hero"
"""What a page says, without its header, menus and footer."""

HIDDEN = """selector => [...document.querySelectorAll(selector)]
  .flatMap((part) => [...part.querySelectorAll("h1, h2, h3, p, li, td, th, summary, a, b")])
  .filter((element) => element.textContent.trim() &&
    !element.closest("[hidden], .wp-search, .md-sidebar, .headerlink, [data-only-for]"))
  // What is folded opens without scripts too.
  .filter((element) => element.matches("summary") || !element.closest("details:not([open])"))
  .filter((element) => !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .map((element) => element.textContent.trim())"""

SAYS = {
    "home": ["How can we help?", "Browse by topic", "Galleries", "Contact support"],
    "category": ["Downloads", "A zip download stops half way", "Contact support"],
    "faq": ["Questions about downloads", "Why did I get several zip files?", "A zip holds at most 4 GB."],
    "troubleshooting": ["A zip download stops half way", "What to do", "Delete the cut-off file", "Related"],
    "contact": ["Contact us", "Write to us", "Often within 4 to 8 business hours", "How soon we answer"],
    "missing": ["This page is not here", "To the help center"],
    "search": ["Search", "Searching needs JavaScript", "Galleries", "Ask a person"],
    "status": ["Everything is working", "Downloads", "Operational", "Past two weeks", "Atom feed"],
    "incident": ["Payments by card fail when the bank asks for approval", "Resolved", "Root cause"],
    "history": ["Incidents and maintenance", "November 2026", "Payments by card fail"],
    "status-in-trouble": [
        "Downloads cannot be used right now",
        "Our checks of Downloads fail",
        "Major outage",
    ],
    "automatic-incident": ["Downloads: outage", "Our checks of Downloads fail"],
    "maintenance": ["Faster storage for uploads", "Uploads pause for up to two hours"],
}


@pytest.mark.parametrize("name", SAYS)
def test_a_page_is_whole_without_scripts(calm: Served, troubled: Served, visit: Any, name: str) -> None:
    site, path = (calm, CALM_PAGES[name]) if name in CALM_PAGES else (troubled, TROUBLED_PAGES[name])
    seen: Visit = visit(site, scripts=False)
    seen.goto(path)
    for width in (DESKTOP, PHONE):
        seen.size(width)
        heading, *rest = SAYS[name]
        assert seen.page.locator("h1:visible").inner_text() == heading
        text = " ".join(seen.page.locator("body").inner_text().split())
        assert [line for line in rest if line not in text] == []
        assert seen.page.evaluate(HIDDEN, CONTENT) == []
        assert seen.page.locator(".wp-header a:visible").count() >= 2
    seen.assert_quiet()


def test_nothing_claims_to_be_live_without_scripts(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled, scripts=False)
    seen.goto("")
    assert seen.pill() == "Status"
    assert seen.page.locator(".wp-scheme, .md-header__option").locator("visible=true").count() == 0
