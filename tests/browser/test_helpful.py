from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from helpers.browser_sites import Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit
from helpers.talkative_site import ARTICLE, EMBEDS, LONELY_ARTICLE, Votes, build_talkative, served_with_votes

pytestmark = pytest.mark.browser

TICKET = f"ticket/?from={ARTICLE.replace('/', '%2F')}&category=technical"
PRIVATE = {
    "global privacy control": 'Object.defineProperty(navigator, "globalPrivacyControl", {value: true})',
    "do not track": 'Object.defineProperty(navigator, "doNotTrack", {value: "1"})',
}


@pytest.fixture(scope="module")
def voting(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Votes]]:
    root = tmp_path_factory.mktemp("voting")
    with served_with_votes(build_talkative(root / "site"), root / "votes.jsonl") as served:
        yield served


@pytest.fixture(scope="module")
def silent(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Votes]]:
    root = tmp_path_factory.mktemp("silent")
    with served_with_votes(build_talkative(root / "site", EMBEDS), root / "votes.jsonl") as served:
        yield served


@pytest.fixture(scope="module")
def unsupported(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Votes]]:
    root = tmp_path_factory.mktemp("unsupported")
    with served_with_votes(build_talkative(root / "site", ""), root / "votes.jsonl") as served:
        yield served


def on_article(site: Served, visit: Any, path: str = ARTICLE, **how: Any) -> Visit:
    seen: Visit = visit(site, **how)
    seen.goto(path)
    return seen


def answer(seen: Visit, name: str) -> None:
    seen.page.locator(".wp-helpful").get_by_role("button", name=name, exact=True).click()


def posts(page: Page) -> list[str]:
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if request.method != "GET" else None)
    return found


def received(seen: Visit, votes: Votes) -> list[dict[str, Any]]:
    """Wait for a vote, and a little longer for one too many."""
    for _ in range(100):
        if votes.file.exists() and votes.file.read_text(encoding="utf-8").endswith("\n"):
            break
        seen.page.wait_for_timeout(50)
    seen.page.wait_for_timeout(150)
    return votes.take()


def test_yes_is_sent_once_and_leads_on(voting: tuple[Served, Votes], visit: Any) -> None:
    site, votes = voting
    seen = on_article(site, visit)
    answer(seen, "Yes")
    said = seen.page.locator(".wp-helpful__said")
    expect(said).to_have_text("Good to hear. Thank you.")
    expect(said).to_be_focused()
    assert said.get_attribute("role") == "status"
    expect(seen.page.get_by_role("button", name="Yes", exact=True)).to_have_count(0)
    seen.page.get_by_role("link", name="Next: Open a zip").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Open a zip")
    assert received(seen, votes) == [{"page": ARTICLE, "helpful": True, "reason": None, "language": "en"}]
    seen.assert_quiet()


def test_no_is_sent_with_reason_and_text_when_the_person_sends_it(
    voting: tuple[Served, Votes], visit: Any
) -> None:
    site, votes = voting
    seen = on_article(site, visit)
    answer(seen, "No")
    expect(seen.page.get_by_label("It did not solve my problem")).to_be_focused()
    expect(seen.page.get_by_role("group", name="What went wrong?")).to_be_visible()
    seen.page.get_by_label("It is hard to understand").check()
    expect(seen.page.get_by_text("Tell us which part, and a person explains it.")).to_be_visible()
    seen.page.get_by_label("What should we know? (optional)").fill(
        '  Which "button"? <b>🚀</b>\nThe blue one? '
    )
    assert votes.take() == [], "nothing is sent before Send"
    seen.page.get_by_role("button", name="Send", exact=True).click()
    expect(seen.page.locator(".wp-helpful__said")).to_be_focused()
    expect(seen.page.get_by_role("group", name="What went wrong?")).to_be_hidden()
    assert received(seen, votes) == [
        {
            "page": ARTICLE,
            "helpful": False,
            "reason": "unclear",
            "text": 'Which "button"? <b>🚀</b>\nThe blue one?',
            "language": "en",
        }
    ]
    person = seen.page.get_by_role("link", name="Write to us, we know what you read")
    assert person.evaluate("link => link.href") == site.url + TICKET
    person.click()
    seen.page.wait_for_url("**/ticket/**")
    seen.page.wait_for_timeout(200)
    assert votes.take() == [], "leaving the page does not send it again"


