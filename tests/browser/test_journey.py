from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page

from helpers.browser_sites import Served
from helpers.browser_visit import Visit

pytestmark = pytest.mark.browser

KEY = "waypost-journey"
EMPTY = {"question": "", "articles": [], "steps": [], "page": None, "search": None, "unresolved": []}
ZIP = {"title": "A zip download stops half way", "path": "downloads/zip-stops-half-way/"}
NO_STORAGE = """Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("Access is denied for this document.", "SecurityError"); } });"""
FULL_STORAGE = (
    """Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };"""
)


def call(page: Page, name: str, *arguments: Any) -> Any:
    return page.evaluate(
        """async ([name, given]) => {
          const journey = await import(new URL("/assets/waypost/journey.js", location.href));
          return journey[name](...given);
        }""",
        [name, list(arguments)],
    )


def on_home(calm: Served, visit: Any, **how: Any) -> Visit:
    seen: Visit = visit(calm, **how)
    seen.goto("")
    return seen


def step(
    number: int, answer: str = "Yes", tree: str = "downloads/zip/", question: str = ""
) -> dict[str, Any]:
    return {
        "tree": {"title": "Zip", "path": tree},
        "path": f"{tree}{number}/",
        "question": question or f"Question {number}?",
        "answer": answer,
    }


def test_pages_that_are_no_articles_are_not_noted(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    for path in ("", "downloads/", "contact/", "no/such/page/"):
        seen.goto(path)
        assert call(seen.page, "read") == EMPTY


def test_articles_are_noted_in_their_order_and_once(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    for path in (
        ZIP["path"],
        "downloads/download-questions/",
        "downloads/download-a-whole-gallery/",
        ZIP["path"],
    ):
        seen.goto(path)
    journey = call(seen.page, "read")
    assert [article["path"] for article in journey["articles"]] == [
        "downloads/download-questions/",
        "downloads/download-a-whole-gallery/",
        ZIP["path"],
    ]
    assert journey["articles"][-1] == journey["page"] == ZIP
    seen.assert_quiet()


def test_the_last_question_of_three_letters_is_noted(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    box = seen.page.locator(".wp-search__input")
    for typed, noted in (("zi", ""), ("zip stops", "zip stops"), ("  zip   stops again ", "zip stops again")):
        box.fill(typed)
        seen.page.clock.run_for(1000)
        assert call(seen.page, "read")["question"] == noted
    box.fill("")
    seen.page.clock.run_for(1000)
    assert call(seen.page, "read")["question"] == "zip stops again"


def test_a_question_is_noted_though_a_result_is_opened_at_once(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    seen.page.clock.pause_at(seen.page.evaluate("Date.now() + 1000"))
    seen.page.locator(".wp-search__input").fill("invoice")
    assert call(seen.page, "read")["question"] == ""
    seen.goto("contact/")
    assert call(seen.page, "read")["question"] == "invoice"


GARBAGE = (
    "",
    "{",
    "null",
    "[]",
    '"text"',
    "7",
    '{"articles": {"length": 3}, "steps": "no", "question": ["a"], "page": 4}',
    '{"articles": [null, 3, "x", [], {}, {"title": 1, "path": "a/"}, {"title": "No path"}]}',
    '{"steps": [{"tree": null}]}',
    '{"steps": [{"tree": {"title": "T", "path": "t/"}}, {"question": "Q?", "answer": "A"}, null]}',
    '{"__proto__": {"question": "polluted"}, "toString": 1}',
)
"""What may stand where the journey is kept."""


def test_garbage_reads_as_an_empty_journey(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    for kept in GARBAGE:
        seen.goto("")
        seen.page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [KEY, kept])
        assert call(seen.page, "read") == EMPTY, kept
        seen.goto(ZIP["path"])
        assert call(seen.page, "read") == {**EMPTY, "articles": [ZIP], "page": ZIP}, kept
    seen.assert_quiet()


@pytest.mark.parametrize(
    "path",
    [
        "javascript:alert(1)",
        "\x01javascript:alert(1)",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "https://evil.example/",
    ],
)
def test_only_paths_of_this_help_center_are_kept(calm: Served, visit: Any, path: str) -> None:
    seen = on_home(calm, visit)
    call(seen.page, "noteArticle", {"title": "Evil", "path": path})
    call(seen.page, "noteStep", step(1, tree=path))
    assert call(seen.page, "read") == EMPTY


def test_markup_stays_text(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    text = "<img src=x onerror=alert(1)> \"quoted\" 'single' &amp;"
    call(seen.page, "noteQuestion", text)
    assert call(seen.page, "read")["question"] == text
    seen.assert_quiet()


def test_no_more_is_kept_than_allowed(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    for number in range(45):
        call(seen.page, "noteArticle", {"title": f"T{number}" + "x" * 400, "path": f"a/{number}/"})
        call(seen.page, "noteStep", step(number))
    call(seen.page, "noteQuestion", "q" * 299 + "🚀 and more")
    journey = call(seen.page, "read")
    assert [article["path"] for article in journey["articles"]] == [
        f"a/{number}/" for number in range(25, 45)
    ]
    assert [taken["question"] for taken in journey["steps"]] == [
        f"Question {number}?" for number in range(5, 45)
    ]
    assert {len(article["title"]) for article in journey["articles"]} == {300}
    # Half of a character at the cut would make an address that no browser can build.
    assert journey["question"] == "q" * 299
    kept = seen.page.evaluate("key => sessionStorage.getItem(key)", KEY)
    assert len(json.loads(kept)["articles"]) == 20


def test_an_answer_that_is_changed_replaces_what_followed(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    for taken in (step(1), step(9, tree="uploads/other/"), step(2), step(3), step(2, "No"), step(7)):
        call(seen.page, "noteStep", taken)
    assert call(seen.page, "read")["steps"] == [
        step(1),
        step(9, tree="uploads/other/"),
        step(2, "No"),
        step(7),
    ]


def test_steps_that_ask_in_the_same_words_are_several(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    taken = [step(number, question="Did it help?") for number in (1, 2, 3)]
    for one in taken:
        call(seen.page, "noteStep", one)
    assert call(seen.page, "read")["steps"] == taken
    call(seen.page, "noteStep", step(2, "No", question="Did it help?"))
    assert call(seen.page, "read")["steps"] == [taken[0], step(2, "No", question="Did it help?")]


def test_steps_of_an_older_journey_are_known_by_their_question(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    old = [{name: value for name, value in step(number).items() if name != "path"} for number in (1, 2, 3)]
    seen.page.evaluate("([key, steps]) => sessionStorage.setItem(key, JSON.stringify({ steps }))", [KEY, old])
    assert call(seen.page, "read")["steps"] == [{**one, "path": ""} for one in old]
    call(seen.page, "noteStep", step(2, "No"))
    assert call(seen.page, "read")["steps"] == [{**old[0], "path": ""}, step(2, "No")]


def test_nothing_of_a_journey_is_in_another_tab_or_sent(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    asked: list[str] = []
    seen.page.on(
        "request", lambda request: asked.append(f"{request.method} {request.url} {request.post_data}")
    )
    call(seen.page, "noteQuestion", "secret question")
    seen.goto(ZIP["path"])
    other = seen.page.context.new_page()
    other.goto(calm.url)
    assert call(other, "read") == EMPTY
    assert call(seen.page, "read")["question"] == "secret question"
    assert [line for line in asked if "secret" in line or not line.startswith("GET ")] == []
    assert seen.page.context.cookies() == []


def test_a_journey_can_be_forgotten(calm: Served, visit: Any) -> None:
    seen = on_home(calm, visit)
    seen.goto(ZIP["path"])
    call(seen.page, "forget")
    assert call(seen.page, "read") == EMPTY
    assert seen.page.evaluate("key => sessionStorage.getItem(key)", KEY) is None


@pytest.mark.parametrize("broken", [NO_STORAGE, FULL_STORAGE], ids=["off", "full"])
def test_pages_work_without_storage(calm: Served, visit: Any, broken: str) -> None:
    seen: Visit = visit(calm)
    seen.page.add_init_script(broken)
    seen.goto(ZIP["path"])
    for name, argument in (("noteQuestion", "zip"), ("noteArticle", ZIP), ("noteStep", step(1))):
        call(seen.page, name, argument)
    call(seen.page, "forget")
    assert call(seen.page, "read") == EMPTY
    seen.wait_for_status()
    seen.assert_quiet()
