"""The whole way from an article to a provider's form or a ticket number, in a real browser."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import yaml
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, Route, expect

from helpers.browser_sites import NOW, Served, served
from helpers.browser_visit import DESKTOP, PHONE, Visit
from helpers.tickets import decoded, example_data, example_form
from waypost.adapters.demo_tickets import DemoTickets, Readable
from waypost.adapters.dev_server import DemoServices
from waypost.app.build import build_site
from waypost.app.site import Site
from waypost.core.tickets import Request, recipe, ticket_link
from waypost.model.ticket import TicketProvider

pytestmark = pytest.mark.browser

HOSTED = [provider for provider in TicketProvider if provider is not TicketProvider.API]
HOSTILE = """</script><img src=x onerror="alert(1)"> "quoted' {subject} &lt;b&gt; javascript:alert(2)"""
SUBJECT = "My zip breaks off <b>at 99 %</b> & more"
DETAILS = 'I wanted all photos – für Oma 👵.\n\nIt stops <each> time & says "Failed".'
LINK = "https://lumen.example/g/anna?x=1&y=2"


class Sites:
    """The sample, built anew for each provider that is asked for."""

    def __init__(self, calm: Served, root: Any, stack: ExitStack) -> None:
        self._calm, self._root, self._stack = calm, root, stack
        self._built: dict[str, Served] = {}

    def of(self, provider: str, **ticket: Any) -> Served:
        name = f"{provider}-{len(ticket)}"
        if name not in self._built:
            folder = self._root.mktemp(name) / "site"
            skipped = shutil.ignore_patterns("site", "*.db*", ".waypost*")
            shutil.copytree(self._calm.site.root, folder, ignore=skipped)
            path = folder / "content" / "support.yml"
            data = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)  # noqa: S506  # texts alone
            categories = data["ticket"]["categories"]
            data["ticket"] = {**example_data(TicketProvider(provider)), "categories": categories, **ticket}
            for category in categories:
                for question in category.get("ask", []):
                    question["required"] = question.get("required") == "true"
            for tier in data["tiers"]:
                if "always" in tier:
                    tier["always"] = tier["always"] == "true"
            for channel in data["channels"]:
                if "always" in channel:
                    channel["always"] = channel["always"] == "true"
            path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
            build_site(Site(folder), NOW)
            self._built[name] = self._stack.enter_context(served(Site(folder)))
        return self._built[name]


@pytest.fixture(scope="module")
def sites(calm: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sites]:
    with ExitStack() as stack:
        yield Sites(calm, tmp_path_factory, stack)


@pytest.fixture
def desk(calm: Served) -> Iterator[Served]:
    """The sample with the demo's own ticket API."""
    calm.server.demo = DemoServices()
    yield calm
    calm.server.demo = None


def choice(page: Page, name: str, value: str) -> Locator:
    return page.locator(f'input[name="{name}"][value="{value}"]')


def open_form(seen: Visit, query: str = "") -> Page:
    seen.goto(f"ticket/{query}")
    return ready(seen)


def ready(seen: Visit) -> Page:
    expect(seen.page.locator("[data-wp-known]")).to_have_attribute("data-status", _ANY)
    seen.page.wait_for_function("sessionStorage.getItem('waypost-ticket') !== null")
    return seen.page


_ANY = re.compile(".+")


def write(page: Page) -> None:
    page.fill("#ticket-subject", SUBJECT)
    page.fill("#ticket-details", DETAILS)
    page.fill("#ticket-ask-downloads-link", LINK)
    page.fill("#ticket-email", "ann@lumen.example")


def shown(page: Page) -> str:
    return str(page.locator("[data-wp-text]").text_content())


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


@pytest.mark.parametrize("provider", HOSTED)
def test_the_way_from_an_article_to_the_form_of_a_provider(
    sites: Sites, visit: Any, provider: TicketProvider
) -> None:
    site = sites.of(provider)
    seen: Visit = visit(site)
    page = walk_to_the_form(seen)
    expect(choice(page, "category", "downloads")).to_be_checked()
    expect(choice(page, "urgency", "medium")).to_be_checked()
    write(page)
    text = shown(page)
    assert DETAILS in text
    assert LINK in text
    assert f"A zip download stops half way ({site.url}downloads/zip-stops-half-way/)" in text
    assert "Downloads: working" in text
    request = Request(
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


def test_what_was_written_is_still_there_on_the_way_back(sites: Sites, visit: Any) -> None:
    site = sites.of("zendesk")
    seen: Visit = visit(site)
    page = open_form(seen, "?category=downloads")
    write(page)
    press_open(page, site)
    page.go_back()
    ready(seen)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)
    page.reload()
    ready(seen)
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(page.locator("#ticket-ask-downloads-link")).to_have_value(LINK)
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


def test_a_long_text_is_shortened_and_can_be_copied_whole(sites: Sites, visit: Any) -> None:
    site = sites.of("zendesk")
    seen: Visit = visit(site)
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
    address = press_open(page, site)
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


