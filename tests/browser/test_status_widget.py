"""The widget that Statuspage gives to its customers shows our page too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from helpers.client_pages import STATES, node_client, published
from helpers.static_site import shown


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with published(tmp_path_factory.mktemp("widget")) as addresses:
        yield addresses


@pytest.mark.browser
def test_the_widget_shows_the_state_of_a_page_on_another_host(
    pages: dict[str, str], browser: Browser, tmp_path: Path
) -> None:
    script = node_client("@statuspage/status-widget") / "dist" / "index.js"
    tags = (
        f'<statuspage-widget id="page-{number}" src="{url.rstrip("/")}"></statuspage-widget>'
        for number, url in enumerate(pages.values())
    )
    (tmp_path / "index.html").write_text(f"<!doctype html><title>Ours</title>{''.join(tags)}")
    page = browser.new_page()
    seen = {}
    # Another port is another origin, so that nothing works without CORS.
    with shown(tmp_path) as address:
        page.goto(address)
        page.add_script_tag(path=script)
        for number, name in enumerate(pages):
            place = page.locator(f"#page-{number}")
            text = place.locator(".status-text").inner_text()
            seen[name] = (place.locator(".status-indicator").get_attribute("class"), text)
    page.close()
    assert seen == {
        name: (f"status-indicator {state.indicator}", state.description) for name, state in STATES.items()
    }
