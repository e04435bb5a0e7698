from __future__ import annotations

from typing import Any

import pytest

from helpers.browser_sites import Served
from helpers.browser_visit import GROUND, Visit

pytestmark = pytest.mark.browser


def ground(visit: Visit) -> str:
    return visit.style("body", "backgroundColor")


def press_switch(visit: Visit) -> None:
    """Press whichever switch the page has: Material's label, or the button of the status pages."""
    visit.page.locator(".md-header__option label:visible, .wp-scheme").first.click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("scripts", [True, False])
def test_pages_follow_the_system(calm: Served, visit: Any, scheme: str, scripts: bool) -> None:
    seen: Visit = visit(calm, scheme=scheme, scripts=scripts)
    for path in ("", "downloads/zip-stops-half-way/", "status/", "status/history/"):
        seen.goto(path)
        assert ground(seen) == GROUND[scheme], f"/{path}"


@pytest.mark.parametrize(("chosen_on", "other"), [("", "status/history/"), ("status/", "downloads/")])
@pytest.mark.parametrize("system", ["light", "dark"])
def test_a_choice_counts_on_help_and_status_pages(
    calm: Served, visit: Any, chosen_on: str, other: str, system: str
) -> None:
    seen: Visit = visit(calm, scheme=system)
    seen.goto(chosen_on)
    for choice in ("light", "dark"):
        press_switch(seen)
        assert ground(seen) == GROUND[choice]
        seen.goto(other)
        assert ground(seen) == GROUND[choice]
        seen.goto(chosen_on)
        assert ground(seen) == GROUND[choice]
    press_switch(seen)
    seen.goto(other)
    assert ground(seen) == GROUND[system]
    seen.assert_quiet()


@pytest.mark.parametrize("path", ["", "status/"])
def test_an_open_page_follows_when_the_system_changes(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    seen.goto(path)
    seen.prefer("dark")
    seen.prefer("light")


def test_the_button_of_the_status_page_says_what_it_does(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("status/")
    button = seen.page.locator(".wp-scheme")
    said = []
    for _ in range(3):
        said.append(button.get_attribute("aria-label"))
        button.click()
    assert said == [
        "Colours follow your system. Switch to light",
        "Light colours. Switch to dark",
        "Dark colours. Follow the system",
    ]
