from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from helpers.browser_sites import NOW, Served
from helpers.browser_visit import COUNT_SHIFTS, DESKTOP, PHONE, Visit, now_json
from waypost.publishing.api.statuspage import api_time

pytestmark = pytest.mark.browser

LATER = timedelta(seconds=31)
"""One round of the page's own clock."""


def checked(document: dict[str, Any], after: timedelta) -> dict[str, Any]:
    return {**document, "checked_at": api_time(NOW + after)}


def wait_a_round(visit: Visit) -> None:
    with visit.page.expect_response("**/status/now.json"):
        visit.page.clock.run_for(int(LATER.total_seconds() * 1000))


def test_the_home_page_tells_of_trouble_and_leads_to_the_incident(troubled: Served, visit: Any) -> None:
    seen: Visit = visit(troubled)
    seen.goto("")
    seen.wait_for_status()
    assert seen.pill() == "Downloads: trouble"
    assert seen.style(".wp-pill .wp-dot", "backgroundColor") == "rgb(180, 35, 24)"
    notice = seen.page.locator("[data-wp-notice]")
    expect(notice).to_contain_text("Downloads cannot be used right now. Also affected: Photo search and")
    assert seen.style("[data-wp-notice]", "backgroundColor") == "rgb(254, 236, 235)"
    notice.get_by_role("link", name="Follow this incident").click()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Downloads: outage")
    seen.assert_quiet()


