"""The browser fills in forms and writes texts exactly as the golden cases and helpers/ticket_links.py do."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route

from helpers.cases import golden
from helpers.ticket_links import TicketRequest, describe, ticket_link
from helpers.tickets import (
    REQUEST,
    content_data,
    content_of,
    example_form,
    request_data,
    request_of,
    ticket_form,
)
from waypost.base.files.languages import load_words
from waypost.base.files.resources import assets
from waypost.formats.ticket import TicketProvider
from waypost.support.rules.ticket_providers import recipe

pytestmark = pytest.mark.browser

ORIGIN = "http://scripts.test/"
LETTERS = "ab z\n\r\t<>&\"'%+#=?~!*()-_.äß€🚀👩‍👧\u00a0\u2028\x00\x1b{}"


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN)
        body = assets()[name].read_text(encoding="utf-8") if name else "<!doctype html>"
        route.fulfill(body=body, content_type="text/javascript" if name else "text/html")

    context.route(f"{ORIGIN}**", serve)
    page = context.new_page()
    page.goto(ORIGIN)
    yield page
    context.close()


def in_browser(page: Page, form: Any, request: TicketRequest) -> dict[str, Any]:
    call = """async ([recipe, request]) => (await import("/ticket_link.js")).ticketLink(recipe, request)"""
    link: dict[str, Any] = page.evaluate(call, [recipe(form), request_data(request)])
    return link


def in_python(form: Any, request: TicketRequest) -> dict[str, Any]:
    return dict(vars(ticket_link(recipe(form), request)))


@golden("tickets/links.yml")
def test_the_browser_makes_the_same_address(page: Page, case: dict[str, Any]) -> None:
    link = in_browser(page, ticket_form(case["form"]), request_of(case["request"]))
    assert link == {"url": case["expect"]["url"], "body": case["expect"].get("body"), "shortened": False}


@golden("tickets/too_long.yml")
def test_the_browser_leaves_out_the_same(page: Page, case: dict[str, Any]) -> None:
    form, request = example_form(case["provider"]), request_of(case["request"])
    assert in_browser(page, form, request) == in_python(form, request)


@golden("tickets/texts.yml")
def test_the_browser_writes_the_same_text(page: Page, case: dict[str, Any]) -> None:
    words = load_words(case.get("language", "en"))
    texts = {name: text for name, text in words.texts.items() if name.startswith("live.ticket.told.")}
    content = content_of(case["told"])
    call = """async ([content, texts]) =>
      (await import("/ticket_link.js")).describe(content, (name) => texts[`live.ticket.told.${name}`])"""
    text, context = describe(content, words)
    assert page.evaluate(call, [content_data(content), texts]) == {"text": text, "context": list(context)}


@pytest.mark.parametrize("provider", TicketProvider)
def test_the_browser_agrees_on_whatever_people_type(page: Page, provider: TicketProvider) -> None:
    chance = random.Random(provider)  # noqa: S311  # texts, not secrets
    form = example_form(provider)

    def text(most: int) -> str:
        return "".join(chance.choices(LETTERS, k=chance.randint(0, most)))

    for most in (5, 40, 300, 1500, 1500):
        request = TicketRequest(
            subject=text(160),
            text=text(most),
            context=tuple(text(most // 3) for _ in range(chance.randint(0, 5))),
            category=REQUEST.category,
            priority=chance.choice(["low", "medium", "high", "critical", "none"]),
            components=REQUEST.components,
            page=REQUEST.page,
            email=text(5),
        )
        assert in_browser(page, form, request) == in_python(form, request)


def test_half_a_character_does_not_stop_the_browser(page: Page) -> None:
    rest = "category: '', priority: '', components: [], page: '', email: ''"
    call = f"""async (recipe) => (await import("/ticket_link.js")).ticketLink(recipe,
      {{subject: "a\\ud83d", text: "\\udc00b", context: [], {rest}}})"""
    form = ticket_form({"provider": "github", "url": "https://github.com/lumen/help/issues/new"})
    link = page.evaluate(call, recipe(form))
    assert link["url"] == f"{form.url}?title=a%EF%BF%BD&body=%EF%BF%BDb"
