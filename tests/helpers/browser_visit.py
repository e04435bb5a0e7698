"""One visit of a page with a browser, and everything that went wrong during it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urljoin

from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, Request, Route, expect

from helpers.browser_sites import NOW, Served

T = TypeVar("T")
Reply = Callable[[], dict[str, Any] | None]
DESKTOP, PHONE = 1280, 390
GROUND = {"light": "rgb(255, 255, 255)", "dark": "rgb(26, 34, 44)"}
"""The background of every page."""
COUNT_SHIFTS = """
  window.shifted = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
"""
"""A script for the start of a page: `shifted` counts how far things moved by themselves."""


@dataclass
class Visit:
    """A page in a context of its own."""

    page: Page
    site: Served
    errors: list[str] = field(default_factory=list)
    """What the console and the page called an error."""
    foreign: list[str] = field(default_factory=list)
    """Addresses on other hosts that were asked for."""
    dialogs: list[str] = field(default_factory=list)

    def goto(self, path: str) -> None:
        """Load a page of the site."""
        self.page.goto(urljoin(self.site.url, path))

    def wait_for_status(self) -> None:
        """Wait until the live parts are there."""
        # Not `wait_for_function`: what it polls with is an eval, which a strict policy forbids.
        expect(self.page.locator(".wp-pill__text")).not_to_have_text("Status")

    def until(self, look: Callable[[Page], T], wanted: T) -> None:
        """Wait until the page looks as wanted; fail with how it looks after five seconds."""
        for _ in range(100):
            if look(self.page) == wanted:
                return
            self.page.wait_for_timeout(50)
        assert look(self.page) == wanted

    def pill(self) -> str:
        """Return what the pill in the header says."""
        return self.page.locator(".wp-pill").inner_text()

    def style(self, selector: str, name: str) -> str:
        """Return a computed style."""
        return str(self.page.locator(selector).first.evaluate("(e, name) => getComputedStyle(e)[name]", name))

    def size(self, width: int) -> None:
        """Make the window as wide as this, and as high as a screen of that width is."""
        self.page.set_viewport_size({"width": width, "height": 900 if width > PHONE else 844})

    def prefer(self, scheme: str) -> None:
        """Change the colours that the system prefers, and wait until the page has them."""
        self.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        self.page.wait_for_function(
            "ground => getComputedStyle(document.body).backgroundColor === ground", arg=GROUND[scheme]
        )

    def settle(self) -> None:
        """Wait until what fades or slides has arrived: half a fade has half the contrast."""
        self.page.evaluate(
            "Promise.all(document.getAnimations()"
            ".filter(animation => animation.effect.getComputedTiming().endTime !== Infinity)"
            ".map(animation => animation.finished.catch(() => null)))"
        )

    def answer_now(self, reply: Reply) -> None:
        """Answer every request for now.json with a document, or with 404 for None."""

        def fulfil(route: Route) -> None:
            document = reply()
            if document is None:
                route.fulfill(status=404, body="There is nothing here.")
            else:
                route.fulfill(json=document)

        self.page.route("**/status/now.json", fulfil)

    def assert_quiet(self) -> None:
        """Fail where the page complained, opened a dialog, or asked another host for anything."""
        assert self.errors == []
        assert self.foreign == []
        assert self.dialogs == []


@contextmanager
def visiting(
    browser: Browser,
    site: Served,
    *,
    scheme: str = "light",
    width: int = DESKTOP,
    scripts: bool = True,
    at: datetime = NOW + timedelta(seconds=1),
    zone: str | None = None,
    touch: bool = False,
) -> Iterator[Visit]:
    """Open an empty page at a time on its own clock, in a time zone, with the colours that the system prefers."""
    context = browser.new_context(
        color_scheme=scheme, java_script_enabled=scripts, timezone_id=zone, has_touch=touch
    )  # type: ignore[arg-type]
    context.set_default_timeout(10_000)
    context.clock.install(time=at)
    page = context.new_page()
    visit = Visit(page, site)
    visit.size(width)
    _listen(visit)
    try:
        yield visit
    finally:
        context.close()


def _listen(visit: Visit) -> None:
    page = visit.page

    def said(message: ConsoleMessage) -> None:
        # A wrong address is answered with 404, which Chromium calls an error of the page itself.
        is_missing_page = message.location.get("url") == page.url and "404" in message.text
        if message.type == "error" and not is_missing_page:
            visit.errors.append(f"{message.text} {message.location.get('url')}")

    def asked(request: Request) -> None:
        if not request.url.startswith((visit.site.url, "data:", "blob:")):
            visit.foreign.append(request.url)

    def opened(dialog: Dialog) -> None:
        visit.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("console", said)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("request", asked)
    page.on("dialog", opened)


def now_json(site: Served) -> dict[str, Any]:
    """Return the present state that a site published."""
    document: dict[str, Any] = json.loads((site.site.status_output / "now.json").read_text())
    return document