def test_trouble_disappears_when_it_is_over(calm: Served, troubled: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    state = now_json(troubled)
    seen.answer_now(lambda: state)
    seen.goto("")
    seen.wait_for_status()
    notice = seen.page.locator("[data-wp-notice]")
    expect(notice).to_contain_text("Downloads cannot be used right now.")
    state = checked(now_json(calm), LATER)
    wait_a_round(seen)
    expect(seen.page.locator(".wp-pill")).to_have_text("All working")
    expect(notice).to_contain_text("Everything is working.")
    expect(notice).not_to_contain_text("Downloads")
    expect(notice.get_by_role("link")).to_have_attribute("href", f"{calm.url}status/")
    seen.assert_quiet()


def test_trouble_appears_on_a_page_that_is_open(calm: Served, troubled: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    state = now_json(calm)
    seen.answer_now(lambda: state)
    seen.goto("downloads/zip-stops-half-way/")
    seen.wait_for_status()
    assert seen.pill() == "All working"
    state = checked(now_json(troubled), LATER)
    wait_a_round(seen)
    expect(seen.page.locator(".wp-pill")).to_have_text("Downloads: trouble")


@pytest.mark.parametrize("path", ["downloads/", "status/history/"])
def test_old_data_are_called_not_known(calm: Served, visit: Any, path: str) -> None:
    for age, text in ((10, "All working"), (31, "Status not known")):
        seen: Visit = visit(calm, at=NOW + timedelta(seconds=age))
        seen.goto(path)
        seen.wait_for_status()
        assert seen.pill() == text
    assert seen.style(".wp-pill .wp-dot", "backgroundColor") == "rgb(195, 204, 214)"
    seen.assert_quiet()


def test_the_home_page_says_since_when_nothing_is_known(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, at=NOW + timedelta(minutes=5, seconds=1))
    seen.goto("")
    notice = seen.page.locator("[data-wp-notice]")
    expect(notice).to_contain_text("Status not known. Last checked 5 minutes ago.")
    expect(notice).not_to_contain_text("working")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_status_page_with_old_data_is_not_green(calm: Served, visit: Any, scheme: str) -> None:
    seen: Visit = visit(calm, scheme=scheme)
    seen.goto("status/")
    seen.wait_for_status()
    assert seen.page.evaluate(GREEN) > 10
    expect(seen.page.locator("[data-wp-stale]")).to_be_hidden()
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Everything is working")
    seen.page.clock.run_for(125_000)
    expect(seen.page.locator("[data-wp-stale]")).to_contain_text(
        "These data are old: last checked 2 minutes ago."
    )
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Status not known")
    assert seen.page.evaluate(GREEN) == 0


GREEN = """() => {
  const sample = document.body.appendChild(document.createElement("i"));
  const greens = ["--wp-ok", "--wp-ok-wash"].map((name) => {
    sample.style.color = `var(${name})`;
    return getComputedStyle(sample).color;
  });
  sample.remove();
  // The bars and past incidents tell of days gone by.
  return [...document.querySelectorAll(".wp-pill, .wp-pill *, .wp-state, .wp-state *, .wp-component__row *")]
    .map((element) => getComputedStyle(element))
    .filter((style) => greens.includes(style.backgroundColor) || greens.includes(style.color)).length;
}"""


def test_a_status_page_knows_its_age_without_the_live_file(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm, at=NOW + timedelta(minutes=5))
    seen.page.route("**/status/now.json", lambda route: route.abort())
    seen.goto("status/")
    expect(seen.page.locator("[data-wp-stale]")).to_contain_text("These data are old")
    expect(seen.page.get_by_role("heading", level=1)).to_have_text("Status not known")
    assert seen.page.evaluate(GREEN) == 0


@pytest.mark.parametrize("path", ["", "downloads/zip-stops-half-way/", "status/"])
def test_without_the_file_the_pill_claims_nothing(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    seen.answer_now(lambda: None)
    with seen.page.expect_response("**/status/now.json"):
        seen.goto(path)
    seen.page.wait_for_timeout(100)
    assert seen.pill() == "Status"
    assert seen.style(".wp-pill .wp-dot", "backgroundColor") == "rgb(195, 204, 214)"


def test_what_was_heard_last_does_not_outlive_its_time(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    state: dict[str, Any] | None = {**now_json(calm), "stale_after": 50}
    seen.answer_now(lambda: state)
    seen.goto("status/")
    seen.wait_for_status()
    state = None
    wait_a_round(seen)
    expect(seen.page.locator(".wp-pill")).to_have_text("All working")
    wait_a_round(seen)
    expect(seen.page.locator(".wp-pill")).to_have_text("Status not known")
    expect(seen.page.locator("[data-wp-stale]")).to_be_visible()


@pytest.mark.parametrize("width", [DESKTOP, PHONE])
@pytest.mark.parametrize("is_calm", [True, False])
def test_nothing_moves_when_the_live_parts_arrive(
    calm: Served, troubled: Served, visit: Any, width: int, is_calm: bool
) -> None:
    seen: Visit = visit(calm if is_calm else troubled, width=width)
    seen.page.add_init_script(COUNT_SHIFTS)
    held: list[Route] = []
    seen.page.route("**/status/now.json", lambda route: held.append(route))  # noqa: PLW0108  # playwright wants a function
    seen.goto("")
    # The page is painted without the file, and then it arrives.
    for _ in range(100):
        seen.page.wait_for_timeout(100)
        if held:
            break
    seen.page.wait_for_timeout(100)
    assert seen.pill() == "Status"
    held[0].continue_()
    seen.wait_for_status()
    seen.page.wait_for_timeout(200)
    assert seen.page.evaluate("shifted") <= 0.05


@pytest.mark.parametrize("path", ["", "status/"])
def test_an_open_page_loads_again_when_the_site_was_built(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    with seen.page.expect_response("**/_waypost/events"):
        seen.goto(path)
    with seen.page.expect_event("load"):
        calm.server.reloader.announce()
    seen.wait_for_status()
    seen.assert_quiet()


@pytest.mark.parametrize("width", [320, 360, PHONE])
def test_a_phone_reads_the_state_in_full(calm: Served, visit: Any, width: int) -> None:
    seen: Visit = visit(calm, width=width)
    for path in ("contact/", "status/"):
        seen.goto(path)
        seen.wait_for_status()
        assert seen.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        text = seen.page.locator(".wp-pill__text")
        assert text.evaluate("element => element.scrollWidth <= element.clientWidth"), text.inner_text()


ODD: dict[str, tuple[Any, str]] = {
    # What comes in place of now.json, and what the pill says of it. Where it is no such document, nothing.
    "a list": ([], "Status"),
    "a number": (5, "Status"),
    "nothing": (None, "Status"),
    "an object of nothing": ({}, "Status not known"),
    "an unknown status": ({"status": "paused", "headline": "Everything is working"}, "Status not known"),
    "a name of JavaScript": ({"status": "constructor", "components": {"a": None}}, "Status not known"),
    "a time that is none": ({"status": "operational", "checked_at": "today"}, "Status"),
    "an age that is none": (
        {"status": "operational", "checked_at": "2026-11-21T07:00:00Z", "stale_after": "x"},
        "Status not known",
    ),
    "trouble of nobody": ({"status": "major_outage", "headline": "Trouble"}, "Trouble"),
}


@pytest.mark.parametrize("path", ["", "downloads/zip-stops-half-way/", "status/"])
def test_an_odd_file_is_not_known_and_breaks_nothing(calm: Served, visit: Any, path: str) -> None:
    seen: Visit = visit(calm)
    served: list[Any] = []
    seen.page.route("**/status/now.json", lambda route: route.fulfill(json=served[-1]))
    for document, pill in ODD.values():
        served.append(document)
        with seen.page.expect_response("**/status/now.json"):
            seen.goto(path)
        expect(seen.page.locator(".wp-pill")).to_have_text(pill)
        for part in seen.page.locator("[data-wp-notice], [data-wp-aware], .wp-state").all():
            shown = re.findall(r"[\w ]+", part.inner_text())
            assert not {"undefined", "null", "Invalid Date", "NaN"} & set(shown), document
    seen.assert_quiet()


def test_of_an_odd_file_only_what_can_be_shown_is_left(calm: Served, visit: Any) -> None:
    seen: Visit = visit(calm)
    seen.goto("")
    odd = {"title": "A", "path": 7, "components": ["a", 5, None], "impact": "toString", "started_at": "soon"}
    document = {
        "status": "toString",
        "headline": "Fine",
        "detail": "So fine",
        "changed_at": 5,
        "components": {"a": {"status": "__proto__", "since": "soon"}, "b": None, "c": []},
        "incidents": [odd, None, {"title": ""}],
        "maintenances": [{"title": "M", "impact": "major", "ends_at": 9}, "x"],
    }
    found = seen.page.evaluate(
        "async (value) => (await import('/assets/waypost/present.js')).presentOf(value)", document
    )
    assert found == {
        "status": "no_data",
        "headline": "",
        "detail": "",
        "checked_at": None,
        "changed_at": "",
        "stale_after": 0,
        "components": {"a": {"name": "a", "status": "no_data", "since": ""}},
        "incidents": [
            {
                "title": "A",
                "path": "",
                "started_at": "",
                "components": ["a"],
                "impact": "minor",
                "update": "",
            },
        ],
        "maintenances": [{"title": "M", "path": "", "started_at": "", "components": [], "ends_at": ""}],
    }
