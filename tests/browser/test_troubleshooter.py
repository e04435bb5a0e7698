"""Walking through a troubleshooter: with scripts and without, by mouse and by keyboard, back and forth."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from helpers.browser_sites import Served
from helpers.browser_visit import DESKTOP, PHONE, Visit

pytestmark = pytest.mark.browser

TREE = "downloads/find-out-why-a-download-stops/"
TITLE = "Find out why a download stops"
WAY = [
    ("What happens when you download?", "The file starts and then stops"),
    ("How far does it get?", "It stands still close to the end"),
    ("Wait for the virus scanner", "It has not moved"),
    ("Keep the connection awake", "It still stops"),
]
PATHS = [
    TREE,
    f"{TREE}how-far-does-it-get/",
    f"{TREE}wait-for-the-virus-scanner/",
    f"{TREE}keep-the-connection-awake/",
]
END = "Write to us about the download"


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def choose(page: Page, answer: str) -> None:
    before = page.url
    page.get_by_role("link", name=answer, exact=True).click()
    page.wait_for_url(lambda url: url != before)


def walk(page: Page, until: int = len(WAY)) -> None:
    for number, (question, answer) in enumerate(WAY[:until]):
        assert heading(page) == (TITLE if number == 0 else question)
        choose(page, answer)


def journey(page: Page) -> list[dict[str, Any]]:
    kept = json.loads(page.evaluate("sessionStorage.getItem('waypost-journey')") or "{}")
    steps: list[dict[str, Any]] = kept.get("steps", [])
    return steps


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_answers_lead_to_the_end_and_the_back_button_leads_back(
    calm: Served, visit: Any, scripts: bool
) -> None:
    seen: Visit = visit(calm, scripts=scripts)
    seen.goto(TREE)
    walk(seen.page)
    assert heading(seen.page) == END
    button = seen.page.get_by_role("link", name="Write to us", exact=True)
    assert button.get_attribute("href", timeout=1000).endswith(f"ticket/?from={TREE}")
    for question, _ in reversed(WAY[1:]):
        seen.page.go_back()
        assert heading(seen.page) == question
    seen.page.go_back()
    assert heading(seen.page) == TITLE
    seen.page.go_forward()
    assert heading(seen.page) == WAY[1][0]
    seen.assert_quiet()


def test_what_was_answered_is_noted_in_this_tab(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TREE)
    seen.wait_for_status()
    walk(seen.page)
    tree = {"title": TITLE, "path": TREE}
    assert journey(seen.page) == [
        {"tree": tree, "path": path, "question": question, "answer": answer}
        for (question, answer), path in zip(WAY, PATHS, strict=True)
    ]


def test_the_way_that_was_taken_is_shown_before_it_is_sent(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TREE)
    walk(seen.page)
    choose(seen.page, "Write to us")
    for question, answer in WAY:
        expect(seen.page.locator("main, .wp-main").first).to_contain_text(f"{TITLE}: {question} → {answer}")


def test_a_promise_is_not_made_where_nothing_is_noted(calm: Served, visit: Any) -> None:
    for scripts in (True, False):
        seen: Visit = visit(calm, scripts=scripts)
        seen.goto(f"{TREE}write-to-us-about-the-download/")
        expect(seen.page.locator(".wp-tree__note")).to_be_visible(visible=scripts)


def test_another_answer_after_going_back_replaces_the_first(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TREE)
    walk(seen.page, until=2)
    seen.page.go_back()
    choose(seen.page, "It stops at a different point each time")
    assert [step["answer"] for step in journey(seen.page)] == [
        WAY[0][1],
        "It stops at a different point each time",
    ]


def test_back_leads_where_one_came_from_and_to_the_start_without_scripts(calm: Served, visit: Any) -> None:
    for scripts, expected in ((True, WAY[2][0]), (False, TITLE)):
        seen: Visit = visit(calm, scripts=scripts)
        seen.goto(TREE)
        walk(seen.page, until=3)
        assert heading(seen.page) == WAY[3][0], "three steps lead to this one"
        choose(seen.page, "Back")
        assert heading(seen.page) == expected


def test_back_leads_to_the_only_step_before(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, scripts=False)
    seen.goto(f"{TREE}wait-for-the-virus-scanner/")
    choose(seen.page, "Back")
    assert heading(seen.page) == WAY[1][0]
    choose(seen.page, "Back")
    assert heading(seen.page) == TITLE
    assert seen.page.get_by_role("link", name="Back", exact=True).count() == 0


def test_an_answer_may_leave_for_an_article(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(TREE)
    seen.wait_for_status()
    choose(seen.page, "I only want a few photos on my phone")
    assert heading(seen.page) == "Save photos to a phone"
    assert [step["answer"] for step in journey(seen.page)] == ["I only want a few photos on my phone"]


def test_it_can_be_walked_by_keyboard_alone(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(f"{TREE}how-far-does-it-get/")
    seen.wait_for_status()
    focused = "document.activeElement.textContent.trim()"
    order: list[str] = []
    for _ in range(40):
        seen.page.keyboard.press("Tab")
        order.append(seen.page.evaluate(focused))
        if order[-1] == "All steps on one page":
            break
    wanted = ["It stops at a different point each time", "It always stops at about the same point", WAY[1][1]]
    assert order[-5:] == [*wanted, "Back", "All steps on one page"]
    seen.page.keyboard.press("Shift+Tab")
    seen.page.keyboard.press("Shift+Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert seen.page.evaluate(outline) == "solid"
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("h1")).to_have_text(WAY[2][0])
    assert [step["answer"] for step in journey(seen.page)] == [WAY[1][1]]


@pytest.mark.parametrize("width", [DESKTOP, PHONE, 320])
def test_answers_are_large_enough_for_a_thumb(calm: Served, visit: Any, width: int) -> None:
    seen: Visit = visit(calm)
    seen.size(width)
    seen.goto(TREE)
    boxes = [link.bounding_box() for link in seen.page.locator(".wp-answer, .wp-tree__nav a").all()]
    assert len(boxes) == 5
    assert all(box and box["height"] >= 44 for box in boxes)


def test_all_steps_are_on_one_page(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, scripts=False)
    seen.goto(TREE)
    choose(seen.page, "All steps on one page")
    assert heading(seen.page) == f"{TITLE}: all steps"
    text = seen.page.locator("article").inner_text()
    for words in [part for step in WAY for part in step] + [END]:
        assert words in text
    choose(seen.page, "It stops at a different point each time")
    assert seen.page.url.endswith(f"{TREE}all/#keep-the-connection-awake")
    choose(seen.page, "One question at a time")
    assert heading(seen.page) == TITLE


def test_on_paper_there_are_steps_and_no_buttons(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto(f"{TREE}all/")
    seen.page.emulate_media(media="print")
    for selector in (".wp-header", ".wp-footer", ".wp-tree__nav", ".wp-contact-box"):
        assert seen.page.locator(selector).first.is_hidden(), selector
    assert seen.page.locator("article h2:visible").count() == 12
    number = "getComputedStyle(document.querySelector('article h2'), '::before').content"
    assert "counter(step)" in seen.page.evaluate(number)
    assert "(step 2)" in seen.page.locator("article").inner_text()


def test_trouble_with_the_component_of_a_step_stands_first(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    seen.goto(f"{TREE}how-far-does-it-get/")
    notice = seen.page.locator(".wp-aware")
    expect(notice).to_have_attribute("data-status", "major_outage")
    expect(notice).to_contain_text("Downloads")
    notice_box, question = notice.bounding_box(), seen.page.locator("h1").bounding_box()
    assert notice_box
    assert question
    assert notice_box["y"] < question["y"]


def test_storage_that_is_off_does_not_stop_anybody(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new Error('off'); } })"
    )
    seen.goto(TREE)
    walk(seen.page)
    assert heading(seen.page) == END
