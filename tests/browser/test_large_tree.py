from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from helpers.accessibility import axe_results, places, serious
from helpers.browser_sites import NOW, Served, served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.large_tree import ALL, FLAT, SECTIONS, large_site
from waypost.build import build_site

pytestmark = pytest.mark.browser

PAGES = {
    # How high each page may be on a phone, in pixels: a few turns of the thumb, whatever the list.
    "": 2500,
    "errors-and-messages/": 1500,
    "account/": 1000,
    "getting-started/": 1500,
    "galleries/": 3500,
    "galleries/create-a-gallery/": 1200,
    "print-shop/orders/": 2000,
    "errors-and-messages/add-an-album/": 1500,
}
LISTED = ".wp-list a"


@pytest.fixture(scope="module")
def large(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = large_site(tmp_path_factory.mktemp("large") / "site")
    result = build_site(site, NOW)
    assert result.warnings == ()
    with served(site) as shown:
        yield shown


@pytest.mark.parametrize("path", PAGES)
def test_a_page_of_a_large_help_center_is_short_accessible_and_whole_without_scripts(
    large: Served, visit: Any, path: str
) -> None:
    seen: Visit = visit(large)
    seen.goto(path)
    found = []
    for scheme, width in (("light", DESKTOP), ("light", PHONE), ("dark", PHONE)):
        seen.size(width)
        seen.prefer(scheme)
        found += places(serious(axe_results(seen.page)["violations"]))
    assert found == []
    assert seen.page.evaluate("document.documentElement.scrollHeight") <= PAGES[path]
    seen.assert_quiet()


def test_the_home_page_names_sections_and_counts_what_is_in_them(large: Served, visit: Any) -> None:
    seen: Visit = visit(large)
    seen.goto("")
    cards = seen.page.locator(".wp-card").all_inner_texts()
    assert len(cards) == len(FLAT) + len(SECTIONS)
    assert sum(int(text.split()[-2]) for text in cards) == ALL
    shop = next(text for text in cards if text.startswith("Print shop"))
    assert [name in shop for name in ("Delivery", "Orders", "Taxes", "4 more")] == [True, True, False, True]


def test_everything_of_a_long_list_is_there_without_scripts(large: Served, visit: Any) -> None:
    seen: Visit = visit(large, scripts=False)
    seen.goto("errors-and-messages/")
    assert seen.page.locator(LISTED).count() == FLAT["Errors and messages"]
    expect(seen.page.locator(".wp-filter")).to_be_hidden()
    link = seen.page.get_by_role("link", name="Why is there no an album", exact=True)
    expect(link).to_be_hidden()
    seen.page.locator("summary").last.click()
    expect(link).to_be_visible()
    seen.goto("galleries/")
    assert seen.page.locator(LISTED).count() == 60 + 5 * 15


def test_the_box_leaves_what_has_every_word(large: Served, visit: Any) -> None:
    seen: Visit = visit(large)
    seen.goto("errors-and-messages/")
    seen.page.locator("summary").nth(2).click()
    box, shown = seen.page.get_by_label("Filter these articles"), seen.page.locator(f"{LISTED}:visible")
    before = shown.count()
    box.fill("ÁLBUM")
    expect(shown).to_have_count(20)
    expect(seen.page.get_by_text("20 articles fit.")).to_be_visible()
    box.fill("album why")
    assert shown.all_inner_texts() == ["Why is there no an album"]
    box.press("Enter")
    box.fill("refund & money")
    expect(shown).to_have_count(0)
    elsewhere = seen.page.get_by_role("link", name="Search the whole help center")
    assert str(elsewhere.get_attribute("href")).endswith("/search/?q=refund+%26+money")
    box.fill("")
    expect(shown).to_have_count(before)
    expect(elsewhere).to_be_hidden()
    seen.assert_quiet()


def test_the_box_of_a_category_looks_into_its_sections(large: Served, visit: Any) -> None:
    seen: Visit = visit(large)
    seen.goto("galleries/")
    seen.page.get_by_label("Filter these articles").fill("layouts cover")
    expect(seen.page.locator(f"{LISTED}:visible")).to_have_count(0)
    seen.page.get_by_label("Filter these articles").fill("add the cover")
    expect(seen.page.locator(f"{LISTED}:visible")).to_have_count(1)
    expect(seen.page.locator(".wp-section h2:visible")).to_have_text("Layouts 15 articles")


def test_an_article_says_its_category_and_its_section(large: Served, visit: Any) -> None:
    seen: Visit = visit(large)
    seen.goto("galleries/")
    url = seen.page.locator(LISTED).first.evaluate("link => link.href")
    seen.page.goto(url)
    trail = [("Help", ""), ("Galleries", "galleries/"), ("Create a gallery", "galleries/create-a-gallery/")]
    crumbs = seen.page.locator(".wp-crumb a")
    assert crumbs.all_inner_texts() == [title for title, _ in trail]
    assert crumbs.evaluate_all("links => links.map(({ href }) => href)") == [
        large.url + url for _, url in trail
    ]
    data = json.loads(seen.page.locator("script[type='application/ld+json']").inner_text())
    items = data["@graph"][0]["itemListElement"]
    assert [item["name"] for item in items[1:3]] == ["Galleries", "Create a gallery"]
    side = seen.page.locator(".wp-side a")
    assert side.first.inner_text() == "Create a gallery"
    assert "All 60 articles" in side.all_inner_texts()


def test_the_search_says_where_an_article_is_and_narrows_to_categories(large: Served, visit: Any) -> None:
    seen: Visit = visit(large)
    seen.goto("search/?q=layouts+add+the+cover&category=galleries")
    hits = seen.page.locator("li.wp-hit small")
    expect(hits.first).to_contain_text("Galleries › Layouts")
    chips = seen.page.get_by_role("group", name="Topic").get_by_role("button").all_inner_texts()
    assert chips
    assert not [text for text in chips if "Layouts" in text]
    assert [text for text in hits.all_inner_texts() if not text.startswith("Galleries")] == []
    seen.assert_quiet()
