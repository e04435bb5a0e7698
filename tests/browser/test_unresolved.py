from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from helpers.browser_sites import Served
from helpers.browser_visit import Visit
from helpers.search_visit import answer_search, asking, box, journey, options, pause
from helpers.talkative_site import ARTICLE, build_talkative, served_with_votes

pytestmark = pytest.mark.browser

KEY = "waypost-journey"
ENDPOINT = "unresolved_searches: {url: /searches}\n"
MASKED = [
    ("zip won't open", "zip won't open"),
    ("my mail ann.lee+x@lumen.example is gone", "my mail [email] is gone"),
    ("ANN@LUMEN.EXAMPLE,bob@x.org", "[email],[email]"),
    ("ann＠lumen.example", "[email]"),
    ("invoice 2026-0042", "invoice [number]"),
    ("order 12345 late", "order [number] late"),
    ("order 1234 late, error 502", "order 1234 late, error 502"),
    ("call +49 30 5550 1840 please", "call +[number] please"),
    ("card 4111 1111 1111 1111", "card [number]"),
    ("card 4111\u200b1111", "card [number]"),
    ("order １２３４５", "order [number]"),
    ("galaxy s24 and iphone 15", "galaxy s24 and iphone 15"),
]
NO_TRACKING = "Object.defineProperty(navigator, 'globalPrivacyControl', { value: true })"


@pytest.fixture
def listening(talking: tuple[Served, Path]) -> tuple[Served, Path]:
    talking[1].unlink(missing_ok=True)
    return talking


@pytest.fixture(scope="module")
def talking(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, Path]]:
    root = tmp_path_factory.mktemp("listening")
    site = build_talkative(root / "site", ENDPOINT)
    with served_with_votes(site, root / "votes.jsonl") as (served, _):
        yield served, root / "searches.jsonl"


def received(seen: Visit, file: Path, count: int) -> list[dict[str, Any]]:
    """Wait for as many reports, and take them."""

    def lines(_: Any) -> int:
        return len(file.read_text(encoding="utf-8").splitlines()) if file.exists() else 0

    seen.until(lines, count)
    found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if count else []
    file.unlink(missing_ok=True)
    for report in found:
        report.pop("at")
    return found


def ask(seen: Visit, text: str) -> None:
    """Replace what stands in the box, and pause."""
    box(seen).click()
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.insert_text(text)
    asked = "text => JSON.parse(document.documentElement.dataset.asked ?? '{}').question === text"
    seen.page.wait_for_function(asked, arg=" ".join(text.split()))
    pause(seen)


def unresolved(seen: Visit) -> list[tuple[str, str]]:
    return [(one["question"], one["reason"]) for one in journey(seen)["unresolved"]]


