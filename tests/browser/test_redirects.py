from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from helpers.browser_sites import NOW, Served, served
from helpers.browser_visit import PHONE, Visit
from helpers.sites import minimal_site, replace
from waypost.build import build_site

pytestmark = pytest.mark.browser

FORMER = ("old", "old/deep/page/", "old/page.html", "page.html", "old/größe%20(1)/")


@pytest.fixture(scope="module")
def moved(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    site = minimal_site(tmp_path_factory.mktemp("moved") / "site")
    former = ", ".join(f"'{address.replace('%20', ' ')}'" for address in FORMER)
    article = site.root / "content/start/first.md"
    replace(article, "kind: trouble", f"redirect_from: [{former}]\nkind: trouble")
    article.write_text(article.read_text(encoding="utf-8") + "\n## Later\n\nMore.\n", encoding="utf-8")
    build_site(site, NOW)
    with served(site) as shown:
        yield shown


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_former_address_leads_to_the_article(moved: Served, visit: Any, scripts: bool) -> None:
    seen: Visit = visit(moved, scripts=scripts)
    for address in FORMER:
        seen.page.goto(moved.url)
        seen.goto(address)
        seen.page.wait_for_url(f"{moved.url}start/first/")
        assert seen.page.locator("h1").inner_text() == "Sign in for the first time"
        seen.page.go_back()
        assert seen.page.url == moved.url, f"{address} is not kept in the history"
    seen.assert_quiet()


def test_part_and_query_are_kept(moved: Served, visit: Any) -> None:
    seen: Visit = visit(moved)
    seen.goto("old/deep/page/?from=mail&x=%22%3E%3Cscript%3E#later")
    seen.page.wait_for_url(f"{moved.url}start/first/?from=mail&x=%22%3E%3Cscript%3E#later")
    assert seen.page.locator("#later").is_visible()
    seen.assert_quiet()


@pytest.mark.parametrize(
    "mark", ["#//evil.example/", "#javascript:alert(1)", "?//evil.example", "?https://evil.example"]
)
def test_nothing_in_an_address_leads_to_another_place(moved: Served, visit: Any, mark: str) -> None:
    seen: Visit = visit(moved)
    seen.goto(f"old/{mark}")
    seen.page.wait_for_url(f"{moved.url}start/first/{mark}")
    seen.assert_quiet()


def test_where_nothing_happens_by_itself_a_link_leads_on(moved: Served, visit: Any) -> None:
    seen: Visit = visit(moved, width=PHONE)
    seen.page.route("**/redirect.js", lambda route: route.abort())
    seen.goto("old/deep/page/")
    assert seen.page.locator("h1").inner_text() == "This page has moved"
    link = seen.page.get_by_role("link", name="Sign in for the first time")
    box = link.bounding_box()
    assert box is not None
    assert box["height"] >= 24
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    link.focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"{moved.url}start/first/")


def test_it_works_under_a_strict_policy_for_scripts_and_styles(moved: Served, visit: Any) -> None:
    seen: Visit = visit(moved)

    def with_policy(route: Any) -> None:
        answer = route.fetch()
        # The icon of the site is a picture.
        policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'"
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": policy})

    seen.page.route("**/old/deep/page/", with_policy)
    seen.goto("old/deep/page/#later")
    seen.page.wait_for_url(f"{moved.url}start/first/#later")
    seen.assert_quiet()
