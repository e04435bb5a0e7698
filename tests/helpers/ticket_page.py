"""The page of the ticket form in a browser: opening it, filling it in, and APIs that answer as a test wants."""

from __future__ import annotations

import re
import threading
from email.message import Message
from http import HTTPStatus
from io import BufferedIOBase
from typing import Any

from playwright.sync_api import Locator, Page, expect

from helpers.browser_sites import Served
from helpers.browser_visit import Visit
from waypost.serving.demo import DemoTickets

SUBJECT = "My zip breaks off <b>at 99 %</b> & more"
DETAILS = 'I wanted all photos – für Oma 👵.\n\nIt stops <each> time & says "Failed".'
LINK = "https://lumen.example/g/anna?x=1&y=2"
HOSTILE = """</script><img src=x onerror="alert(1)"> "quoted' {subject} &lt;b&gt; javascript:alert(2)"""

_ANY = re.compile(".+")
# Whoever asks last is answered last: by then the page has taken up what the articles say.
_ARTICLES_ARE_THERE = """async () => {
  const { suggestions } = JSON.parse(document.getElementById("wp-ticket").textContent);
  await (await import(new URL("/assets/waypost/suggest.js", location.href))).loadLibrary(suggestions);
}"""


def choice(page: Page, name: str, value: str) -> Locator:
    """Return one radio button."""
    return page.locator(f'input[name="{name}"][value="{value}"]')


def open_form(seen: Visit, query: str = "") -> Page:
    """Open the form, and wait until everything that is fetched has arrived."""
    seen.goto(f"ticket/{query}")
    return ready(seen)


def ready(seen: Visit) -> Page:
    """Wait until the present and the articles are there."""
    expect(seen.page.locator("[data-wp-known]")).to_have_attribute("data-status", _ANY)
    seen.page.evaluate(_ARTICLES_ARE_THERE)
    return seen.page


def walk_to_the_form(seen: Visit) -> Page:
    """Go from the home page to an article that does not help, and on to the form."""
    page = seen.page
    seen.goto("")
    page.get_by_role("link", name="Downloads", exact=False).first.click()
    page.get_by_role("main").get_by_role("link", name="A zip download stops half way").first.click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("It did not solve my problem").check()
    page.get_by_role("link", name="Write to us, we know what you read").click()
    return ready(seen)


def write(page: Page) -> None:
    """Fill in what a request about downloads needs."""
    page.fill("#ticket-subject", SUBJECT)
    page.fill("#ticket-details", DETAILS)
    page.fill("#ticket-ask-downloads--link", LINK)
    page.fill("#ticket-email", "ann@lumen.example")


def shown(page: Page) -> str:
    """Return the text that would be sent."""
    return str(page.locator("[data-wp-text]").text_content())


class Answers(DemoTickets):
    """A ticket API that answers as it is told."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__()
        self._answer = HTTPStatus(status), answer
        self.asked = 0

    def answer(self, headers: Message, stream: BufferedIOBase) -> Any:
        """Read the request and say the same as ever."""
        self.asked += 1
        stream.read(int(headers["Content-Length"]))
        return self._answer


class Hangs(DemoTickets):
    """A ticket API that does not answer until the test is over."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()

    def answer(self, headers: Message, stream: BufferedIOBase) -> Any:
        """Wait."""
        self.over.wait(30)
        return HTTPStatus.OK, {}


class Breaks(DemoTickets):
    """A ticket API that reads a request, writes these bytes instead of an answer, and hangs up."""

    def __init__(self, answer: bytes) -> None:
        super().__init__()
        self._bytes = answer

    def answer(self, headers: Message, stream: Any) -> Any:
        """Read the request; the server sends nothing of its own after an error of the network."""
        stream.read(int(headers["Content-Length"]))
        stream.raw._sock.sendall(self._bytes)  # the answers are not what a server of the library sends
        raise ConnectionAbortedError


def put(site: Served, tickets: DemoTickets) -> None:
    """Make a site's server take tickets in this way."""
    assert site.server.demo is not None
    site.server.demo.tickets = tickets


def assert_nothing_lost(page: Page) -> None:
    """Fail where anything that `write` wrote is gone, now or after a reload."""
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)
    expect(page.locator("#ticket-ask-downloads--link")).to_have_value(LINK)
    page.reload()
    page.wait_for_function("document.querySelector('[data-wp-text]').textContent.length > 50")
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)
