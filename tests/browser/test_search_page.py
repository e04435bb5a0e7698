from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Locator, expect

from helpers.accessibility import axe_results, places, serious
from helpers.browser_sites import HOSTILE, Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, GROUND, PHONE, Visit
from helpers.search_visit import BEST, answer_search, box, journey, pause, with_title
from helpers.talkative_site import build_talkative, served_with_votes

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def unsupported(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("unsupported")
    site = build_talkative(root / "site", "")
    with served_with_votes(site, root / "votes.jsonl") as (served, _):
        yield served


def opening(site: Served, visit: Any, query: str, **how: Any) -> Visit:
    seen: Visit = visit(site, **how)
    answer_search(seen)
    seen.goto(f"search/{query}")
    seen.wait_for_status()
    return seen


def hits(seen: Visit) -> Locator:
    return seen.page.locator(".wp-hit__link")


def chip(seen: Visit, name: str) -> Locator:
    return seen.page.get_by_role("button", name=name, exact=True)


def asked(seen: Visit) -> Any:
    return seen.page.evaluate("JSON.parse(document.documentElement.dataset.asked)")


def test_an_address_can_be_shared(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=zip+download&kind=troubleshooting")
    expect(box(seen)).to_have_value("zip download")
    expect(hits(seen)).to_have_text([BEST, "There is not enough storage for a download"])
    assert asked(seen) == {
        "question": "zip download",
        "typing": False,
        "asTyped": False,
        "kinds": ["troubleshooting"],
        "categories": [],
        "limit": 30,
    }
    expect(chip(seen, "Troubleshooting 2")).to_have_attribute("aria-pressed", "true")
    expect(seen.page.locator(".wp-results__count")).to_have_text("2 results for “zip download”")
    first = seen.page.locator("li.wp-hit").first
    expect(first.locator("small")).to_have_text("Downloads · Troubleshooting · What to do")
    expect(first.locator("p mark")).to_have_text("zip")
    hits(seen).first.click()
    seen.page.wait_for_url(f"{calm.url}downloads/zip-stops-half-way/#what-to-do")
    seen.assert_quiet()


def test_without_a_question_there_is_nothing_but_the_box(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "")
    expect(box(seen)).to_be_focused()
    expect(seen.page.locator("[data-wp-results]")).to_be_empty()
    expect(seen.page.locator('meta[name="robots"]')).to_have_attribute("content", "noindex")
    expect(seen.page.get_by_role("search")).to_have_count(1)
    seen.assert_quiet()


def test_chips_narrow_and_the_way_back_undoes(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=download")
    expect(hits(seen)).to_have_count(8)
    chip(seen, "Tutorial 3").click()
    expect(hits(seen)).to_have_count(3)
    assert seen.page.url == f"{calm.url}search/?q=download&kind=tutorial"
    expect(chip(seen, "Tutorial 3")).to_be_focused()
    chip(seen, "Galleries 2").click()
    expect(hits(seen)).to_have_count(2)
    assert seen.page.url == f"{calm.url}search/?q=download&kind=tutorial&category=galleries"
    seen.page.go_back()
    expect(hits(seen)).to_have_count(3)
    expect(chip(seen, "Galleries 2")).to_have_attribute("aria-pressed", "false")
    chip(seen, "Tutorial 3").click()
    expect(hits(seen)).to_have_count(8)
    seen.page.go_back()
    seen.page.go_back()
    expect(hits(seen)).to_have_count(8)
    assert seen.page.url == f"{calm.url}search/?q=download"
    seen.assert_quiet()


def test_chips_that_leave_nothing_can_be_taken_back(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=download&kind=faq&category=payments")
    expect(seen.page.locator("[data-wp-results]")).to_contain_text("Nothing of this kind answers it.")
    expect(hits(seen)).to_have_count(0)
    seen.page.get_by_role("button", name="Show all results").click()
    expect(hits(seen)).to_have_count(8)
    assert seen.page.url == f"{calm.url}search/?q=download"
    assert journey(seen)["unresolved"] == []


def test_typing_becomes_the_address_without_a_step_of_the_way_back(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("contact/")
    seen.goto("search/?q=refund&kind=page")
    expect(hits(seen)).to_have_count(1)
    steps = seen.page.evaluate("history.length")
    box(seen).click()
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("zip")
    expect(hits(seen)).to_have_count(3)
    pause(seen)
    seen.until(lambda page: page.url, f"{calm.url}search/?q=zip")
    seen.page.keyboard.type(" stops")
    seen.page.keyboard.press("Enter")
    seen.until(lambda page: page.url, f"{calm.url}search/?q=zip+stops")
    assert seen.page.evaluate("history.length") == steps
    assert asked(seen)["typing"] is False
    assert journey(seen)["question"] == "zip stops"
    seen.page.go_back()
    seen.page.wait_for_url(f"{calm.url}contact/")
    seen.assert_quiet()


def test_without_an_answer_it_says_so_and_leads_on(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=zebra+fish")
    results = seen.page.locator("[data-wp-results]")
    expect(results).to_contain_text("We found no answer to “zebra fish”.")
    expect(results.get_by_role("link", name="Downloads")).to_have_attribute("href", f"{calm.url}downloads/")
    expect(results).to_contain_text("Your question goes along.")
    results.get_by_role("link", name="Ask a person").click()
    seen.page.wait_for_url(f"{calm.url}ticket/?q=zebra+fish")
    assert journey(seen)["unresolved"] == [{"question": "zebra fish", "reason": "no_answer"}]


def test_none_of_these_helped_leads_to_a_person(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=zip")
    seen.page.get_by_role("link", name="None of these helped").click()
    seen.page.wait_for_url(f"{calm.url}ticket/?q=zip")
    assert journey(seen)["unresolved"] == [{"question": "zip", "reason": "none_helped"}]


def test_what_cannot_be_loaded_can_be_tried_again(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("contact/")
    seen.page.evaluate("localStorage.searchFails = '1'")
    seen.goto("search/?q=zip")
    expect(seen.page.locator("[data-wp-results]")).to_contain_text("The search could not be loaded.")
    expect(seen.page.get_by_role("link", name="Ask a person")).to_be_visible()
    seen.page.get_by_role("button", name="Try again").click()
    expect(hits(seen)).to_have_count(3)
    assert journey(seen)["unresolved"] == []


def test_without_a_way_to_a_person_nothing_is_promised(unsupported: Served, visit: Any) -> None:
    seen = opening(unsupported, visit, "?q=zip")
    expect(hits(seen)).to_have_count(3)
    link = seen.page.get_by_role("link", name="None of these helped")
    expect(link).to_have_attribute("href", f"{unsupported.url}contact/")
    assert "gets your question" not in seen.page.locator("[data-wp-results]").inner_text()


def test_a_corrected_question_says_so(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=zip+downlod")
    expect(seen.page.locator(".wp-search__corrected")).to_contain_text("Showing results for zip download.")
    seen.page.get_by_role("button", name="Search for zip downlod as typed").click()
    expect(hits(seen)).to_have_count(3)
    expect(seen.page.locator(".wp-results__count")).to_have_text("3 results for “zip downlod”")


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_where_it_is_not_sure_a_person_stands_above_the_nearest(calm: Served, visit: Any, width: int) -> None:
    seen = opening(calm, visit, "?q=maybe+a+download", width=width)
    results = seen.page.locator("[data-wp-results]")
    expect(results).to_contain_text("Nothing here answers exactly this.")
    expect(hits(seen)).to_have_count(3)
    expect(seen.page.locator(".wp-chip")).to_have_count(0)
    link = results.get_by_role("link", name="Ask a person")
    above, below = link.bounding_box(), hits(seen).first.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    link.click()
    seen.page.wait_for_url(f"{calm.url}ticket/?q=maybe+a+download")
    assert journey(seen)["unresolved"] == [{"question": "maybe a download", "reason": "unsure"}]


def test_what_was_found_is_read_out(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=zip")
    expect(seen.page.locator("[data-wp-said]")).to_have_text("3 results")


def test_the_arrow_leads_from_the_box_to_the_first_result(calm: Served, visit: Any) -> None:
    seen = opening(calm, visit, "?q=zip")
    expect(hits(seen)).to_have_count(3)
    box(seen).focus()
    seen.page.keyboard.press("ArrowDown")
    expect(hits(seen).first).to_be_focused()
    seen.page.keyboard.press("/")
    expect(box(seen)).to_be_focused()
    expect(box(seen)).to_have_value("zip")


def test_trouble_is_told_without_moving_anything(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    answer_search(seen)
    seen.page.add_init_script(COUNT_SHIFTS)
    seen.goto("search/?q=download")
    expect(seen.page.locator(".wp-search__trouble")).to_contain_text("Downloads: trouble since 21 Nov,")
    expect(hits(seen).first.locator(".wp-tag")).to_have_text("Trouble")
    assert seen.page.evaluate("shifted") <= 0.02
    seen.assert_quiet()


def test_hostile_questions_and_titles_stay_text(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen, with_title(HOSTILE))
    seen.goto(f"search/?q={quote('large ' + HOSTILE)}&kind={quote(HOSTILE)}&category=javascript:alert(1)")
    expect(box(seen)).to_have_value(f"large {HOSTILE}")
    expect(seen.page.locator("[data-wp-results]")).to_contain_text("Nothing of this kind")
    seen.goto(f"search/?q={quote('large ' + HOSTILE)}")
    expect(hits(seen).first).to_contain_text(HOSTILE)
    expect(seen.page.locator(".wp-results__count")).to_contain_text(HOSTILE)
    assert seen.page.locator("[data-wp-results] :is(script, img)").count() == 0
    seen.goto(f"search/?q={'x' * 3000}")
    expect(box(seen)).to_have_value("x" * 300)
    seen.assert_quiet()


def test_it_is_accessible_and_fits(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    answer_search(seen)
    for query in ("download", "downlod", "maybe+a+download", "zebra"):
        seen.goto(f"search/?q={query}")
        seen.wait_for_status()
        expect(seen.page.locator("[data-wp-results] .wp-button").first).to_be_visible()
        for scheme, width in itertools.product(GROUND, (DESKTOP, PHONE, 320)):
            seen.prefer(scheme)
            seen.size(width)
            assert places(serious(axe_results(seen.page)["violations"])) == [], (scheme, width)
            assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (scheme, width)
    seen.assert_quiet()
