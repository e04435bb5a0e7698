"""The banner on a page of somebody else, on another origin and under a policy that allows next to nothing."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from waypost.base.files.languages import load_words
from waypost.publishing.io.theme_assets import banner_file

pytestmark = pytest.mark.browser

LISTEN = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.effectiveDirective));
"""
INCIDENT = {
    "id": "zip",
    "title": "Downloads <b>stop</b> half way",
    "impact": "major",
    "path": "incidents/zip/",
}
WORK = {"id": "disks", "title": "New disks", "path": "maintenance/disks/", "components": ["uploads"]}


def ago(**span: int) -> str:
    return (datetime.now(UTC) - timedelta(**span)).isoformat()


def now(**parts: Any) -> dict[str, Any]:
    names = {"downloads": "Downloads", "uploads": "Uploads"}
    states = parts.pop("states", {})
    components = {
        name: {"name": said, "status": states.get(name, "operational"), "since": "2026-11-20T10:00:00.000Z"}
        for name, said in names.items()
    }
    fresh = {"checked_at": ago(seconds=20), "stale_after": 180, "incidents": [], "maintenances": []}
    return {**fresh, "components": components, **parts}


class Host(http.server.ThreadingHTTPServer):
    """Answers with what is put into `files`: a type and a body, or a page with a policy."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.files: dict[str, tuple[dict[str, str], bytes]] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(http.server.BaseHTTPRequestHandler):
    server: Host

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        missing = ({"Access-Control-Allow-Origin": "*"}, b"")
        headers, body = self.server.files.get(path, missing)
        self.send_response(200 if path in self.server.files else 404)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # named by the base class
        """Say nothing."""


@contextmanager
def hosting() -> Iterator[Host]:
    with Host() as host:
        thread = threading.Thread(target=host.serve_forever)
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()


class Shop:
    """A page of somebody else with the banner of a status page in it."""

    def __init__(self, browser: Browser, app: Host, status: Host, language: str = "en") -> None:
        self.app, self.status = app, status
        script = {"Content-Type": "text/javascript"}
        status.files["/status/banner.js"] = (script, banner_file(load_words(language)))
        self.tell(now())
        self.context = browser.new_context()
        self.page: Page = self.context.new_page()
        self.page.add_init_script(LISTEN)

    def tell(self, document: object) -> None:
        headers = {"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"}
        self.status.files["/status/now.json"] = (headers, json.dumps(document).encode())

    def open(self, components: str = "") -> Page:
        chosen = f' data-components="{components}"' if components else ""
        source = f'<script src="{self.status.origin}/status/banner.js"{chosen} defer></script>'
        policy = (
            f"default-src 'none'; script-src {self.status.origin}; connect-src {self.status.origin}; "
            "require-trusted-types-for 'script'"
        )
        page = f"<!doctype html><html lang=en><title>Shop</title><head>{source}</head><body><h1>Shop</h1>".encode()
        self.app.files["/"] = (
            {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}, page,
        )  # fmt: skip
        with self.page.expect_response("**/now.json"):
            self.page.goto(f"{self.app.origin}/")
        return self.page

    def close(self) -> None:
        self.context.close()


@pytest.fixture
def shop(browser: Browser) -> Iterator[Shop]:
    with ExitStack() as stack:
        found = Shop(browser, stack.enter_context(hosting()), stack.enter_context(hosting()))
        stack.callback(found.close)
        yield found


def no_banner(page: Page) -> None:
    page.wait_for_timeout(50)
    assert page.locator("aside").count() == 0


def test_it_tells_of_trouble_under_a_strict_policy_and_injects_nothing(shop: Shop) -> None:
    shop.tell(
        now(incidents=[{**INCIDENT, "components": ["downloads"]}], states={"downloads": "partial_outage"})
    )
    page = shop.open("downloads, mail")
    link = page.get_by_role("link")
    expect(link).to_have_text("Downloads <b>stop</b> half way")
    assert link.get_attribute("href") == f"{shop.status.origin}/status/incidents/zip/"
    expect(page.get_by_role("status")).to_contain_text("half way")
    expect(page.get_by_role("complementary", name="Service status")).to_be_visible()
    assert page.locator("aside").evaluate("e => getComputedStyle(e).display") == "flex", (
        "its styles are let in"
    )
    assert page.evaluate("window.violations") == []
    assert page.context.cookies() == []


NOTHING: dict[str, tuple[dict[str, Any], str]] = {
    "all_is_well": (now(), ""),
    "trouble_elsewhere": (now(incidents=[{**INCIDENT, "components": ["downloads"]}]), "uploads"),
    "work_elsewhere": (now(maintenances=[WORK]), "downloads"),
    "old_data": (
        now(incidents=[{**INCIDENT, "components": ["downloads"]}], checked_at="2026-01-01T00:00:00Z"),
        "",
    ),
    "no_document": ({"incidents": "many", "components": [1], "maintenances": 7}, ""),
}


def test_it_says_nothing_where_there_is_nothing_to_say(shop: Shop) -> None:
    for document, components in NOTHING.values():
        shop.tell(document)
        no_banner(shop.open(components))
    shop.tell(None)
    no_banner(shop.open())
    del shop.status.files["/status/now.json"]
    no_banner(shop.open())
    assert shop.page.evaluate("document.body.children.length") == 1, "the page is as it was"


def test_it_can_be_dismissed_for_what_it_told_of(shop: Shop) -> None:
    shop.tell(now(incidents=[{**INCIDENT, "components": ["downloads"]}]))
    page = shop.open()
    # Keys that are pressed before it has come go to the page below it.
    expect(page.get_by_role("complementary")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.tagName") == "BUTTON"
    page.keyboard.press("Enter")
    expect(page.get_by_role("complementary")).to_have_count(0)
    no_banner(shop.open())
    other = {**INCIDENT, "id": "mail", "title": "Mails are late", "components": ["uploads"]}
    shop.tell(now(incidents=[{**INCIDENT, "components": ["downloads"]}, other]))
    expect(shop.open().get_by_role("link")).to_have_text("Mails are late")


def test_the_worst_comes_first_and_trouble_without_an_incident_is_told_too(shop: Shop) -> None:
    minor = {**INCIDENT, "impact": "minor", "components": ["uploads"], "title": "Slow"}
    shop.tell(now(incidents=[minor], maintenances=[WORK], states={"downloads": "major_outage"}))
    page = shop.open()
    expect(page.get_by_role("listitem")).to_have_text(["Downloads: Major outage", "Slow", "New disks"])
    assert page.locator("aside").get_attribute("data-tone") == "critical"


def test_an_address_in_the_data_leads_nowhere_else(shop: Shop) -> None:
    for path in ("javascript:alert(1)", "https://evil.example/", "//evil.example/", "\\\\evil.example"):
        shop.tell(now(incidents=[{**INCIDENT, "path": path, "components": ["downloads"]}]))
        link = shop.open().get_by_role("link")
        assert str(link.get_attribute("href")).startswith(shop.status.origin), path


def test_it_speaks_the_language_of_the_status_page(browser: Browser) -> None:
    with hosting() as app, hosting() as status:
        shop = Shop(browser, app, status, "de")
        shop.tell(now(states={"downloads": "major_outage"}))
        page = shop.open()
        expect(page.get_by_role("link")).to_have_text("Downloads: Ausfall")
        expect(page.get_by_role("button", name="Schließen")).to_be_visible()
        shop.close()