def test_no_counts_when_the_page_is_left_but_the_text_stays(voting: tuple[Served, Votes], visit: Any) -> None:
    site, votes = voting
    seen = on_article(site, visit)
    answer(seen, "No")
    seen.page.get_by_label("Something is wrong or out of date").check()
    seen.page.get_by_label("What should we know? (optional)").fill("Not to be sent")
    seen.page.get_by_role("link", name="Write to us, we know what you read").click()
    expected = {"page": ARTICLE, "helpful": False, "reason": "wrong", "language": "en"}
    assert received(seen, votes) == [expected]


def test_who_comes_back_is_not_thanked_for_words_that_are_not_sent(
    voting: tuple[Served, Votes], visit: Any
) -> None:
    site, votes = voting
    seen = on_article(site, visit)
    answer(seen, "No")
    seen.page.get_by_label("It is hard to understand").check()
    # Browsers keep a page that was left, and show it as it was on the way back.
    for name in ("pagehide", "pageshow"):
        seen.page.evaluate("name => dispatchEvent(new PageTransitionEvent(name, { persisted: true }))", name)
    (vote,) = received(seen, votes)
    assert vote["reason"] == "unclear"
    for part in ("textarea", "fieldset", "[data-part=send]"):
        expect(seen.page.locator(f".wp-helpful {part}")).to_be_hidden()
    expect(seen.page.locator(".wp-helpful__said")).to_be_empty()
    expect(seen.page.get_by_role("link", name="Write to us, we know what you read")).to_be_visible()
    seen.goto("")
    seen.page.wait_for_timeout(150)
    assert votes.take() == []


def test_the_body_is_text_of_at_most_500_characters(voting: tuple[Served, Votes], visit: Any) -> None:
    site, votes = voting
    seen = on_article(site, visit)
    sent: list[tuple[str, str | None]] = []
    seen.page.on(
        "request",
        lambda request: (
            sent.append((request.resource_type, request.headers.get("content-type")))
            if request.method == "POST"
            else None
        ),
    )
    answer(seen, "No")
    text = seen.page.get_by_label("What should we know? (optional)")
    assert text.get_attribute("maxlength") == "500"
    expect(seen.page.get_by_text("Please write no names, addresses or passwords.")).to_be_visible()
    # What a program writes into the field is not cut by the field.
    text.evaluate("field => { field.value = 'ü'.repeat(900); }")
    seen.page.get_by_role("button", name="Send", exact=True).click()
    (vote,) = received(seen, votes)
    assert vote["text"] == "ü" * 500
    assert vote["reason"] is None
    assert sent == [("ping", "text/plain;charset=UTF-8")]


@pytest.mark.parametrize("wish", PRIVATE)
def test_who_wants_no_tracking_is_not_counted(voting: tuple[Served, Votes], visit: Any, wish: str) -> None:
    site, votes = voting
    for choice in ("Yes", "No"):
        seen: Visit = visit(site)
        seen.page.add_init_script(PRIVATE[wish])
        found = posts(seen.page)
        seen.goto(ARTICLE)
        answer(seen, choice)
        assert seen.page.locator(".wp-helpful textarea").is_hidden()
        assert seen.page.get_by_role("button", name="Send", exact=True).count() == 0
        seen.goto("")
        seen.page.wait_for_timeout(200)
        assert (found, votes.take()) == ([], [])


def test_without_an_endpoint_nothing_is_sent_or_said_of_sending(
    silent: tuple[Served, Votes], visit: Any
) -> None:
    site, votes = silent
    seen = on_article(site, visit)
    found = posts(seen.page)
    answer(seen, "No")
    assert seen.page.locator(".wp-helpful textarea").is_hidden()
    assert "send" not in seen.page.locator(".wp-helpful").inner_text().lower()
    seen.page.get_by_label("I could not find what I looked for").check()
    seen.page.keyboard.press("Enter")
    expect(seen.page.get_by_text("Tell us what you look for")).to_be_visible()
    person = seen.page.get_by_role("link", name="Write to us, we know what you read")
    # The ticket page takes what it was told out of its address, so the link says it for longer.
    assert person.evaluate("link => link.href") == site.url + TICKET
    person.click()
    seen.page.wait_for_url("**/ticket/**")
    seen.goto(ARTICLE)
    answer(seen, "Yes")
    seen.goto("")
    seen.page.wait_for_timeout(200)
    assert (found, votes.take()) == ([], [])
    seen.assert_quiet()


@pytest.mark.parametrize("refusal", ["() => false", "() => { throw new TypeError('no'); }", "undefined"])
def test_an_answer_that_cannot_be_queued_breaks_nothing(
    voting: tuple[Served, Votes], visit: Any, refusal: str
) -> None:
    site, votes = voting
    seen: Visit = visit(site)
    seen.page.add_init_script(f"navigator.sendBeacon = {refusal};")
    seen.goto(ARTICLE)
    answer(seen, "Yes")
    expect(seen.page.locator(".wp-helpful__said")).to_have_text("Good to hear. Thank you.")
    expect(seen.page.get_by_role("link", name="Next: Open a zip")).to_be_visible()
    assert votes.take() == []
    seen.assert_quiet()