def test_a_ticket_of_the_samples_own_server(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = walk_to_the_form(seen)
    write(page)
    text = shown(page)
    page.get_by_role("button", name="Send").dblclick()
    done = page.locator("[data-wp-done]")
    expect(done).to_be_visible()
    assert desk.server.demo is not None
    (taken,) = desk.server.demo.tickets.taken
    assert taken == {
        "subject": SUBJECT,
        "description": text,
        "category": "downloads",
        "priority": "medium",
        "attachments": [],
    }
    expect(done.get_by_role("heading")).to_contain_text("Your number is SPT-20")
    expect(done).to_contain_text("your time (")
    expect(done).to_be_focused()
    assert page.evaluate("sessionStorage.getItem('waypost-ticket')") is None
    assert page.evaluate("sessionStorage.getItem('waypost-journey')") is None
    page.reload()
    expect(page.locator("#ticket-subject")).to_have_value("")
    seen.assert_quiet()


class Answers(DemoTickets):
    """A ticket API that answers as it is told."""

    def __init__(self, status: int, answer: Any) -> None:
        super().__init__()
        self._answer = HTTPStatus(status), answer
        self.asked = 0

    def answer(self, headers: Message, stream: Readable) -> Any:
        self.asked += 1
        stream.read(int(headers["Content-Length"]))
        return self._answer


class Hangs(DemoTickets):
    """A ticket API that does not answer until the test is over."""

    def __init__(self) -> None:
        super().__init__()
        self.over = threading.Event()

    def answer(self, headers: Message, stream: Readable) -> Any:
        self.over.wait(30)
        return HTTPStatus.OK, {}


def put(site: Served, tickets: DemoTickets) -> None:
    assert site.server.demo is not None
    site.server.demo.tickets = tickets


def assert_nothing_lost(page: Page) -> None:
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)
    expect(page.locator("#ticket-ask-downloads-link")).to_have_value(LINK)
    page.reload()
    page.wait_for_function("document.querySelector('[data-wp-text]').textContent.length > 50")
    expect(page.locator("#ticket-subject")).to_have_value(SUBJECT)
    expect(page.locator("#ticket-details")).to_have_value(DETAILS)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (422, {"success": False, "message": HOSTILE}, f"The support system said: {HOSTILE}"),
        (
            422,
            {"success": False, "errors": ["a is missing.", {"message": "b too."}]},
            "said: a is missing. b too.",
        ),
        (200, {"success": False, "error": {"message": "Closed today"}}, "said: Closed today"),
        (500, {"message": "x" * 5000}, "said: " + "x" * 300),
        (503, {}, "The support system refused it (code 503)."),
        (200, {"success": True}, "gave an answer that we cannot read."),
        (200, {"ticket": {"ticketNumber": "SPT-1"}}, "gave an answer that we cannot read."),
        (200, [1], "gave an answer that we cannot read."),
        (200, "x" * 200_000, "gave an answer that we cannot read."),
    ],
    ids=lambda value: str(value)[:24] if isinstance(value, int) else "",
)
def test_a_refusal_is_said_and_nothing_is_lost(
    desk: Served, visit: Any, status: int, answer: Any, said: str
) -> None:
    put(desk, Answers(status, answer))
    seen: Visit = visit(desk)
    page = open_form(seen, "?category=downloads")
    write(page)
    page.get_by_role("button", name="Send").click()
    failed = page.locator("[data-wp-failed]")
    expect(failed).to_contain_text("It was not sent. Everything you wrote is still here.")
    expect(failed).to_contain_text(" ".join(said.split()))
    expect(failed).to_be_focused()
    assert "x" * 301 not in str(failed.text_content())
    mail = str(failed.get_by_role("link").get_attribute("href"))
    assert mail.startswith("mailto:help@lumen.example?subject=")
    assert decoded(mail)["body"].replace("\r\n", "\n").startswith(DETAILS)
    put(desk, DemoTickets())
    failed.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-wp-done]")).to_contain_text("SPT-20")
    assert seen.dialogs == []


def test_a_refused_text_survives_a_reload(desk: Served, visit: Any) -> None:
    put(desk, Answers(503, {}))
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-wp-failed]")).to_be_visible()
    assert_nothing_lost(page)


def test_a_server_that_hangs_is_given_up_and_nothing_is_lost(desk: Served, visit: Any) -> None:
    tickets = Hangs()
    put(desk, tickets)
    seen: Visit = visit(desk)
    page = open_form(seen, "?category=downloads")
    write(page)
    with page.expect_request("**/support/tickets"):
        page.get_by_role("button", name="Send").click()
    button = page.locator("[data-wp-send]")
    expect(button).to_have_text("Sending …")
    expect(button).to_have_attribute("aria-disabled", "true")
    page.clock.run_for(20_000)
    expect(page.locator("[data-wp-failed]")).to_contain_text("did not answer in time. It may have arrived")
    expect(button).to_have_text("Send")
    tickets.over.set()
    assert_nothing_lost(page)


