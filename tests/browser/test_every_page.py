from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Page

from helpers.accessibility import axe_results, serious
from helpers.browser_sites import (
    CALM_PAGES,
    CORRECTED_PAGES,
    TROUBLED_PAGES,
    Served,
    publish_corrected,
    served,
)
from helpers.browser_visit import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser

WIDTHS = (320, PHONE, 768, DESKTOP)
LOOKS = (("light", DESKTOP), ("light", PHONE), ("dark", PHONE), ("dark", DESKTOP))
RULES_OF_COLOUR = ["color-contrast", "link-in-text-block"]
"""All that can differ between light and dark."""

INVISIBLE = ("equalRatio", "bgOverlap")
WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > room + 1)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)
    .slice(0, 8);
}"""


def faults(page: Page, scheme: str, invisible: Sequence[str] = INVISIBLE) -> list[str]:
    found = axe_results(page, RULES_OF_COLOUR if scheme == "dark" else ())
    rules = serious(found["violations"])
    # Text in the colour of its ground is only "incomplete" to axe, which takes it for hidden on purpose.
    rules += [rule for rule in (_invisible(it, invisible) for it in found["incomplete"]) if rule["nodes"]]
    return [
        f"{rule['impact']} {rule['id']}: {rule['help']}: {node['target']}"
        for rule in rules
        for node in rule["nodes"]
    ]


def _invisible(rule: dict[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    def is_invisible(node: dict[str, Any]) -> bool:
        return any((check.get("data") or {}).get("messageKey") in keys for check in node["any"])

    nodes = [node for node in rule["nodes"] if is_invisible(node)] if rule["id"] == "color-contrast" else []
    return {**rule, "nodes": nodes}


@pytest.fixture(scope="module")
def corrected(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(publish_corrected(tmp_path_factory.mktemp("corrected"))) as site:
        yield site


@pytest.mark.parametrize("path", CORRECTED_PAGES)
def test_what_was_corrected_is_accessible_and_fits(corrected: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(corrected)
    seen.goto(path)
    found = []
    for scheme, width in LOOKS:
        seen.size(width)
        seen.prefer(scheme)
        found += [f"{scheme}, {width} pixels: {fault}" for fault in faults(seen.page, scheme)]
        found += [f"{width} pixels are too few for {what}" for what in seen.page.evaluate(WIDER)]
    assert not found, "\n".join(found)
    links = seen.page.locator("main a[href]").evaluate_all("(links) => links.length")
    assert links > 1, "every page leads on"


@pytest.mark.parametrize("name", [*CALM_PAGES, *TROUBLED_PAGES])
def test_a_page_is_accessible_fits_and_is_quiet(
    calm: Served, troubled: Served, visit: Any, name: str
) -> None:
    site, path = (calm, CALM_PAGES[name]) if name in CALM_PAGES else (troubled, TROUBLED_PAGES[name])
    seen: Visit = visit(site)
    seen.goto(path)
    seen.wait_for_status()
    found = []
    for scheme, width in LOOKS:
        seen.size(width)
        seen.prefer(scheme)
        found += [f"{scheme}, {width} pixels: {fault}" for fault in faults(seen.page, scheme)]
    assert not found, "\n".join(found)
    for width in WIDTHS:
        seen.size(width)
        assert seen.page.evaluate(WIDER) == [], f"{width} pixels are too few"
    seen.assert_quiet()


OPEN_DAYS = {
    # A page with a bar, and how many days ago something happened there or nothing did.
    "trouble and a link": ("status/", 67),
    "nothing": ("status/", 30),
    "a component": ("status/components/downloads/", 67),
    "one's own components": ("status/mine/?c=downloads,uploads", 67),
}


@pytest.mark.parametrize("name", OPEN_DAYS)
def test_a_page_with_an_open_day_is_accessible(calm: Served, visit: Any, name: str) -> None:
    path, days_ago = OPEN_DAYS[name]
    seen: Visit = visit(calm)
    seen.goto(path)
    seen.wait_for_status()
    bar, panel = seen.page.get_by_role("slider", name="Days: Downloads"), seen.page.locator(".wp-day")
    found = []
    for scheme, width in LOOKS:
        seen.size(width)
        seen.prefer(scheme)
        bar.fill(str(89 - min(days_ago, 44 if width == PHONE else 89)))
        assert panel.is_visible()
        # What the panel lies over is covered for as long as it is open.
        found += [f"{scheme}, {width} pixels: {fault}" for fault in faults(seen.page, scheme, ["equalRatio"])]
        assert seen.page.evaluate(WIDER) == [], f"{width} pixels are too few"
    assert not found, "\n".join(found)
    seen.assert_quiet()
