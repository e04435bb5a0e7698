"""An open status page says what is new without moving what its reader sees."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from helpers.accessibility import axe_results, places, serious
from helpers.browser_sites import NOW, Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit, now_json
from waypost.publishing.api.statuspage import api_time

pytestmark = pytest.mark.browser

LATER = timedelta(seconds=31)
"""One round of the page's own clock."""

MOST = 0.1
"""How far a page may move by itself, as browsers count it: more is felt."""

PAGES = ("", "components/downloads/", "mine/?c=downloads,uploads")


class Open:
    """A page that stays open while other sites are published in its place."""

    def __init__(self, seen: Visit, path: str, published: Served) -> None:
        self.seen = seen
        self.published = published
        self.is_cached = False
        """Whether the host sends the page as it was before."""
        self.rounds = 0
        seen.page.add_init_script(COUNT_SHIFTS)
        seen.answer_now(self.state)
        file = f"{path.partition('?')[0]}index.html"
        seen.page.route(f"**/status/{path}", self.page_of(file))
        seen.goto(f"status/{path}")
        seen.wait_for_status()

    def state(self) -> dict[str, Any]:
        return {**now_json(self.published), "checked_at": self.at, "changed_at": self.at}

    @property
    def at(self) -> str:
        """When something was last said, and when it was checked."""
        return api_time(NOW + self.rounds * LATER)

    def page_of(self, file: str) -> Callable[[Route], None]:
        def fulfil(route: Route) -> None:
            text = (self.published.site.status_output / file).read_text(encoding="utf-8")
            at = api_time(NOW) if self.is_cached else self.at
            changed = re.sub('data-wp-changed="[^"]*"', f'data-wp-changed="{at}"', text)
            route.fulfill(body=changed, content_type="text/html")

        return fulfil

    def becomes(self, published: Served) -> None:
        """Publish another site, and let the page notice."""
        self.published = published
        self.rounds += 1
        with self.seen.page.expect_response("**/status/now.json"):
            self.seen.page.clock.run_for(int(LATER.total_seconds() * 1000))
        self.seen.page.wait_for_timeout(300)

    def shifted(self) -> float:
        return float(self.seen.page.evaluate("window.shifted"))


@pytest.mark.parametrize("width", [360, PHONE, DESKTOP])
@pytest.mark.parametrize("path", PAGES)
def test_nothing_moves_when_trouble_comes_and_goes(
    calm: Served, troubled: Served, visit: Any, path: str, width: int
) -> None:
    page = Open(visit(calm, width=width), path, calm)
    loaded = page.shifted()
    page.becomes(troubled)
    came = page.shifted()
    row = page.seen.page.locator('[data-wp-component="downloads"]')
    expect(row).to_have_attribute("data-status", "major_outage")
    page.becomes(calm)
    expect(row).to_have_attribute("data-status", "operational")
    expect(page.seen.page.locator(".wp-news")).to_be_hidden()
    assert came - loaded < MOST
    assert page.shifted() - came < MOST
    page.seen.assert_quiet()


def test_new_incidents_are_named_at_once_and_shown_where_they_stand_when_asked_for(
    calm: Served, troubled: Served, visit: Any
) -> None:
    page = Open(visit(calm, width=PHONE), "", calm)
    news, parts = page.seen.page.locator(".wp-news"), page.seen.page.locator('[data-wp-live="news"]')
    expect(news).to_be_hidden()
    page.becomes(troubled)
    expect(page.seen.page.get_by_role("heading", level=1)).to_have_text("Downloads cannot be used right now")
    expect(news).to_have_role("status")
    expect(news.get_by_role("link")).to_have_text(["Downloads: outage", "Print orders are confirmed late"])
    assert str(news.get_by_role("link").last.get_attribute("href")).endswith("/2026-11-21-prints-late/")
    assert places(serious(axe_results(page.seen.page)["violations"])) == []
    expect(parts.locator("[data-wp-incident]")).to_have_count(0)
    before = page.shifted()
    news.get_by_role("button", name="Show on this page").click()
    expect(parts.locator("[data-wp-incident]")).to_have_count(2)
    expect(parts).to_be_focused()
    expect(news).to_be_hidden()
    assert page.shifted() == before, "who asks for it expects that the page moves"
    # What is over says so where it stands, and the rest of the page stays.
    page.becomes(calm)
    expect(parts.locator("[data-wp-incident]")).to_have_count(0)
    expect(parts.locator(".wp-tag", has_text="Resolved")).to_have_count(2)
    news.get_by_role("button", name="Show what is new").click()
    expect(parts.locator(".wp-tag", has_text="Resolved")).to_have_count(0)
    page.seen.assert_quiet()


def test_where_the_page_in_the_cache_is_old_new_incidents_are_named_alone(
    calm: Served, troubled: Served, visit: Any
) -> None:
    page = Open(visit(calm), "", calm)
    page.is_cached = True
    page.becomes(troubled)
    news = page.seen.page.locator(".wp-news")
    expect(news.get_by_role("link")).to_have_count(2)
    expect(news.get_by_role("button")).to_be_hidden()
    page.is_cached = False
    page.becomes(troubled)
    expect(news.get_by_role("button")).to_be_visible()


def test_what_stands_above_the_window_is_new_at_once_and_who_reads_by_keyboard_keeps_the_place(
    calm: Served, troubled: Served, visit: Any
) -> None:
    page = Open(visit(calm, width=PHONE), "", calm)
    parts = page.seen.page.locator('[data-wp-live="news"]')
    link = parts.get_by_role("link").first
    link.focus()
    page.seen.page.evaluate("scrollTo({ top: document.body.scrollHeight, behavior: 'instant' })")
    page.becomes(troubled)
    expect(link).to_be_focused()
    expect(parts.locator("[data-wp-incident]")).to_have_count(0)
    page.seen.page.evaluate("document.activeElement.blur()")
    page.becomes(troubled)
    expect(parts.locator("[data-wp-incident]")).to_have_count(2)
    expect(page.seen.page.locator(".wp-news")).to_be_hidden()
    page.seen.assert_quiet()
