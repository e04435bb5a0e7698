from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, Visit
from helpers.talkative_site import ARTICLE, LONELY_ARTICLE, build_talkative, served_with_votes

pytestmark = pytest.mark.browser

NARROW = 320


@pytest.fixture(scope="module")
def talking(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("talking")
    with served_with_votes(build_talkative(root / "site"), root / "votes.jsonl") as (site, _):
        yield site


def assert_accessible(seen: Visit) -> None:
    seen.settle()
    found = Axe().run(seen.page).response["violations"]
    serious = [rule for rule in found if rule["impact"] in ("serious", "critical")]
    assert [(rule["id"], node["target"]) for rule in serious for node in rule["nodes"]] == []
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [DESKTOP, NARROW])
def test_all_that_opens_is_accessible_and_fits(talking: Served, visit: Any, scheme: str, width: int) -> None:
    seen: Visit = visit(talking, scheme=scheme, width=width)
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
