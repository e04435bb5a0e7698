from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from helpers.browser_sites import Served
from helpers.browser_visit import PHONE, Visit
from helpers.talkative_site import ARTICLE, CHAT, FEEDBACK, build_talkative, served_with_votes

pytestmark = pytest.mark.browser

PROGRAM = "document.body.append(Object.assign(document.createElement('p'), {textContent: 'Chat is here'}));"


@pytest.fixture(scope="module")
def talking(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("talking")
    with served_with_votes(build_talkative(root / "site"), root / "votes.jsonl") as (site, _):
        yield site


def on_contact(site: Served, visit: Any, answer: Callable[[Route], None] | None = None, **how: Any) -> Visit:
    seen: Visit = visit(site, **how)
    if answer:
        seen.page.route("https://chat.example.com/**", answer)
    seen.goto("contact/")
    return seen


def press(seen: Visit) -> None:
    seen.page.get_by_role("button", name="Start a chat").first.click(force=True)


def said(seen: Visit) -> Any:
    return seen.page.locator(".wp-chat__said").first


def serve_program(route: Route) -> None:
    route.fulfill(body=PROGRAM, content_type="text/javascript")


def test_nothing_is_asked_of_others_before_a_click(talking: Served, visit: Any) -> None:
    seen = on_contact(talking, visit)
    expect(seen.page.get_by_role("button", name="Start a chat").first).to_be_visible()
    expect(
        seen.page.get_by_text(
            "For signed-in people. Loads a program from chat.example.com when you press it."
        ).first
    ).to_be_visible()
    seen.goto(ARTICLE)
    seen.page.clock.run_for(30_000)
    seen.assert_quiet()
    html = seen.page.content()
    assert html.count("chat.example.com/loader.js") == html.count("data-wp-chat=")
    assert seen.page.locator("link[href*='example.com'], script[src*='example.com'], iframe").count() == 0


def test_the_program_is_loaded_once_by_a_click(talking: Served, visit: Any) -> None:
    seen = on_contact(talking, visit, serve_program)
    press(seen)
    expect(seen.page.get_by_text("Chat is here")).to_be_visible()
    expect(said(seen)).to_have_text("The chat is loaded. It opens in a corner of this page.")
    press(seen)
    seen.page.wait_for_timeout(100)
    assert seen.foreign == [CHAT]
    assert seen.page.locator("head script[src='https://chat.example.com/loader.js']").evaluate(
        "script => [script.async, script.crossOrigin]"
    ) == [True, None]
    seen.page.clock.run_for(11_000)
    expect(said(seen)).to_have_text("The chat is loaded. It opens in a corner of this page.")


def test_a_program_that_fails_is_told_with_other_ways(talking: Served, visit: Any) -> None:
    seen = on_contact(talking, visit, lambda route: route.abort())
    press(seen)
    expect(said(seen)).to_have_text("The chat could not be loaded from chat.example.com. You can try again.")
    assert said(seen).get_attribute("role") == "status"
    others = seen.page.locator(".wp-chat__others").first
    expect(others).to_be_visible()
    addresses = [link.get_attribute("href") for link in others.get_by_role("link").all()]
    assert [address.split(":")[0] for address in addresses if address] == ["mailto", "tel"]
    seen.page.unroute("https://chat.example.com/**")
    seen.page.route("https://chat.example.com/**", serve_program)
    press(seen)
    expect(seen.page.get_by_text("Chat is here")).to_be_visible()
    expect(others).to_be_hidden()


def test_a_program_that_hangs_is_told_and_may_still_come(talking: Served, visit: Any) -> None:
    held: list[Route] = []
    seen = on_contact(talking, visit, lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    press(seen)
    expect(said(seen)).to_have_text("Loading the chat from chat.example.com …")
    seen.page.clock.run_for(9_000)
    expect(said(seen)).to_have_text("Loading the chat from chat.example.com …")
    seen.page.clock.run_for(2_000)
    expect(said(seen)).to_have_text("chat.example.com has not answered yet. The chat may still come.")
    expect(seen.page.locator(".wp-chat__others").first).to_be_visible()
    serve_program(held[0])
    expect(said(seen)).to_have_text("The chat is loaded. It opens in a corner of this page.")


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "http://chat.example.com/x.js", "data:text/javascript,alert(1)", "x.js"],
)
def test_only_https_is_loaded(talking: Served, visit: Any, address: str) -> None:
    seen: Visit = visit(talking)
    seen.page.route(
        "**/contact/",
        lambda route: route.fulfill(response=(got := route.fetch()), body=got.text().replace(CHAT, address)),
    )
    seen.goto("contact/")
    press(seen)
    seen.page.wait_for_timeout(100)
    assert (
        seen.page.locator(
            "head script[async][src*='x.js'], head script[src^='data'], head script[src^='java']"
        ).count()
        == 0
    )
    seen.assert_quiet()


def test_community_and_call_back_are_plain_links(talking: Served, visit: Any) -> None:
    seen = on_contact(talking, visit)
    for name, address in (
        ("Ask other photographers", "https://community.example.com/ask"),
        ("Book a call", "https://calls.example.com/book"),
    ):
        found = seen.page.get_by_role("link", name=name).first
        assert (found.get_attribute("href"), found.get_attribute("rel")) == (address, "noopener")


def test_without_scripts_there_is_no_button_that_does_nothing(talking: Served, visit: Any) -> None:
    seen = on_contact(talking, visit, scripts=False)
    expect(seen.page.get_by_text("Start a chat").first).to_be_hidden()
    expect(seen.page.get_by_role("link", name="Book a call").first).to_be_visible()


def test_a_site_without_embeds_shows_none(browser: Browser, visit: Any, tmp_path: Any) -> None:
    with served_with_votes(build_talkative(tmp_path / "site", FEEDBACK), tmp_path / "votes.jsonl") as (
        site,
        _,
    ):
        seen = on_contact(site, visit, width=PHONE)
        assert seen.page.locator(".wp-embeds, .wp-chat").count() == 0
        assert "chat.js" not in seen.page.content()