def test_without_a_connection_nothing_is_lost(desk: Served, visit: Any) -> None:
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    page.route("**/support/tickets", lambda route: route.abort())
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-wp-failed]")).to_contain_text("cannot be reached")
    assert_nothing_lost(page)


def test_what_the_server_promises_is_text_and_told_in_the_readers_zone(desk: Served, visit: Any) -> None:
    ticket = {"ticketNumber": HOSTILE, "slaDeadline": "2026-11-21T12:00:00.000Z"}
    put(desk, Answers(201, {"success": True, "ticket": ticket}))
    seen: Visit = visit(desk)
    page = open_form(seen, "?category=downloads")
    write(page)
    page.get_by_role("button", name="Send").click()
    done = page.locator("[data-wp-done]")
    expect(done.get_by_role("heading")).to_have_text(f"We have it. Your number is {HOSTILE}.")
    zone = page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone")
    wanted = page.evaluate(
        "new Date('2026-11-21T12:00:00Z').toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit'})"
    )
    expect(done).to_contain_text(f"{wanted}, your time ({zone})")
    seen.assert_quiet()


def test_a_ticket_without_a_number_or_with_an_odd_deadline_is_still_good_news(
    desk: Served, visit: Any
) -> None:
    put(desk, Answers(200, {"success": True, "ticket": {"slaDeadline": "soon"}}))
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-wp-done]").get_by_role("heading")).to_have_text("We have it.")
    assert "Invalid" not in str(page.locator("[data-wp-done]").text_content())


def test_known_incidents_stand_first(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    page = open_form(seen)
    known = page.locator("[data-wp-known]")
    expect(known.get_by_role("listitem")).to_have_count(3 + 1)
    expect(known).to_have_attribute("data-status", "major_outage")
    choice(page, "category", "payments").check()
    expect(known.get_by_role("listitem")).to_have_count(1)
    expect(known).to_contain_text("Print orders are confirmed late")
    expect(known).to_contain_text("We know.")
    choice(page, "category", "account").check()
    expect(known).to_contain_text("Nothing is known to be wrong with this right now.")
    choice(page, "category", "uploads").check()
    expect(known).to_have_attribute("data-status", "under_maintenance")
    choice(page, "category", "downloads").check()
    known.get_by_role("link", name="Follow it here").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Downloads: outage")
    seen.assert_quiet()


def test_the_state_of_the_service_is_sent_along(troubled: Served, visit: Any) -> None:
    page = open_form(visit(troubled), "?category=downloads")
    expect(page.locator("[data-wp-text]")).to_contain_text("Downloads: cannot be used")


def test_old_data_claim_nothing(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.clock.install(time=NOW.replace(year=2027))
    page = open_form(seen, "?category=downloads")
    expect(page.locator("[data-wp-known]")).to_contain_text("We do not know how things are right now.")
    expect(page.locator("[data-wp-text]")).to_contain_text("Downloads: not known")


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


def test_a_form_that_is_not_complete_is_not_opened(sites: Sites, visit: Any) -> None:
    seen: Visit = visit(sites.of("zendesk"))
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
    expect(page.locator("#ticket-ask-privacy-link")).to_be_visible()
    expect(page.locator("#ticket-ask-galleries-link")).to_be_hidden()


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
    for name in ("subject", "details", "ask-galleries-link"):
        press_until(page, name)
        page.keyboard.type("It is a test of the keys")
    press_until(page, "ask-galleries-role")
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


@pytest.mark.parametrize("provider", ["zendesk", "mailto", "api"])
def test_without_scripts_there_is_a_plain_way(sites: Sites, visit: Any, provider: str) -> None:
    seen: Visit = visit(sites.of(provider), scripts=False)
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_a_form_in_use(troubled: Served, visit: Any, scheme: str) -> None:
    seen: Visit = visit(troubled, scheme=scheme)
    page = open_form(seen, "?category=downloads&q=my+zip+stops")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-wp-faults]")).to_be_visible()
    expect(page.locator("[data-wp-suggest]")).to_be_visible()
    rules = Axe().run(page).response["violations"]
    assert [f"{rule['id']}: {node['target']}" for rule in rules for node in rule["nodes"]] == []


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_moves_when_what_is_known_arrives(calm: Served, visit: Any, width: int) -> None:
    seen: Visit = visit(calm, width=width)
    held: list[Route] = []
    seen.page.route("**/status/now.json", lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    seen.goto("ticket/")
    seen.page.wait_for_function("sessionStorage.getItem('waypost-ticket') !== null")
    before = seen.page.locator("[data-wp-field=subject]").bounding_box()
    for _ in range(100):
        seen.page.wait_for_timeout(50)
        if held:
            break
    held[0].continue_()
    expect(seen.page.locator("[data-wp-known]")).to_have_attribute("data-status", "operational")
    assert seen.page.locator("[data-wp-field=subject]").bounding_box() == before
