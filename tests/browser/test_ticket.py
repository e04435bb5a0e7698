"""The whole way from an article to a provider's form, in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import yaml
from playwright.sync_api import Page, Route, expect

from helpers.accessibility import axe_results, places
from helpers.browser_sites import NOW, Served, served
from helpers.browser_visit import GROUND, PHONE, Visit
from helpers.ticket_links import TicketRequest, ticket_link
from helpers.ticket_page import (
    DETAILS,
    HOSTILE,
    LINK,
    SUBJECT,
    choice,
    open_form,
    ready,
    shown,
    walk_to_the_form,
    write,
)
from helpers.tickets import decoded, example_data, example_form
from waypost.build import build_site
from waypost.formats.ticket import TicketProvider
from waypost.reading.site import Site
from waypost.support.rules.ticket_providers import recipe

pytestmark = pytest.mark.browser

WAYS = (TicketProvider.ZENDESK, TicketProvider.FRESHDESK, TicketProvider.TYPEFORM, TicketProvider.MAILTO)
"""One for each way to hand over a text: as markup, as plain text, in the fragment, to another program.

The links of all providers are compared in test_ticket_links.py.
"""
DATA = re.compile(r'(?<=<script type="application/json" id="wp-ticket">).*?(?=</script>)', re.DOTALL)


NEIGHBOURS = [
    {"id": "gallery", "name": "Gallery", "ask": [{"id": "access-link", "label": "Link of the gallery"}]},
    {"id": "gallery-access", "name": "Access", "ask": [{"id": "link", "label": "Link of the mail"}]},
]
"""Two categories whose ids begin alike."""


def build_with(calm: Served, root: Any, provider: TicketProvider, categories: Any = ()) -> Site:
    """Build the sample with the form of a provider, and with these categories too."""
    shutil.copytree(calm.site.root, root, ignore=shutil.ignore_patterns("site", "*.db*", ".waypost*"))
    path = root / "content" / "support.yml"
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["ticket"] = {**example_data(provider), "categories": [*data["ticket"]["categories"], *categories]}
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    build_site(Site(root), NOW)
    return Site(root)


@pytest.fixture(scope="module")
def zendesk(calm: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(
        build_with(calm, tmp_path_factory.mktemp("zendesk") / "site", TicketProvider.ZENDESK)
    ) as site:
        yield site


@pytest.fixture(scope="module")
def mailto(calm: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("mailto") / "site"
    with served(build_with(calm, root, TicketProvider.MAILTO, NEIGHBOURS)) as site:
        yield site


def lead_to(seen: Visit, provider: TicketProvider) -> None:
    """Make the built form of Zendesk that of another provider: of all that scripts read, the recipe alone differs."""

    def fulfil(route: Route) -> None:
        answer = route.fetch()
        (written,) = DATA.findall(answer.text())
        data = json.loads(written)
        assert data["recipe"] == recipe(example_form(TicketProvider.ZENDESK))
        data["recipe"] = recipe(example_form(provider))
        # As Jinja's tojson writes it: nothing in it ends the element.
        changed = json.dumps(data).replace("<", "\\u003c")
        route.fulfill(response=answer, body=DATA.sub(lambda _: changed, answer.text()))

    seen.page.route(re.compile(r"/ticket/(\?.*)?$"), fulfil)


@pytest.mark.parametrize("provider", WAYS)
def test_the_way_from_an_article_to_the_form_of_a_provider(
    zendesk: Served, visit: Any, provider: TicketProvider
) -> None:
    site = zendesk
    seen: Visit = visit(site)
    lead_to(seen, provider)
    page = walk_to_the_form(seen)
    expect(choice(page, "category", "downloads")).to_be_checked()
    expect(choice(page, "urgency", "medium")).to_be_checked()
    write(page)
    text = shown(page)
    assert DETAILS in text
    assert LINK in text
    assert f"A zip download stops half way ({site.url}downloads/zip-stops-half-way/)" in text
    assert "Downloads: working" in text
    request = TicketRequest(
        subject=SUBJECT,
        text=text,
        category="downloads",
        priority="medium",
        components=("downloads", "galleries"),
        page=f"{site.url}downloads/zip-stops-half-way/",
        email="ann@lumen.example",
    )
    expected = ticket_link(recipe(example_form(provider)), request)
    assert not expected.shortened
    if provider is TicketProvider.MAILTO:
        # A browser hands it to another program.
        arrived = str(page.locator("[data-wp-open]").get_attribute("href"))
        seen.assert_quiet()
    else:
        arrived = press_open(page, site)
    assert decoded(arrived) == decoded(expected.url)
    assert urlsplit(arrived).netloc == urlsplit(expected.url).netloc


def press_open(page: Page, site: Served) -> str:
    """Open the form and return the address that the provider was asked for."""
    referrers: list[str | None] = []

    def answer(route: Route) -> None:
        referrers.append(route.request.headers.get("referer"))
        route.fulfill(body="<!doctype html><title>The form</title>", content_type="text/html")

    page.route(lambda url: not url.startswith(site.url), answer)
    page.get_by_role("link", name="Open the form").click()
    expect(page).to_have_title("The form")
    assert referrers[0] is None, "the provider is not told where the person was"
    return page.url


def test_what_was_written_is_still_there_on_the_way_back(zendesk: Served, visit: Any) -> None:
    seen: Visit = visit(zendesk)
    page = open_form(seen, "?category=downloads")
    write(page)
    press_open(page, zendesk)
    page.go_back()
    ready(seen)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)
    page.reload()
    ready(seen)
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(page.locator("#ticket-ask-downloads--link")).to_have_value(LINK)
    expect(choice(page, "category", "downloads")).to_be_checked()
    assert SUBJECT in str(page.evaluate("sessionStorage.getItem('waypost-ticket')"))
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.getItem('waypost-ticket')") is None


def test_a_reload_keeps_what_was_chosen_instead_of_what_the_address_said(desk: Served, visit: Any) -> None:
    page = open_form(visit(desk), "?category=downloads&urgency=high&from=uploads/upload-fails/")
    expect(choice(page, "category", "downloads")).to_be_checked()
    expect(choice(page, "urgency", "high")).to_be_checked()
    choice(page, "category", "payments").check()
    choice(page, "urgency", "low").check()
    page.reload()
    page.wait_for_function("document.querySelector('[data-wp-include=page]').hidden === false")
    expect(choice(page, "category", "payments")).to_be_checked()
    expect(choice(page, "urgency", "low")).to_be_checked()
    assert f"Page: {desk.url}uploads/upload-fails/" in shown(page)


def test_a_long_text_is_shortened_and_can_be_copied_whole(zendesk: Served, visit: Any) -> None:
    seen: Visit = visit(zendesk)
    page = open_form(seen, "?category=downloads")
    expect(page.locator("[data-wp-shortened]")).to_be_empty()
    write(page)
    whole = "So it went on & on. " * 200
    page.fill("#ticket-details", whole)
    expect(page.locator("[data-wp-shortened]")).to_contain_text("part of it is left out")
    assert whole.strip() in shown(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy the text").click()
    expect(page.locator("[data-wp-copied]")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == f"{SUBJECT}\n\n{shown(page)}"
    address = press_open(page, zendesk)
    assert len(address) <= 2000
    assert decoded(address)["tf_description"].endswith("…")


def test_the_text_is_selected_where_the_browser_forbids_copying(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    seen.page.add_init_script("navigator.clipboard.writeText = () => Promise.reject(new Error('no'))")
    page = open_form(seen, "?category=downloads")
    write(page)
    page.get_by_role("button", name="Copy the text").click()
    expect(page.locator("[data-wp-copied]")).to_contain_text("press Ctrl+C")
    assert DETAILS.splitlines()[0] in str(page.evaluate("String(getSelection())"))


def test_only_what_is_ticked_is_sent(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    seen.goto("downloads/download-questions/")
    page = open_form(seen, "?from=downloads/zip-stops-half-way/&q=zip+broken")
    page.evaluate("""import("/assets/waypost/journey.js").then(({ noteStep }) =>
      noteStep({ tree: { title: "A tree", path: "downloads/tree/" }, question: "Is it full?", answer: "Yes" }))""")
    page.reload()
    page.wait_for_function("document.querySelector('[data-wp-include=steps]').hidden === false")
    parts = {
        "question": "Searched for: zip broken",
        "steps": "A tree: Is it full? → Yes",
        "articles": f"Questions about downloads ({desk.url}downloads/download-questions/)",
        "status": "Downloads: working",
        "page": f"Page: {desk.url}downloads/zip-stops-half-way/",
    }
    expect(page.locator("[data-wp-text]")).to_contain_text("Downloads: working")
    for name, text in parts.items():
        assert text in shown(page)
        page.locator(f"[data-wp-include={name}] input").uncheck()
        assert text not in shown(page)
    assert "Browser" not in shown(page)
    assert page.locator("[data-wp-include=browser] input").is_checked() is False
    page.locator("[data-wp-include=browser] input").check()
    assert str(page.evaluate("navigator.userAgent")) in shown(page)


def test_articles_are_suggested_while_the_subject_is_typed(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = open_form(seen)
    box = page.locator("[data-wp-suggest]")
    expect(box).to_be_hidden()
    page.locator("#ticket-subject").press_sequentially("my zip file is brok")
    expect(box.get_by_role("link").first).to_have_text("A zip download stops half way")
    assert 1 <= box.get_by_role("link").count() <= 4
    page.fill("#ticket-subject", "xyzzy plugh")
    expect(box).to_be_hidden()
    page.fill("#ticket-subject", "is two-step sign in")
    box.get_by_role("link", name="Turn on two-step sign-in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Turn on two-step sign-in")
    page.go_back()
    expect(page.locator("#ticket-subject")).to_have_value("is two-step sign in")
    seen.assert_quiet()


@pytest.mark.parametrize("name", ["q", "category", "urgency", "from"])
def test_markup_in_the_address_is_text_or_ignored(desk: Served, visit: Any, name: str) -> None:
    seen: Visit = visit(desk)
    page = open_form(seen, f"?{name}={quote(HOSTILE)}")
    if name == "q":
        expect(page.locator("#ticket-subject")).to_have_value(HOSTILE)
        assert f"Searched for: {HOSTILE}" in shown(page)
    else:
        assert HOSTILE not in page.content()
        expect(page.locator("#ticket-subject")).to_have_value("")
    expect(page.locator('input[name="category"]:checked')).to_have_count(0)
    expect(page.locator('input[name="urgency"]:checked')).to_have_count(0)
    assert page.locator("img").count() == 0
    assert page.url == f"{desk.url}ticket/"
    seen.assert_quiet()


def test_unknown_values_and_odd_addresses_are_ignored(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    for query in (
        "?category=__proto__&urgency=constructor&from=//evil.example/",
        "?%",
        "?q=%ff&from=%E0%A4%A",
        "?q=",
    ):
        page = open_form(seen, query)
        expect(page.locator("input:checked:not([type=checkbox])")).to_have_count(0)
        assert "evil.example" not in shown(page)
    seen.assert_quiet()


def test_a_journey_written_by_somebody_else_is_text(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    seen.goto("no/such/page/")
    journey = {
        "question": HOSTILE,
        "articles": [{"title": HOSTILE, "path": "x/"}, {"title": "t", "path": "javascript:alert(1)"}, 7],
        "steps": [{"tree": {"title": HOSTILE, "path": "x/"}, "question": HOSTILE, "answer": HOSTILE}],
        "page": {"title": HOSTILE, "path": "nowhere/"},
    }
    seen.page.evaluate(
        """journey => {
          sessionStorage.setItem("waypost-journey", JSON.stringify(journey));
          sessionStorage.setItem("waypost-ticket", '{"fields": {"category": 7, "subject": [], "__proto__": "x"}}');
        }""",
        journey,
    )
    seen.goto("ticket/")
    page = ready(seen)
    expect(page.locator("[data-wp-text]")).to_contain_text(" ".join(HOSTILE.split()))
    assert "javascript:alert(1))" not in shown(page)
    assert page.locator("img").count() == 0
    seen.assert_quiet()


def test_what_is_missing_is_said_above_and_beside_the_fields(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = open_form(seen)
    page.get_by_role("button", name="Send").click()
    summary = page.locator("[data-wp-faults]")
    expect(summary).to_be_focused()
    expect(summary.get_by_role("heading")).to_have_text("4 things are missing")
    expect(page.locator("#error-subject")).to_have_text("Say in one sentence what is wrong.")
    expect(page.locator("#ticket-subject")).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link", name="Say in one sentence what is wrong.").click()
    expect(page.locator("#ticket-subject")).to_be_focused()
    page.keyboard.type("It stops")
    expect(page.locator("#error-subject")).to_be_hidden()
    choice(page, "category", "downloads").check()
    page.fill("#ticket-details", "x")
    page.fill("#ticket-email", "ann@")
    page.get_by_role("button", name="Send").click()
    expect(summary.get_by_role("listitem")).to_have_text(
        [
            "Fill in “Gallery link”.",
            "This is not a whole email address. Write it as name@example.org, or leave it empty.",
        ]
    )
    assert desk.server.demo is not None
    assert desk.server.demo.tickets.taken == []


def test_a_form_that_is_not_complete_is_not_opened(zendesk: Served, visit: Any) -> None:
    seen: Visit = visit(zendesk)
    page = open_form(seen)
    page.get_by_role("link", name="Open the form").click()
    expect(page.locator("[data-wp-faults]")).to_be_focused()
    assert page.url.endswith("/ticket/")
    seen.assert_quiet()


def test_a_category_brings_its_usual_urgency_until_one_is_chosen(desk: Served, visit: Any) -> None:
    page = open_form(visit(desk))
    choice(page, "category", "galleries").check()
    expect(choice(page, "urgency", "high")).to_be_checked()
    expect(page.locator("[data-wp-answer]")).to_contain_text("Premium: ")
    choice(page, "urgency", "low").check()
    choice(page, "category", "privacy").check()
    expect(choice(page, "urgency", "low")).to_be_checked()
    expect(page.locator("#ticket-ask-privacy--link")).to_be_visible()
    expect(page.locator("#ticket-ask-galleries--link")).to_be_hidden()


def test_questions_of_categories_that_begin_alike_are_not_mixed_up(mailto: Served, visit: Any) -> None:
    page = open_form(visit(mailto), "?category=gallery")
    page.get_by_label("Link of the gallery").fill("https://lumen.example/g/one")
    expect(page.locator("[data-wp-text]")).to_contain_text("Link of the gallery: https://lumen.example/g/one")
    choice(page, "category", "gallery-access").check()
    page.get_by_label("Link of the mail").fill("https://lumen.example/m/two")
    expect(page.locator("[data-wp-text]")).to_contain_text("Link of the mail: https://lumen.example/m/two")
    choice(page, "category", "gallery").check()
    expect(page.get_by_label("Link of the gallery")).to_have_value("https://lumen.example/g/one")
    ids = page.locator("[id]").evaluate_all("all => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_the_form_is_filled_in_and_sent_by_keyboard_alone(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = open_form(seen)
    press_until(page, "category")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    expect(choice(page, "category", "galleries")).to_be_checked()
    press_until(page, "urgency")
    page.keyboard.press("ArrowDown")
    expect(page.locator('input[name="urgency"]:checked')).to_have_count(1)
    for name in ("subject", "details", "ask-galleries--link"):
        press_until(page, name)
        page.keyboard.type("It is a test of the keys")
    press_until(page, "ask-galleries--role")
    page.keyboard.press("ArrowDown")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("'wpSend' in document.activeElement.dataset"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("[data-wp-done]")).to_be_focused()
    seen.assert_quiet()


def press_until(page: Page, name: str) -> None:
    for _ in range(60):
        if page.evaluate("document.activeElement.name") == name:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The Tab key never reaches {name}")


def test_starting_again_forgets_everything(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    seen.goto("downloads/zip-stops-half-way/")
    page = open_form(seen, "?q=zip&category=downloads")
    write(page)
    page.get_by_role("button", name="Start again").click()
    expect(page.locator("#ticket-subject")).to_have_value("")
    expect(page.locator("input:checked:not([type=checkbox])")).to_have_count(0)
    assert shown(page) == ""
    assert "zip" not in str(page.evaluate("JSON.stringify(sessionStorage)"))


@pytest.mark.parametrize("provider", ["zendesk", "mailto", "calm"])
def test_without_scripts_there_is_a_plain_way(
    visit: Any, provider: str, request: pytest.FixtureRequest
) -> None:
    seen: Visit = visit(request.getfixturevalue(provider), scripts=False)
    seen.goto("ticket/")
    page = seen.page
    expect(page.locator("form[data-wp-ticket]")).to_be_hidden()
    expect(page.get_by_text("Tell us these things")).to_be_visible()
    if provider == "zendesk":
        expect(page.get_by_role("link", name="Open the form")).to_have_attribute(
            "href", example_data(TicketProvider.ZENDESK)["url"] + "?ticket_form_id=360000"
        )
    else:
        expect(page.get_by_role("link", name="Write to help@lumen.example")).to_be_visible()
    expect(page.get_by_role("link", name="All ways to reach us")).to_be_visible()
    seen.assert_quiet()


def test_a_phone_shows_everything_without_scrolling_sideways(desk: Served, visit: Any) -> None:
    for width in (PHONE, 320):
        seen: Visit = visit(desk, width=width)
        page = open_form(seen, "?category=downloads")
        write(page)
        page.fill("#ticket-details", "x" * 400)
        beyond = page.evaluate(
            """width => [...document.querySelectorAll(".wp-main *")]
          .filter((part) => part.getBoundingClientRect().right > width).map((part) => part.outerHTML.slice(0, 80))""",
            width,
        )
        assert beyond == []


def test_axe_finds_nothing_in_a_form_in_use(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    page = open_form(seen, "?category=downloads&q=my+zip+stops")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-wp-faults]")).to_be_visible()
    expect(page.locator("[data-wp-suggest]")).to_be_visible()
    for scheme in GROUND:
        seen.prefer(scheme)
        assert places(axe_results(page)["violations"]) == [], scheme