def test_what_may_tell_who_asked_is_taken_out(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("contact/")
    for question, masked in MASKED:
        found = seen.page.evaluate(
            """async (question) =>
              (await import("/assets/waypost/unresolved.js")).report({ question, reason: "no_answer", results: 0 })""",
            question,
        )
        assert found == {
            "kind": "search",
            "question": masked,
            "reason": "no_answer",
            "results": 0,
            "language": "en",
            "page": "contact/",
        }


def test_a_question_without_an_answer_is_told_once(listening: tuple[Served, Path], visit: Any) -> None:
    site, file = listening
    seen = asking(site, visit, "", path=ARTICLE)
    ask(seen, "zebra of ann@lumen.example")
    ask(seen, "zip")
    ask(seen, "Zebra  of ann@lumen.example")
    assert unresolved(seen) == [("zebra of ann@lumen.example", "no_answer"), ("zip", "reformulated")]
    first, second = received(seen, file, 2)
    assert first == {
        "kind": "search",
        "question": "zebra of [email]",
        "reason": "no_answer",
        "results": 0,
        "language": "en",
        "page": ARTICLE,
    }
    assert second["question"] == "zip"
    seen.assert_quiet()


def test_results_that_nobody_opened_before_another_question(
    listening: tuple[Served, Path], visit: Any
) -> None:
    site, file = listening
    seen = asking(site, visit, "", path="contact/")
    ask(seen, "zip")
    ask(seen, "zip stops")
    assert unresolved(seen) == [], "it was only typed further"
    ask(seen, "download")
    assert unresolved(seen) == [("zip stops", "reformulated")]
    (report,) = received(seen, file, 1)
    assert (report["question"], report["reason"], report["results"]) == ("zip stops", "reformulated", 4)


def test_a_question_on_the_next_page_is_another_one_too(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "")
    ask(seen, "download")
    seen.goto("search/?q=refund")
    expect(seen.page.locator(".wp-hit__link")).to_have_count(1)
    seen.until(lambda _: unresolved(seen), [("download", "reformulated")])


def test_a_question_whose_answer_was_opened_is_resolved(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    expect(options(seen)).to_have_count(3)
    options(seen).first.click()
    seen.page.wait_for_url("**/zip-stops-half-way/**")
    assert journey(seen)["search"] == {"question": "zip", "results": 3, "opened": True, "after": ""}
    ask(seen, "refund")
    ask(seen, "download")
    assert unresolved(seen) == [("refund", "reformulated")]


def test_what_is_read_after_asking_in_other_words_is_told_once(
    listening: tuple[Served, Path], visit: Any
) -> None:
    site, file = listening
    seen = asking(site, visit, "", path="contact/")
    ask(seen, "zebra of ann@lumen.example")
    ask(seen, "zi")
    ask(seen, "zip")
    options(seen).first.evaluate("(link, path) => { link.href = path; }", f"{site.url}{ARTICLE}#why")
    options(seen).first.click()
    seen.page.wait_for_url(f"**/{ARTICLE}#why")
    unanswered, found = received(seen, file, 2)
    assert (unanswered["question"], unanswered["reason"]) == ("zebra of [email]", "no_answer")
    assert found == {
        "kind": "read_next",
        "question": "zebra of [email]",
        "language": "en",
        "page": ARTICLE,
    }
    ask(seen, "zip")
    options(seen).first.click()
    seen.page.wait_for_timeout(200)
    assert received(seen, file, 0) == []


def test_what_is_read_at_once_belongs_to_no_other_question(
    listening: tuple[Served, Path], visit: Any
) -> None:
    site, file = listening
    seen = asking(site, visit, "", path="contact/")
    ask(seen, "zip")
    options(seen).first.evaluate("(link, path) => { link.href = path; }", site.url + ARTICLE)
    options(seen).first.click()
    seen.page.wait_for_url(f"**/{ARTICLE}")
    ask(seen, "refund")
    options(seen).first.click()
    seen.page.wait_for_timeout(200)
    assert received(seen, file, 0) == []


def test_asking_a_person_below_the_results_counts(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "download")
    expect(options(seen)).to_have_count(6)
    seen.page.get_by_role("link", name="Ask a person").click()
    seen.page.wait_for_url("**/ticket/?q=download")
    assert unresolved(seen) == [("download", "none_helped")]


def test_an_article_that_did_not_help_after_a_search(listening: tuple[Served, Path], visit: Any) -> None:
    site, file = listening
    seen = asking(site, visit, "", path="contact/")
    ask(seen, "zip")
    options(seen).first.evaluate("(link, path) => { link.href = path; }", site.url + ARTICLE)
    options(seen).first.click()
    seen.page.wait_for_url(f"**/{ARTICLE}")
    seen.page.get_by_role("button", name="No", exact=True).click()
    (report,) = received(seen, file, 1)
    assert (report["question"], report["reason"], report["page"]) == ("zip", "not_helpful", ARTICLE)
    assert unresolved(seen) == [("zip", "not_helpful")]


def test_an_article_that_did_not_help_without_a_search(listening: tuple[Served, Path], visit: Any) -> None:
    site, file = listening
    seen: Visit = visit(site)
    answer_search(seen)
    seen.goto(ARTICLE)
    seen.page.get_by_role("button", name="No", exact=True).click()
    seen.page.wait_for_timeout(200)
    assert received(seen, file, 0) == []
    assert unresolved(seen) == []


def test_nothing_is_sent_to_nobody_or_against_the_will_of_the_person(
    calm: Served, listening: tuple[Served, Path], visit: Any
) -> None:
    site, file = listening
    for where, script in ((calm, ""), (site, NO_TRACKING)):
        seen: Visit = visit(where)
        answer_search(seen)
        posted: list[str] = []
        seen.page.on("request", lambda request, posted=posted: posted.append(request.method))
        if script:
            seen.page.add_init_script(script)
        seen.goto("contact/")
        box(seen).click()
        ask(seen, "zebra")
        seen.until(lambda _, seen=seen: unresolved(seen), [("zebra", "no_answer")])  # type: ignore[misc]
        seen.page.wait_for_timeout(200)
        assert set(posted) == {"GET"}
    assert not file.exists()


def test_words_that_are_only_begun_are_no_question(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "")
    ask(seen, "zz")
    assert unresolved(seen) == []


def test_the_ticket_takes_them_along(desk: Served, visit: Any) -> None:
    seen = asking(desk, visit, "")
    for question in ("zebra one", "yak <b>two</b>", "walrus"):
        ask(seen, question)
    seen.page.get_by_role("link", name="Ask a person").click()
    seen.page.wait_for_url("**/ticket/**")
    text = seen.page.locator("[data-wp-text]")
    expect(text).to_contain_text("Searched for: walrus")
    assert "Searched for without an answer:\n- zebra one\n- yak <b>two</b>" in str(text.text_content())
    assert str(text.text_content()).count("walrus") == 1
    seen.page.locator("[data-wp-include=question] input").uncheck()
    expect(text).not_to_contain_text("zebra one")
    expect(text).not_to_contain_text("walrus")
    seen.assert_quiet()


@pytest.mark.parametrize(
    "kept",
    [
        '{"unresolved": "no", "search": []}',
        '{"unresolved": [null, 3, {}, {"question": "q"}, {"reason": "no_answer"}]}',
        '{"unresolved": [{"question": "q", "reason": "spite"}, {"question": {}, "reason": "no_answer"}]}',
        '{"search": {"question": 3, "results": 1}}',
    ],
)
def test_garbage_is_nothing(calm: Served, visit: Any, kept: str) -> None:
    seen: Visit = visit(calm)
    seen.goto("contact/")
    seen.page.evaluate("([key, text]) => sessionStorage.setItem(key, text)", [KEY, kept])
    found = journey(seen)
    assert (found["unresolved"], found["search"]) == ([], None)


def test_no_more_is_kept_than_allowed(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("contact/")
    seen.page.evaluate(
        """async () => {
          const { noteUnresolved } = await import("/assets/waypost/journey.js");
          for (let n = 0; n < 25; n += 1) noteUnresolved({ question: `${n} ${"x".repeat(400)}`, reason: "no_answer" });
        }"""
    )
    found = journey(seen)["unresolved"]
    assert [one["question"].split()[0] for one in found] == [str(number) for number in range(5, 25)]
    assert {len(one["question"]) for one in found} == {300}
