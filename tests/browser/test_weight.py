"""What a first visit costs, as a server that compresses sends it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from helpers.browser_sites import Served
from helpers.browser_visit import Visit

pytestmark = pytest.mark.browser

LIMIT = 150_000
"""Bytes of everything that a first visit loads. The search is loaded when somebody goes into its box."""

PAGES = ("", "downloads/zip-stops-half-way/", "downloads/", "contact/", "ticket/", "status/")


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_is_light(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    loaded: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.ok:
            loaded[response.url] = len(gzip.compress(response.body()))

    seen.page.on("requestfinished", lambda request: weigh(request.response()))
    seen.goto(path)
    seen.page.wait_for_load_state("networkidle")
    assert len(loaded) > 4, "style sheets and scripts are counted too"
    assert sum(loaded.values()) < LIMIT, sorted(loaded.items(), key=lambda item: -item[1])[:8]
    lazy = ("/search_box.js", "/search_client.js", "/search_worker.js", "/search/manifest.json")
    assert [url for url in loaded if url.endswith(lazy)] == []


BOX = 11_500
"""Bytes of the scripts that show results and ask the search, without the search itself."""


def test_going_into_the_box_costs_little(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("downloads/zip-stops-half-way/")
    seen.page.wait_for_load_state("networkidle")
    loaded: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if "/assets/" in response.url:
            loaded[response.url.rpartition("/")[2]] = len(gzip.compress(response.body()))

    seen.page.on("requestfinished", lambda request: weigh(request.response()))
    seen.page.locator(".wp-search__input").click()
    # The worker is asked for last, by what shows the results.
    seen.until(lambda _: "search_worker.js" in loaded, wanted=True)
    of_worker = (
        "search_worker.js",
        "search_passages.js",
        "search_ranking.js",
        "search_shards.js",
        "search_near.js",
        "search_quote.js",
    )
    own = {name: size for name, size in loaded.items() if name not in of_worker}
    assert {"search_box.js", "search_results.js", "search_client.js"} <= set(own)
    assert sum(own.values()) < BOX, own
