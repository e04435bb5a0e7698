"""What a first visit costs, as a server that compresses sends it."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from helpers.browser_sites import Served
from helpers.browser_visit import Visit

pytestmark = pytest.mark.browser

LIMIT = 150_000
"""Bytes of everything that a first visit loads, but the search, which is loaded when somebody looks for something."""

PAGES = ("", "downloads/zip-stops-half-way/", "downloads/", "contact/", "ticket/", "status/")


@pytest.mark.parametrize("path", PAGES)
def test_a_first_visit_is_light(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    loaded: dict[str, int] = {}

    def weigh(response: Any) -> None:
        if response.ok and "/search/" not in response.url and "/workers/" not in response.url:
            loaded[response.url] = len(gzip.compress(response.body()))

    seen.page.on("requestfinished", lambda request: weigh(request.response()))
    seen.goto(path)
    seen.page.wait_for_load_state("networkidle")
    assert len(loaded) > 4, "style sheets and scripts are counted too"
    assert sum(loaded.values()) < LIMIT, sorted(loaded.items(), key=lambda item: -item[1])[:8]
