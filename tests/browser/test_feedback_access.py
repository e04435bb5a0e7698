from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, expect

from helpers.accessibility import axe_results, places, serious
from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, Visit
from helpers.talkative_site import ARTICLE, LONELY_ARTICLE, build_talkative, served_with_votes

pytestmark = pytest.mark.browser

NARROW = 320
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture(scope="module")
def talking(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("talking")
    with served_with_votes(build_talkative(root / "site"), root / "votes.jsonl") as (site, _):
        yield site


def assert_accessible(seen: Visit) -> None:
    for scheme, width in itertools.product(SCHEMES, (DESKTOP, NARROW)):
        seen.page.emulate_media(color_scheme=scheme)
        seen.size(width)
        seen.settle()
        assert places(serious(axe_results(seen.page)["violations"])) == [], (scheme, width)
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (scheme, width)


def test_all_that_opens_is_accessible_and_fits(talking: Served, visit: Any) -> None:
    seen: Visit = visit(talking)
    seen.goto(ARTICLE)
    seen.page.get_by_role("button", name="No", exact=True).click()
    seen.page.get_by_label("Something is wrong or out of date").check()
    assert_accessible(seen)
    seen.page.get_by_role("button", name="Send", exact=True).click()
    assert_accessible(seen)
    seen.goto(LONELY_ARTICLE)
    seen.page.get_by_role("button", name="Yes", exact=True).click()
    seen.page.route("https://chat.example.com/**", lambda route: route.abort())
    seen.page.get_by_role("button", name="Start a chat").click()
    expect(seen.page.locator(".wp-chat__others")).to_be_visible()
    assert_accessible(seen)
    seen.goto("contact/")
    assert_accessible(seen)
