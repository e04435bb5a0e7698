"""Sending a request to an API: what is said of every answer, and that nothing is lost."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Route, expect

from helpers.browser_sites import Served
from helpers.browser_visit import Visit
from helpers.ticket_page import (
    DETAILS,
    HOSTILE,
    SUBJECT,
    Answers,
    Breaks,
    Hangs,
    assert_nothing_lost,
    open_form,
    put,
    shown,
    walk_to_the_form,
    write,
)
from helpers.tickets import decoded
from waypost.serving.demo import DemoTickets

pytestmark = pytest.mark.browser

NOT_SENT = "It was not sent. Everything you wrote is still here."
UNSURE = "We do not know whether it was sent. Everything you wrote is still here."
UNREADABLE = "gave an answer that we cannot read. Your request may have arrived all the same."
API = "**/support/tickets"


def test_a_ticket_of_the_samples_own_server(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = walk_to_the_form(seen)
    write(page)
    text = shown(page)
    # Twice at once: a second press of the mouse could land on the answer, and take the focus from it.
    page.get_by_role("button", name="Send").evaluate("button => { button.click(); button.click(); }")
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
        (200, {"success": True}, UNREADABLE),
        (200, {"ticket": {"ticketNumber": "SPT-1"}}, UNREADABLE),
        (200, [1], UNREADABLE),
        (200, "x" * 200_000, UNREADABLE),
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
    expect(failed.get_by_role("heading")).to_have_text(UNSURE if said == UNREADABLE else NOT_SENT)
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
    with page.expect_request(API):
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
    page.route(API, lambda route: route.abort())
    page.get_by_role("button", name="Send").click()
    failed = page.locator("[data-wp-failed]")
    expect(failed).to_contain_text(
        "cannot be reached, or the connection broke. Your request may have arrived"
    )
    expect(failed.get_by_role("heading")).to_have_text(UNSURE)
    assert_nothing_lost(page)


def test_who_is_offline_learns_that_nothing_was_sent(desk: Served, visit: Any) -> None:
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").click()
    failed = page.locator("[data-wp-failed]")
    expect(failed).to_contain_text(f"{NOT_SENT}You are offline. Check your connection.")


BROKEN = {
    # What a server answers, byte by byte, and what is said of it. All of them read the request before.
    "a redirect": (b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n", UNREADABLE),
    "nothing": (b"", "the connection broke. Your request may have arrived all the same."),
    "half a body": (b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n" + b'{"success":true,', UNREADABLE),
    "no content": (b"HTTP/1.1 204 No Content\r\n\r\n", UNREADABLE),
    "a page": (b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n<h1>Hi</h1>", UNREADABLE),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_answer_is_not_called_a_lost_request(desk: Served, visit: Any, name: str) -> None:
    answer, said = BROKEN[name]
    put(desk, Breaks(answer))
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    page.get_by_role("button", name="Send").click()
    failed = page.locator("[data-wp-failed]")
    expect(failed.get_by_role("heading")).to_have_text(UNSURE)
    expect(failed).to_contain_text(said)
    assert_nothing_lost(page)


@pytest.mark.parametrize(
    ("ticket", "heading", "has_deadline"),
    [
        ({"slaDeadline": "soon"}, "We have it.", False),
        ({"ticketNumber": {"a": 1}, "slaDeadline": 0}, "We have it.", False),
        ({"ticketNumber": "9" * 101, "slaDeadline": {"x": 1}}, "We have it.", False),
        ({"ticketNumber": "", "slaDeadline": "9999-01-01T00:00:00Z"}, "We have it.", False),
        (
            {"ticketNumber": 17, "slaDeadline": "0001-01-01T00:00:00Z"},
            "We have it. Your number is 17.",
            False,
        ),
        ({"ticketNumber": 17, "slaDeadline": "in 26 hours"}, "We have it. Your number is 17.", False),
        ({"ticketNumber": 17, "slaDeadline": 1795334400000}, "We have it. Your number is 17.", True),
    ],
    ids=str,
)
def test_an_odd_number_or_deadline_is_still_good_news(
    desk: Served, visit: Any, ticket: dict[str, Any], heading: str, has_deadline: bool
) -> None:
    put(desk, Answers(200, {"success": True, "ticket": ticket}))
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    page.get_by_role("button", name="Send").click()
    done = page.locator("[data-wp-done]")
    expect(done.get_by_role("heading")).to_have_text(heading)
    assert ("We answer by" in str(done.text_content())) is has_deadline


def test_a_mail_that_does_not_take_all_says_so(desk: Served, visit: Any) -> None:
    put(desk, Answers(503, {}))
    page = open_form(visit(desk), "?category=downloads")
    write(page)
    failed = page.locator("[data-wp-failed]")
    note = failed.get_by_text("Only part of your text fits into the mail.")
    page.get_by_role("button", name="Send").click()
    expect(failed).to_be_visible()
    expect(note).to_have_count(0)
    page.fill("#ticket-details", "Größere Übel fügen wir später hinzu. " * 60)
    page.get_by_role("button", name="Send").click()
    expect(note).to_be_visible()
    assert decoded(str(failed.get_by_role("link").get_attribute("href")))["body"].endswith("…")


def test_nothing_can_be_added_to_a_request_on_its_way(desk: Served, visit: Any) -> None:
    seen: Visit = visit(desk)
    page = open_form(seen, "?category=downloads")
    write(page)
    held: list[Route] = []
    page.route(API, lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    form, send = page.locator("form[data-wp-ticket]"), page.locator("[data-wp-send]")
    with page.expect_request(API):
        page.locator("#ticket-subject").press("Enter")
    expect(form).to_have_attribute("aria-busy", "true")
    # The field that the key was pressed in is off; the button that says what happens has the focus.
    expect(send).to_be_focused()
    expect(send).to_have_text("Sending …")
    fields = page.locator(
        "[data-wp-field] :is(input, select, textarea):visible, [data-wp-again], [data-wp-include] input"
    )
    assert fields.count() > 10
    assert [field.get_attribute("name") for field in fields.all() if field.is_enabled()] == []
    page.keyboard.press("Enter")
    held[0].fulfill(status=503, json={})
    expect(page.locator("[data-wp-failed]")).to_be_focused()
    expect(form).to_have_attribute("aria-busy", "false")
    assert all(field.is_enabled() for field in fields.all())
    assert len(held) == 1
    page.get_by_role("button", name="Try again").click()
    expect(send).to_be_focused()
    held[1].fulfill(json={"success": True, "ticket": {"ticketNumber": "SPT-7"}})
    expect(page.locator("[data-wp-done]")).to_contain_text("SPT-7")
    # The browser itself complains of every refusal.
    assert [error for error in seen.errors if "503" not in error] == []


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
