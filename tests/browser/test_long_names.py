"""Whatever things are called, a status page fits into a narrow window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from helpers.browser_sites import LONG, Served, publish_long, served
from helpers.browser_visit import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser

WIDTHS = (320, 360, PHONE, 768, DESKTOP)
WIDER = """() => {
  const room = document.scrollingElement.clientWidth;
  return document.scrollingElement.scrollWidth <= room ? [] : [...document.body.querySelectorAll("*")]
    .filter((element) => !element.parentElement.closest(".wp-table, pre"))
    .filter((element) => element.getBoundingClientRect().right > room + 1)
    .map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
}"""
CUT = """() => [...document.querySelectorAll("main :is(h1, h2, h3, p, b, li, th[scope=row])")]
  .filter((element) => !element.matches(".wp-hidden") && (element.scrollWidth > element.clientWidth + 1
    || element.clientWidth > document.scrollingElement.clientWidth))
  .map((element) => `${element.tagName.toLowerCase()}.${element.className}`)"""


@pytest.fixture(scope="module")
def long(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(publish_long(tmp_path_factory.mktemp("long"))) as site:
        yield site


def test_every_page_fits_whatever_things_are_called(long: Served, visit: Any) -> None:
    output = long.site.status_output
    pages = sorted(path.relative_to(output.parent).parent.as_posix() for path in output.rglob("index.html"))
    assert len(pages) >= 8, "front page, components, incidents, work, history, subscribe, mine"
    seen: Visit = visit(long)
    found, names = [], 0
    for page in pages:
        seen.goto(f"{page}/")
        names += seen.page.locator("main").inner_text().count(LONG)
        for width in WIDTHS:
            seen.size(width)
            found += [f"{page}, {width} pixels: {what}" for what in seen.page.evaluate(WIDER)[:8]]
            found += [f"{page}, {width} pixels: {what} is cut" for what in seen.page.evaluate(CUT)]
    assert not found, "\n".join(found)
    assert names > 20, "the names are read in full"
    seen.assert_quiet()