def test_the_answers_are_links_without_scripts(voting: tuple[Served, Votes], visit: Any) -> None:
    site, _ = voting
    seen = on_article(site, visit, scripts=False)
    part = seen.page.locator(".wp-helpful")
    expect(part.get_by_role("heading", name="Was this helpful?")).to_be_visible()
    links = {link.inner_text(): link.get_attribute("href") for link in part.get_by_role("link").all()}
    assert links == {"Yes": "../../downloads/open-a-zip/", "No": "../../" + TICKET}
    assert part.get_by_role("button").count() == 0
    part.get_by_role("link", name="Yes").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Open a zip")


def test_what_leads_on_where_there_is_less(
    silent: tuple[Served, Votes], unsupported: tuple[Served, Votes], visit: Any
) -> None:
    seen = on_article(silent[0], visit, LONELY_ARTICLE)
    answer(seen, "Yes")
    expect(seen.page.get_by_role("link", name="Next: Your account")).to_be_visible()
    seen = on_article(silent[0], visit, LONELY_ARTICLE)
    answer(seen, "No")
    assert person_address(seen) == f"{silent[0].url}ticket/?from=accounts%2Fsign-in%2F"
    seen = on_article(unsupported[0], visit)
    answer(seen, "No")
    assert person_address(seen) == f"{unsupported[0].url}contact/"


def person_address(seen: Visit) -> str:
    link = seen.page.get_by_role("link", name="Write to us, we know what you read")
    return str(link.evaluate("link => link.href"))


def test_only_articles_ask(voting: tuple[Served, Votes], visit: Any) -> None:
    seen: Visit = visit(voting[0])
    for path in ("", "downloads/", "contact/", "no/such/page/"):
        seen.goto(path)
        assert seen.page.locator(".wp-helpful").count() == 0


def test_all_of_it_by_keyboard(voting: tuple[Served, Votes], visit: Any) -> None:
    site, votes = voting
    seen = on_article(site, visit)
    keyboard = seen.page.keyboard
    seen.page.get_by_role("button", name="Yes", exact=True).focus()
    keyboard.press("Tab")
    keyboard.press("Enter")
    expect(seen.page.get_by_label("It did not solve my problem")).to_be_focused()
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    expect(seen.page.get_by_label("Something is wrong or out of date")).to_be_checked()
    keyboard.press("Tab")
    keyboard.type("Old picture")
    keyboard.press("Tab")
    expect(seen.page.get_by_role("link", name="Write to us, we know what you read")).to_be_focused()
    keyboard.press("Tab")
    keyboard.press("Enter")
    (vote,) = received(seen, votes)
    assert (vote["reason"], vote["text"]) == ("wrong", "Old picture")
    keyboard.press("Tab")
    expect(seen.page.get_by_role("link", name="Write to us, we know what you read")).to_be_focused()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_nothing_moves_when_links_become_buttons(
    voting: tuple[Served, Votes], visit: Any, width: int
) -> None:
    site, _ = voting
    plain = on_article(site, visit, width=width, scripts=False)
    before = plain.page.locator(".wp-helpful").bounding_box()
    seen: Visit = visit(site, width=width)
    seen.page.add_init_script(COUNT_SHIFTS)
    seen.goto(ARTICLE)
    expect(seen.page.get_by_role("button", name="Yes", exact=True)).to_be_visible()
    seen.wait_for_status()
    after = seen.page.locator(".wp-helpful").bounding_box()
    assert before is not None
    assert after is not None
    assert after["height"] == before["height"]
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("shifted") <= 0.05
    for button in seen.page.locator(".wp-helpful button:visible").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 24


def test_it_is_not_printed(voting: tuple[Served, Votes], visit: Any) -> None:
    seen = on_article(voting[0], visit)
    seen.page.emulate_media(media="print")
    expect(seen.page.locator(".wp-helpful")).to_be_hidden()


def test_it_speaks_the_language_of_the_site(browser: Browser, visit: Any, tmp_path: Any) -> None:
    site = build_talkative(tmp_path / "site", language="de")
    with served_with_votes(site, tmp_path / "votes.jsonl") as (served, votes):
        seen = on_article(served, visit)
        expect(seen.page.get_by_role("heading", name="Hat Ihnen das geholfen?")).to_be_visible()
        answer(seen, "Ja")
        (vote,) = received(seen, votes)
        assert vote["language"] == "de"
