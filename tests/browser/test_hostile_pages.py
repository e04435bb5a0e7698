from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from helpers.browser_sites import HOSTILE, HOSTILE_PAGES, Served
from helpers.browser_visit import Visit

pytestmark = pytest.mark.browser

ESCAPED = """() => [
  ...[...document.scripts].filter((script) => /^alert/.test(script.textContent.trim())),
  ...document.querySelectorAll("[onerror], [onfocus], [onload], img[src=x]"),
  ...[...document.links].filter((link) => /^javascript:/i.test(link.href)),
].map((element) => element.outerHTML.slice(0, 200))"""
"""Whatever of the hostile text became more than text."""

SHOWN = {
    "home": ["Home", "Category", "Summary", "Often", "Article"],
    "category": ["Category", "Article", "Summary"],
    "article": ["Article", "Category"],
    "troubleshooter": ["Tree", "Category"],
    "step": ["Tree", "Category"],
    "all-steps": ["Tree", "Article"],
    "contact": ["Contact", "Channel", "Note"],
    "search": ["Name"],
    "missing": ["Name"],
    "status": ["Incident", "Maintenance", "Group", "Web", "Description", "Mail"],
    "incident": ["Incident", "Mail", "Article"],
    "automatic-incident": ["Web"],
    "maintenance": ["Maintenance", "Mail"],
    "history": ["Incident", "Web"],
    "component": ["Web", "Group", "Description", "Article"],
    "subscribe": ["Web", "Mail"],
    "mine": ["Web", "Description"],
}
OWN_TITLES = ("step", "missing", "search", "history", "subscribe", "mine")
"""Pages whose title holds the name of the site alone."""


@pytest.mark.parametrize("name", HOSTILE_PAGES)
def test_hostile_text_is_shown_and_not_obeyed(hostile: Served, visit: Any, name: str) -> None:
    seen: Visit = visit(hostile)
    seen.goto(HOSTILE_PAGES[name])
    seen.wait_for_status()
    text = " ".join(seen.page.locator("body").inner_text().split())
    assert [word for word in SHOWN[name] if f"{word} {HOSTILE}" not in text] == []
    assert seen.page.title().count(HOSTILE) == (1 if name in OWN_TITLES else 2)
    assert seen.page.evaluate(ESCAPED) == []
    seen.assert_quiet()


def test_the_live_parts_show_hostile_names_as_text(hostile: Served, visit: Any) -> None:
    seen: Visit = visit(hostile)
    seen.goto("")
    seen.wait_for_status()
    assert seen.page.locator(".wp-pill__text").text_content() == f"Web {HOSTILE}: trouble"
    expect(seen.page.locator("[data-wp-notice]")).to_contain_text(f"Web {HOSTILE} cannot be used right now.")
    assert seen.page.evaluate(ESCAPED) == []
    seen.assert_quiet()


def test_search_results_show_hostile_titles_as_text(hostile: Served, visit: Any) -> None:
    seen: Visit = visit(hostile)
    seen.goto("contact/")
    seen.wait_for_status()
    seen.page.keyboard.press("/")
    seen.page.keyboard.type("zebra")
    options = seen.page.get_by_role("option")
    # The first tells of the outage, the second is the article.
    expect(options.nth(1)).to_contain_text(re.compile("zebra"))
    for text in options.all_inner_texts()[:2]:
        assert HOSTILE in " ".join(text.split())
    assert seen.page.evaluate(ESCAPED) == []
    seen.assert_quiet()
