from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, expect

from helpers.accessibility import axe_results, places
from helpers.browser_sites import HOSTILE, Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit
from helpers.search_visit import (
    BEST,
    answer_search,
    asking,
    box,
    enter,
    journey,
    options,
    pause,
    popup,
    with_title,
)
from helpers.talkative_site import build_talkative, served_with_votes

pytestmark = pytest.mark.browser

HOSTILE_QUESTION = """"><script>alert(1)</script>&category=x#y?q='🚀 50%"""
NARROW = 320


@pytest.fixture(scope="module")
def unsupported(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("unsupported")
    with served_with_votes(build_talkative(root / "site", ""), root / "votes.jsonl") as (site, _):
        yield site


@pytest.fixture(scope="module")
def german(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("german")
    site = build_talkative(root / "site", language="de")
    with served_with_votes(site, root / "votes.jsonl") as (served, _):
        yield served


def person(seen: Visit) -> Locator:
    return seen.page.locator(".wp-search__foot a")


def question(seen: Visit) -> list[str]:
    return parse_qs(urlsplit(str(person(seen).evaluate("link => link.href"))).query).get("q", [])


def active(seen: Visit) -> str:
    """Return the text of the option that is chosen, and check that the box points to it."""
    name = box(seen).get_attribute("aria-activedescendant")
    chosen = seen.page.locator('[role=option][aria-selected="true"]')
    if name is None:
        expect(chosen).to_have_count(0)
        return ""
    expect(chosen).to_have_id(name)
    return str(chosen.locator(".wp-hit__title").inner_text())


@pytest.mark.parametrize("path", ["", "downloads/", "downloads/zip-stops-half-way/", "no/such/page/"])
def test_keys_lead_to_the_box(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto(path)
    seen.wait_for_status()
    for key in ("/", "Control+k", "Meta+k"):
        seen.page.keyboard.press(key)
        expect(box(seen)).to_be_focused()
        expect(box(seen)).to_have_value("")
        box(seen).blur()
        expect(box(seen)).not_to_be_focused()
    seen.assert_quiet()


def test_keys_belong_to_whoever_types(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("ticket/")
    seen.wait_for_status()
    subject = seen.page.locator("#ticket-subject")
    subject.press_sequentially("either/or")
    subject.press("Control+k")
    expect(subject).to_be_focused()
    expect(subject).to_have_value("either/or")
    enter(seen)
    seen.page.keyboard.type("either/or")
    expect(box(seen)).to_have_value("either/or")


@pytest.mark.parametrize("path", ["", "downloads/", "no/such/page/"])
def test_there_is_one_box_and_none_on_the_status_page(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    seen.goto(path)
    expect(seen.page.get_by_role("search")).to_have_count(1)
    expect(seen.page.locator("[class*=md-search]")).to_have_count(0)
    seen.goto("status/")
    expect(seen.page.get_by_role("search")).to_have_count(0)


def test_nothing_of_the_results_is_loaded_before_somebody_enters_the_box(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    loaded: list[str] = []
    seen.page.on("request", lambda request: loaded.append(request.url.rpartition("/")[2]))
    seen.goto("downloads/")
    seen.wait_for_status()
    lazy = {"search_box.js", "search_client.js", "search_results.js"}
    assert "search.js" in loaded
    assert lazy.isdisjoint(loaded)
    enter(seen)
    assert lazy <= set(loaded)
    expect(seen.page.locator("html")).to_have_attribute("data-warmed", "1")


def test_results_come_with_the_first_letters(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "d")
    expect(options(seen)).to_have_count(6)
    expect(box(seen)).to_have_attribute("aria-expanded", "true")
    expect(box(seen)).to_have_attribute("aria-controls", "search-header-list")
    expect(seen.page.locator("#search-header-list")).to_have_role("listbox")
    asked = seen.page.evaluate("JSON.parse(document.documentElement.dataset.asked)")
    assert asked == {
        "question": "d",
        "typing": True,
        "asTyped": False,
        "kinds": [],
        "categories": [],
        "limit": 6,
    }
    first = options(seen).first
    expect(first.locator(".wp-hit__title")).to_have_text(BEST)
    expect(first.locator("small")).to_contain_text(
        "Downloads · Troubleshooting · What to do · Large archives"
    )
    expect(first.locator("mark")).to_have_text("download")
    assert first.evaluate("link => link.href") == f"{calm.url}downloads/zip-stops-half-way/#what-to-do"
    everything = seen.page.get_by_role("link", name="See all 9 results")
    assert everything.evaluate("link => link.href") == f"{calm.url}search/?q=d"
    seen.assert_quiet()


def test_arrows_walk_round_and_enter_opens(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    titles = options(seen).locator(".wp-hit__title").all_inner_texts()
    assert len(titles) == 3
    keyboard = seen.page.keyboard
    walked = []
    for _ in range(5):
        keyboard.press("ArrowDown")
        walked.append(active(seen))
    assert walked == [*titles, "", titles[0]]
    keyboard.press("ArrowUp")
    keyboard.press("ArrowUp")
    assert active(seen) == titles[-1]
    expect(box(seen)).to_be_focused()
    keyboard.press("ArrowUp")
    keyboard.press("Enter")
    seen.page.wait_for_url(f"{calm.url}downloads/download-a-whole-gallery/")


def test_a_result_that_was_chosen_stays_chosen_while_more_is_typed(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    seen.page.keyboard.press("ArrowDown")
    chosen = options(seen).first.get_attribute("href")
    seen.page.keyboard.type(" stops")
    expect(options(seen).first).to_have_attribute("href", str(chosen))
    expect(options(seen).first).to_have_attribute("aria-selected", "true")
    assert active(seen) == BEST
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("refund")
    expect(options(seen)).to_have_count(1)
    expect(options(seen).first).to_have_attribute("aria-selected", "false")
    assert active(seen) == ""


def test_home_and_end_stay_in_the_text(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    seen.page.keyboard.press("ArrowDown")
    chosen = active(seen)
    for key, place in (("Home", 0), ("End", 3)):
        seen.page.keyboard.press(key)
        assert box(seen).evaluate("input => input.selectionStart") == place
    assert active(seen) == chosen


def test_enter_without_a_choice_leads_to_all_results(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip & more")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"{calm.url}search/?q=zip+%26+more")
    expect(box(seen)).to_have_value("zip & more")


def test_an_empty_box_leads_nowhere(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "   ")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_timeout(200)
    assert seen.page.url == f"{calm.url}contact/"
    expect(popup(seen)).to_be_hidden()


def test_escape_closes_then_empties(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    expect(options(seen)).to_have_count(3)
    seen.page.keyboard.press("Escape")
    expect(popup(seen)).to_be_hidden()
    expect(box(seen)).to_have_value("zip")
    expect(box(seen)).to_have_attribute("aria-expanded", "false")
    seen.page.keyboard.press("ArrowDown")
    assert active(seen) == BEST
    seen.page.keyboard.press("Escape")
    seen.page.keyboard.press("Escape")
    expect(box(seen)).to_have_value("")
    expect(popup(seen)).to_be_hidden()


def test_escape_closes_for_good(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    expect(options(seen)).to_have_count(3)
    seen.page.keyboard.press("Tab")
    expect(person(seen)).to_be_focused()
    seen.page.keyboard.press("Escape")
    expect(box(seen)).to_be_focused()
    seen.page.wait_for_timeout(300)
    expect(popup(seen)).to_be_hidden()
    seen.page.evaluate("localStorage.searchWaits = '300'")
    seen.page.keyboard.press("ArrowDown")
    expect(popup(seen)).to_be_visible()
    seen.page.keyboard.type(" s")
    seen.page.wait_for_timeout(100)
    seen.page.keyboard.press("Escape")
    expect(popup(seen)).to_be_hidden()
    seen.page.wait_for_timeout(700)
    expect(popup(seen)).to_be_hidden()


def test_a_click_opens_and_with_control_in_another_tab(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    with seen.page.context.expect_page() as opened:
        options(seen).nth(1).click(modifiers=["ControlOrMeta"])
    opened.value.wait_for_url(f"{calm.url}downloads/download-a-whole-gallery/")
    expect(box(seen)).to_be_focused()
    expect(options(seen)).to_have_count(3)
    options(seen).first.click()
    seen.page.wait_for_url(f"{calm.url}downloads/zip-stops-half-way/#what-to-do")
    seen.page.go_back()
    expect(popup(seen)).to_be_hidden()


def test_tab_leads_to_the_person_and_out(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    expect(options(seen)).to_have_count(3)
    seen.page.keyboard.press("Tab")
    expect(person(seen)).to_be_focused()
    expect(popup(seen)).to_be_visible()
    seen.page.keyboard.press("Shift+Tab")
    expect(box(seen)).to_be_focused()
    expect(options(seen)).to_have_count(3)
    seen.page.keyboard.press("Tab")
    seen.page.keyboard.press("Tab")
    expect(popup(seen)).to_be_hidden()
    expect(box(seen)).not_to_be_focused()


@pytest.mark.parametrize(
    ("text", "said"),
    [("download", "6 results"), ("twenty", "1 result"), ("zebra", "We found no answer to “zebra”.")],
)
def test_what_was_found_is_read_out_after_the_last_key(
    calm: Served, visit: Any, text: str, said: str
) -> None:
    seen = asking(calm, visit, text)
    status = seen.page.locator(".wp-search [role=status].wp-unseen")
    expect(status).to_have_text(said)
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.press("Delete")
    expect(status).to_have_text("")


def test_a_corrected_question_says_so(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip downlod stops")
    line = seen.page.locator(".wp-search__corrected")
    expect(line).to_contain_text("Showing results for zip download stops.")
    expect(line.locator("b").first).to_have_text("zip download stops")
    above, below = line.bounding_box(), options(seen).first.bounding_box()
    assert above
    assert below
    assert above["y"] < below["y"]


def test_the_words_can_be_asked_as_they_were_typed(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip downlod")
    expect(options(seen)).to_have_count(6)
    seen.page.get_by_role("button", name="Search for zip downlod as typed").click()
    expect(options(seen)).to_have_count(3)
    expect(box(seen)).to_be_focused()
    expect(popup(seen)).not_to_contain_text("Showing results for")
    asked = seen.page.evaluate("JSON.parse(document.documentElement.dataset.asked)")
    assert (asked["question"], asked["typing"], asked["asTyped"]) == ("zip downlod", False, True)
    seen.page.keyboard.type(" stops")
    expect(seen.page.locator(".wp-search__corrected")).to_contain_text("zip download stops")
    seen.assert_quiet()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_where_it_is_not_sure_a_person_stands_above_the_nearest(calm: Served, visit: Any, width: int) -> None:
    seen = asking(calm, visit, "maybe a download", width=width)
    doubt = popup(seen).locator(".wp-search__doubt")
    expect(doubt).to_contain_text("Nothing here answers exactly this.")
    expect(doubt).to_contain_text("A person can: your question goes along.")
    expect(popup(seen)).to_contain_text("Nearest:")
    expect(options(seen)).to_have_count(3)
    expect(seen.page.locator(".wp-search__foot")).to_have_count(0)
    link, first = doubt.get_by_role("link", name="Ask a person"), options(seen).first
    above, below = link.bounding_box(), first.bounding_box()
    assert above
    assert below
    assert above["y"] + above["height"] <= below["y"]
    assert above["height"] >= 44
    said = seen.page.locator(".wp-search [role=status].wp-unseen")
    expect(said).to_have_text("Nothing here answers exactly this. 3 results")
    link.click()
    seen.page.wait_for_url(f"{calm.url}ticket/?q=maybe+a+download")
    assert journey(seen)["unresolved"] == [{"question": "maybe a download", "reason": "unsure"}]


def test_results_stay_while_more_is_typed_until_the_question_is_complete(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    expect(options(seen)).to_have_count(3)
    seen.page.clock.pause_at(seen.page.evaluate("Date.now() + 2000"))
    for text in (" maybe", " zebra"):
        seen.page.keyboard.type(text)
        seen.page.clock.run_for(600)
        seen.until(lambda page: page.evaluate("document.documentElement.dataset.asked").count("maybe"), 1)
        expect(options(seen)).to_have_count(3)
        expect(popup(seen)).not_to_contain_text("Nothing here answers exactly this.")
    seen.page.clock.run_for(300)
    expect(popup(seen)).to_contain_text("Nothing here answers exactly this.")
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("zebra")
    seen.page.clock.run_for(600)
    expect(popup(seen)).not_to_contain_text("We found no answer")
    seen.page.clock.run_for(300)
    expect(popup(seen)).to_contain_text("We found no answer to “zebra”.")
    seen.assert_quiet()


def asks(seen: Visit) -> int:
    return int(seen.page.evaluate("document.documentElement.dataset.asks ?? '0'"))


def test_a_burst_of_keys_is_one_question(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "")
    seen.page.clock.pause_at(seen.page.evaluate("Date.now() + 2000"))
    for text in ("zip", " ", "stops"):
        for key in text:
            seen.page.keyboard.type(key)
            seen.page.clock.run_for(20)
    assert asks(seen) == 0
    seen.page.clock.run_for(100)
    assert asks(seen) == 1
    seen.page.keyboard.type(" ha")
    seen.page.clock.run_for(100)
    assert asks(seen) == 1, "of a word that is hardly begun nothing is known"
    seen.page.keyboard.type("l")
    seen.page.clock.run_for(100)
    assert asks(seen) == 2
    seen.page.clock.run_for(800)
    assert asks(seen) == 3, "once more, as a question that is complete"


def test_what_is_being_composed_is_not_asked(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "")
    seen.page.clock.pause_at(seen.page.evaluate("Date.now() + 2000"))
    compose = """(input, text) => {
      input.value = text;
      input.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
    }"""
    for text in ("z", "zi", "zip"):
        box(seen).evaluate(compose, text)
        seen.page.clock.run_for(1000)
    assert asks(seen) == 0
    expect(popup(seen)).to_be_hidden()
    box(seen).evaluate(
        "input => input.dispatchEvent(new CompositionEvent('compositionend', { data: 'zip' }))"
    )
    seen.page.clock.run_for(100)
    assert asks(seen) == 1
    expect(options(seen)).to_have_count(3)


@pytest.mark.parametrize("text", ["download", "zip downlod", "maybe a download", "zebra", "failing"])
def test_all_that_opens_is_accessible(calm: Served, visit: Any, text: str) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("contact/")
    seen.wait_for_status()
    enter(seen)
    if text == "failing":
        seen.page.evaluate("localStorage.searchFails = '99'")
    seen.page.keyboard.type(text)
    expect(popup(seen).get_by_role("link", name="Ask a person")).to_be_visible()
    pause(seen)
    seen.page.keyboard.press("ArrowDown")
    for scheme in ("light", "dark"):
        seen.prefer(scheme)
        seen.settle()
        assert places(axe_results(seen.page, context=".wp-search")["violations"]) == [], scheme
    seen.assert_quiet()


def test_trouble_with_a_component_is_told_on_the_hit_and_above_the_list(troubled: Served, visit: Any) -> None:
    seen = asking(troubled, visit, "download")
    line = popup(seen).locator(".wp-search__trouble")
    expect(line).to_contain_text("Downloads: outage Downloads: trouble since 21 Nov,")
    expect(line).to_have_attribute("data-status", "major_outage")
    expect(line).to_contain_text("Follow this incident")
    assert "/status/incidents/auto-downloads-" in str(line.evaluate("link => link.href"))
    expect(options(seen)).to_have_count(7)
    expect(options(seen).first).to_have_class(re.compile("wp-search__trouble"))
    expect(options(seen).nth(1).locator(".wp-tag")).to_have_text("Trouble")
    seen.page.keyboard.press("ArrowDown")
    assert active(seen) == "Downloads: outage"
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("refund")
    expect(options(seen)).to_have_count(1)
    expect(line).to_have_count(0)
    expect(options(seen).locator(".wp-tag")).to_have_count(0)
    seen.assert_quiet()


def test_an_incident_is_found_by_what_its_component_is_called(troubled: Served, visit: Any) -> None:
    seen = asking(troubled, visit, "refund downloads zebra")
    expect(options(seen).first).to_contain_text("Downloads: outage")
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("downloads of zebras")
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url("**/status/incidents/auto-downloads-**")
    seen.page.unroute_all()
    seen.goto("search/?q=is+the+site+down")
    expect(seen.page.locator(".wp-results__event")).to_contain_text("Downloads: outage")
    assert seen.page.locator("li.wp-hit a").first.evaluate("link => link.href") == f"{troubled.url}status/"


def test_no_trouble_is_claimed_where_all_is_well(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "download")
    expect(options(seen)).to_have_count(6)
    expect(popup(seen).locator(".wp-notice, .wp-tag")).to_have_count(0)


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
def test_without_an_answer_it_says_so_and_leads_on(calm: Served, visit: Any, width: int) -> None:
    seen = asking(calm, visit, "zebra fish", width=width)
    expect(popup(seen)).to_contain_text("We found no answer to “zebra fish”.")
    expect(options(seen)).to_have_count(0)
    expect(box(seen)).to_have_attribute("aria-expanded", "false")
    topics = popup(seen).locator(".wp-search__topics a")
    assert [link.evaluate("link => link.href") for link in topics.all()] == [
        f"{calm.url}downloads/",
        f"{calm.url}galleries/",
    ]
    for link in (*topics.all(), person(seen)):
        place = link.bounding_box()
        assert place is not None
        assert place["height"] >= 40
    person(seen).click()
    seen.page.wait_for_url(f"{calm.url}ticket/?q=zebra+fish")


def test_what_cannot_be_loaded_can_be_tried_again(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("contact/")
    enter(seen)
    seen.page.evaluate("localStorage.searchFails = '1'")
    seen.page.keyboard.insert_text("zip")
    expect(popup(seen)).to_contain_text("The search could not be loaded.")
    expect(person(seen)).to_be_visible()
    assert popup(seen).locator(".wp-search__topics a").count() == 2
    seen.page.get_by_role("button", name="Try again").click()
    expect(options(seen)).to_have_count(3)
    expect(box(seen)).to_be_focused()
    assert journey(seen)["unresolved"] == []


def test_where_results_cannot_be_loaded_the_box_is_a_form(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.route("**/search_box.js", lambda route: route.abort())
    seen.goto("contact/")
    seen.wait_for_status()
    box(seen).click()
    seen.page.keyboard.type("zip")
    answer_search(seen)
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(f"{calm.url}search/?q=zip")


def test_the_question_travels_to_the_person(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "z")
    for typed, kept in (("zip", "zip"), (f"  {HOSTILE_QUESTION} ", HOSTILE_QUESTION), ("x" * 400, "x" * 300)):
        box(seen).evaluate(
            "(input, text) => { input.value = text; input.dispatchEvent(new Event('input', { bubbles: true })); }",
            typed,
        )
        seen.until(lambda _: question(seen), [kept])
    seen.assert_quiet()


def test_without_a_ticket_form_the_contact_page_is_the_way(unsupported: Served, visit: Any) -> None:
    seen = asking(unsupported, visit, "zebra", path="downloads/")
    assert person(seen).evaluate("link => link.href") == f"{unsupported.url}contact/"
    assert "goes along" not in popup(seen).inner_text()


@pytest.mark.parametrize("width", [NARROW, PHONE])
def test_on_a_phone_a_button_opens_the_box(calm: Served, visit: Any, width: int) -> None:
    seen: Visit = visit(calm, width=width)
    answer_search(seen)
    seen.goto("downloads/zip-stops-half-way/")
    seen.wait_for_status()
    opener = seen.page.get_by_role("button", name="Search", exact=True)
    expect(box(seen)).to_be_hidden()
    opener.focus()
    seen.page.keyboard.press("Enter")
    expect(box(seen)).to_be_focused()
    expect(box(seen)).to_be_in_viewport(ratio=1)
    expect(opener).to_have_attribute("aria-expanded", "true")
    seen.page.keyboard.type("download")
    expect(options(seen)).to_have_count(6)
    # Each further key may show the results anew.
    heights = "all => all.map((option) => option.getBoundingClientRect().height >= 44)"
    seen.until(lambda _: options(seen).evaluate_all(heights), [True] * 6)
    person(seen).scroll_into_view_if_needed()
    expect(person(seen)).to_be_in_viewport(ratio=1)
    assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for _ in range(3):
        seen.page.keyboard.press("Escape")
    expect(box(seen)).to_be_hidden()
    expect(opener).to_be_focused()
    seen.page.keyboard.press(" ")
    expect(box(seen)).to_be_focused()
    seen.page.get_by_role("button", name="Close the search").click()
    expect(box(seen)).to_be_hidden()
    opener.click()
    seen.page.mouse.click(100, 700)
    expect(box(seen)).to_be_hidden()
    seen.assert_quiet()


@pytest.mark.parametrize(("path", "width"), [("", DESKTOP), ("", PHONE), ("downloads/", DESKTOP)])
def test_nothing_moves_when_results_come(calm: Served, visit: Any, path: str, width: int) -> None:
    seen: Visit = visit(calm, width=width)
    answer_search(seen)
    seen.page.add_init_script(COUNT_SHIFTS)
    seen.goto(path)
    seen.wait_for_status()
    seen.page.evaluate("localStorage.searchWaits = '2500'")
    below = seen.page.locator(".wp-home h2, .wp-content h1").first
    before = below.bounding_box()
    enter(seen)
    seen.page.keyboard.type("download")
    expect(popup(seen)).to_have_text("Searching …")
    expect(options(seen)).to_have_count(6)
    assert below.bounding_box() == before
    assert seen.page.evaluate("shifted") <= 0.02


def test_only_the_newest_question_is_answered(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "refund")
    expect(options(seen)).to_have_count(1)
    seen.page.evaluate("localStorage.searchWaits = '400'")
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("download")
    seen.page.wait_for_timeout(150)
    seen.page.evaluate("localStorage.searchWaits = '0'")
    seen.page.keyboard.press("Control+a")
    seen.page.keyboard.type("twenty")
    expect(options(seen)).to_have_text([re.compile("How long is a download link valid")])
    seen.page.wait_for_timeout(600)
    expect(options(seen)).to_have_count(1)


def test_an_answer_that_comes_too_late_opens_nothing(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen)
    seen.goto("contact/")
    enter(seen)
    seen.page.evaluate("localStorage.searchWaits = '300'")
    seen.page.keyboard.type("zip")
    seen.page.mouse.click(300, 500)
    seen.page.wait_for_timeout(700)
    expect(popup(seen)).to_be_hidden()


def test_hostile_questions_and_titles_stay_text(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    answer_search(seen, with_title(f"zip {HOSTILE}"))
    seen.goto("contact/")
    enter(seen)
    seen.page.keyboard.insert_text("large")
    expect(options(seen).locator(".wp-hit__title")).to_have_text(f"zip {HOSTILE}")
    assert popup(seen).locator("script, img, svg").count() == 0
    nowhere = """"><svg onload=zz>&zz#zz'🚀"""
    box(seen).fill(nowhere)
    expect(popup(seen)).to_contain_text(f"“{nowhere}”")
    assert popup(seen).locator("script, img, svg").count() == 0
    for text in ("\u202e\u0000\u0007zip", "(.*)+$", "zip " * 200):
        box(seen).fill(text)
        expect(popup(seen)).to_be_visible()
    seen.assert_quiet()


def test_a_hit_leads_to_no_other_host(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    script = with_title("zip").replace("downloads/zip-stops-half-way/#what-to-do", "javascript:alert(1)")
    answer_search(seen, script)
    seen.goto("contact/")
    enter(seen)
    seen.page.keyboard.type("large")
    expect(options(seen)).to_have_count(1)
    assert options(seen).evaluate("link => link.href") == calm.url


def test_it_speaks_the_language_of_the_site(german: Served, visit: Any) -> None:
    seen = asking(german, visit, "zebra", path="downloads/")
    expect(popup(seen)).to_contain_text("Auf „zebra“ haben wir keine Antwort gefunden.")
    expect(person(seen)).to_have_text("Einen Menschen fragen")
    expect(seen.page.get_by_role("combobox", name="Hilfe durchsuchen")).to_be_visible()


def test_the_box_of_the_home_page_asks_its_question(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("")
    expect(seen.page.get_by_placeholder("Ask in your own words: my zip stops half way")).to_be_visible()


def test_it_is_not_printed(calm: Served, visit: Any) -> None:
    seen = asking(calm, visit, "zip")
    seen.page.emulate_media(media="print")
    expect(box(seen)).to_be_hidden()
    expect(popup(seen)).to_be_hidden()


@pytest.mark.parametrize("path", ["", "downloads/"])
def test_without_scripts_it_is_a_form(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm, scripts=False)
    seen.goto(path)
    box(seen).fill("zip stops")
    box(seen).press("Enter")
    seen.page.wait_for_url(f"{calm.url}search/?q=zip+stops")
    # To Playwright there is nothing in a <noscript>, but readers see it.
    assert "Searching needs JavaScript" in seen.page.evaluate("document.body.innerText")
    links = seen.page.locator(".wp-searching noscript a")
    found = links.evaluate_all("links => links.map(link => [link.textContent, link.getAttribute('href')])")
    assert ["Galleries", "../galleries/"] in found
    assert found[-1] == ["Ask a person", "../ticket/"]


def test_without_scripts_the_button_of_a_phone_leads_to_the_page(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, scripts=False, width=PHONE)
    seen.goto("downloads/")
    seen.page.get_by_role("link", name="Search", exact=True).click()
    seen.page.wait_for_url(f"{calm.url}search/")


def test_the_search_itself_answers_and_leads_to_the_section(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("contact/")
    seen.wait_for_status()
    enter(seen)
    seen.page.keyboard.type("pasword lost")
    expect(person(seen)).to_be_visible()
    expect(seen.page.locator(".wp-search__corrected")).to_contain_text("Showing results for password lost.")
    expect(options(seen).first.locator("mark").first).to_be_visible()
    seen.page.keyboard.press("ArrowDown")
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator("article.wp-article > h1")).to_be_visible()
    seen.goto("search/?q=xyzzyq+zebra")
    expect(seen.page.locator("[data-wp-results]")).to_contain_text("We found no answer to")
    expect(seen.page.locator(".wp-search__topics a")).to_have_count(4)
    seen.goto("search/?q=how+do+i+bake+bread+in+my+kitchen")
    expect(seen.page.locator(":is(.wp-search__doubt, .wp-search__nothing)")).to_have_count(1)
    seen.assert_quiet()


@pytest.mark.parametrize(
    ("question", "address", "kind"),
    [
        ("is the site down", "status/", "Status page"),
        ("get notified about outages", "status/subscribe/", "Status page"),
        ("talk to a human", "contact/", "Contact"),
        ("opening hours", "contact/", "Contact"),
        ("phone number", "contact/", "Contact"),
        ("open a ticket", "ticket/", "Contact"),
    ],
)
def test_pages_that_are_no_articles_are_found(
    calm: Served, visit: Any, question: str, address: str, kind: str
) -> None:
    seen: Visit = visit(calm)
    seen.goto(f"search/?q={question}")
    first = seen.page.locator("li.wp-hit").first
    expect(first.locator("small")).to_contain_text(kind)
    assert first.locator("a").evaluate("link => link.href") == calm.url + address
    assert seen.page.request.get(calm.url + address).ok
    seen.assert_quiet()


def test_an_index_that_cannot_be_had_can_be_asked_again(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.page.context.route("**/search/*.json", lambda route: route.abort())
    seen.goto("contact/")
    seen.wait_for_status()
    enter(seen)
    seen.page.keyboard.type("zip")
    expect(popup(seen)).to_contain_text("The search could not be loaded.")
    expect(seen.page.get_by_role("link", name="Browse by topic")).to_be_visible()
    seen.page.context.unroute("**/search/*.json")
    seen.page.get_by_role("button", name="Try again").click()
    expect(options(seen).first).to_be_visible()
